"""What stays of a deleted IAM user: its record, the audit pack, and that a search still finds it."""

import hashlib
import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from iamdash.candidates import actions
from iamdash.models import SyncRun
from iamdash.rules.stage import Stage
from tests.factories import make_candidate
from tests.inventory.one_user import ACCOUNT, NAME, ROLE, World, at_deleted, at_switched_over
from tests.views.markup import problems_of

pytestmark = pytest.mark.slow


def exported(*arguments: str) -> dict[str, Any]:
    output = io.StringIO()
    call_command("export_audit", *arguments, stdout=output, stderr=io.StringIO())
    found: dict[str, Any] = json.loads(output.getvalue())
    return found


def sum_of(document: dict[str, Any]) -> str:
    rest = {name: value for name, value in document.items() if name != "sha256"}
    canonical = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def signed_off(world: World) -> str:
    """Bring the user all the way, under another name in between, with a sign-off; return its key's ID."""
    key_id = at_deleted(world)
    actions.close(candidate=world.candidate(), note="Nothing broke. “Done.”", by=world.ada, now=world.now())
    return key_id


def test_the_record_tells_the_whole_story_from_rows_and_journal(world: World) -> None:
    key_id = signed_off(world)
    iam_user = world.candidate().iam_user
    last, before = SyncRun.objects.order_by("-pk")[:2]

    document = exported()

    assert (document["format"], document["format_version"]) == ("iamdash-audit-pack", 1)
    [record] = document["records"]
    assert record["iam_user"]["unique_id"] == iam_user.unique_id
    assert record["iam_user"]["arn"] == f"arn:aws:iam::{ACCOUNT}:user/{NAME}"
    [key] = record["access_keys"]
    assert key["access_key_id"] == key_id
    assert key["created_at"] < key["deactivated_at"] < key["deleted_at"]
    [claim] = record["claims"]
    assert (claim["email"], claim["team"]) == ("ada@example.org", "Platform")
    assert record["signed_off"]["email"] == "ada@example.org"
    assert record["signed_off"]["note"] == "Nothing broke. “Done.”"
    assert [proof["sync_run"] for proof in record["proofs_of_gone"]] == [before.pk, last.pk]
    for proof in record["proofs_of_gone"]:
        assert (proof["answer"], proof["asked_name"]) == ("no_such_entity", NAME)
        assert proof["calls"] == ["sts:GetCallerIdentity", "iam:GetAccountAuthorizationDetails", "iam:GetUser"]
        assert proof["session_opened_at"] <= proof["listed_at"] <= proof["proved_at"]
    steps = {step["step"]: step for step in record["steps"]}
    assert list(steps) == [stage.slug for stage in Stage]
    assert all(step["holds"] == "holds" and step["recorded_at"] for step in steps.values())
    assert key_id in steps["deactivated"]["evidence"][0]["sentence"]
    assert ROLE in steps["role_ready"]["evidence"][0]["sentence"]
    assert "Who deleted it in AWS, and at which moment, only AWS CloudTrail can tell." in record["not_recorded"]


def test_the_evidence_of_a_step_is_that_of_when_it_was_reached(world: World) -> None:
    key_id = at_switched_over(world)
    reached = {step["stage"]: step for step in world.standing().steps}
    world.set_status(key_id, "Inactive")
    world.wait(hours=1)
    world.sync()
    world.delete_user()
    for _ in range(2):
        world.wait(hours=1)
        world.sync()

    [record] = exported()["records"]

    switched = next(step for step in record["steps"] if step["step"] == "switched_over")
    assert len(switched["evidence"]) == len(reached[Stage.SWITCHED_OVER]["evidence"])
    assert any(key_id in each["sentence"] for each in switched["evidence"])
    assert switched["recorded_at"] < record["gone_at"]
    assert not any("ago" in each["sentence"] for each in switched["evidence"])


