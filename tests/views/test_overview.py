"""The overview: every number is the length of the list that it links to, and the queries stay few."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from iamdash.candidates.queries.candidate_list.filters import Viewer
from iamdash.candidates.queries.frame import account_ages
from iamdash.candidates.queries.overview.burn_down import last_whole_day, weeks_of
from iamdash.candidates.queries.overview.page import Overview
from iamdash.candidates.queries.overview.page import overview as whole_overview
from iamdash.candidates.queries.overview.scope import Scope
from iamdash.candidates.queries.overview.week import week
from iamdash.models import AccessKey, AccessLevel, Candidate, DailyCount, Person, Programme, Standing, SyncRun
from iamdash.models.journal import record
from iamdash.rules.overview.forecast import Outlook, Week
from iamdash.rules.stage import Stage
from iamdash.standing.assess import Cause, assess
from iamdash.standing.daily import count_day
from tests.browser.believable import organisation
from tests.factories import (
    make_access_key,
    make_aws_account,
    make_claim,
    make_iam_user,
    make_person,
    make_safe_to_delete,
    make_sync_run,
    make_team,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client: Client) -> Client:
    client.force_login(organisation())
    return client


def overview(*, now: datetime, team_slugs: tuple[str, ...] = (), **parameters: str) -> Overview:
    return whole_overview(parameters, account_ages(), viewer=Viewer(0, team_slugs), now=now)


def body_of(client: Client) -> str:
    response = client.get("/")
    assert response.status_code == 200
    return str(response.content.decode())


def test_it_says_how_many_active_keys_are_left_in_how_many_users(signed_in: Client) -> None:
    assert "12 active keys and 12 IAM users left" in body_of(signed_in)


def test_active_keys_of_no_candidate_are_counted_apart(signed_in: Client) -> None:
    make_access_key(make_iam_user("new-uploader"), created_at=timezone.now())

    body = body_of(signed_in)

    assert "12 active keys and 12 IAM users left" in body
    assert "1 more active key belongs to no candidate yet" in body


def test_every_number_is_the_length_of_the_list_it_links_to(signed_in: Client) -> None:
    linked = re.findall(r'<a href="(/candidates/[^"]*)"><b>([\d,]+)</b>', body_of(signed_in))

    assert len(linked) == 6
    for url, number in linked:
        listed = signed_in.get(url.replace("&amp;", "&"), follow=True).content.decode()
        assert len(re.findall(r'<tr id="row-', listed)) == int(number.replace(",", "")), url


def test_what_is_safe_to_delete_now_is_counted_and_listed(signed_in: Client) -> None:
    candidate = make_safe_to_delete("soaked", now=timezone.now())
    assess([candidate.iam_user_id], now=timezone.now(), cause=Cause.AWS, actor="sync")

    (linked,) = re.findall(r'href="([^"]+)"><b>1</b><span>safe to delete now', body_of(signed_in))

    assert "soaked" in signed_in.get(linked).content.decode()


def test_every_team_is_named_and_those_without_one_come_last(signed_in: Client) -> None:
    page = overview(now=timezone.now())

    assert [team.name for team in page.groups.rows][-1] == "No team yet"
    assert {team.name: team.left for team in page.groups.rows}["Data Services"] == 2
    assert sum(sum(team.counts) for team in page.groups.rows) == 12


def test_the_numbers_of_a_team_are_the_lengths_of_their_lists(signed_in: Client) -> None:
    numbers = [number for team in overview(now=timezone.now()).groups.rows for number in team.numbers]

    assert {number.label for number in numbers if number.value} >= {"Left", "Stuck"}
    for number in numbers:
        listed = signed_in.get(f"/candidates/?{number.query}", follow=True).content.decode()
        assert len(re.findall(r'<tr id="row-', listed)) == number.value, number


def test_the_change_is_counted_against_four_weeks_ago(signed_in: Client) -> None:
    DailyCount.objects.create(
        day=timezone.now().date() - timedelta(days=29),
        aws_account_id="111111111111",
        stage=Stage.IDENTIFIED,
        candidates=14,
        active_keys=15,
    )

    assert "3 fewer in 4 weeks" in body_of(signed_in)


@pytest.mark.parametrize(
    ("scope", "words"),
    [
        ("", '<small class="up">11 more in 4 weeks</small>'),
        ("mine", '<small class="">1 more in 4 weeks, with what was claimed</small>'),
    ],
)
def test_a_team_that_claims_has_more_left_and_is_not_blamed_for_it(client: Client, scope: str, words: str) -> None:
    organisation()
    candidate = Candidate.objects.filter(standing__active_keys=1, standing__owner_team=None, standing__is_open=True)[0]
    team = make_team("newcomers")
    make_claim(candidate, team=team)
    assess([candidate.iam_user_id], now=timezone.now(), cause=Cause.PEOPLE, actor="newcomer")
    day = timezone.now().date() - timedelta(days=29)
    for slug, keys in (("", 1), (team.pk, 0)):
        DailyCount.objects.create(
            day=day, aws_account_id="1" * 12, stage=1, team_slug=slug, candidates=keys, active_keys=keys
        )
    client.force_login(make_person(teams=(team,)))

    assert words in client.get(f"/?scope={scope}").content.decode()


def test_the_sentence_and_the_numbers_tell_of_the_same_four_weeks(signed_in: Client) -> None:
    now = timezone.now()
    Candidate.objects.update(opened_at=now - timedelta(days=40))
    for ago in (28, 29):
        key = AccessKey.objects.filter(status="Active").order_by("pk")[0]
        AccessKey.objects.filter(pk=key.pk).update(
            status="Inactive", status_changed_at=now - timedelta(days=ago), first_seen_at=now - timedelta(days=40)
        )
        assess([key.iam_user_id], now=now, cause=Cause.AWS, actor="sync")
    left = sum(Standing.objects.filter(is_open=True).values_list("active_keys", flat=True))
    day = now.date() - timedelta(days=29)
    DailyCount.objects.create(day=day, aws_account_id="1" * 12, stage=1, candidates=9, active_keys=left + 1)

    body = body_of(signed_in)

    assert "1 key retired in the 4 weeks to yesterday" in body
    assert "1 fewer in 4 weeks" in body


def test_keys_of_what_was_deleted_are_not_counted_as_left(signed_in: Client) -> None:
    day = timezone.now().date() - timedelta(days=8)
    for stage, keys in ((Stage.CLAIMED, 4), (Stage.DELETED, 2)):
        DailyCount.objects.create(day=day, aws_account_id="1" * 12, stage=stage, candidates=1, active_keys=keys)

    assert overview(now=timezone.now()).history[0].active_keys == 4


def test_invented_history_is_called_so(signed_in: Client) -> None:
    DailyCount.objects.create(
        day=timezone.now().date() - timedelta(days=15),
        aws_account_id="1" * 12,
        stage=Stage.IDENTIFIED,
        candidates=3,
        active_keys=20,
        invented=True,
    )

    assert "Grey: invented for the demo" in body_of(signed_in)


def test_a_group_stands_as_its_own_page_says_by_the_keys_that_it_has_now(signed_in: Client) -> None:
    now = timezone.now()
    Programme.objects.update_or_create(pk=1, defaults={"target_date": now.date() + timedelta(weeks=40)})
    Candidate.objects.update(opened_at=now - timedelta(weeks=9))
    retired = AccessKey.objects.filter(iam_user__aws_account="1" * 12).values("pk")[:4]
    for weeks, key in enumerate(retired, start=1):
        AccessKey.objects.filter(pk=key["pk"]).update(status="Inactive", status_changed_at=now - timedelta(weeks=weeks))
    assess(list(Candidate.objects.values_list("iam_user", flat=True)), now=now, cause=Cause.AWS, actor="sync")

    groups = {row.value: row for row in overview(now=now, by="account").groups.rows}
    alone = overview(now=now, scope="1" * 12)

    assert groups["1" * 12].left == alone.totals.open == 7
    assert groups["1" * 12].weekly == (7, 7, 7, 7, 7, 6, 5, 4, 3)
    assert groups["1" * 12].outlook is alone.headline.outlook is Outlook.ON_TRACK
    assert {row.outlook for value, row in groups.items() if value != "1" * 12} == {Outlook.BEHIND}


def test_this_week_counts_what_the_journal_says(signed_in: Client) -> None:
    now = timezone.now()
    for days, subject in ((1, "AKIAEXAMPLE1"), (2, "AKIAEXAMPLE2"), (8, "AKIATOOLONGAGO")):
        record(
            at=now - timedelta(days=days), actor="sync", kind="access_key.deactivated", sentence="…", subject=subject
        )

    body = body_of(signed_in)

    assert "2 access keys deactivated" in body
    assert "AKIATOOLONGAGO" not in body


def test_a_claim_that_was_undone_was_not_taken_on_this_week(signed_in: Client) -> None:
    candidate = Candidate.objects.order_by("pk").last()
    kinds = ("candidate.claimed", "candidate.released", "candidate.claimed")
    for minutes, kind in enumerate(kinds, start=1):
        at = timezone.now() + timedelta(minutes=minutes)
        record(at=at, actor="ada", kind=kind, sentence="…", subject="mine", candidate_number=candidate.pk)

    [claimed] = overview(now=timezone.now() + timedelta(hours=1)).week.done

    assert (claimed.count, claimed.subjects) == (1, ("mine",))


def test_without_accounts_it_says_what_to_do(client: Client) -> None:
    client.force_login(make_person("ada@example.org"))

    assert "manage.py load_config" in body_of(client)


def test_before_anything_was_found_it_points_at_the_accounts(client: Client) -> None:
    client.force_login(make_person("ada@example.org"))
    make_aws_account()

    assert "Nothing found yet" in body_of(client)


def test_an_account_in_which_nothing_was_found_is_not_said_to_be_done(signed_in: Client) -> None:
    account = make_aws_account("9" * 12)

    narrowed = overview(now=timezone.now(), scope=account.account_id)

    assert narrowed.headline.first == "No candidate has been found here."
    assert [group.outlook for group in narrowed.groups.rows] == [Outlook.UNKNOWN]


def test_an_engineer_without_a_claim_is_shown_the_way_to_one_and_a_lead_is_not(signed_in: Client) -> None:
    invitation = 'Nothing is yours yet. <a href="/candidates/?view=likely">'
    team = Standing.objects.exclude(owner_team=None).first().owner_team
    newcomer = make_person(teams=(team,))
    signed_in.force_login(newcomer)
    assert invitation in body_of(signed_in)

    Person.objects.filter(pk=newcomer.pk).update(access_level=AccessLevel.LEAD)

    assert invitation not in body_of(signed_in)


def test_the_target_date_is_named(signed_in: Client) -> None:
    Programme.objects.update_or_create(pk=1, defaults={"target_date": "2027-04-30"})

    assert "on track for 30 April 2027." in body_of(signed_in)


@pytest.mark.parametrize("address", ["/", "/?by=account", "/?by=route"])
def test_the_page_asks_ten_questions_and_what_is_over_once_a_day(
    signed_in: Client, address: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    Candidate.objects.update(opened_at=timezone.now() - timedelta(days=40))
    count_day(timezone.now().date(), timezone.now())

    with django_assert_num_queries(12):
        signed_in.get(address)
    with django_assert_num_queries(10):
        signed_in.get(address)


def test_a_new_daily_count_is_seen_at_once(signed_in: Client) -> None:
    day = timezone.now().date() - timedelta(days=8)
    for keys in (4, 2):
        DailyCount.objects.all().delete()
        DailyCount.objects.create(day=day, aws_account_id="1" * 12, stage=1, candidates=1, active_keys=keys)

        assert overview(now=timezone.now()).history[0].active_keys == keys


def test_what_is_stuck_in_an_account_that_is_behind_says_as_of_when(signed_in: Client) -> None:
    three_days_ago = timezone.now() - timedelta(days=3)
    SyncRun.objects.update(started_at=three_days_ago, finished_at=three_days_ago)

    stuck = overview(now=timezone.now()).needs_someone

    assert {line.as_of for line in stuck} == {three_days_ago}
    assert re.search(r"<strong>as of <time[^>]*>3 days ago</time></strong>", body_of(signed_in))
    assert re.search(r"as of <time[^>]*>3 days ago</time></strong>", signed_in.get("/candidates/").content.decode())


def test_who_needs_someone_is_told_with_the_person_that_answers_for_it(signed_in: Client) -> None:
    stuck = overview(now=timezone.now()).needs_someone

    held = Standing.objects.select_related("owner_person").in_bulk([line.number for line in stuck])
    assert [line.person for line in stuck] == [str(held[line.number].owner_person or "") for line in stuck]
    assert any(line.person for line in stuck)


def test_the_scope_of_an_account_narrows_every_number_and_every_link(signed_in: Client) -> None:
    account_id = Standing.objects.values_list("candidate__iam_user__aws_account", flat=True).order_by("pk")[0]

    everything, narrowed = overview(now=timezone.now()), overview(now=timezone.now(), scope=account_id)

    assert 0 < narrowed.totals.open < everything.totals.open
    assert sum(age.number.value for age in narrowed.ages) <= narrowed.totals.open
    for number in (*narrowed.numbers, *(number for group in narrowed.groups.rows for number in group.numbers)):
        listed = signed_in.get(f"/candidates/?{number.query}", follow=True).content.decode()
        assert len(re.findall(r'<tr id="row-', listed)) == number.value, number


def test_the_scope_of_my_teams_is_theirs_and_is_offered_only_to_who_has_one(signed_in: Client) -> None:
    slugs = tuple(Standing.objects.exclude(owner_team=None).values_list("owner_team", flat=True).distinct()[:2])

    mine = overview(now=timezone.now(), team_slugs=slugs, scope="mine")

    assert mine.totals.open == Standing.objects.filter(owner_team__in=slugs, is_open=True).count()
    assert {group.value for group in mine.groups.rows} == set(slugs)
    assert "mine" in {choice.value for choice in mine.scopes}
    assert "mine" not in {choice.value for choice in overview(now=timezone.now()).scopes}


def test_a_scope_that_means_nothing_shows_everything_and_says_so(signed_in: Client) -> None:
    assert "There is no such part of the work here." in signed_in.get("/?scope=nonsense").content.decode()


@pytest.mark.parametrize("by", ["team", "account", "route"])
def test_the_work_is_shared_out_whole_whichever_way(signed_in: Client, by: str) -> None:
    page = overview(now=timezone.now(), by=by)

    assert sum(group.left for group in page.groups.rows) == page.totals.open
    assert page.groups.grouping.name == by


@pytest.mark.parametrize(("zone", "day"), [("UTC", 26), ("Pacific/Auckland", 27), ("America/New_York", 26)])
def test_the_last_whole_day_is_that_of_the_zone_in_which_pages_show_times(zone: str, day: int) -> None:
    with timezone.override(zone):
        assert last_whole_day(datetime(2026, 11, 27, 20, tzinfo=UTC)) == date(2026, 11, day)


def test_the_paragraph_to_paste_has_the_day_of_that_zone(signed_in: Client) -> None:
    with timezone.override("Pacific/Kiritimati"):
        here = timezone.localdate()
        text = body_of(signed_in)
    with timezone.override("Pacific/Pago_Pago"):
        elsewhere = timezone.localdate()

    assert f"All accounts, {here.day} {here:%B %Y}: " in text
    assert f"All accounts, {elsewhere.day} {elsewhere:%B %Y}: " not in text


def test_keys_retired_and_keys_arrived_are_counted_apart_week_by_week() -> None:
    now = timezone.now()
    keys = {
        "there all along": (60, None, None),
        "arrived last week": (5, None, None),
        "deactivated two weeks ago": (60, 12, None),
        "deleted while active": (60, None, 3),
        "inactive when first seen": (60, 200, None),
    }
    for name, (opened, inactive, gone) in keys.items():
        iam_user = make_iam_user(name.replace(" ", "-"))
        make_access_key(
            iam_user,
            first_seen_at=now - timedelta(days=opened),
            status="Inactive" if inactive else "Active",
            status_changed_at=now - timedelta(days=inactive or 200),
        )
        assess([iam_user.pk], now=now - timedelta(days=opened), cause=Cause.AWS, actor="sync")
        AccessKey.objects.filter(iam_user=iam_user).update(gone_at=gone and now - timedelta(days=gone))

    weeks = weeks_of(Scope(), first_at=now - timedelta(days=60), until=now.date(), newest=None).whole

    assert len(weeks) == 8
    assert weeks[-1] == Week(retired=1, arrived=1)
    assert weeks[-2] == Week(retired=1, arrived=0)
    assert set(weeks[:-2]) == {Week(0, 0)}


def test_after_four_weeks_there_is_a_forecast_in_words_and_in_the_drawing(signed_in: Client) -> None:
    now = timezone.now()
    Candidate.objects.update(opened_at=now - timedelta(days=40))
    for ago in (2, 9, 16, 23):
        key = AccessKey.objects.filter(status="Active").order_by("pk")[0]
        AccessKey.objects.filter(pk=key.pk).update(
            status="Inactive", status_changed_at=now - timedelta(days=ago), first_seen_at=now - timedelta(days=40)
        )
    DailyCount.objects.create(
        day=now.date() - timedelta(days=8), aws_account_id="1" * 12, stage=1, candidates=9, active_keys=13
    )

    body = body_of(signed_in)

    assert re.search(r"At the pace of the last \d+ weeks the last key goes in", body)
    assert 'class="expected"' in body


def test_what_happened_this_week_is_the_same_asked_of_everything_and_of_the_one_account_in_which_it_did() -> None:
    now, account_id = timezone.now(), make_aws_account().pk
    happened = (
        *((kind, None) for kind in ("access_key.deleted", "candidate.reopened", "candidate.opened")),
        *(("candidate.claimed", None), ("candidate.claimed", None), ("candidate.released", None)),
        *(("candidate.reopened", {"key_used": told}) for told in (True, False)),
        ("candidate.reopened", {"stage": 2}),
    )
    for hours, (kind, after) in enumerate(happened):
        at, subject = now - timedelta(hours=len(happened) - hours), f"user-{hours}"
        record(
            at=at,
            actor="sync",
            kind=kind,
            sentence="It happened.",
            aws_account_id=account_id,
            subject=subject,
            candidate_number=4 if hours > 3 else 3,
            after=after,
        )

    of_all = week(Scope(), now=now)

    assert of_all == week(Scope(account_id, account_id=account_id), now=now)
    assert [(line.count, line.words, line.subjects) for line in of_all.came] == [
        (1, "candidate used again after its switch-over", ("user-6",)),
        (3, "candidates reopened", ("user-8", "user-7", "user-1")),
        (1, "candidate found", ("user-2",)),
    ]
    assert [line.subjects for line in of_all.done] == [("user-3",)]


def test_an_account_that_was_never_read_has_no_numbers_as_unread_is_not_absent(signed_in: Client) -> None:
    account = make_aws_account("6" * 12, name="archive")
    make_sync_run(account, outcome="failed")

    body = signed_in.get(f"/?scope={account.pk}").content.decode()

    assert "archive has never been read" in body
    assert re.search(r'data-copy="AWS account archive, [^"]*: it has never been read', body)
    assert 'class="stats"' not in body
    assert "Nothing is stuck" not in body


def test_a_root_user_with_an_access_key_needs_someone_first_of_all(signed_in: Client) -> None:
    account, other = make_aws_account("6" * 12, name="archive"), make_aws_account("7" * 12, name="attic")
    make_sync_run(account, root_has_access_key=True)

    def told(address: str) -> bool:
        page = signed_in.get(address).content.decode()
        is_told = "Root user of archive" in page
        assert is_told is ("First of all, the root user has an access key: archive." in page)
        return is_told

    assert told("/")
    assert told(f"/?scope={account.pk}")
    assert not told(f"/?scope={other.pk}")


def test_it_can_be_copied_as_text(signed_in: Client) -> None:
    body = body_of(signed_in)

    (text,) = re.findall(r'data-copy="(All accounts,[^"]*)"', body)
    assert "12 active keys and 12 IAM users left" in text
    assert re.search(r"Needs someone: [\w-]+, (reopened .* ago, now|identified for|claimed for) [\w ]+", text)
    assert text.endswith("http://testserver/")


def test_the_iam_users_of_people_are_counted_apart_and_listed(signed_in: Client) -> None:
    Standing.objects.update(kind="machine")
    assert "single sign-on" not in signed_in.get("/").content.decode()
    iam_user = make_iam_user("priya.rao", password_enabled=True)
    make_access_key(iam_user)
    assess([iam_user.pk], now=timezone.now(), cause=Cause.AWS, actor="sync")

    page = signed_in.get("/").content.decode()

    assert '<a href="/candidates/?kind=person">1 of all IAM users left</a> probably belongs to a person:' in page
    assert "priya.rao" in signed_in.get("/candidates/?kind=person").content.decode()
