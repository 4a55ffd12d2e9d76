"""The journal, newest first, narrowed by what the address asks for. Any address can be read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from django.db.models import BigIntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from iamdash.candidates.queries.candidate.timeline import seen_by
from iamdash.candidates.queries.candidate_list.controls import Chip, Select, ignored, select
from iamdash.candidates.queries.typed import cleaned, number_in
from iamdash.models import Candidate, Event, Person

PAGE_SIZE = 50
# What a line is about, as its kind begins.
ABOUT = {
    "candidates": ("Candidates", ("candidate.",)),
    "keys": ("Access keys", ("access_key.",)),
    "users": ("IAM users", ("iam_user.", "other_credential.")),
    "roles": ("Roles and pods", ("iam_role.", "pod_identity.", "eks_cluster.")),
    "organisation": ("Teams, people and the file", ("team.", "person.", "config.", "organization.")),
}
# Who a line is by; somebody's e-mail address is known too.
BY = {
    "people": ("People", Q(actor__contains="@")),
    "sync": ("Syncs", Q(actor="sync")),
    "check": ("Checks of one user", Q(actor="check")),
    "clock": ("The passing of time", Q(actor="clock")),
}


@dataclass(frozen=True, slots=True)
class JournalFilters:
    """What an address asks for, as it was written; "" where it says nothing. The order of the fields is canonical.

    `candidate`: a number. `since`, `until`: days, both included. `before`: the number of the line above the page.
    """

    about: str = ""
    by: str = ""
    account: str = ""
    candidate: str = ""
    subject: str = ""
    since: str = ""
    until: str = ""
    before: str = ""

    @classmethod
    def of(cls, parameters: Mapping[str, str]) -> "JournalFilters":
        """Read the parameters of an address."""
        return cls(**{field.name: cleaned(parameters.get(field.name, "")) for field in fields(cls)})

    def query(self, **changes: str) -> str:
        """Return the canonical query string, with changes; a change goes back to the newest line."""
        changed = replace(self, **({"before": ""} | changes))
        said = {field.name: getattr(changed, field.name) for field in fields(changed)}
        return urlencode({name: value for name, value in said.items() if value})


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `candidate_number`: None where it is of no candidate; `account_name`: "" where it is of no account.

    What happened to the IAM user of a candidate, or to a key of it, is of that candidate too. `changes`: all that a
    load of the file changed, where the sentence has no room for it.
    """

    number: int
    at: datetime
    sentence: str
    by: str
    subject: str
    candidate_number: int | None
    aws_account_id: str
    account_name: str
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Journal:
    """One page of the journal. `older_query`: None on the last page."""

    lines: tuple[Line, ...]
    selects: tuple[Select, ...]
    chips: tuple[Chip, ...]
    asked: JournalFilters
    older_query: str | None
    export_query: str


def journal(asked: JournalFilters, accounts: Mapping[str, str]) -> Journal:
    """Return one page. `accounts`: the name of every AWS account.

    Two queries, the newest page one; one more where it is of one candidate.
    """
    place, found = _place(asked.before), lines_of(asked, accounts)
    if place is not None:
        # The two on their own too: an index on the time alone leads to where the page begins.
        at, number = place
        found = found.filter(at__lte=at).exclude(at=at, pk__gte=number)
    events = list(found[: PAGE_SIZE + 1])
    lines = tuple(_line(event, accounts) for event in events[:PAGE_SIZE])
    controls = (
        select("about", "About", "Anything", {name: words for name, (words, _) in ABOUT.items()}, asked.about),
        select("by", "By", "Anybody", {name: words for name, (words, _) in BY.items()} | _somebody(asked.by), asked.by),
        select("account", "Account", "All accounts", accounts, asked.account),
    )
    return Journal(
        lines=lines,
        selects=controls,
        chips=tuple(_chips(asked, controls, is_placed=place is not None)),
        asked=asked,
        older_query=asked.query(before=str(lines[-1].number)) if len(events) > PAGE_SIZE else None,
        export_query=asked.query(),
    )


