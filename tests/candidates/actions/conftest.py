"""Who does things in these tests, and to what."""

from types import SimpleNamespace

import pytest

from iamdash.models import AccessLevel, Candidate
from iamdash.standing.assess import Cause, assess
from tests.factories import NOW, days_ago, make_candidate, make_iam_user, make_person, make_team


@pytest.fixture
def people(db: None) -> SimpleNamespace:
    """Ann and Ben are engineers of Platform, Cat of Search; Lea leads; Ada administers; Vic only reads."""
    platform, search = make_team("platform"), make_team("search")
    return SimpleNamespace(
        platform=platform,
        search=search,
        ann=make_person("ann@example.org", full_name="Ann", teams=(platform,)),
        ben=make_person("ben@example.org", full_name="Ben", teams=(platform,)),
        cat=make_person("cat@example.org", full_name="Cat", teams=(search,)),
        lea=make_person("lea@example.org", full_name="Lea", access_level=AccessLevel.LEAD),
        ada=make_person("ada@example.org", full_name="Ada", access_level=AccessLevel.ADMIN),
        vic=make_person("vic@example.org", full_name="Vic", access_level=AccessLevel.VIEWER, teams=(platform,)),
    )


@pytest.fixture
def candidate(db: None) -> Candidate:
    """An open candidate whose answer is stored."""
    return assessed(make_candidate())


@pytest.fixture
def gone_candidate(db: None) -> Candidate:
    """A candidate that AWS has proved gone, twice."""
    iam_user = make_iam_user("old-uploader", gone_at=days_ago(2), gone_confirmed_at=days_ago(1))
    return assessed(make_candidate(iam_user))


def assessed(candidate: Candidate) -> Candidate:
    """Return the candidate, its answer stored as a sync would have done it."""
    assess([candidate.iam_user_id], now=NOW, cause=Cause.AWS, actor="sync")
    return candidate
