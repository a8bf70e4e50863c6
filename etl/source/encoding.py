"""Which encoding a text is in: what its bytes allow, then what a reader of Chinese would say."""

import codecs
from collections.abc import Sequence

from charset_normalizer import from_bytes

from spatial.errors import BadSource, Unguessable

SAMPLE = 1 << 20
"""Bytes that are looked at."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_PLAIN = 0.9
"""Share of double bytes that must be everyday hanzi or their punctuation for a text to be taken as Chinese."""

_HINT = "say which with --encoding, such as gb18030, utf-8 or cp1252"


def known(name: str) -> str:
    """Return the codec's own name; raise BadSource if there is none."""
    try:
        return codecs.lookup(name).name
    except (LookupError, ValueError) as bad:
        raise BadSource(f"{name[:40]!r} is no text encoding; send utf-8, gb18030, utf-16 or auto") from bad


def detected(sample: bytes, *, whole: bool = False) -> str:
    """Return the encoding of a sample of text; raise Unguessable.

    `whole` says that the sample does not end in the middle of a character.
    """
    if marked := next((name for mark, name in _MARKS if sample.startswith(mark)), None):
        return marked
    if wide := _wide(sample):
        return wide
    text = sample if whole else sample[: sample.rfind(b"\n") + 1] or sample
    return next((name for name in ("utf-8", "gb18030") if _reads(text, name, whole)), None) or _likeliest(text)


def detected_in(texts: Sequence[bytes]) -> str:
    """Return the encoding of separate texts, some of them cut in the middle of a character; raise Unguessable."""
    tidy = [text for text in (_uncut(text) for text in texts) if not text.isascii()]
    return detected(b"\n".join(tidy) + b"\n", whole=True)


def _reads(text: bytes, name: str, whole: bool) -> bool:
    decoder = codecs.getincrementaldecoder(name)()
    try:
        decoder.decode(text, final=whole)
    except UnicodeDecodeError:
        return False
    return name != "gb18030" or _chinese(text)


def _chinese(text: bytes) -> bool:
    """Tell whether the double bytes are mostly of GB 2312's rows of hanzi and punctuation (B0-F7, A1-A3)."""
    plain = total = 0
    lead = 0
    for byte in text[: SAMPLE // 4]:
        if lead:
            total += 1
            plain += byte >= 0xA1 and (0xB0 <= lead <= 0xF7 or 0xA1 <= lead <= 0xA3)  # noqa: PLR2004
            lead = 0
        elif byte >= 0x81:  # noqa: PLR2004 - the first lead byte
            lead = byte
    return plain >= _PLAIN * total


def _wide(sample: bytes) -> str | None:
    """Return the UTF-16 without a mark that ASCII delimiters and digits betray: every other byte is zero."""
    even, odd = sample[0:4096:2].count(0), sample[1:4096:2].count(0)
    half = max(len(sample[:4096]) // 2, 1)
    if max(even, odd) < 0.3 * half or min(even, odd) > 0.05 * half:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _likeliest(text: bytes) -> str:
    best = from_bytes(text[: SAMPLE // 8]).best()
    if best is None or best.encoding == "ascii":
        raise Unguessable(f"no text encoding fits these bytes; {_HINT}")
    # the Windows code pages of Europe agree on most letters; the western one is the usual one
    return "cp1252" if "cp1252" in best.could_be_from_charset else best.encoding


def _uncut(text: bytes) -> bytes:
    """Return the text without the half character that a field of fixed width may end in."""
    text = text.rstrip(b" \x00")
    for name in ("utf-8", "gb18030"):
        try:
            text.decode(name)
        except UnicodeDecodeError as bad:
            if bad.reason in ("unexpected end of data", "incomplete multibyte sequence"):
                return text[: bad.start]
        else:
            return text
    return text
