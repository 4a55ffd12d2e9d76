"""The file: encoding and delimiter are found, columns by flags or by their names; what is no table is refused."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamdash.candidates.spreadsheet.columns import columns_of
from iamdash.candidates.spreadsheet.sheet import Sheet, UnusableFile, read_sheet


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encoding_and_delimiter_are_found(encoding: str, delimiter: str) -> None:
    text = f"IAM user{delimiter}Note\r\nbackup{delimiter}“Zoë”\r\n\r\n"
    sheet = read_sheet(text.encode(encoding))

    assert (sheet.encoding, sheet.delimiter) == (encoding, delimiter)
    assert [(line.number, line.cells) for line in sheet.lines] == [(2, ("backup", "“Zoë”"))]


def test_a_quoted_cell_may_hold_delimiters_and_line_ends() -> None:
    sheet = read_sheet(b'User;Note\n"a";"one, two,\nthree; four"\nb;c\n')

    assert [(line.number, line.cells) for line in sheet.lines] == [
        (3, ("a", "one, two,\nthree; four")),
        (4, ("b", "c")),
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"PK\x03\x04\0\0", "no text"),
        (b"a,\x81", "no text"),
        ("User,Note\na,b".encode("utf-16"), "no text"),
        (b"User,Note\n" + b"a" * 200_000, "no CSV"),
    ],
)
def test_what_is_no_table_is_refused_in_words(content: bytes, words: str) -> None:
    with pytest.raises(UnusableFile, match=words):
        read_sheet(content)


def test_columns_are_guessed_by_their_names_and_flags_come_first() -> None:
    sheet = read_sheet(b"IAM user,Owner,Squad,Remarks,Colour,Real owner\n")
    guessed, flagged = columns_of(sheet, {}), columns_of(sheet, {"person": "real OWNER"})

    assert dict(guessed.places) == {"user_name": 0, "team": 2, "person": 1, "note": 3}
    assert flagged.places["person"] == 5
    assert guessed.words[-1] == "not read: Colour, Real owner"


@pytest.mark.parametrize(
    ("header", "named", "words"),
    [
        ("Thing,Owner", {}, "names IAM users"),
        ("User,Colour", {}, "anything to import"),
        ("User,Owner", {"team": "Squad"}, "no column “Squad”"),
        ("User,Owner,owner", {"team": "Owner"}, "more than one column"),
    ],
)
def test_columns_that_do_not_suffice_are_refused_in_words(header: str, named: dict[str, str], words: str) -> None:
    with pytest.raises(UnusableFile, match=words):
        columns_of(read_sheet(header.encode()), named)


def test_the_example_of_the_documentation_needs_no_flags() -> None:
    sheet = read_sheet((Path(__file__).parents[3] / "docs" / "spreadsheet.example.csv").read_bytes())

    assert set(columns_of(sheet, {}).places) == {"user_name", "account", "team", "person", "note", "ticket", "due"}


@given(st.binary(max_size=300) | st.text(alphabet=',;\t|"\n\r\0a', max_size=200).map(str.encode))
def test_any_bytes_are_a_sheet_or_refused(content: bytes) -> None:
    try:
        sheet = read_sheet(content)
    except UnusableFile:
        return
    assert isinstance(sheet, Sheet)
    assert all(any(line.cells) for line in sheet.lines)
