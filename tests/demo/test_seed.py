"""The demo's history, played once for all of these tests, and then looked at as the pages look at it."""

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from iamdash.demo import seed
from iamdash.demo.organisation.accounts import ACCOUNTS, ARCHIVE, DATA, INTEGRATION, STAGING, TOOLS
from iamdash.demo.organisation.build import HOME_ACCESS_KEY_ID, build_organisation
from iamdash.demo.stand_in.server import RunningStandIn, running_stand_in
from iamdash.models import AwsAccount, Candidate, DailyCount, Event, IamUser, Person, Standing, SyncOutcome, SyncRun
from iamdash.rules.route import Route
from iamdash.rules.stage import Stage
from iamdash.standing.check import differences

CONFIG = Path("iamdash/demo/iamdash.toml")

pytestmark = pytest.mark.django_db


def run(command: str, *arguments: str) -> str:
    output = io.StringIO()
    call_command(command, *arguments, stdout=output)
    return output.getvalue()


@pytest.fixture(scope="module")
def seeded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[RunningStandIn]:
    """Seed once, as it takes seconds, and empty the tables after the last of these tests."""
    with pytest.MonkeyPatch.context() as environment, running_stand_in(build=build_organisation) as stand_in:
        environment.setenv("AWS_ENDPOINT_URL", stand_in.endpoint_url)
        environment.setenv("AWS_ACCESS_KEY_ID", HOME_ACCESS_KEY_ID)
        with django_db_blocker.unblock():
            run("load_config", str(CONFIG))
            run("demo_seed")
        yield stand_in
        with django_db_blocker.unblock():
            run("flush", "--no-input")


def standing_of(account: Any, user_name: str) -> Standing:
    return Standing.objects.get(
        candidate__iam_user__aws_account=account.account_id, candidate__iam_user__user_name=user_name
    )


@pytest.mark.usefixtures("seeded")
def test_every_stage_is_reached_and_most_work_is_still_to_do() -> None:
    stages = dict.fromkeys(Stage, 0)
    for stage in Standing.objects.values_list("stage", flat=True):
        stages[Stage(stage)] += 1

    assert all(stages.values()), stages
    assert stages[Stage.IDENTIFIED] > 40
    assert stages[Stage.DELETED] >= 5


@pytest.mark.usefixtures("seeded")
def test_the_stored_answers_are_those_of_the_rules() -> None:
    assert list(differences(timezone.now())) == []


@pytest.mark.usefixtures("seeded")
def test_almost_every_route_is_taken_by_somebody() -> None:
    taken = set(Candidate.objects.exclude(route="").values_list("route", flat=True))

    assert len(taken) >= 8
    assert {Route.POD_IDENTITY, Route.IRSA, Route.VENDOR_ACCOUNT, Route.OIDC, Route.NONE_POSSIBLE} <= taken


@pytest.mark.usefixtures("seeded")
def test_deletions_are_proved_twice_and_some_are_signed_off() -> None:
    gone = IamUser.objects.filter(gone_confirmed_at__isnull=False)

    assert gone.count() >= 5
    assert all(user.gone_at and user.gone_at < user.gone_confirmed_at for user in gone)
    assert 3 <= Candidate.objects.filter(closed_at__isnull=False).count() < gone.count()


@pytest.mark.usefixtures("seeded")
def test_a_key_used_after_the_switch_has_reopened_its_candidate() -> None:
    used_again = standing_of(INTEGRATION, "wayfare-integration-search-indexer")

    assert used_again.reopened_at is not None
    assert used_again.fell_from == Stage.SWITCHED_OVER


@pytest.mark.usefixtures("seeded")
def test_a_key_made_active_again_has_taken_its_candidate_back() -> None:
    active_again = standing_of(STAGING, "wayfare-staging-search-indexer")

    events = Event.objects.filter(unique_id=active_again.candidate.iam_user.unique_id)
    assert events.filter(kind="access_key.reactivated").exists()
    assert active_again.stage < Stage.DEACTIVATED
    assert active_again.reopened_at is not None


@pytest.mark.usefixtures("seeded")
def test_a_user_made_again_follows_its_predecessor_and_a_renamed_one_stays_itself() -> None:
    made_again = IamUser.objects.filter(
        aws_account=TOOLS.account_id, user_name="artefact-publisher", gone_at=None
    ).get()
    renamed = IamUser.objects.filter(aws_account=TOOLS.account_id, user_name="code-quality-uploader").get()

    assert made_again.predecessor is not None
    assert made_again.predecessor.gone_at is not None
    assert Event.objects.filter(kind="iam_user.renamed", unique_id=renamed.unique_id).exists()
    assert renamed.candidate.claims.exists()


