"""Carries out Wayfare's paperwork with the real actions, each with the time at which it is said to have happened."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import partial
from typing import TypedDict

from django.contrib.auth.hashers import make_password

from iamdash.candidates import actions
from iamdash.demo.organisation.paperwork import COLLEAGUES, PAPERWORK, TRACKER, Blocked, Colleague, Excepted, Work
from iamdash.models import AccessLevel, Candidate, IamRole, Person, Team
from iamdash.organisation.people import Wanted, make_person
from iamdash.rules.exception import Waiting
from iamdash.rules.route import Route
from iamdash.rules.silence.cadence import Cadence

# Everybody's: the demo answers on this machine alone.
PASSWORD = "retire every key"  # noqa: S105  shown on the terminal, to be typed
SOON = timedelta(minutes=20)

Deed = Callable[[datetime], object]


class _On(TypedDict):
    candidate: Candidate
    by: Person


def make_colleagues(now: datetime) -> None:
    """Make the people of the demo; those with a title can sign in."""
    # Hashed once: each time takes as long as a sync.
    hashed = make_password(PASSWORD)
    for colleague in COLLEAGUES:
        wanted = Wanted(
            email=colleague.email,
            access_level=AccessLevel(colleague.access_level),
            full_name=colleague.full_name,
            team_slugs=colleague.teams,
        )
        person, _ = make_person(wanted, now=now)
        if colleague.title:
            person.password = hashed
            person.save(update_fields=["password"])


def deeds(anchor: datetime) -> list[tuple[datetime, Deed]]:
    """Return everything that people recorded, with its time, in order."""
    found = [
        (anchor - timedelta(days=days_ago), deed) for work in PAPERWORK for days_ago, deed in _deeds_of(work, anchor)
    ]
    return sorted(found, key=lambda each: each[0])


def _deeds_of(work: Work, anchor: datetime) -> Iterator[tuple[float, Deed]]:
    yield work.claimed.days_ago, lambda now: actions.claim(**_on(work), team=_team(work.claimed.team), now=now)
    just_after = work.claimed.days_ago - SOON / timedelta(days=1)
    if work.cadence:
        yield just_after, lambda now: actions.declare_cadence(**_on(work), cadence=Cadence(work.cadence), now=now)
    if work.route:
        yield just_after, lambda now: actions.choose_route(**_on(work), route=Route(work.route), now=now)
    if work.issue:
        yield just_after, lambda now: actions.link_tracker(**_on(work), url=f"{TRACKER}/{work.issue}", now=now)
    if work.due_in is not None:
        due_on = (anchor + timedelta(days=work.due_in)).date()
        yield just_after, lambda now: actions.set_due_date(**_on(work), due_on=due_on, now=now)
    for role_name, days_ago in work.roles:
        yield days_ago, partial(_link_role, work, role_name)
    for days_ago, text in work.notes:
        yield days_ago - SOON / timedelta(days=1), partial(_write_note, work, text)
    yield from _excuses_of(work, anchor)
    yield from _endings_of(work)


def _excuses_of(work: Work, anchor: datetime) -> Iterator[tuple[float, Deed]]:
    if work.exception:
        expires_on = (anchor + timedelta(days=work.exception.days_left)).date()
        yield work.exception.days_ago, partial(_ask_exception, work, work.exception, expires_on)
        if work.exception.approved_by:
            decided = work.exception.days_ago - SOON / timedelta(days=1)
            yield decided, partial(_approve_exception, work, work.exception.approved_by)
    if work.blocked:
        review_on = (anchor + timedelta(days=work.blocked.days_left)).date()
        yield work.blocked.days_ago, partial(_block, work, work.blocked, review_on)


def _ask_exception(work: Work, excepted: Excepted, expires_on: date, now: datetime) -> None:
    actions.ask_exception(
        candidate=_candidate(work),
        reason=excepted.reason,
        expires_on=expires_on,
        review_url="",
        by=_person(excepted.asked_by),
        now=now,
    )


def _approve_exception(work: Work, lead: Colleague, now: datetime) -> None:
    candidate = _candidate(work)
    actions.approve_exception(candidate=candidate, exception=candidate.exceptions.get(), by=_person(lead), now=now)


def _block(work: Work, blocked: Blocked, review_on: date, now: datetime) -> None:
    waits_for = Waiting(blocked.waits_for)
    actions.block(**_on(work), waits_for=waits_for, words=blocked.words, review_on=review_on, now=now)


def _link_role(work: Work, role_name: str, now: datetime) -> None:
    iam_role = IamRole.objects.get(aws_account=work.account.account_id, role_name=role_name, gone_at=None)
    actions.link_role(**_on(work), iam_role=iam_role, now=now)


def _write_note(work: Work, body: str, now: datetime) -> None:
    actions.write_note(**_on(work), body=body, now=now)


def _hand_over(work: Work, team: str, to: Colleague, now: datetime) -> None:
    actions.hand_over(**_on(work), team=_team(team), person=_person(to), now=now)


def _endings_of(work: Work) -> Iterator[tuple[float, Deed]]:
    if work.released:
        yield work.released, lambda now: actions.release(**_on(work), now=now)
    for days_ago, team, to in filter(None, (work.handed_over, work.offered)):
        yield days_ago, partial(_hand_over, work, team, to)
    if work.handed_over:
        days_ago, _team_slug, to = work.handed_over
        answered = days_ago - SOON / timedelta(days=1)
        yield answered, lambda now: actions.accept_offer(candidate=_candidate(work), by=_person(to), now=now)
    if work.closed:
        days_ago, note = work.closed
        yield days_ago, lambda now: actions.close(**_on(work), note=note, now=now)


def _on(work: Work) -> _On:
    return {"candidate": _candidate(work), "by": _person(work.claimed.by)}


def _candidate(work: Work) -> Candidate:
    """Return the candidate of the first IAM user that had this name, or has it since it was renamed."""
    return Candidate.objects.filter(
        iam_user__aws_account=work.account.account_id, iam_user__user_name=work.user_name
    ).earliest("opened_at", "pk")


def _person(colleague: Colleague) -> Person:
    return Person.objects.get_by_natural_key(colleague.email)


def _team(slug: str) -> Team:
    return Team.objects.get(slug=slug)
