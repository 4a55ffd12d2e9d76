import stat
import subprocess
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from iamdash.rules.assess import assess
from iamdash.rules.evidence import NextStep
from iamdash.rules.facts import CandidateFacts, Thresholds
from iamdash.rules.route import Route
from tests.rules.facts_builder import (
    ACCOUNT_ID,
    NOW,
    a_candidate,
    a_claim,
    a_claimed_candidate,
    a_key,
    a_replacement,
    a_role,
    ago,
)

INACTIVE = a_key(status="Inactive", status_changed_at=ago(days=5))
SOAKED = a_key(status="Inactive", status_changed_at=ago(days=14))
PROVED_GONE = {"gone_at": ago(hours=2), "gone_confirmed_at": ago(hours=1)}


def next_step(facts: CandidateFacts) -> NextStep | None:
    return assess(facts, thresholds=Thresholds(), now=NOW).next_step


def kind(facts: CandidateFacts) -> str | None:
    found = next_step(facts)
    return found.kind if found else None


def said(facts: CandidateFacts) -> str:
    found = next_step(facts)
    return " ".join(each.render(now=NOW, zone=UTC) for each in found.sentences) if found else ""


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (a_candidate(), "claim"),
        (a_candidate(access_keys=(INACTIVE,)), "claim"),
        (a_candidate(claim=a_claim()), "choose_route"),
        (a_claimed_candidate(Route.NONE_POSSIBLE), "choose_route"),
        (a_claimed_candidate(replacements=()), "link_role"),
        (a_claimed_candidate(replacements=(a_replacement(a_role(has_policy=False)),)), "fix_role"),
        (a_claimed_candidate(replacements=(a_replacement(a_role(last_used_at=None)),)), "switch_over"),
        (a_claimed_candidate(), "deactivate"),
        (a_claimed_candidate(Route.JUST_DELETE), "deactivate"),
        (a_claimed_candidate(Route.JUST_DELETE, access_keys=(a_key(last_used_at=ago(days=2)),)), "wait_for_silence"),
        (a_claimed_candidate(Route.JUST_DELETE, keys_unread_reason="AccessDenied"), "read_keys"),
        (a_claimed_candidate(Route.JUST_DELETE, access_keys=(a_key(last_used_as_of=None),)), "read_keys"),
        (a_claimed_candidate(Route.JUST_DELETE, access_keys=(a_key(status="Expired"),)), "read_keys"),
        (a_claimed_candidate(access_keys=(INACTIVE,)), "soak"),
        (a_claimed_candidate(access_keys=(SOAKED,)), "delete_key"),
        (a_claimed_candidate(access_keys=(SOAKED,), keys_unread_reason="AccessDenied"), "read_keys"),
        (a_claimed_candidate(access_keys=(), gone_keys_ended_at=ago(days=20)), "delete_user"),
        (a_claimed_candidate(gone_at=ago(hours=1)), "confirm_gone"),
        (a_claimed_candidate(**PROVED_GONE), "close"),
        (a_claimed_candidate(closed_at=ago(hours=1), **PROVED_GONE), None),
        (a_claimed_candidate(account_readable=False), None),
    ],
)
def test_there_is_exactly_one_next_step(facts: CandidateFacts, expected: str | None) -> None:
    assert kind(facts) == expected


def test_no_page_is_told_that_a_key_is_safe_to_deactivate() -> None:
    assert "iamdash does not yet judge whether this is safe. Check by hand" in said(a_claimed_candidate())


def test_the_quietest_key_comes_first_and_alone() -> None:
    busier = a_key("AKIA0000000000BUSIER1", last_used_at=ago(days=20))

    found = next_step(a_claimed_candidate(Route.JUST_DELETE, access_keys=(busier, a_key())))

    assert found is not None
    assert [command.title for command in found.commands] == ["Deactivate AKIA0000000000EXAMPLE"]


def test_deactivating_stands_beside_what_undoes_it() -> None:
    found = next_step(a_claimed_candidate())

    assert found is not None
    assert "--status Inactive" in found.commands[0].text
    assert "--status Active" in found.commands[0].undo


def test_during_the_soak_only_the_way_back_is_offered() -> None:
    found = next_step(a_claimed_candidate(access_keys=(INACTIVE,)))

    assert found is not None
    assert found.not_before == ago(days=5) + timedelta(days=14)
    assert [
        "update-access-key" in command.text and "--status Active" in command.text for command in found.commands
    ] == [True]


def test_the_soak_ends_by_the_clock_alone() -> None:
    facts = a_claimed_candidate(access_keys=(INACTIVE,))
    now = assess(facts, thresholds=Thresholds(), now=NOW)

    assert now.recheck_at == ago(days=5) + timedelta(days=14)
    then = assess(facts, thresholds=Thresholds(), now=now.recheck_at).next_step
    assert then is not None
    assert then.kind == "delete_key"


def test_terraform_is_named_first_where_tags_say_so_and_not_ruled_out_where_they_do_not() -> None:
    assert 'Its tags say that Terraform made it: set status = "Inactive"' in said(
        a_claimed_candidate(terraform_hint=True)
    )
    assert "no tag does not mean that it did not" in said(a_claimed_candidate())


def test_the_trap_is_named_where_the_role_is_live_and_a_key_still_moves() -> None:
    facts = a_claimed_candidate(access_keys=(a_key(last_used_at=ago(hours=1)),))

    assert "pods that were not restarted" in said(facts)


def test_what_could_not_be_judged_is_said_before_a_key_is_touched() -> None:
    facts = a_claimed_candidate(replacements=(a_replacement(shared_with=2),))

    assert kind(facts) == "deactivate"
    assert "other candidates share it" in said(facts)


FAKE_AWS = """#!/bin/sh
echo "$@" >> "{log}"
case "$1 $2" in
  "sts get-caller-identity") echo {account} ;;
  "iam get-user") echo {unique_id} ;;
  "iam list-access-keys") echo {status} ;;
esac
"""


@pytest.mark.parametrize(
    ("answers", "runs"),
    [
        ({}, True),
        ({"account": "444455556666"}, False),
        ({"unique_id": "AIDAANOTHER0000000000"}, False),
        ({"unique_id": ""}, False),
        ({"status": "Active"}, False),
    ],
)
@pytest.mark.parametrize("user_name", ["uploader", "odd+name=,.@-_", "-dash"])
def test_a_shell_deletes_the_key_only_where_every_guard_agrees(
    tmp_path: Path, answers: dict[str, str], runs: bool, user_name: str
) -> None:
    log, fake = tmp_path / "log", tmp_path / "aws"
    expected = {"account": ACCOUNT_ID, "unique_id": "AIDA0000000000EXAMPLE", "status": "Inactive"}
    fake.write_text(FAKE_AWS.format(log=log, **expected | answers))
    fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
    found = next_step(a_claimed_candidate(access_keys=(SOAKED,), user_name=user_name))
    assert found is not None

    done = subprocess.run(
        ["/bin/sh", "-c", found.commands[0].text],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ("iam delete-access-key" in log.read_text()) == runs
    assert ("Nothing was changed" in done.stdout) != runs
    if runs:
        named = f"--user-name={user_name}" if user_name.startswith("-") else f"--user-name {user_name}"
        assert f"iam delete-access-key {named} --access-key-id AKIA0000000000EXAMPLE" in log.read_text()