@pytest.mark.usefixtures("seeded")
def test_the_account_that_refuses_and_the_report_that_is_denied_are_said_to_be_unread() -> None:
    archive = SyncRun.objects.filter(aws_account=ARCHIVE.account_id).latest()
    data = SyncRun.objects.filter(aws_account=DATA.account_id).latest()

    assert archive.outcome == SyncOutcome.FAILED
    assert data.outcome == SyncOutcome.PARTIAL
    assert {gap["part"] for gap in data.unread} == {"credential_report"}
    assert IamUser.objects.filter(aws_account=DATA.account_id).count() >= 12


@pytest.mark.usefixtures("seeded")
def test_the_root_user_with_a_key_is_known() -> None:
    with_key = [
        account.name
        for account in ACCOUNTS
        if SyncRun.objects.filter(aws_account=account.account_id).latest().root_has_access_key
    ]

    assert with_key == [INTEGRATION.name]


@pytest.mark.usefixtures("seeded")
def test_twelve_months_of_counts_are_invented_and_say_so_and_today_is_real() -> None:
    today = timezone.now().date()
    days = set(DailyCount.objects.filter(invented=True).values_list("day", flat=True))

    assert days == {today - timedelta(days=days_ago) for days_ago in range(1, 366)}
    assert not DailyCount.objects.filter(day=today, invented=True).exists()
    assert DailyCount.objects.filter(day=today).exists()


@pytest.mark.usefixtures("seeded")
def test_the_history_lies_in_the_past_and_not_in_the_future() -> None:
    now = timezone.now()

    events = Event.objects.exclude(kind="config.loaded").order_by("at")

    assert timedelta(days=59) < now - events[0].at < timedelta(days=62)
    assert events.latest("at").at <= now


@pytest.mark.usefixtures("seeded")
def test_five_people_can_sign_in_and_their_colleagues_cannot() -> None:
    people = Person.objects.filter(email__endswith="@wayfare.example")

    can_sign_in = [person for person in people if person.has_usable_password()]
    assert sorted(person.access_level for person in can_sign_in) == ["admin", "engineer", "engineer", "lead", "viewer"]
    assert len(people) > len(can_sign_in)


def test_the_clock_of_the_stand_in_is_right_again(seeded: RunningStandIn) -> None:
    assert seeded.state.clock.offset == timedelta(0)


@pytest.mark.usefixtures("seeded")
def test_a_second_start_keeps_the_data_and_says_who_can_sign_in() -> None:
    before = Event.objects.count()

    said = run("demo_seed")

    assert Event.objects.count() == before
    assert "keeps what it had" in said
    assert "robin.ash@wayfare.example" in said


@pytest.mark.usefixtures("seeded")
def test_a_day_happens_and_its_sync_shows_it() -> None:
    before = Event.objects.latest("pk").pk

    said = run("demo_tick")

    kinds = set(Event.objects.filter(pk__gt=before).values_list("kind", flat=True))
    assert "were deactivated" in said
    assert f"{ARCHIVE.name}: failed." in said
    assert "access_key.deactivated" in kinds


@pytest.mark.usefixtures("seeded")
def test_without_a_stand_in_nothing_is_seeded_and_no_day_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")

    for command in ("demo_seed", "demo_tick"):
        with pytest.raises(CommandError, match=r"No stand-in for AWS answers at http://127\.0\.0\.1:1"):
            run(command)


@pytest.mark.usefixtures("seeded")
def test_the_accounts_of_the_file_are_those_of_the_organisation() -> None:
    rows = {account.pk: account for account in AwsAccount.objects.all()}

    assert set(rows) == {account.account_id for account in ACCOUNTS}
    for account in ACCOUNTS:
        row = rows[account.account_id]
        assert (row.name, row.environment, row.role_arn, row.external_id) == (
            account.name,
            account.environment,
            account.reader_role_arn,
            account.external_id,
        )


@pytest.mark.usefixtures("seeded")
def test_a_history_that_broke_off_is_not_played_over_newer_readings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seed, "is_seeded", lambda: False)

    with pytest.raises(CommandError, match="The history was not finished"):
        run("demo_seed")
