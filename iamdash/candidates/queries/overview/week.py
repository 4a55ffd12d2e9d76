"""What changed in the last seven days, as the journal has it: what went, what came or came back, what people did."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Case, Count, Exists, F, OuterRef, Q, When

from iamdash.candidates.queries.compiled import NOW, Compiled, compiled, number_of, side_by_side
from iamdash.candidates.queries.overview.scope import Bounds, Scope
from iamdash.models import Event

WEEK = timedelta(days=7)
NAMED, NEWEST = 3, "newest of {}"
REOPENED, CLAIMED = "candidate.reopened", "candidate.claimed"
# A reopening by the use of a key is told apart from the others.
USED_AGAIN = "candidate.used_again"
# What a lead wants to hear of, in this order: kind of event, words for one, words for many.
WENT = (
    ("iam_user.gone_confirmed", "IAM user proved deleted", "IAM users proved deleted"),
    ("access_key.deleted", "access key deleted", "access keys deleted"),
    ("access_key.deactivated", "access key deactivated", "access keys deactivated"),
)
CAME = (
    (USED_AGAIN, "candidate used again after its switch-over", "candidates used again after their switch-over"),
    (REOPENED, "candidate reopened", "candidates reopened"),
    ("access_key.reactivated", "access key reactivated", "access keys reactivated"),
    ("access_key.created", "access key created", "access keys created"),
    ("candidate.returned", "candidate back from an exception", "candidates back from an exception"),
    ("candidate.opened", "candidate found", "candidates found"),
)
DONE = ((CLAIMED, "candidate claimed", "candidates claimed"),)
KINDS = [kind for kinds in (WENT, CAME, DONE) for kind, _one, _many in kinds]
# A line that says nothing of it says no.
KEY_USED = Case(When(after__key_used=True, then=True), default=False)
UNDONE = Event.objects.filter(
    kind="candidate.released", candidate_number=OuterRef("candidate_number"), pk__gt=OuterRef("pk")
)


@dataclass(frozen=True, slots=True)
class WeekLine:
    """What happened this week, one kind of event a line, with the newest subjects."""

    count: int
    words: str
    subjects: tuple[str, ...]

    @property
    def more(self) -> int:
        """Return how many subjects are not named."""
        return self.count - len(self.subjects)


@dataclass(frozen=True, slots=True)
class Week:
    """The week's lines: retirements apart from arrivals, and what people took on."""

    went: tuple[WeekLine, ...]
    came: tuple[WeekLine, ...]
    done: tuple[WeekLine, ...]


def week(scope: Scope, *, now: datetime) -> Week:
    """Return what the journal has of the seven days before `now`, without claims that were undone. One query.

    Of everything, each kind of event by itself, as it has its index; of a narrow scope, all in one pass.
    """
    if scope.is_narrow:
        rows = _in_one_pass(scope.bounds).ask(now=now, **scope.given)
        found = {USED_AGAIN if key_used else kind: (count, newest) for kind, key_used, count, newest in rows}
    else:
        counts = _each_by_its_index().row(now=now)
        found = {kind: (counts[kind], counts[NEWEST.format(kind)]) for kind in KINDS if counts[kind]}
    return Week(*(_lines(kinds, found) for kinds in (WENT, CAME, DONE)))


@cache
def _each_by_its_index() -> Compiled:
    of_week = Event.objects.annotate(key_used=KEY_USED).filter(at__gt=NOW - WEEK, at__lte=NOW)
    events = {kind: of_week.filter(kind=kind) for kind in KINDS} | {
        USED_AGAIN: of_week.filter(kind=REOPENED, key_used=True),
        REOPENED: of_week.filter(kind=REOPENED, key_used=False),
        CLAIMED: of_week.filter(~Exists(UNDONE), kind=CLAIMED),
    }
    counts = {kind: number_of(rows) for kind, rows in events.items()}
    newest = {NEWEST.format(kind): rows.order_by("-at", "-pk").values("subject") for kind, rows in events.items()}
    return side_by_side(counts, lists={name: subjects[:NAMED] for name, subjects in newest.items()})


@cache
def _in_one_pass(bounds: Bounds) -> Compiled:
    return compiled(
        Event.objects.filter(bounds.events(), at__gt=NOW - WEEK, at__lte=NOW, kind__in=KINDS)
        .exclude(Q(kind=CLAIMED) & Exists(UNDONE))
        .values("kind", key_used=KEY_USED)
        .annotate(count=Count("pk"), newest=ArrayAgg("subject", order_by=["-at", "-pk"]))
        .order_by()
        .values_list("kind", "key_used", "count", F(f"newest__0_{NAMED}"))
    )


def _lines(kinds: tuple[tuple[str, str, str], ...], found: Mapping[str, tuple[int, list[str]]]) -> tuple[WeekLine, ...]:
    return tuple(
        WeekLine(found[kind][0], one if found[kind][0] == 1 else many, tuple(found[kind][1]))
        for kind, one, many in kinds
        if kind in found
    )