def lines_of(asked: JournalFilters, accounts: Mapping[str, str]) -> QuerySet[Event]:
    """Return the lines that an address asks for, newest first, each with the name of its person and its candidate."""
    condition = Q()
    if asked.about in ABOUT:
        _words, kinds = ABOUT[asked.about]
        condition &= Q(*(Q(kind__startswith=kind) for kind in kinds), _connector=Q.OR)
    if asked.by in BY:
        _words, by = BY[asked.by]
        condition &= by
    elif "@" in asked.by:
        condition &= Q(actor=asked.by.lower())
    if asked.account in accounts:
        condition &= Q(aws_account_id=asked.account)
    number = number_in(asked.candidate)
    if number is not None:
        condition &= _of_candidate(number)
    if asked.subject:
        condition &= Q(subject__iexact=asked.subject) | Q(unique_id=asked.subject)
    since, until = _day(asked.since), _day(asked.until)
    if since:
        condition &= Q(at__gte=_midnight(since))
    if until:
        condition &= Q(at__lt=_midnight(until + timedelta(days=1)))
    name = Person.objects.filter(email=OuterRef("actor")).values("full_name")
    candidate = Candidate.objects.filter(
        iam_user__aws_account=OuterRef("aws_account_id"), iam_user__unique_id=OuterRef("unique_id")
    ).values("pk")
    of_candidate = Coalesce("candidate_number", Subquery(candidate), output_field=BigIntegerField())
    found = Event.objects.filter(condition).annotate(actor_name=Subquery(name), of_candidate=of_candidate)
    return found.order_by("-at", "-pk")


def _of_candidate(number: int) -> Q:
    """Return the condition for what its timeline tells: of the candidate, of its IAM user and of the keys."""
    said = Q(candidate_number=number)
    seen = Candidate.objects.filter(pk=number).values_list("iam_user__aws_account", "iam_user__unique_id").first()
    return said | Q(aws_account_id=seen[0], unique_id=seen[1]) if seen else said


def _line(event: Event, accounts: Mapping[str, str]) -> Line:
    return Line(
        number=event.pk,
        at=event.at,
        sentence=event.sentence,
        by=seen_by(event, event.actor_name),  # type: ignore[attr-defined]  # annotated above
        subject=event.subject,
        candidate_number=event.of_candidate,  # type: ignore[attr-defined]  # annotated above
        aws_account_id=event.aws_account_id,
        account_name=accounts.get(event.aws_account_id, event.aws_account_id),
        changes=tuple((event.after or {}).get("changes", ())) if event.sentence.endswith("…") else (),
    )


def _place(number: str) -> tuple[datetime, int] | None:
    pk = number_in(number)
    return None if pk is None else Event.objects.filter(pk=pk).values_list("at", "pk").first()


def _somebody(by: str) -> dict[str, str]:
    return {by: by} if "@" in by else {}


def _chips(asked: JournalFilters, controls: tuple[Select, ...], *, is_placed: bool) -> Iterator[Chip]:
    """Yield what is in force, and what means nothing."""
    for control in controls:
        if control.chosen.value:
            yield Chip(f"{control.label}: {ignored(control.chosen.label)}", asked.query(**{control.name: ""}))
    if asked.candidate:
        known = "" if number_in(asked.candidate) is not None else " (no number, ignored)"
        yield Chip(f"Candidate: {asked.candidate}{known}", asked.query(candidate=""))
    if asked.subject:
        yield Chip(f"Of: {asked.subject}", asked.query(subject=""))
    for name, label in (("since", "Since"), ("until", "Until")):
        value = getattr(asked, name)
        if value:
            known = "" if _day(value) else " (no day, ignored)"
            yield Chip(f"{label}: {value}{known}", asked.query(**{name: ""}))
    if asked.before and not is_placed:
        yield Chip(f"Page: {asked.before} (unknown, ignored)", asked.query())


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    # A day before or after needs room too.
    return day if 1900 < day.year < 9999 else None


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
