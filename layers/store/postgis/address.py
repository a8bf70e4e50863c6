"""The address of a database, as postgresql://user:password@host:5432/database."""

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from spatial.errors import BadSource


def checked(address: str) -> None:
    """Raise BadSource if libpq would misread the address; what is said does not repeat it, for it holds a password."""
    try:
        read = conninfo_to_dict(address)
        right = all(port.isdecimal() for port in str(read.get("port") or 5432).split(","))
    except ProgrammingError:
        right, read = False, {}
    if not right or "@" in str(read.get("host")):
        raise BadSource(
            "the database's address cannot be read: write postgresql://user:password@host:5432/database, "
            "and what is special in a password as %XX, such as %2F for /"
        )
