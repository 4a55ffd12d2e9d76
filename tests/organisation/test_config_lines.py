import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamdash.organisation.config_lines import Place, line_of, line_that_breaks

TEXT = '''# line 1, with a [bracket
title = "a # [ in text"

[[accounts]]
id = "1"
note = """
id = "2"
[[accounts]]
"""
tags = [
  "x",  # ]
  'y"',
]
[[accounts]]
id = "2"
"quoted key" = { inner = [1, 2] }

[thresholds]
a.b = 1
programme.regions = []
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 1),
        (("title",), 2),
        (("accounts",), 4),
        (("accounts", 0), 4),
        (("accounts", 0, "id"), 5),
        (("accounts", 0, "note"), 6),
        (("accounts", 0, "tags"), 10),
        (("accounts", 0, "tags", 1), 10),
        (("accounts", 1), 14),
        (("accounts", 1, "id"), 15),
        (("accounts", 1, "quoted key", "inner", 1), 16),
        (("thresholds",), 18),
        (("thresholds", "a", "b"), 19),
        (("thresholds", "programme", "regions"), 20),
    ],
)
def test_a_path_is_found_on_its_line(path: Place, line: int) -> None:
    assert line_of(TEXT, path) == line


@pytest.mark.parametrize(
    ("path", "line"),
    [(("accounts", 1, "missing"), 14), (("accounts", 5), 4), (("nothing", "here"), 1), (("title", "deeper"), 2)],
)
def test_what_is_missing_is_said_of_the_table_that_lacks_it(path: Place, line: int) -> None:
    assert line_of(TEXT, path) == line


def test_line_ends_of_windows_count_once() -> None:
    assert line_of(TEXT.replace("\n", "\r\n"), ("accounts", 1, "id")) == 15


def test_tables_in_one_line_are_found_too() -> None:
    assert line_of('x = 1\naccounts = [{ id = "1" }, { id = "2" }]\n', ("accounts", 1, "id")) == 2


def test_the_statement_that_breaks_a_text_is_found() -> None:
    assert line_that_breaks(f"a = 1\n\nb = {'9' * 5000}\nc = 2\n") == 3


VALUES = st.recursive(
    st.sampled_from(["1", '"#["', "'}'", '"""\n[x]\n"""', "'''a\n''b'''", "2027-04-30", '"\\""']),
    lambda inner: st.lists(inner, max_size=3).map(lambda parts: "[\n " + ", # ]\n".join(parts) + "\n]"),
    max_leaves=5,
)


@given(st.lists(VALUES, min_size=1, max_size=8))
def test_every_statement_is_found_where_it_begins(values: list[str]) -> None:
    text, begins = "", []
    for number, value in enumerate(values):
        text += "\n# [ {\n"
        begins.append(text.count("\n") + 1)
        text += f"key{number} = {value}\n"
    tomllib.loads(text)

    assert [line_of(text, (f"key{number}",)) for number in range(len(values))] == begins
