"""The query behind the candidates list: what each filter keeps, what search finds, how rows are ordered."""

from datetime import UTC, timedelta
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from iamdash.candidates.queries.candidate_list import counts, paging
from iamdash.candidates.queries.candidate_list.filters import (
    KEYS,
    OPENED,
    ROUTES,
    STAGES,
    TEXTS,
    USED,
    VIEWS,
    Filters,
    Viewer,
)
from iamdash.candidates.queries.candidate_list.found import standings_of
from iamdash.candidates.queries.candidate_list.order import SORTS
from iamdash.candidates.queries.candidate_list.page import CandidateList, candidate_list, viewer_of
from iamdash.candidates.queries.exceptions import Flag
from iamdash.candidates.queries.frame import account_ages
from iamdash.models import Candidate, Note
from iamdash.standing.assess import Cause, assess
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
    make_safe_to_deactivate,
    make_safe_to_delete,
    make_sync_run,
    make_team,
)

NOBODY = Viewer(person_id=0, team_slugs=())
KNOWN = [*VIEWS, *STAGES, *ROUTES, *USED, *KEYS, *OPENED, *SORTS, "-age", "-user", ""]


def candidate_named(user_name: str, *, keys: tuple[dict[str, object], ...] = ({},), **columns: object) -> Candidate:
    iam_user = make_iam_user(user_name, **columns)
    for key in keys:
        make_access_key(iam_user, **key)
    return make_candidate(iam_user)


def answer_all() -> None:
    assess(list(Candidate.objects.values_list("iam_user", flat=True)), now=NOW, cause=Cause.AWS, actor="sync")


def listed(viewer: Viewer = NOBODY, **asked: str) -> CandidateList:
    answer_all()
    return candidate_list(Filters.of(asked), account_ages(), viewer=viewer, now=NOW)


def names(page: CandidateList) -> list[str]:
    return [row.user_name for row in page.rows]


@given(st.dictionaries(st.sampled_from([*TEXTS, "utm_source"]), st.sampled_from(KNOWN) | st.text(max_size=20)))
def test_the_canonical_address_of_a_canonical_address_is_itself(asked: dict[str, str]) -> None:
    filters = Filters.of(asked)
    once = filters.here

    again = Filters.of(dict(parse_qsl(once, keep_blank_values=True)))

    assert again.here == once


def test_a_change_of_anything_but_the_page_goes_back_to_the_first_page() -> None:
    filters = Filters.of({"q": "s3", "after": "4"})

    assert filters.query(stage="claimed") == "q=s3&stage=claimed"
    assert filters.query(after="5") == "q=s3&after=5"


def test_a_search_looks_everywhere_and_its_absence_looks_at_what_is_open() -> None:
    assert Filters.of({}).shown_view == "open"
    assert Filters.of({"q": "s3"}).shown_view == "everything"
    assert Filters.of({"q": "s3", "view": "open"}).query() == "view=open&q=s3"


@pytest.mark.django_db
@pytest.mark.parametrize("by", ["", "workload"])
def test_somebody_without_a_team_finds_nothing_among_what_is_their_teams(by: str) -> None:
    candidate_named("uploader")
    answer_all()

    assert [listed(view=view, q="upload", by=by).matching for view in ("team", "likely", "open")] == [0, 0, 1]
    assert listed(view="open", team="mine", q="upload", by=by).matching == 0
    assert listed(view="open", team="mine", by=by).matching == 0


@pytest.mark.django_db
class TestSearch:
    """A candidate is found by whatever somebody has in hand."""

    @pytest.fixture(autouse=True)
    def _rows(self) -> None:
        account = make_aws_account(name="example-production")
        key, gone = {"access_key_id": "AKIAFOUND"}, {"access_key_id": "AKIAGONE", "gone_at": days_ago(3)}
        wanted = candidate_named("fastly-logs", keys=(key, gone), unique_id="AIDAWANTED", aws_account=account)
        team = make_team("search", name="Search and Browse")
        priya = make_person("priya@example.org", full_name="Priya Nair", teams=(team,))
        make_claim(wanted, team=team, person=priya)
        make_replacement(wanted, make_iam_role("logs-writer"))
        Note.objects.create(candidate=wanted, body="Waiting for ticket OPS-12", written_at=NOW, written_by=priya)
        candidate_named("other", aws_account=make_aws_account("222233334444", name="example-staging"))

    @pytest.mark.parametrize(
        "words",
        [
            "fastly-logs", "FASTLY", "AKIAFOUND", "AKIAGONE", "AIDAWANTED", "user/fastly-logs",
            "logs-writer", "Search", "browse", "priya", "priya@example.org", "ops-12", "production fastly", "Nair logs",
        ],
    )  # fmt: skip
    def test_it_is_found(self, words: str) -> None:
        assert names(listed(q=words)) == ["fastly-logs"]

    @pytest.mark.parametrize("words", ["fastly staging", "%", "_", "fastly%logs", "\\"])
    def test_every_word_must_match_and_none_is_a_pattern(self, words: str) -> None:
        assert names(listed(q=words)) == (["fastly-logs"] if words == "" else [])


