import re
import time

from hypothesis import given
from hypothesis import strategies as st

from iamdash.rules.conditions import matches

FEW = st.text("ab*?", max_size=8)


@given(FEW, st.text("ab", max_size=8))
def test_a_pattern_matches_as_its_regular_expression_would(pattern: str, text: str) -> None:
    expected = re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), text) is not None

    assert matches(pattern, text) == expected


def test_many_stars_take_no_time() -> None:
    began = time.perf_counter()

    assert not matches("*a" * 1000 + "b", "a" * 2000)

    assert time.perf_counter() - began < 2
