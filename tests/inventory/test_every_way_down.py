"""Every way down, from AWS to the page: somebody does it in AWS, a real sync reads it, and people are shown it."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.test import Client

from iamdash.candidates import actions
from iamdash.demo.stand_in import backends
from iamdash.demo.stand_in.faults import Fault
from iamdash.models import Event
from iamdash.rules.stage import Stage
from tests.inventory.one_user import (
    ACCOUNT,
    NAME,
    ROLE,
    World,
    at_deactivated,
    at_deleted,
    at_switched_over,
    policy,
)

NOBODY = {"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}


def element(page: str, name: str) -> str:
    """Return the text of the page from the element with this id on."""
    assert f'id="{name}"' in page, f"nothing on the page has the id {name}"
    return page.partition(f'id="{name}"')[2][:6000]


def key_used_again(world: World) -> None:
    world.use(at_switched_over(world))


def key_reactivated(world: World) -> None:
    world.set_status(at_deactivated(world), "Active")


def new_key_after_switch_over(world: World) -> None:
    at_switched_over(world)
    world.make_key()


def new_key_after_deactivation(world: World) -> None:
    at_deactivated(world)
    world.make_key()


def role_deleted(world: World) -> None:
    at_switched_over(world)
    world.delete_role()


def trust_narrowed(world: World) -> None:
    at_switched_over(world)
    world.iam.update_assume_role_policy(RoleName=ROLE, PolicyDocument=policy(NOBODY))


def recreated(world: World) -> None:
    at_deleted(world)
    world.make_user()


def seen_again(world: World) -> None:
    """The same unique ID is back: both proofs were wrong, whatever AWS's caches said."""
    at_deactivated(world)
    users = backends.iam(ACCOUNT).users
    taken_for_gone = users.pop(NAME)
    for _ in range(2):
        world.wait(hours=1)
        world.sync()
    assert world.standing().stage == Stage.DELETED
    actions.close(candidate=world.candidate(), note="Done.", by=world.ada, now=world.now())
    users[NAME] = taken_for_gone


@dataclass(frozen=True)
class WayDown:
    """What happens in AWS; the stage it takes away, the stage that is left; words of what people are told."""

    happens: Callable[[World], None]
    fell_from: Stage
    to: Stage
    told: str
    told_this_week: str = "candidate reopened"


WAYS = {
    "a key is used after the switch-over": WayDown(
        key_used_again, Stage.SWITCHED_OVER, Stage.ROLE_READY, " used ", "used again after its switch-over"
    ),
    "a key is reactivated": WayDown(key_reactivated, Stage.DEACTIVATED, Stage.SWITCHED_OVER, "is Active"),
    "a new key is made after the switch-over": WayDown(
        new_key_after_switch_over, Stage.SWITCHED_OVER, Stage.ROLE_READY, "has no use recorded since it was created"
    ),
    "a new key is made after the deactivation": WayDown(
        new_key_after_deactivation, Stage.DEACTIVATED, Stage.ROLE_READY, "is Active"
    ),
    "the replacement role is deleted": WayDown(
        role_deleted, Stage.SWITCHED_OVER, Stage.CLAIMED, f"Role {ROLE}: it is gone"
    ),
    "the replacement role's trust is narrowed": WayDown(
        trust_narrowed, Stage.SWITCHED_OVER, Stage.CLAIMED, f"Role {ROLE}: "
    ),
    "the IAM user is created again under its name": WayDown(
        recreated, Stage.DELETED, Stage.IDENTIFIED, "was created under the name of candidate"
    ),
    "the IAM user is seen again": WayDown(seen_again, Stage.DELETED, Stage.DEACTIVATED, "was there when"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", WAYS)
def test_the_stage_falls_and_people_are_told_what_happened_and_when(world: World, client: Client, name: str) -> None:
    way = WAYS[name]
    way.happens(world)
    world.wait(hours=4)

    run = world.sync()

    candidate, standing = world.candidate(), world.standing()
    assert (standing.stage, standing.fell_from) == (way.to, way.fell_from)
    assert run.started_at <= standing.reopened_at <= run.finished_at
    lines = Event.objects.filter(sync_run_number=run.pk, candidate_number=candidate.pk)
    assert [line.kind for line in lines] == ["candidate.reopened"]
    assert way.told in lines[0].sentence

    client.force_login(world.ada)
    page = client.get(f"/candidates/{candidate.pk}/").content.decode()
    notice = element(page, "reopened")
    assert way.told in notice
    assert f"{standing.reopened_at:%-d %b %Y, %H:%M}" in notice
    assert f"Sync {run.pk}" in notice
    assert ">Reopened</span>" in element(page, "steps")
    overview = client.get("/").content.decode()
    assert f'href="/candidates/{candidate.pk}/"' in element(overview, "needs-someone")
    assert way.told_this_week in element(overview, "this-week")
    listed = client.get("/candidates/?view=reopened").content.decode()
    assert f'href="/candidates/{candidate.pk}/"' in listed
    assert '<span class="tag red">Reopened</span>' in listed


@pytest.mark.slow
@pytest.mark.parametrize("name", WAYS)
def test_what_happened_is_told_once(world: World, name: str) -> None:
    WAYS[name].happens(world)
    for _ in range(3):
        world.wait(hours=4)
        world.sync()

    assert Event.objects.filter(kind="candidate.reopened").count() == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    "action",
    ["iam:ListAccessKeys", "iam:GetAccessKeyLastUsed", "iam:*CredentialReport", "iam:GetAccountAuthorizationDetails"],
)
def test_what_can_no_longer_be_read_reopens_nothing(world: World, action: str) -> None:
    at_switched_over(world)
    world.aws.state.faults.append(Fault("deny", action))

    for _ in range(2):
        world.wait(hours=30)
        run = world.sync()
        assert run.outcome != "complete"

    standing = world.standing()
    assert standing.reopened_at is None
    assert not Event.objects.filter(kind="candidate.reopened").exists()


@pytest.mark.slow
def test_a_fall_that_only_the_report_hints_at_is_a_reopening_when_the_keys_can_be_read_again(world: World) -> None:
    key_id = at_deactivated(world)
    world.aws.state.faults.append(Fault("deny", "iam:ListAccessKeys"))
    world.set_status(key_id, "Active")
    for _ in range(2):
        world.wait(hours=5)
        world.sync()
    in_doubt = world.standing()
    world.aws.state.faults.clear()
    world.wait(hours=5)
    world.sync()

    assert (in_doubt.stage, in_doubt.reopened_at, in_doubt.fell_from) == (Stage.ROLE_READY, None, Stage.DEACTIVATED)
    assert (world.standing().stage, world.standing().fell_from) == (Stage.SWITCHED_OVER, Stage.DEACTIVATED)
    assert world.standing().reopened_at is not None
    assert Event.objects.filter(kind="candidate.reopened").count() == 1


@pytest.mark.slow
def test_regaining_the_stage_ends_the_reopening_and_the_journal_keeps_it(world: World) -> None:
    key_id = at_deactivated(world)
    for status in ("Active", "Inactive"):
        world.set_status(key_id, status)
        world.wait(hours=1)
        world.sync()

    standing = world.standing()
    assert (standing.stage, standing.reopened_at, standing.fell_from) == (Stage.DEACTIVATED, None, None)
    assert Event.objects.filter(kind="candidate.reopened").count() == 1
