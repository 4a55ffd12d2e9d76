"""A year of syncs: one IAM user is retired as its page says, another one's key rests for a month at a time."""

from datetime import timedelta

import pytest

from iamdash.candidates import actions
from iamdash.demo.stand_in.usage import Rhythm
from iamdash.inventory.check import ask_for_check, run_check
from iamdash.models import Candidate, IamRole, IamUser, Standing
from iamdash.rules.evidence import Verdict
from iamdash.rules.route import Route
from iamdash.rules.silence.cadence import Cadence
from iamdash.rules.stage import Stage
from iamdash.standing.assess import assess_due
from iamdash.standing.check import differences
from tests.inventory.one_user import NAME, POLICY, REGION, ROLE, TASKS, World, policy

MONTHLY = "report-writer"
YES = Verdict.YES.value
# Between these days something happens every day; before and after, every fifth day is looked at.
BUSY = range(85, 160)
DAYS = [day for day in range(1, 366) if day in BUSY or day % 5 == 0]


class Year:
    """What happens on each day, and on which day each thing was first so."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.day = 0
        self.days: dict[str, int] = {}
        self.key_id = ""
        self.yes_for_monthly = 0

    def begin(self) -> None:
        world = self.world
        self.key_id = world.make_user()
        world.use(self.key_id)
        world.iam.create_user(UserName=MONTHLY)
        key_id = world.iam.create_access_key(UserName=MONTHLY)["AccessKey"]["AccessKeyId"]
        world.aws.state.usage.start(key_id, Rhythm(timedelta(days=30), world.now(), "s3", REGION))
        world.iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=policy(TASKS))
        world.iam.put_role_policy(RoleName=ROLE, PolicyName="uploads", PolicyDocument=policy(POLICY))

    def pass_to(self, day: int) -> None:
        """Let the days up to this one pass; before the sync of its evening, the clock alone has its say."""
        world = self.world
        world.wait(days=day - self.day - 0.5)
        self.day = day
        assess_due(world.now())
        assert list(differences(world.now())) == []
        world.wait(days=0.5)
        world.sync()
        found = Standing.objects.filter(candidate__iam_user__user_name=NAME).first()
        if found:
            self.act_on(found, day)
        monthly = Standing.objects.filter(candidate__iam_user__user_name=MONTHLY).first()
        self.yes_for_monthly += bool(monthly and monthly.safe_to_deactivate == YES)

    def act_on(self, standing: Standing, day: int) -> None:
        """Do what the page says, on the day on which it says so."""
        self.days.setdefault(Stage(standing.stage).slug, day)
        step = standing.next_step["kind"] if standing.next_step else ""
        first_time = self.days.setdefault(f"asked to {step}", day) == day
        said = {"candidate": standing.candidate, "by": self.world.ada, "now": self.world.now()}
        if step == "claim":
            actions.claim(team=self.world.ada.teams.get(), **said)
            actions.declare_cadence(cadence=Cadence.DAILY, **said)
            actions.choose_route(route=Route.SERVICE_ROLE, **said)
            actions.link_role(iam_role=IamRole.objects.get(role_name=ROLE), **said)
        elif step == "switch_over" and first_time:
            self.world.use(self.world.iam.get_role(RoleName=ROLE)["Role"]["RoleId"])
            self.world.fall_silent(self.key_id)
        elif step == "deactivate":
            assert standing.safe_to_deactivate == YES
            self.world.set_status(self.key_id, "Inactive")
        elif step == "delete_key":
            self.world.iam.delete_access_key(UserName=NAME, AccessKeyId=self.key_id)
        elif step == "read_keys":
            self.check(standing.candidate)
        elif step == "delete_user":
            assert standing.safe_to_delete == YES
            self.world.iam.delete_user(UserName=NAME)

    def check(self, candidate: Candidate) -> None:
        """Press “check AWS now”, and do the same day what the page says then."""
        run_check(ask_for_check(candidate.iam_user, by=self.world.ada, now=self.world.now()), clock=self.world.now)
        standing = Standing.objects.get(candidate=candidate)
        if standing.next_step["kind"] == "delete_user":
            self.world.iam.delete_user(UserName=NAME)


@pytest.mark.slow
def test_a_year_of_syncs_ends_without_a_difference_and_with_one_user_retired_as_its_page_said(world: World) -> None:
    year = Year(world)
    year.begin()

    for day in DAYS:
        year.pass_to(day)

    days = year.days
    assert IamUser.objects.get(user_name=NAME).gone_confirmed_at is not None
    assert days["identified"] == 90
    silent_from = days["asked to switch_over"]
    assert 14 <= days["asked to deactivate"] - silent_from <= 16, "the least wait, as the cadence was declared"
    assert 14 <= days["asked to delete_key"] - days["deactivated"] <= 15
    assert days["deleted"] < 160
    assert year.yes_for_monthly == 0
