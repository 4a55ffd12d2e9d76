"""What holds for each thing that people can do: who may, one line in the journal, nothing drifts, no stage is taken."""

import inspect
from collections.abc import Callable
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from iamdash.candidates import actions
from iamdash.models import AccessLevel, Candidate, Event, Person, Standing
from iamdash.rules.exception import Waiting
from iamdash.rules.route import Route
from iamdash.rules.silence.cadence import Cadence
from iamdash.rules.stage import Stage
from iamdash.standing.check import differences
from tests.candidates.actions.conftest import assessed
from tests.factories import (
    NOW,
    days_ago,
    make_candidate,
    make_claim,
    make_iam_role,
    make_iam_user,
    make_person,
    make_replacement,
    make_team,
)

ALL = {name: getattr(actions, name) for name in actions.__all__ if inspect.isfunction(getattr(actions, name))}
NO_ACTION_ON_A_CANDIDATE = {
    "__init__",
    "address",
    "bulk",
    "change",
    "deciding",
    "errors",
    "holding",
    "membership",
    "saved_view",
    "workload",
}
PACKAGE = Path(inspect.getfile(actions)).parent
LEVELS = list(AccessLevel)
LOWEST = dict.fromkeys(ALL, AccessLevel.ENGINEER) | dict.fromkeys(
    ["assign", "approve_exception", "decline_exception"], AccessLevel.LEAD
)


def situation(name: str, by: Person) -> tuple[Candidate, dict[str, Any]]:
    """Return a candidate with which `by` could do this, were it only for the access level; and what else it takes."""
    team = by.teams.get()
    if name == "close":
        iam_user = make_iam_user(gone_at=days_ago(2), gone_confirmed_at=days_ago(1))
        return assessed(make_candidate(iam_user)), {"note": "Done."}
    candidate = make_candidate()
    more: dict[str, Callable[[], dict[str, Any]]] = {
        "claim": lambda: {"team": team},
        "confirm": lambda: claimed(candidate, by, claimed_at=days_ago(10)),
        "take_over": lambda: claimed(candidate, make_person(teams=(team,), is_active=False)),
        "release": lambda: claimed(candidate, by),
        "hand_over": lambda: claimed(candidate, by) | {"team": team, "person": make_person(teams=(team,))},
        "accept_offer": lambda: offered(candidate, to=by),
        "decline_offer": lambda: offered(candidate, to=by),
        "withdraw_offer": lambda: offered(candidate, to=make_person()),
        "assign": lambda: {"team": team, "person": make_person(teams=(team,))},
        "declare_cadence": lambda: {"cadence": Cadence.MONTHLY},
        "choose_route": lambda: {"route": Route.JUST_DELETE},
        "link_role": lambda: {"iam_role": make_iam_role()},
        "unlink_role": lambda: {"replacement": make_replacement(candidate)},
        "link_tracker": lambda: {"url": "https://tracker.example.org/1"},
        "remove_tracker": lambda: {"tracker_link": tracked(candidate)},
        "set_due_date": lambda: {"due_on": date(2027, 1, 1)},
        "ask_exception": lambda: {"reason": "A vendor.", "expires_on": date(2026, 7, 1), "review_url": ""},
        "approve_exception": lambda: asked(candidate, make_person()),
        "decline_exception": lambda: asked(candidate, make_person()),
        "end_exception": lambda: asked(candidate, by),
        "block": lambda: {"waits_for": Waiting.RELEASE, "words": "", "review_on": date(2026, 7, 1)},
        "unblock": lambda: blocked(candidate),
        "write_note": lambda: {"body": "A note."},
    }
    takes = more[name]()
    return assessed(candidate), takes


def claimed(candidate: Candidate, by: Person, **columns: Any) -> dict[str, Any]:
    make_claim(candidate, person=by, team=by.teams.get(), **columns)
    return {}


def offered(candidate: Candidate, *, to: Person) -> dict[str, Any]:
    team = make_team()
    holder = make_person(teams=(team,))
    offer = {"offered_team": team, "offered_person": to, "offered_by": holder, "offered_at": NOW}
    make_claim(candidate, person=holder, team=team, **offer)
    return {}


