"""The list by workload: filtered, sorted and turned page by page as the candidates are; lanes and what is gone."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from iamdash.candidates.queries.candidate_list import paging
from iamdash.candidates.queries.candidate_list.filters import Filters, Viewer
from iamdash.candidates.queries.candidate_list.found import standings_of
from iamdash.candidates.queries.candidate_list.order import SORTS
from iamdash.candidates.queries.candidate_list.page import CandidateList, candidate_list
from iamdash.candidates.queries.candidate_list.workload_rows import workload_rows
from iamdash.candidates.queries.frame import account_ages
from iamdash.models import AccessKey, Candidate, IamUser, Standing
from iamdash.rules.stage import Stage
from iamdash.standing.assess import Cause, assess
from tests.factories import (
    NOW,
    days_ago,
    make_access_key,
    make_aws_account,
    make_candidate,
    make_claim,
    make_iam_user,
    make_team,
)

pytestmark = pytest.mark.django_db
NOBODY = Viewer(person_id=0, team_slugs=())
ACCOUNTS = {"production": "111122223333", "staging": "222233334444", "development": "333344445555"}


def make(user_name: str, environment: str = "production", *, age: int = 200, keys: int = 1) -> Candidate:
    account = make_aws_account(ACCOUNTS[environment], environment=environment)
    iam_user = make_iam_user(user_name, aws_account=account)
    for _ in range(keys):
        make_access_key(iam_user, created_at=days_ago(age))
    return make_candidate(iam_user)


def answer() -> None:
    assess(list(IamUser.objects.values_list("pk", flat=True)), now=NOW, cause=Cause.AWS, actor="sync")


def gone(candidate: Candidate) -> None:
    proved = {"gone_at": days_ago(2), "gone_confirmed_at": days_ago(1)}
    IamUser.objects.filter(pk=candidate.iam_user_id).update(**proved)
    AccessKey.objects.filter(iam_user=candidate.iam_user_id).update(gone_at=days_ago(2))


def by_workload(**asked: str) -> CandidateList:
    return candidate_list(Filters.of({"by": "workload"} | asked), account_ages(), viewer=NOBODY, now=NOW)


@pytest.fixture
def three_workloads() -> None:
    """An uploader in three environments, an indexer in two, of which one is claimed, and somebody's own key."""
    for environment, age in (("production", 900), ("staging", 200), ("development", 150)):
        make(f"svc-{environment}-uploader", environment, age=age)
    indexer = make("svc-production-indexer", age=500)
    make_claim(indexer, team=make_team("search"))
    make("svc-staging-indexer", "staging", age=1000)
    make("jo", age=300)
    answer()


@pytest.mark.parametrize("sort", [*SORTS, *(f"-{name}" for name in SORTS)])
@pytest.mark.parametrize("asked", [{}, {"q": "svc"}, {"team": "search"}, {"account": ACCOUNTS["staging"]}])
def test_it_holds_exactly_the_workloads_of_what_the_list_of_candidates_holds(
    three_workloads: None, sort: str, asked: dict[str, str]
) -> None:
    filters = Filters.of(asked | {"sort": sort})
    candidates = standings_of(filters, viewer=NOBODY, now=NOW).values_list("candidate__workload__name", flat=True)

    page = by_workload(**asked, sort=sort)

    # Each where the first of its candidates is.
    assert [row.name for row in page.workloads] == list(dict.fromkeys(candidates))
    assert (page.listed, page.matching) == (len(set(candidates)), len(candidates))
    assert sum(row.matching for row in page.workloads) == page.matching


@pytest.mark.parametrize("view", ["open", "everything"])
def test_its_pages_follow_each_other_without_gap_or_overlap(
    three_workloads: None, monkeypatch: pytest.MonkeyPatch, view: str
) -> None:
    gone(Candidate.objects.get(iam_user__user_name="svc-production-uploader"))
    answer()
    whole = [row.name for row in by_workload(view=view).workloads]
    monkeypatch.setattr(paging, "PAGE_SIZE", 1)

    page, seen = by_workload(view=view), []
    while True:
        seen += [row.name for row in page.workloads]
        assert page.first == len(seen)
        if page.next_query is None:
            break
        page = by_workload(view=view, after=str(page.next_query.rpartition("after=")[2]))

    assert seen == whole
    assert len(seen) == 3


def test_a_row_has_its_lanes_lowest_first_and_says_what_is_partly_gone() -> None:
    uploader = [make(f"svc-{environment}-uploader", environment, keys=2) for environment in ACCOUNTS]
    production, staging, development = uploader
    gone(development)
    AccessKey.objects.filter(pk=staging.iam_user.access_keys.earliest("pk").pk).update(gone_at=NOW)
    # Before it was a candidate: no part of the work.
    make_access_key(production.iam_user, gone_at=production.opened_at - timedelta(days=1))
    answer()

    [row] = by_workload().workloads

    assert [lane.environment for lane in row.lanes] == ["development", "staging", "production"]
    assert row.words == "development deleted, staging identified, production identified"
    assert (row.progress.environments_gone, row.progress.environments) == (1, 3)
    assert (row.progress.keys_gone, row.progress.keys) == (3, 6)
    assert (row.matching, row.candidates) == (2, 3)


def test_production_that_moves_before_a_lower_environment_is_quiet_is_flagged() -> None:
    production, staging = make("svc-production-uploader"), make("svc-staging-uploader", "staging")
    answer()
    assert by_workload().workloads[0].early == ()
    Standing.objects.filter(pk=production.pk).update(stage=Stage.DEACTIVATED)

    assert [lane.environment for lane in by_workload().workloads[0].early] == ["staging"]

    Standing.objects.filter(pk=staging.pk).update(safe_to_deactivate="yes")
    assert by_workload().workloads[0].early == ()


def test_a_search_finds_a_workload_by_its_name(three_workloads: None) -> None:
    assert [row.name for row in by_workload(q="svc-uploader").workloads] == ["svc-uploader"]
    assert by_workload(q="svc-uploader").matching == 3


def test_the_list_can_hold_one_workload_and_says_which(three_workloads: None) -> None:
    number = Candidate.objects.get(iam_user__user_name="svc-staging-indexer").workload_id

    page = by_workload(workload=str(number))

    assert ([row.name for row in page.workloads], page.matching) == (["svc-indexer"], 2)
    assert [chip.text for chip in page.chips] == ["Workload: svc-indexer"]
    assert [chip.text for chip in by_workload(workload="x").chips] == ["Workload: x (unknown, ignored)"]
    assert (by_workload(workload="x").listed, by_workload(workload="9" * 18).listed) == (3, 0)


def test_its_queries_do_not_grow_with_it(three_workloads: None) -> None:
    with CaptureQueriesContext(connection) as few:
        by_workload()
    for number in range(20):
        make(f"svc-production-reader{number}x")
    answer()

    with CaptureQueriesContext(connection) as many:
        assert len(by_workload().workloads) == 23

    assert len(many) == len(few) <= 7


def test_a_workload_without_candidates_has_no_row() -> None:
    assert workload_rows([1]) == {}
