"""What alembic runs around the steps: on the connection, and in the transaction, that it is given."""

from alembic import context

context.configure(**context.config.attributes["options"])
context.run_migrations()
