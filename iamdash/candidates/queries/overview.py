"""What the overview shows: how many keys are left, who is stuck, how each team stands, what changed this week."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, F, Q, Sum

from iamdash.candidates.queries.filters import NOBODY, SAFE_TO_DELETE
from iamdash.candidates.queries.frame import behind
from iamdash.models import AccessKey, AwsAccount, DailyCount, Event, Programme, Standing, Team
from iamdash.rules.keys import ACTIVE
from iamdash.rules.stage import Stage

WEEK = timedelta(days=7)
FOUR_WEEKS = timedelta(days=28)
NEEDS_SOMEONE = 5


@dataclass(frozen=True, slots=True)
class Number:
    """A figure that links to the list which makes it up. `query` is that list's query string."""

    value: int
    label: str
    query: str


@dataclass(frozen=True, slots=True)
class NeedsSomeone:
    """A candidate that was reopened, or has been in its stage for too long.

    `as_of`: its account was not read since, for too long.
    """

    number: int
    user_name: str
    owner: str
    stage: Stage
    stage_since: datetime
    reopened_at: datetime | None
    as_of: datetime | None


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A team's candidates by stage. `slug` empty: no team yet. `counts` are in the order of the ladder."""

    slug: str
    name: str
    counts: tuple[int, ...]
    left: int
    done: int
    stuck: int

    @property
    def by_stage(self) -> tuple[tuple[Stage, int], ...]:
        """Return each stage with its count."""
        return tuple(zip(Stage, self.counts, strict=True))

    @property
    def numbers(self) -> tuple[Number, ...]:
        """Return what is left, done and stuck, each with its list."""
        team = f"team={self.slug or NOBODY}"
        return (
            Number(self.left, "Left", team),
            Number(self.done, "Done", f"view=deleted&{team}"),
            Number(self.stuck, "Stuck", f"view=stuck&{team}"),
        )


@dataclass(frozen=True, slots=True)
class DayCount:
    """Active keys left on a day. `invented`: made up for the demo."""

    day: date
    active_keys: int
    invented: bool


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
class Overview:
    """The whole page. `has_accounts`, `has_synced`: for the empty states. `change`: in active keys over four weeks.

    `other_active_keys`: active keys of IAM users that are no candidates (yet), which the accounts page counts too.
    """

    has_accounts: bool
    has_synced: bool
    active_keys: int
    other_active_keys: int
    iam_users: int
    change: int | None
    target_on: date | None
    numbers: tuple[Number, ...]
    history: tuple[DayCount, ...]
    needs_someone: tuple[NeedsSomeone, ...]
    stuck: int
    reopened: int
    teams: tuple[TeamRow, ...]
    week: tuple[WeekLine, ...]

    @property
    def fewer(self) -> int:
        """Return how many keys fewer there are than four weeks ago."""
        return -(self.change or 0)

    @property
    def partly_invented(self) -> bool:
        """Return whether some of the history was made up for the demo."""
        return any(count.invented for count in self.history)


def overview(*, now: datetime) -> Overview:
    """Return the page's data as of `now`. Ten queries, whatever the size of the organisation."""
    programme = Programme.objects.filter(pk=1).first() or Programme()
    totals = _totals(now)
    history = _history(now, totals["active_keys"])
    before = {count.day: count.active_keys for count in history}.get((now - FOUR_WEEKS).date())
    change = None if before is None else totals["active_keys"] - before
    return Overview(
        has_accounts=AwsAccount.objects.filter(removed_at=None).exists(),
        has_synced=totals["all"] > 0,
        active_keys=totals["active_keys"],
        other_active_keys=_other_active_keys(),
        iam_users=totals["open"],
        change=change,
        target_on=programme.target_date,
        numbers=_numbers(totals, programme.stuck_days),
        history=history,
        needs_someone=_needs_someone(now),
        stuck=totals["stuck"],
        reopened=totals["reopened"],
        teams=_teams(now),
        week=_week(now),
    )


def _other_active_keys() -> int:
    of_no_candidate = AccessKey.objects.filter(iam_user__candidate=None, iam_user__aws_account__removed_at=None)
    return of_no_candidate.filter(status=ACTIVE, gone_at=None).count()


def _totals(now: datetime) -> dict[str, int]:
    open_ones = Q(is_open=True)
    totals = Standing.objects.aggregate(
        all=Count("pk"),
        open=Count("pk", filter=open_ones),
        active_keys=Sum("active_keys", filter=open_ones, default=0),
        unclaimed=Count("pk", filter=open_ones & Q(owner_team=None)),
        stuck=Count("pk", filter=open_ones & Q(stuck_from__lte=now)),
        reopened=Count("pk", filter=open_ones & Q(reopened_at__isnull=False)),
        safe_to_delete=Count("pk", filter=SAFE_TO_DELETE),
        new=Count("pk", filter=open_ones & Q(candidate__opened_at__gt=now - WEEK)),
    )
    return {name: int(count) for name, count in totals.items()}


