"""A sample of what `make soak` tries by the hundred: syncs that go wrong, and the promises that hold all the same."""

import pytest

from tests.faults.story import tell
from tests.faults.tally import Tally

SAMPLE = range(1, 9)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SAMPLE)
@pytest.mark.usefixtures("transactional_db")
def test_no_fault_makes_a_sync_lose_or_invent_anything(seed: int) -> None:
    tally = Tally()

    tell(seed, tally)

    assert tally.syncs