@pytest.mark.django_db
def test_each_filter_keeps_what_it_names() -> None:
    account = make_aws_account("222233334444", name="example-staging")
    team = make_team("search")
    claimed = candidate_named("claimed", aws_account=account)
    make_claim(claimed, team=team)
    make_replacement(claimed)
    candidate_named("plain")

    assert names(listed(account="222233334444")) == ["claimed"]
    assert names(listed(team="search")) == ["claimed"]
    assert names(listed(team="none")) == ["plain"]
    assert names(listed(stage="identified")) == ["plain"]
    assert names(listed(route="pod_identity")) == ["claimed"]
    assert names(listed(route="none")) == ["plain"]


@pytest.mark.django_db
def test_the_last_used_filter_keeps_unread_apart_from_no_use_recorded() -> None:
    silent = {"last_used_at": None, "last_used_service": "", "last_used_region": ""}
    candidate_named("yesterday")
    candidate_named("last-year", keys=({"last_used_at": days_ago(500)},))
    candidate_named("no-use-recorded", keys=(silent,))
    candidate_named("unread", keys=(silent | {"last_used_as_of": None},))

    assert names(listed(used="7")) == ["yesterday"]
    assert names(listed(used="over-365")) == ["last-year"]
    assert names(listed(used="none")) == ["no-use-recorded"]
    assert names(listed(used="unread")) == ["unread"]
    assert {row.user_name: row.unused_because for row in listed().rows if not row.last_used_at} == {
        "no-use-recorded": "No use recorded",
        "unread": "Not read",
    }


@pytest.mark.django_db
def test_a_row_says_where_keys_were_last_used_and_how_many_could_be() -> None:
    off = {"status": "Inactive", "last_used_at": None, "last_used_service": "", "last_used_region": ""}
    candidate_named("one")
    candidate_named("two", keys=({}, off | {"last_used_as_of": None}))
    candidate_named("off", keys=(off,))
    candidate_named("none", keys=({"gone_at": days_ago(1)},))

    said = {row.user_name: row.use_in_words.replace("\N{NO-BREAK SPACE}", " ") for row in listed().rows}
    assert said == {
        "one": "s3 eu-west-1 · 1 active",
        "two": "s3 eu-west-1 · 1 active, 1 inactive · a key not read",
        "off": "0 active, 1 inactive",
        "none": "",
    }


@pytest.mark.django_db
def test_the_keys_filter_goes_by_what_is_left() -> None:
    candidate_named("active")
    candidate_named("inactive", keys=({"status": "Inactive"},))
    candidate_named("keyless", keys=({"gone_at": days_ago(1)},))

    assert names(listed(keys="active")) == ["active"]
    assert names(listed(keys="inactive")) == ["inactive"]
    assert names(listed(keys="none")) == ["keyless"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sort", ["-risk", "risk", "-age", "age", "user", "-user", "account", "owner", "stage", "-since", "used", "-used"]
)
def test_every_order_lists_everybody_once(sort: str) -> None:
    candidate_named("a", keys=({"created_at": days_ago(900)},))
    candidate_named("B", keys=({"created_at": days_ago(100), "last_used_at": None},))
    candidate_named("c", keys=({"created_at": days_ago(500)},))

    assert sorted(names(listed(sort=sort))) == ["B", "a", "c"]


