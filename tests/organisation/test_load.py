from datetime import date, timedelta

import pytest

from iamdash.models import (
    AccessLevel,
    AwsAccount,
    Candidate,
    Event,
    Membership,
    Person,
    Programme,
    Standing,
    Team,
    Vendor,
)
from iamdash.organisation.config_file import parse_config
from iamdash.organisation.load import load
from iamdash.standing.assess import Cause, assess
from iamdash.standing.check import differences
from iamdash.standing.version import rules_version
from tests.factories import (
    NOW,
    days_ago,
    make_access_key,
    make_aws_account,
    make_candidate,
    make_claim,
    make_iam_user,
    make_person,
    make_team,
)

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)
PRODUCTION = """
[[accounts]]
id = "111122223333"
name = "example-production"
environment = "production"
role_arn = "arn:aws:iam::111122223333:role/iamdash-reader"
external_id = "secret-word"
"""
TOOLS = """
[[accounts]]
id = "444455556666"
name = "example-tools"
"""
TEAM = """
[[teams]]
slug = "platform"
name = "Platform"
members = ["ann@example.org", "ben@example.org"]
"""


ANEW = "every candidate judged anew, as this release has other rules"


def loaded(text: str) -> list[str]:
    return load(parse_config(text), now=LATER)


def test_the_first_load_makes_everything_and_says_so() -> None:
    changes = loaded(PRODUCTION + TEAM + "[thresholds]\nstuck_days = 30\n[programme]\ntarget_date = 2027-04-30\n")

    account, team = AwsAccount.objects.get(), Team.objects.get()
    assert (account.pk, account.name, account.environment) == ("111122223333", "example-production", "production")
    assert (account.external_id, account.removed_at) == ("secret-word", None)
    assert sorted(person.email for person in team.members.all()) == ["ann@example.org", "ben@example.org"]
    programme = Programme.objects.get()
    assert (programme.stuck_days, programme.target_date, programme.loaded_at) == (30, date(2027, 4, 30), LATER)
    assert changes == [
        "AWS account 111122223333 (example-production) added",
        "team platform added",
        "ann@example.org added as an engineer without a password",
        "ann@example.org joined platform",
        "ben@example.org added as an engineer without a password",
        "ben@example.org joined platform",
        "stuck_days changed from 21 to 30",
        "target_date changed from none to 2027-04-30",
        f"{Vendor.objects.count()} vendors of iamdash's own list brought up to date",
    ]
    event = Event.objects.get(kind="config.loaded")
    assert (event.actor, event.after) == ("load_config", {"changes": changes})


def test_loading_it_again_changes_nothing() -> None:
    text = PRODUCTION + TEAM + '[programme]\nregions = ["eu-west-1"]\n'
    load(parse_config(text), now=NOW)

    changes = loaded(text)

    assert changes == []
    assert Programme.objects.get().loaded_at == NOW
    assert Event.objects.count() == 1


def test_new_people_are_engineers_who_cannot_sign_in_by_password() -> None:
    loaded(PRODUCTION + TEAM)

    ann = Person.objects.get(email="ann@example.org")
    assert ann.access_level == AccessLevel.ENGINEER
    assert not ann.has_usable_password()


def test_who_is_there_already_keeps_what_they_may_do() -> None:
    make_person("ann@example.org", access_level=AccessLevel.LEAD, full_name="Ann")

    loaded(PRODUCTION + TEAM)

    ann = Person.objects.get(email="ann@example.org")
    assert (ann.access_level, ann.full_name) == (AccessLevel.LEAD, "Ann")


def test_what_the_file_no_longer_names_is_marked_and_comes_back() -> None:
    loaded(PRODUCTION + TOOLS + TEAM)

    out = loaded(TOOLS)

    assert out == [
        "AWS account 111122223333 (example-production) taken out: it is no longer read",
        "team platform taken out: its claims stand, new ones are refused",
    ]
    assert AwsAccount.objects.get(pk="111122223333").removed_at == LATER
    assert Team.objects.get().in_config is False
    assert loaded(TOOLS) == []
    assert loaded(PRODUCTION + TOOLS + TEAM) == [
        "AWS account 111122223333 (example-production) put back",
        "team platform put back",
    ]
    assert AwsAccount.objects.get(pk="111122223333").removed_at is None


