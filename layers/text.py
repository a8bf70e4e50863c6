"""What people read, in both of the city's languages."""

from typing import NamedTuple


class Text(NamedTuple):
    """A phrase in Chinese and in English."""

    zh: str
    en: str

    def __str__(self) -> str:
        """Return both, Chinese first."""
        return self.zh if self.zh == self.en else f"{self.zh} {self.en}"

    def json(self) -> dict[str, str]:
        """Return {zh, en}."""
        return {"zh": self.zh, "en": self.en}
