"""What a stretch of this process's life costs: seconds, CPU seconds, and memory above what it held before."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

STATUS = Path("/proc/self/status")
FORGET_THE_PEAK = "5"  # proc(5), clear_refs: the peak of resident memory begins anew


@dataclass
class Cost:
    """Filled when the stretch ends. `memory_mb` None: this system does not tell."""

    wall: float = 0.0
    cpu: float = 0.0
    memory_mb: float | None = None


@contextmanager
def cost() -> Iterator[Cost]:
    """Measure the block."""
    measured = Cost()
    held = _begin_peak()
    wall, cpu = time.perf_counter(), time.process_time()
    yield measured
    measured.wall, measured.cpu = time.perf_counter() - wall, time.process_time() - cpu
    if held is not None:
        measured.memory_mb = _kilobytes("VmHWM") / 1024 - held


def _begin_peak() -> float | None:
    if not STATUS.exists():
        return None
    STATUS.with_name("clear_refs").write_text(FORGET_THE_PEAK)
    return _kilobytes("VmRSS") / 1024


def _kilobytes(name: str) -> int:
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1])
