"""What a reading is told from outside: the time, how to wait, and whom to tell how far it is."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

Clock = Callable[[], datetime]
OnProgress = Callable[[str, int, int | None], None]


def tell_nobody(_doing: str, _done: int, _total: int | None) -> None:
    """Take in progress that nobody asked for."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """`clock` returns now, in UTC. `pause` waits for seconds. `tell(doing, done, total)`: total None, nobody knows."""

    clock: Clock
    tell: OnProgress = tell_nobody
    pause: Callable[[float], None] = time.sleep
