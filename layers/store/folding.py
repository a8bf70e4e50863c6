"""Texts made comparable: without case, without accents."""

import unicodedata

_ABOVE_AND_BELOW = 200
"""Combining class from which a mark is an accent; vowel signs, dakuten and points have lower ones and carry meaning."""

_LETTERS = str.maketrans(
    {
        **dict(zip("øØđĐłŁħĦŧŦıðÐ", "oOdDlLhHtTidD", strict=True)),
        **{"æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ß": "ss", "ẞ": "SS", "þ": "th", "Þ": "TH"},
    }
)
"""Letters that Unicode does not take apart, though people type them without their stroke."""


def casei(text: str) -> str:
    """Return the text without case: full case folding, composed (Unicode 15, 3.13 D145; OGC 21-065r2, 7.3)."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())


def accenti(text: str) -> str:
    """Return the text without accents, composed (OGC 21-065r2, 7.4)."""
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFD", text.translate(_LETTERS))
    return unicodedata.normalize("NFC", "".join(c for c in apart if unicodedata.combining(c) < _ABOVE_AND_BELOW))
