"""What the page of one candidate is told: ages from the newest reading, states of the steps, roles that may fit."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest

from iamdash.candidates.queries.candidate.access_keys import key_table
from iamdash.candidates.queries.candidate.iam_user_facts import console_url, iam_user_facts
from iamdash.candidates.queries.candidate.ladder import ladder
from iamdash.candidates.queries.candidate.page import candidate_page, find_candidate
from iamdash.candidates.queries.candidate.page_notices import page_notices
from iamdash.candidates.queries.candidate.readings import Readings, readings_of
from iamdash.candidates.queries.candidate.role_search import find_roles, roles_alike, words_of
from iamdash.candidates.queries.candidate.timeline import events_of, notes_of, timeline
from iamdash.models import Candidate, IamUser
from iamdash.models.journal import record
from iamdash.rules.evidence import Evidence, Holds, NextStep, Reading, Step
from iamdash.rules.sentence import Sentence
from iamdash.rules.stage import Stage
from iamdash.standing.assess import Cause, assess
from iamdash.standing.freshness import NEWEST_FINISHED_RUNS
from iamdash.standing.rows import fetch
from tests.factories import (
    NOW,
    days_ago,
    make_access_key,
    make_aws_account,
    make_candidate,
    make_claim,
    make_iam_role,
    make_iam_user,
    make_person,
    make_replacement,
    make_sync_run,
)

HOUR = timedelta(hours=1)


def read(iam_user: IamUser) -> Readings:
    return readings_of(iam_user, next(iter(NEWEST_FINISHED_RUNS.of(aws_accounts=[iam_user.aws_account_id])), None))


def page_of(candidate: Candidate) -> Any:
    assess([candidate.iam_user_id], now=NOW, cause=Cause.AWS, actor="sync")
    return candidate_page(find_candidate(candidate.pk), now=NOW)


# How old it is ----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_keys_are_as_old_as_the_newest_direct_reading_that_agreed() -> None:
    iam_user = make_iam_user(keys_read_at=days_ago(9))
    make_sync_run(agreed_directly={iam_user.unique_id: (NOW - HOUR).isoformat(), "AIDAOTHER": NOW.isoformat()})

    readings = read(iam_user)

    assert readings.as_of(Reading.KEYS) == NOW - HOUR


@pytest.mark.django_db
def test_what_people_said_has_no_age_and_what_was_never_read_has_none_either() -> None:
    iam_user = make_iam_user(keys_read_at=None)
    make_sync_run(freshness={})

    readings = read(iam_user)

    assert [readings.as_of(reading) for reading in Reading] == [None] * len(Reading)


@pytest.mark.django_db
def test_a_proof_is_as_old_as_the_question_about_this_user_and_not_about_another() -> None:
    iam_user = make_iam_user(gone_at=days_ago(20), gone_confirmed_at=days_ago(19))
    make_sync_run(freshness={"absences": days_ago(1).isoformat()})

    assert read(iam_user).as_of(Reading.ABSENCES) == days_ago(19)


@pytest.mark.django_db
def test_a_running_sync_takes_nothing_away_from_what_the_last_one_read() -> None:
    iam_user = make_iam_user()
    done = make_sync_run()
    make_sync_run(started_at=NOW, finished_at=None, outcome="running")

    readings = read(iam_user)

    assert readings.as_of(Reading.LISTING) == done.finished_at


@pytest.mark.django_db
def test_a_report_that_shows_other_keys_is_not_said_to_agree() -> None:
    slots = [["2021-09-17T00:00:00+00:00", True]]
    iam_user = make_iam_user(report_slots=[*slots, ["2026-05-31T00:00:00+00:00", True]], asked_slots=slots)
    readings = Readings(by_part={"credential_report": NOW}, keys_as_of=days_ago(1))

    assert key_table(iam_user, fetch([iam_user]), readings, now=NOW).agreeing_report_at is None
    iam_user.report_slots = slots
    assert key_table(iam_user, fetch([iam_user]), readings, now=NOW).agreeing_report_at == NOW


@pytest.mark.django_db
def test_the_use_of_a_key_is_as_old_as_the_newest_reading_that_agreed() -> None:
    iam_user = make_iam_user()
    direct = make_access_key(iam_user, last_used_as_of=days_ago(5))
    reported = make_access_key(iam_user, last_used_as_of=days_ago(5), last_used_source="report")
    make_sync_run(
        freshness={"credential_report": days_ago(0.1).isoformat()},
        uses_agreed_directly={direct.access_key_id: days_ago(0.5).isoformat()},
    )

    rows = {row.access_key_id: row for row in key_table(iam_user, fetch([iam_user]), read(iam_user), now=NOW).rows}

    assert rows[direct.access_key_id].last_used_as_of == days_ago(0.5)
    assert rows[reported.access_key_id].last_used_as_of == days_ago(0.1)
    assert rows[reported.access_key_id].from_report


@pytest.mark.django_db
def test_keys_that_are_gone_are_listed_last_with_the_age_they_had() -> None:
    iam_user = make_iam_user()
    gone = make_access_key(iam_user, created_at=days_ago(1), gone_at=days_ago(0.5), last_used_as_of=days_ago(0.7))
    make_access_key(iam_user)
    make_sync_run(uses_agreed_directly={gone.access_key_id: NOW.isoformat()})

    last = key_table(iam_user, fetch([iam_user]), read(iam_user), now=NOW).rows[-1]

    assert (last.access_key_id, last.last_used_as_of) == (gone.access_key_id, days_ago(0.7))


@pytest.mark.django_db
def test_console_access_is_as_old_as_the_newest_report_that_agrees() -> None:
    iam_user = make_iam_user(password_enabled=False, console_as_of=days_ago(60))
    readings = Readings(by_part={"credential_report": days_ago(0.1)})

    living = iam_user_facts(iam_user, readings, ()).console_as_of
    iam_user.gone_at = days_ago(30)
    gone = iam_user_facts(iam_user, readings, ()).console_as_of

    assert (living, gone) == (days_ago(0.1), days_ago(60))


@pytest.mark.django_db
def test_a_description_given_in_the_console_is_told_with_its_key_and_not_as_a_tag() -> None:
    iam_user = make_iam_user(
        tags={"AKIAIOSFODNN7EXAMPLE": "nightly upload", "team": "data", "repo": "https://x.example"}
    )
    make_access_key(iam_user, access_key_id="AKIAIOSFODNN7EXAMPLE")

    facts, row = (
        iam_user_facts(iam_user, Readings(), ()),
        key_table(iam_user, fetch([iam_user]), Readings(), now=NOW).rows[0],
    )

    assert row.description == "nightly upload"
    assert [tag.name for tag in facts.tags] == ["team"]
    assert [(tag.name, tag.url) for tag in facts.repositories] == [("repo", "https://x.example")]


# The steps ----------------------------------------------------------------------------------------


def step(stage: Stage, holds: Holds) -> Step:
    evidence = Evidence(holds, Sentence("Seen."), "iam:ListAccessKeys", Reading.KEYS)
    return Step(stage, holds, (evidence,), NOW if holds is Holds.HOLDS else None)


def states(*holds: Holds, stage: Stage, kind: str, taken_back: Iterable[Stage] = ()) -> str:
    """What the ladder says where the next step is of this kind, and then where that card stands."""
    steps = tuple(step(rung, each) for rung, each in zip(Stage, holds, strict=True))
    card, lines = ladder(
        NextStep(kind, "Do it", ()), steps, stage=stage, taken_back=frozenset(taken_back), readings=Readings()
    )
    next_ones = [f"{rung} of 6" for rung, line in zip(Stage, lines, strict=True) if line.is_next]
    assert card is not None
    assert next_ones == ([card.position] if card.position else [])
    return f"{', '.join(line.state for line in lines)}; {card.position}"


ON_A_ROUTE = (Holds.HOLDS, Holds.HOLDS, Holds.FAILS, Holds.FAILS, Holds.UNKNOWN, Holds.FAILS)
NO_ROLE = (Holds.HOLDS, Holds.HOLDS, Holds.NOT_NEEDED, Holds.NOT_NEEDED, Holds.FAILS, Holds.FAILS)
ROLE_UNKNOWN = (Holds.HOLDS, Holds.HOLDS, Holds.UNKNOWN, Holds.FAILS, Holds.FAILS, Holds.FAILS)
UNCLAIMED = (Holds.HOLDS, Holds.SKIPPED, Holds.SKIPPED, Holds.SKIPPED, Holds.HOLDS, Holds.FAILS)
SHOWN = (
    ("link_role", Stage.CLAIMED, ON_A_ROUTE, "Done, Done, Next, Not yet, Unknown, Not yet; 3 of 6"),
    ("deactivate", Stage.CLAIMED, NO_ROLE, "Done, Done, Not needed, Not needed, Next, Not yet; 5 of 6"),
    # Under an exception with no way off the key: a route is looked for, and no step is next.
    ("choose_route", Stage.CLAIMED, NO_ROLE, "Done, Done, Not needed, Not needed, Not yet, Not yet; "),
    ("switch_over", Stage.CLAIMED, ROLE_UNKNOWN, "Done, Done, Unknown, Next, Not yet, Not yet; 4 of 6"),
    # What nobody can tell stays unknown, also where it is next.
    ("fix_role", Stage.CLAIMED, ROLE_UNKNOWN, "Done, Done, Unknown, Not yet, Not yet, Not yet; 3 of 6"),
    ("claim", Stage.DEACTIVATED, UNCLAIMED, "Done, Skipped, Skipped, Skipped, Done, Not yet; "),
)


@pytest.mark.parametrize(("kind", "stage", "holds", "shown"), SHOWN)
def test_the_step_that_the_next_step_leads_to_is_the_next_one(
    kind: str, stage: Stage, holds: tuple[Holds, ...], shown: str
) -> None:
    assert states(*holds, stage=stage, kind=kind) == shown


def test_what_aws_took_back_is_reopened_and_nothing_else() -> None:
    back = (Stage.SWITCHED_OVER, Stage.DEACTIVATED)

    shown = states(Holds.HOLDS, *[Holds.FAILS] * 5, stage=Stage.IDENTIFIED, kind="claim", taken_back=back)

    assert shown == "Done, Next, Not yet, Reopened, Reopened, Not yet; 2 of 6"


@pytest.mark.django_db
def test_the_page_is_told_the_claim_the_route_and_the_roles() -> None:
    candidate = make_candidate()
    claim = make_claim(candidate, person=make_person("ann@example.org", full_name="Ann Abel"))
    make_replacement(candidate)
    make_sync_run()

    page = page_of(candidate)

    assert (page.claim.claim, page.claim.person) == (claim.pk, "Ann Abel")
    assert page.route_seen == "pod_identity"
    assert [role.trust.who for role in page.replacements] == [("EKS Pod Identity",)]
    assert page.steps[0].evidence[0].as_of is not None


@pytest.mark.django_db
def test_a_role_shared_with_other_candidates_says_how_many() -> None:
    role = make_iam_role()
    candidate = make_candidate()
    make_replacement(candidate, role)
    make_replacement(make_candidate(), role)
    make_replacement(make_candidate(), role, unlinked_at=NOW, unlinked_by=make_person())

    assert page_of(candidate).replacements[0].shared_with == 1


# Notices ----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_reason_with_braces_is_told_as_it_is() -> None:
    iam_user = make_iam_user()
    gap = {"part": "credential_report", "reason": "odd {answer}", "subject": ""}
    make_sync_run(outcome="partial", unread=[gap])

    notice = page_notices(iam_user, read(iam_user))[0]

    assert "odd {answer}" in notice.sentence.render(now=NOW, zone=NOW.tzinfo)


@pytest.mark.django_db
def test_a_complete_reading_of_an_account_in_the_config_needs_no_notice() -> None:
    iam_user = make_iam_user()
    make_sync_run()

    assert page_notices(iam_user, read(iam_user)) == ()


# The timeline ----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_what_a_sync_saw_of_the_user_is_on_the_timeline_and_what_it_saw_of_others_is_not() -> None:
    candidate = make_candidate()
    iam_user = candidate.iam_user
    about = {"at": NOW, "actor": "sync", "kind": "access_key.created", "aws_account_id": iam_user.aws_account_id}
    record(sentence="A key came.", unique_id=iam_user.unique_id, sync_run_number=7, **about)
    record(sentence="Another's key came.", unique_id="AIDASOMEBODYELSE", **about)

    lines = timeline(events_of(candidate), notes_of(candidate)).lines

    assert [(line.sentence, line.actor) for line in lines] == [("A key came.", "Sync 7")]


# Roles that may fit ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("user_name", "words"),
    [
        ("svc-fastly.logs_writer", ("fastly", "logs", "writer")),
        ("iam-user-2024", ()),
        ("Backup-Backup", ("backup",)),
    ],
)
def test_the_telling_words_of_a_name(user_name: str, words: tuple[str, ...]) -> None:
    assert words_of(user_name) == words


@pytest.mark.django_db
def test_roles_named_alike_are_suggested_the_most_alike_first() -> None:
    candidate = make_candidate(make_iam_user("fastly-logs-writer"))
    for role_name in ("fastly-logs", "fastly-logs-writer-role", "search-writer", "logs"):
        make_iam_role(role_name)
    make_iam_role("fastly-logs-writer", aws_account=make_aws_account("444455556666"))

    assert [role.role_name for role in roles_alike(candidate)] == ["fastly-logs-writer-role", "fastly-logs"]


@pytest.mark.django_db
def test_a_role_that_is_gone_linked_already_or_awss_own_is_not_offered() -> None:
    candidate = make_candidate(make_iam_user("fastly-logs"))
    make_iam_role("fastly-logs-gone", gone_at=NOW)
    make_iam_role("fastly-logs-aws", path="/aws-service-role/x.amazonaws.com/")
    make_replacement(candidate, make_iam_role("fastly-logs-linked"))

    assert roles_alike(candidate) == find_roles(candidate, "fastly") == ()


# Words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arn", "start"),
    [
        ("arn:aws:iam::1:user/x", "https://us-east-1.console.aws.amazon.com/iam/home"),
        ("arn:aws-us-gov:iam::1:user/x", "https://console.amazonaws-us-gov.com/iam/home"),
        ("not an arn", "https://us-east-1.console.aws.amazon.com/iam/home"),
    ],
)
def test_the_console_of_each_partition(arn: str, start: str) -> None:
    assert console_url(arn, "x/y") == f"{start}#/users/details/x%2Fy"