def asked(candidate: Candidate, by: Person) -> dict[str, Any]:
    said = {"reason": "A vendor.", "expires_on": date(2026, 7, 1), "asked_at": NOW, "asked_by": by}
    return {"exception": candidate.exceptions.create(**said)}


def blocked(candidate: Candidate) -> dict[str, Any]:
    candidate.blocked_by, candidate.block_review_on = Waiting.PERSON, date(2026, 7, 1)
    candidate.save()
    return {}


def tracked(candidate: Candidate) -> Any:
    return candidate.tracker_links.create(url="https://example.org/1", linked_at=NOW, linked_by=make_person())


@pytest.mark.django_db
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", ALL)
def test_each_access_level_can_do_what_it_may_and_no_more(name: str, level: AccessLevel) -> None:
    by = make_person(access_level=level, teams=(make_team(),))
    candidate, takes = situation(name, by)
    lines_before = Event.objects.count()

    if LEVELS.index(level) >= LEVELS.index(LOWEST[name]):
        ALL[name](candidate=candidate, by=by, now=NOW, **takes)
    else:
        with pytest.raises(actions.NotPermitted, match=f"You have {level.value} access: ask whoever runs iamdash"):
            ALL[name](candidate=candidate, by=by, now=NOW, **takes)

        assert Event.objects.count() == lines_before


@pytest.mark.django_db
@pytest.mark.parametrize("name", ALL)
def test_each_action_writes_one_line_and_leaves_no_answer_behind(name: str) -> None:
    by = make_person("lea@example.org", access_level=AccessLevel.LEAD, teams=(make_team(),))
    candidate, takes = situation(name, by)
    before = set(Event.objects.values_list("pk", flat=True))

    ALL[name](candidate=candidate, by=by, now=NOW, **takes)

    # That the stage moved with it is the rules' line, not the action's.
    [event] = Event.objects.exclude(pk__in=before).exclude(kind="candidate.stage_changed")
    assert (event.actor, event.at, event.candidate_number) == ("lea@example.org", NOW, candidate.pk)
    assert event.kind.startswith("candidate.")
    assert list(differences(NOW)) == []


@pytest.mark.django_db
def test_an_action_that_fails_half_way_writes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    team = make_team()
    candidate, by = assessed(make_candidate()), make_person(teams=(team,))
    lines_before = Event.objects.count()
    monkeypatch.setattr("iamdash.candidates.actions.change.assess", lambda *_, **__: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        actions.claim(candidate=candidate, team=team, by=by, now=NOW)

    assert not candidate.claims.exists()
    assert Event.objects.count() == lines_before


@pytest.mark.django_db
def test_a_person_who_was_switched_off_can_do_nothing() -> None:
    team = make_team()
    by = make_person(teams=(team,), access_level=AccessLevel.ADMIN, is_active=False)

    with pytest.raises(actions.NotPermitted):
        actions.claim(candidate=assessed(make_candidate()), team=team, by=by, now=NOW)


def test_every_function_of_the_room_is_on_the_list() -> None:
    files = [path.stem for path in PACKAGE.glob("*.py") if path.stem not in NO_ACTION_ON_A_CANDIDATE]
    found = {
        name
        for file in files
        for name, function in inspect.getmembers(import_module(f"{actions.__name__}.{file}"), inspect.isfunction)
        if inspect.unwrap(function).__module__ == f"{actions.__name__}.{file}" and not name.startswith("_")
    }

    assert found == set(ALL)


@pytest.mark.parametrize("name", ALL)
def test_every_action_names_its_arguments_and_who_and_when(name: str) -> None:
    parameters = inspect.signature(ALL[name]).parameters

    assert {"candidate", "by", "now"} <= set(parameters)
    assert {parameter.kind for parameter in parameters.values()} == {inspect.Parameter.KEYWORD_ONLY}


@pytest.mark.parametrize("name", ALL)
def test_no_action_takes_a_stage(name: str) -> None:
    for parameter in inspect.signature(ALL[name]).parameters.values():
        assert "stage" not in parameter.name.lower()
        assert parameter.annotation is not Stage
        assert parameter.annotation is not Standing