def test_changes_are_named_without_the_external_id() -> None:
    loaded(PRODUCTION + TEAM)

    changes = loaded(
        PRODUCTION.replace("secret-word", "other-word").replace("-production", "-live")
        + TEAM.replace('"Platform"', '"P"')
    )

    assert changes == [
        "AWS account 111122223333 (example-live) has a new name and external_id",
        "team platform has a new name",
    ]


def test_memberships_follow_the_file_where_it_lists_them() -> None:
    loaded(PRODUCTION + TEAM)

    changes = loaded(PRODUCTION + TEAM.replace('"ann@example.org", ', ""))

    assert changes == ["ann@example.org left platform"]
    assert Person.objects.filter(email="ann@example.org").exists()


def test_memberships_stay_where_the_file_does_not_list_them() -> None:
    loaded(PRODUCTION + TEAM)

    changes = loaded(PRODUCTION + TEAM.replace("members", "# members"))

    assert changes == ["from now on people themselves say who is in platform"]
    assert Membership.objects.count() == 2


def test_a_lower_limit_opens_candidates_at_once() -> None:
    make_aws_account("444455556666", name="example-tools")
    iam_user = make_iam_user(aws_account=AwsAccount.objects.get())
    make_access_key(iam_user, created_at=days_ago(40))
    assess([iam_user.pk], now=NOW, cause=Cause.AWS, actor="sync")
    assert not Candidate.objects.exists()

    loaded(TOOLS + "[thresholds]\nlong_lived_days = 30\n")

    assert Candidate.objects.get().iam_user == iam_user
    assert list(differences(LATER)) == []


def test_a_changed_file_reopens_nothing_and_leaves_no_answer_behind() -> None:
    candidate = make_candidate()
    make_claim(candidate, team=make_team("platform", name="Platform"))
    assess([candidate.iam_user_id], now=NOW, cause=Cause.AWS, actor="sync")

    loaded(TOOLS + TEAM.replace('"Platform"', '"Platform and tools"') + "[thresholds]\nlong_lived_days = 3650\n")

    standing = Standing.objects.get()
    assert (standing.stage, standing.readable, standing.is_open, standing.reopened_at) == (2, False, False, None)
    assert not Event.objects.filter(kind="candidate.reopened").exists()
    assert list(differences(LATER)) == []


def test_a_release_with_other_rules_judges_every_candidate_anew_though_the_file_is_the_same() -> None:
    loaded(PRODUCTION)
    candidate = make_candidate()
    assess([candidate.iam_user_id], now=NOW, cause=Cause.AWS, actor="sync")
    Standing.objects.update(risk=None)
    Programme.objects.update(rules_version="of the release before")

    assert loaded(PRODUCTION) == [ANEW]
    assert loaded(PRODUCTION) == []
    assert list(differences(LATER)) == []
    assert Standing.objects.get().risk is not None


def test_the_first_load_judges_nobody_anew() -> None:
    assert ANEW not in loaded(PRODUCTION)
    assert Programme.objects.get().rules_version == rules_version()


def test_who_leaves_a_team_takes_no_claim_along_and_the_change_says_so() -> None:
    team = make_team()
    ann = make_person("ann@example.org", teams=(team,))
    claim = make_claim(make_candidate(), person=ann, team=team)
    team_file = '[[teams]]\nslug = "platform"\nname = "Platform"\nmembers = []\n'

    changes = load(parse_config(PRODUCTION + team_file), now=LATER)

    words = "ann@example.org left platform (what they claimed, 1, stands until the team takes it over or it lapses)"
    assert words in changes
    claim.refresh_from_db()
    assert (claim.ended_at, claim.person) == (None, ann)


def test_other_environments_group_the_candidates_anew_at_once() -> None:
    load(parse_config(PRODUCTION), now=NOW)
    account = AwsAccount.objects.get()
    iam_users = [make_iam_user(name, aws_account=account) for name in ("svc-live-uploader", "svc-lab-uploader")]
    for iam_user in iam_users:
        make_access_key(iam_user)
    assess([each.pk for each in iam_users], now=NOW, cause=Cause.AWS, actor="sync")
    assert Candidate.objects.values("workload").distinct().count() == 2

    changes = load(parse_config(PRODUCTION + '[workloads]\nenvironments = [["lab"], ["live", "prod"]]\n'), now=LATER)

    assert changes == ["the environments of workloads are lab, live"]
    assert Candidate.objects.values("workload").distinct().count() == 1
    assert load(parse_config(PRODUCTION), now=LATER) == ["the usual environments of workloads"]