def test_a_copy_can_be_checked_and_a_changed_one_is_found_out(world: World) -> None:
    signed_off(world)
    document = exported()

    assert document["sha256"] == sum_of(document)
    document["records"][0]["signed_off"]["email"] = "eve@example.org"
    assert document["sha256"] != sum_of(document)


def test_the_pack_is_chosen_by_number_and_by_day(world: World, tmp_path: Path) -> None:
    signed_off(world)
    number, day = world.candidate().pk, world.now().date()
    file = tmp_path / "pack.json"

    call_command("export_audit", "--candidate", str(number), "--output", str(file), stderr=io.StringIO())

    assert [record["candidate"] for record in json.loads(file.read_text())["records"]] == [number]
    assert len(exported("--since", (day - timedelta(days=2)).isoformat())["records"]) == 1
    nothing = exported("--since", (day + timedelta(days=2)).isoformat())
    assert (nothing["records"], nothing["sha256"]) == ([], sum_of(nothing))
    with pytest.raises(CommandError, match="There is no candidate 999999"):
        exported("--candidate", "999999")


def test_a_candidate_that_is_not_deleted_says_so_and_is_in_no_pack_unless_asked_for(world: World) -> None:
    at_switched_over(world)
    number = world.candidate().pk

    assert exported()["records"] == []
    [record] = exported("--candidate", str(number))["records"]
    assert record["is_deleted"] is False
    assert "It is not proved gone from AWS: nothing in this record says that it was deleted." in record["not_recorded"]


def test_the_page_shows_the_record_and_gives_the_pack(world: World, client: Client) -> None:
    key_id = signed_off(world)
    candidate = world.candidate()
    client.force_login(world.ada)

    assert f'href="/candidates/{candidate.pk}/record"' in client.get(f"/candidates/{candidate.pk}/").content.decode()
    assert 'href="/candidates/records?view=deleted"' in client.get("/candidates/?view=deleted").content.decode()
    for address in (f"/candidates/{candidate.pk}/record", "/candidates/records?view=deleted", "/candidates/records"):
        page = client.get(address).content.decode()
        assert problems_of(page) == []
        for fact in (
            candidate.iam_user.unique_id,
            key_id,
            "ada@example.org",
            "answered NoSuchEntity",
            "only AWS CloudTrail",
        ):
            assert fact in page, fact
    for address in (f"/candidates/{candidate.pk}/record.json", "/candidates/records.json?view=deleted"):
        answer = client.get(address)
        document = json.loads(b"".join(answer.streaming_content))  # type: ignore[arg-type]
        assert "attachment" in answer["Content-Disposition"]
        assert [record["candidate"] for record in document["records"]] == [candidate.pk]
        assert document["sha256"] == sum_of(document)


def test_the_filters_of_the_list_choose_the_records(world: World, client: Client) -> None:
    signed_off(world)
    client.force_login(world.ada)

    assert NAME in client.get(f"/candidates/records?account={ACCOUNT}").content.decode()
    assert "No records" in client.get("/candidates/records?q=somebody-else").content.decode()


@pytest.mark.parametrize("what", ["name", "unique ID", "key ID", "former name"])
def test_a_search_still_finds_a_deleted_user(world: World, client: Client, what: str) -> None:
    world.make_user()
    world.wait(days=100)
    world.sync()
    world.iam.update_user(UserName=NAME, NewUserName="renamed")
    world.wait(hours=5)
    world.sync()
    key_id = world.candidate().iam_user.access_keys.get().access_key_id
    world.iam.delete_access_key(UserName="renamed", AccessKeyId=key_id)
    world.iam.delete_user(UserName="renamed")
    for _ in range(2):
        world.wait(hours=5)
        world.sync()
    unique_id = world.candidate().iam_user.unique_id
    make_candidate()
    words = {"name": "renamed", "unique ID": unique_id, "key ID": key_id, "former name": NAME}
    client.force_login(world.ada)

    listed = client.get("/candidates/", {"q": words[what]}, follow=True).content.decode()

    assert '<span class="tag green">Proved gone</span>' in listed
    assert "<strong>1</strong> of" in listed
