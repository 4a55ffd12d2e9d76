"""The file of a spreadsheet, read: its encoding and delimiter found, its rows as people see them."""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
MOST_BYTES = 20_000_000
MOST_ROWS = 20_000


class UnusableFile(Exception):  # noqa: N818  raised as it is said: the file cannot be used
    """Nothing of the file can be used; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row that holds something. `number`: of the line on which it ends, the header's being 1."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the file holds, and how it was read."""

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    lines: tuple[Line, ...]

    @property
    def words(self) -> str:
        """Return how it was read, in words."""
        rows = "1 row" if len(self.lines) == 1 else f"{len(self.lines):,} rows"
        return f"Read as {self.encoding}, cells parted by a {DELIMITERS[self.delimiter]}: {rows}."


def read_sheet(content: bytes) -> Sheet:
    """Return the sheet. Raises UnusableFile."""
    if len(content) > MOST_BYTES:
        raise UnusableFile(f"It has more than {MOST_BYTES // 1_000_000} MB. Split it.")
    encoding, text = _decoded(content)
    try:
        delimiter = max(DELIMITERS, key=lambda each: len(next(_rows(text, each), ("", ()))[1]))
        (_number, header), *rows = list(_rows(text, delimiter)) or [(0, ())]
    except csv.Error as error:
        raise UnusableFile(f"It is no CSV file: {error}.") from error
    if not header:
        raise UnusableFile("It is empty. Its first row has to name the columns.")
    if len(rows) > MOST_ROWS:
        raise UnusableFile(f"It has {len(rows):,} rows. Split it into files of at most {MOST_ROWS:,}.")
    return Sheet(encoding, delimiter, header, tuple(Line(number, cells) for number, cells in rows))


def _decoded(content: bytes) -> tuple[str, str]:
    """Return the encoding and the text: UTF-8, or what Excel writes where it does not write UTF-8."""
    encodings = ["utf-8-sig"] if content.startswith(codecs.BOM_UTF8) else ["utf-8", "cp1252"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return encoding, text
    raise UnusableFile("It is no text in UTF-8 or Windows-1252. Save it as “CSV UTF-8”.")


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield the rows that hold something, with the number of the line on which each ends."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    for cells in reader:
        trimmed = tuple(cell.strip() for cell in cells)
        if any(trimmed):
            yield reader.line_num, trimmed
