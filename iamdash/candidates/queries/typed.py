"""What people type, or an address says, as it can be looked for: whatever it is, no error comes of it."""

from collections.abc import Iterable

LONGEST = 200


def cleaned(value: str) -> str:
    """Return a text as it can be looked for."""
    # Postgres takes neither a zero byte nor half of a surrogate pair in a text.
    return value.replace("\0", "").encode("utf-8", "ignore").decode().strip()[:LONGEST].strip()


def number_in(text: str) -> int | None:
    """Return the number of a row, or of a page, that a text gives; None where it gives none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def numbers_in(texts: Iterable[str]) -> list[int]:
    """Return the numbers that texts give, those that give none left out."""
    return [number for number in map(number_in, texts) if number is not None]