@pytest.mark.django_db
@pytest.mark.parametrize("view", ["open", "everything"])
@pytest.mark.parametrize("sort", [f"{direction}{name}" for name in SORTS for direction in ("", "-")])
def test_pages_follow_each_other_and_lead_back_in_every_order(
    sort: str, view: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "PAGE_SIZE", 2)
    monkeypatch.setattr(counts, "MOST_COUNTED", 4)
    for number in range(3):
        candidate_named(f"plain-{number}")
    make_claim(candidate_named("claimed", keys=({"last_used_at": None}, {"status": "Inactive"})))
    candidate_named("keyless", keys=({"gone_at": days_ago(1)},))
    candidate_named("gone", gone_at=days_ago(2), gone_confirmed_at=days_ago(1))
    answer_all()

    def of(query: str | None) -> CandidateList:
        return candidate_list(Filters.of(dict(parse_qsl(query or ""))), account_ages(), viewer=NOBODY, now=NOW)

    expected = list(standings_of(Filters(view=view, sort=sort), viewer=NOBODY, now=NOW).values_list("pk", flat=True))
    page = of(f"view={view}&sort={sort}")
    there = [page]
    while page.next_query:
        there.append(page := of(page.next_query))
    back = [page]
    while page.previous_query:
        back.append(page := of(page.previous_query))
    last = of(there[0].last_query)

    assert [row.number for page in there for row in page.rows] == expected
    assert [row.number for page in reversed(back) for row in page.rows] == expected
    assert [row.number for row in last.rows] == expected[-2:]
    assert [(page.first, page.last) for page in there] == [(1, 2), (3, 4), (5, len(expected))]
    assert (there[0].first_query, there[1].first_query == there[0].query, last.next_query) == (None, True, None)


@pytest.mark.django_db
def test_counts_stop_at_a_limit_and_so_does_the_position(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "PAGE_SIZE", 1)
    monkeypatch.setattr(counts, "MOST_COUNTED", 1)
    numbers = [candidate_named(f"uploader-{number}").pk for number in range(4)]

    page = listed(after=str(numbers[1]), sort="user")

    assert (page.matching, page.in_view, names(page)) == (2, 2, ["uploader-2"]), "one more than the limit: more"
    assert (page.first, page.last) == (None, None)


@pytest.mark.django_db
@pytest.mark.parametrize("place", [{"after": "99999999"}, {"after": "x"}, {"before": "-1"}, {"before": "²"}])
def test_a_place_that_means_nothing_is_a_chip_and_the_page_is_the_first(place: dict[str, str]) -> None:
    candidate_named("uploader")

    page = listed(**place)

    assert names(page) == ["uploader"]
    assert [chip.text for chip in page.chips] == [f"Page: {next(iter(place.values()))} (unknown, ignored)"]


@pytest.mark.django_db
def test_one_or_two_letters_find_what_a_word_begins_with() -> None:
    candidate_named("payment-ci-7")
    candidate_named("circus")
    candidate_named("electricity")

    assert sorted(names(listed(q="ci"))) == ["circus", "payment-ci-7"]
    assert sorted(names(listed(q="ici"))) == ["electricity"]


@pytest.mark.django_db
def test_of_one_risk_the_oldest_key_comes_first_unless_told_otherwise() -> None:
    candidate_named("young", keys=({"created_at": days_ago(100)},))
    candidate_named("old", keys=({"created_at": days_ago(900)},))
    candidate_named("keyless", keys=({"gone_at": days_ago(1)},))
    candidate_named("older", keys=({"created_at": days_ago(901)},))

    assert names(listed()) == ["older", "old", "young", "keyless"]
    assert names(listed(sort="age")) == ["young", "old", "older", "keyless"]
    assert names(listed(sort="user")) == ["keyless", "old", "older", "young"]


@pytest.mark.django_db
def test_the_highest_risk_comes_first_and_can_be_filtered_by() -> None:
    administrator = [{"name": "AdministratorAccess", "arn": "arn:aws:iam::aws:policy/AdministratorAccess"}]
    candidate_named("plain", keys=({"created_at": days_ago(900)},))
    candidate_named("administrator", attached_policies=administrator)
    candidate_named("silenced", keys=({"status": "Inactive"},))
    candidate_named("gone", gone_at=days_ago(2), gone_confirmed_at=days_ago(1))

    assert names(listed()) == ["administrator", "plain", "silenced"]
    assert names(listed(sort="risk")) == ["silenced", "plain", "administrator"]
    assert names(listed(risk="critical")) == ["administrator"]
    assert names(listed(risk="urgent")) == ["administrator"]
    assert names(listed(risk="low", view="everything")) == ["silenced"]
    assert {row.user_name: row.risk for row in listed(view="everything").rows}["gone"] is None


@pytest.mark.django_db
def test_stuck_is_what_has_been_in_its_stage_for_too_long() -> None:
    stuck = candidate_named("stuck")
    stuck.opened_at = days_ago(30)
    stuck.save()
    candidate_named("under-way")

    page = listed(view="stuck")

    assert names(page) == ["stuck"]
    assert page.rows[0].flag == Flag("Stuck", "amber", since=days_ago(30))


