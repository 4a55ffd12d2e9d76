"""`make soak`: stories of faulted syncs, one seed after the other, until the time is over. No test of `make test`.

IAMDASH_TEST_SOAK_SECONDS: how long (600). IAMDASH_TEST_SOAK_SEED: tell this one story only. A seed that fails does not
stop the others; it is printed with the command that tells its story again.
"""

import os
import sys
import time
import traceback
from collections.abc import Iterator
from itertools import count

import pytest

from tests.faults.story import again, tell
from tests.faults.tally import Tally

SECONDS = float(os.environ.get("IAMDASH_TEST_SOAK_SECONDS") or 600)
# By then something is wrong with everything, and the same would only be said again.
TOO_MANY = 20
SEED = os.environ.get("IAMDASH_TEST_SOAK_SEED", "")


@pytest.mark.usefixtures("transactional_db")
def test_hundreds_of_faulted_syncs_keep_every_promise(capsys: pytest.CaptureFixture[str]) -> None:
    tally, failed = Tally(), list[int]()

    for seed in seeds():
        with capsys.disabled():
            say(f"seed {seed}: {tally.syncs} faulted syncs so far")
            if not told(seed, tally):
                failed.append(seed)
        if len(failed) == TOO_MANY:
            break

    with capsys.disabled():
        say(f"{tally.line()}; {len(failed)} stories broke a promise.")
    assert not failed, f"Tell them again: {'; '.join(map(again, failed))}"


def seeds() -> Iterator[int]:
    """Yield the one seed that was asked for, or new ones until the time is over."""
    if SEED:
        yield int(SEED)
        return
    ends_at = time.monotonic() + SECONDS
    for seed in count(int(time.time())):
        if time.monotonic() >= ends_at:
            return
        yield seed


def told(seed: int, tally: Tally) -> bool:
    """Tell the story of a seed; print why where a promise was broken, and return whether all were kept."""
    try:
        tell(seed, tally)
    except Exception:  # noqa: BLE001  whatever it was, the other seeds are told too
        say(f"Seed {seed} broke a promise.\n{traceback.format_exc()}")
        return False
    return True


def say(words: str) -> None:
    """Print a line at once: a soak takes long."""
    sys.stdout.write(f"\n{words}")
    sys.stdout.flush()
