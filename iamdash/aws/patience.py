"""Asking many questions of one kind, several at a time, and giving up where AWS answers none of them."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from iamdash.aws.errors import READ_ERRORS, unread
from iamdash.aws.session import AT_ONCE
from iamdash.aws.snapshot import Part, Unread

Subject = TypeVar("Subject")
Answered = TypeVar("Answered")

# In a row. An action that is denied, or credentials that have expired, would fail for every user of the account.
TOO_MANY_FAILURES = 10


class Patience:
    """Asks one action again and again until too many questions in a row have failed; then all others are unread."""

    def __init__(self, part: Part, action: str) -> None:
        self._part = part
        self._action = action
        self._failed_in_a_row = 0
        self._last: Unread | None = None

    def ask(self, question: Callable[[], Answered], *, subject: str) -> Answered | Unread:
        """Return the answer, or why there is none. Threads may lose a count to each other: it is a bound, no figure."""
        if self._last and self._failed_in_a_row >= TOO_MANY_FAILURES:
            return Unread(self._part, self._last.reason, self._action, self._last.error_code, subject)
        try:
            answer = question()
        except READ_ERRORS as error:
            self._failed_in_a_row += 1
            self._last = unread(error, self._part, self._action, subject)
            return self._last
        self._failed_in_a_row = 0
        return answer


def ask_each(subjects: Iterable[Subject], ask: Callable[[Subject], Answered]) -> Iterator[Answered]:
    """Yield the answer for each subject, in order, as they come. Nothing more is asked once the caller stops."""
    pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="aws")
    try:
        yield from pool.map(ask, subjects)
    finally:
        pool.shutdown(cancel_futures=True)