@pytest.mark.django_db
def test_what_is_safe_has_a_view_and_its_rows_say_so() -> None:
    make_safe_to_deactivate("silent")
    make_safe_to_delete("soaked")
    candidate_named("in-use")

    deactivate, delete = listed(view="safe-to-deactivate"), listed(view="safe-to-delete")

    assert (names(deactivate), names(delete)) == (["silent"], ["soaked"])
    assert [row.flag for row in (*deactivate.rows, *delete.rows)] == [
        Flag("Safe to deactivate", "green"),
        Flag("Safe to delete", "green"),
    ]
    assert {tab.name: tab.count for tab in delete.tabs if tab.name.startswith("Safe")} == {
        "Safe to deactivate": 1,
        "Safe to delete": 1,
    }


@pytest.mark.django_db
def test_without_an_active_key_there_is_nothing_to_deactivate() -> None:
    soaked = make_safe_to_delete("soaked")

    assert names(listed(view="safe-to-deactivate")) == []
    soaked.standing.refresh_from_db()
    assert soaked.standing.safe_to_deactivate == "yes"


@pytest.mark.django_db
def test_a_user_gone_once_is_open_and_says_so_until_it_is_confirmed() -> None:
    candidate_named("going", gone_at=days_ago(0.001))

    row = listed().rows[0]

    assert row.is_open
    assert row.flag == Flag("Gone, to confirm", "amber")


@pytest.mark.django_db
def test_a_search_takes_six_queries_whatever_it_finds(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for number in range(8):
        make_claim(candidate_named(f"uploader-{number}"))
    answer_all()
    viewer = viewer_of(make_person(teams=(make_team(),)).pk)

    with django_assert_num_queries(6):
        candidate_list(Filters.of({"q": "uploader", "used": "7"}), account_ages(), viewer=viewer, now=NOW)


@pytest.mark.django_db
def test_new_this_week_counts_from_when_it_was_opened() -> None:
    recent = candidate_named("recent")
    recent.opened_at = NOW - timedelta(days=2)
    recent.save()
    candidate_named("long-known")

    assert names(listed(opened="week")) == ["recent"]


@pytest.mark.django_db
def test_the_reason_fits_on_a_line_and_still_tells_the_keys_apart() -> None:
    candidate_named("uploader", keys=({"access_key_id": "AKIAIOSFODNN7EXAMPLE", "created_at": days_ago(400)},))

    (row,) = listed().rows

    assert row.reason.render(now=NOW, zone=UTC) == "Key …\N{WORD JOINER}MPLE is 400 days old"


@pytest.mark.parametrize(
    ("account_id", "columns", "as_of"),
    [
        ("1" * 12, {"finished_at": days_ago(1 / 24)}, None),
        ("2" * 12, {"started_at": days_ago(3), "finished_at": days_ago(3)}, days_ago(3)),
        ("3" * 12, {"outcome": "partial"}, None),
    ],
    ids=["read an hour ago", "not read for days", "read in part"],
)
@pytest.mark.django_db
def test_a_row_of_an_account_that_is_behind_says_as_of_when_it_is(
    account_id: str, columns: dict[str, object], as_of: object
) -> None:
    aws_account = make_aws_account(account_id)
    make_sync_run(aws_account, **columns)
    candidate_named("uploader", aws_account=aws_account)

    (row,) = listed().rows

    assert row.as_of == as_of


@pytest.mark.django_db
def test_a_row_says_as_of_when_it_is_if_the_newest_sync_failed() -> None:
    good = make_sync_run(started_at=days_ago(0.1), finished_at=days_ago(0.1))
    make_sync_run(outcome="failed")
    candidate_named("uploader")

    assert listed().rows[0].as_of == good.finished_at


@pytest.mark.django_db
def test_the_iam_users_of_people_are_found_apart() -> None:
    candidate_named("priya.rao", password_enabled=True)
    candidate_named("svc-backup")
    candidate_named("mystery")

    assert names(listed(kind="person")) == ["priya.rao"]
    assert names(listed(kind="machine")) == ["svc-backup"]
    assert names(listed(kind="unclear")) == ["mystery"]
    assert len(names(listed(kind="robot"))) == 3
    assert [chip.text for chip in listed(kind="person").chips] == ["Whose: Probably a person's"]
