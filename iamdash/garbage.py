"""Garbage collection of a process that lives long: a sync and a page make many objects, and few of them in cycles."""

import gc


def collect_seldom() -> None:
    """Leave what start-up made out of garbage collection, and collect seldom. Processes forked later inherit it.

    It saves a sync a seventh of its CPU for some megabytes (docs/decisions/0004), and a page now and then a tenth of a
    second in which all that start-up made is looked at again (0006).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)
