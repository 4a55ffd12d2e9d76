import stat
import subprocess
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from iamdash.rules.assess import assess
from iamdash.rules.evidence import NextStep
from iamdash.rules.facts import CandidateFacts, Thresholds
from iamdash.rules.next_step import SWITCHES
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
    read_by_a_check,
)

INACTIVE = a_key(status="Inactive", status_changed_at=ago(days=5))
SOAKED = a_key(status="Inactive", status_changed_at=ago(days=15))
EARLY = a_key(status="Inactive", status_changed_at=ago(days=15), last_used_at=ago(days=16))
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
        (
            a_claimed_candidate(Route.JUST_DELETE, access_keys=(a_key(last_used_as_of=None, last_used_source=""),)),
            "read_keys",
        ),
        (a_claimed_candidate(Route.JUST_DELETE, keys_as_of=ago(days=1)), "read_keys"),
        (a_claimed_candidate(Route.JUST_DELETE, cadence=None), "wait_for_silence"),
        (a_claimed_candidate(Route.JUST_DELETE, access_keys=(a_key(status="Expired"),)), "read_keys"),
        (a_claimed_candidate(access_keys=(INACTIVE,)), "soak"),
        (a_claimed_candidate(access_keys=(SOAKED,)), "delete_key"),
        (a_claimed_candidate(access_keys=(SOAKED,), keys_unread_reason="AccessDenied"), "read_keys"),
        (a_claimed_candidate(access_keys=(EARLY,)), "soak"),
        (a_claimed_candidate(access_keys=(), gone_keys_ended_at=ago(days=5)), "soak"),
        (a_claimed_candidate(access_keys=(), gone_keys_ended_at=ago(days=20)), "read_keys"),
        (a_claimed_candidate(access_keys=(), gone_keys_ended_at=ago(days=20), **read_by_a_check()), "delete_user"),
        (a_claimed_candidate(access_keys=(), password_enabled=True, **read_by_a_check()), "clear"),
        (a_claimed_candidate(gone_at=ago(hours=1)), "confirm_gone"),
        (a_claimed_candidate(**PROVED_GONE), "close"),
        (a_claimed_candidate(closed_at=ago(hours=1), **PROVED_GONE), None),
        (a_claimed_candidate(account_readable=False), None),
    ],
)
def test_there_is_exactly_one_next_step(facts: CandidateFacts, expected: str | None) -> None:
    assert kind(facts) == expected


@pytest.mark.parametrize("route", [route for route in Route if route.needs_role])
def test_every_route_to_a_role_says_how_to_switch_over(route: Route) -> None:
    assert "access key" in SWITCHES[route]


def test_switching_over_says_how_until_the_role_is_in_use_and_then_where_a_key_may_still_be() -> None:
    unused = a_claimed_candidate(replacements=(a_replacement(a_role(last_used_at=None)),))
    both_used = a_claimed_candidate(access_keys=(a_key(last_used_at=ago(hours=1)),))

    assert said(unused).startswith("Run the pods under the service account of the role")
    assert said(both_used).startswith("The role is live and a key still moves.")


def test_a_command_stands_beside_what_was_seen_and_for_how_long_it_was_waited() -> None:
    assert "was last used 100 days ago. iamdash waited for 16 days of silence" in said(a_claimed_candidate())


def test_waiting_without_a_cadence_says_how_it_may_be_shorter() -> None:
    assert "can say how often it is used" in said(a_claimed_candidate(cadence=None))
    assert "can say how often it is used" not in said(
        a_claimed_candidate(access_keys=(a_key(last_used_at=ago(days=3)),))
    )


def test_the_key_that_is_quiet_comes_alone_and_the_busy_one_is_explained() -> None:
    busier = a_key("AKIA0000000000BUSIER1", last_used_at=ago(days=2))

    found = next_step(a_claimed_candidate(Route.JUST_DELETE, access_keys=(busier, a_key())))

    assert found is not None
    assert [command.title for command in found.commands] == ["Deactivate AKIA0000000000EXAMPLE"]
    assert any("AKIA0000000000BUSIER1 was last used" in each.text for each in found.sentences)


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


def test_the_soak_ends_by_the_clock_and_a_reading_has_to_show_it() -> None:
    facts = a_claimed_candidate(access_keys=(INACTIVE,))
    over_at = ago(days=5) + timedelta(days=14)

    then = assess(facts, thresholds=Thresholds(), now=over_at).next_step
    read = replace(INACTIVE, last_used_as_of=over_at)
    once_read = replace(facts, access_keys=(read,), keys_as_of=over_at)

    assert then is not None
    assert then.kind == "read_keys"
    assert assess(once_read, thresholds=Thresholds(), now=over_at).next_step.kind == "delete_key"  # type: ignore[union-attr]


def test_terraform_is_named_first_where_tags_say_so_and_not_ruled_out_where_they_do_not() -> None:
    assert 'Its tags say that Terraform made it: set status = "Inactive"' in said(
        a_claimed_candidate(terraform_hint=True)
    )
    assert "no tag does not mean that it did not" in said(a_claimed_candidate())


def test_the_trap_is_named_where_the_role_is_live_and_a_key_still_moves() -> None:
    facts = a_claimed_candidate(access_keys=(a_key(last_used_at=ago(hours=1)),))

    assert "pods that were not restarted" in said(facts)


def test_what_could_not_be_judged_is_said_before_a_key_is_touched() -> None:
    anybody = {"Statement": {"Effect": "Allow", "Principal": {"AWS": ACCOUNT_ID}, "Action": "sts:AssumeRole"}}
    facts = a_claimed_candidate(Route.OWN_ACCOUNT, replacements=(a_replacement(a_role(trust_policy=anybody)),))

    assert kind(facts) == "deactivate"
    assert "which role takes it cannot be told" in said(facts)


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