def _numbers(totals: dict[str, int], stuck_days: int) -> tuple[Number, ...]:
    return (
        Number(totals["active_keys"], "active keys left", "keys=active"),
        Number(totals["open"], "IAM users left", ""),
        Number(totals["unclaimed"], "with no owner", "view=unclaimed"),
        Number(totals["stuck"], f"stuck over {stuck_days} days", "view=stuck"),
        Number(totals["safe_to_delete"], "safe to delete now", "view=safe-to-delete"),
        Number(totals["new"], "new this week", "opened=week"),
    )


def _history(now: datetime, active_keys: int) -> tuple[DayCount, ...]:
    """Return the last year, one count a day, ending with what is true now."""
    today = now.date()
    rows = (
        DailyCount.objects.filter(day__gt=today - timedelta(days=366), day__lt=today)
        .values("day")
        .annotate(
            keys=Sum("active_keys", filter=~Q(stage=Stage.DELETED), default=0),
            made_up=Count("pk", filter=Q(invented=True)),
        )
        .order_by("day")
    )
    past = [DayCount(row["day"], int(row["keys"]), row["made_up"] > 0) for row in rows]
    return (*past, DayCount(today, active_keys, invented=False))


def _needs_someone(now: datetime) -> tuple[NeedsSomeone, ...]:
    """Return who was reopened, the newest first, and then who has been stuck longest."""
    iam_user = "candidate__iam_user__"
    rows = (
        Standing.objects.filter(Q(reopened_at__isnull=False) | Q(stuck_from__lte=now), is_open=True)
        .order_by(F("reopened_at").desc(nulls_last=True), "stuck_from", "pk")
        .values_list(
            *("pk", f"{iam_user}user_name", f"{iam_user}aws_account"),
            *("owner_team__name", "stage", "stage_since", "reopened_at"),
        )[:NEEDS_SOMEONE]
    )
    read_at = behind(now=now)
    return tuple(
        NeedsSomeone(
            number, user_name, team or "No owner yet", Stage(stage), since, reopened_at, read_at.get(account_id)
        )
        for number, user_name, account_id, team, stage, since, reopened_at in rows
    )


def _teams(now: datetime) -> tuple[TeamRow, ...]:
    """Return every team of the config or with candidates, by name; those without a team come last, always shown."""
    counts: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    stuck: dict[str, int] = defaultdict(int)
    rows = (
        Standing.objects.filter(Q(is_open=True) | Q(stage=Stage.DELETED))
        .values("owner_team", "stage")
        .annotate(number=Count("pk"), stuck=Count("pk", filter=Q(is_open=True, stuck_from__lte=now)))
        .order_by()
    )
    for row in rows:
        slug = row["owner_team"] or ""
        counts[slug][row["stage"]] += row["number"]
        stuck[slug] += row["stuck"]
    named = [(team.slug, team.name) for team in Team.objects.order_by("name") if team.in_config or team.slug in counts]
    return tuple(_team_row(slug, name, counts[slug], stuck[slug]) for slug, name in [*named, ("", "No team yet")])


def _team_row(slug: str, name: str, by_stage: dict[int, int], stuck: int) -> TeamRow:
    counts = tuple(by_stage[stage] for stage in Stage)
    done = by_stage[Stage.DELETED]
    return TeamRow(slug, name, counts, left=sum(counts) - done, done=done, stuck=stuck)


# What a lead wants to hear of, in this order: kind of event, words for one, words for many. A reopening by the use of a
# key is told apart from the others.
USED_AGAIN = "candidate.used_again"
WEEK_KINDS = (
    (USED_AGAIN, "candidate used again after its switch-over", "candidates used again after their switch-over"),
    ("candidate.reopened", "candidate reopened", "candidates reopened"),
    ("iam_user.gone_confirmed", "IAM user proved deleted", "IAM users proved deleted"),
    ("access_key.deleted", "access key deleted", "access keys deleted"),
    ("access_key.deactivated", "access key deactivated", "access keys deactivated"),
    ("access_key.reactivated", "access key reactivated", "access keys reactivated"),
    ("access_key.created", "access key created", "access keys created"),
    ("candidate.claimed", "candidate claimed", "candidates claimed"),
    ("candidate.opened", "candidate found", "candidates found"),
)


def _week(now: datetime) -> tuple[WeekLine, ...]:
    subjects: dict[str, list[str]] = defaultdict(list)
    rows = (
        Event.objects.filter(at__gt=now - WEEK, at__lte=now, kind__in=[kind for kind, _, _ in WEEK_KINDS])
        .order_by("-at", "-pk")
        .values_list("kind", "subject", "after__key_used")
    )
    for kind, subject, key_used in rows:
        subjects[USED_AGAIN if key_used else kind].append(subject)
    return tuple(
        WeekLine(len(subjects[kind]), one if len(subjects[kind]) == 1 else many, tuple(subjects[kind][:3]))
        for kind, one, many in WEEK_KINDS
        if subjects[kind]
    )
