"""Who looks at the page of a candidate, and the candidates that they look at."""

from types import SimpleNamespace

import pytest

from iamdash.models import AccessLevel, Candidate
from tests.factories import (
    days_ago,
    make_access_key,
    make_candidate,
    make_claim,
    make_iam_user,
    make_person,
    make_sync_run,
    make_team,
)
from tests.views.candidate.pages import assessed


@pytest.fixture
def people() -> SimpleNamespace:
    """Ann is an engineer of Platform, Cat of Search; Lea leads; Vic only reads."""
    platform, search = make_team("platform", name="Platform"), make_team("search", name="Search")
    return SimpleNamespace(
        platform=platform,
        search=search,
        ann=make_person("ann@example.org", full_name="Ann Abel", teams=(platform,)),
        cat=make_person("cat@example.org", full_name="Cat Cole", teams=(search,)),
        lea=make_person("lea@example.org", full_name="Lea Lund", access_level=AccessLevel.LEAD, teams=(platform,)),
        vic=make_person("vic@example.org", full_name="Vic Vane", access_level=AccessLevel.VIEWER, teams=(platform,)),
    )


@pytest.fixture
def candidate() -> Candidate:
    iam_user = make_iam_user("backup-uploader")
    make_access_key(iam_user, access_key_id="AKIAIOSFODNN7EXAMPLE")
    make_sync_run(iam_user.aws_account)
    return assessed(make_candidate(iam_user))


@pytest.fixture
def claimed(candidate: Candidate, people: SimpleNamespace) -> Candidate:
    make_claim(candidate, team=people.platform, person=people.ann)
    return assessed(candidate)


@pytest.fixture
def gone() -> Candidate:
    iam_user = make_iam_user("old-uploader", gone_at=days_ago(2), gone_confirmed_at=days_ago(1))
    return assessed(make_candidate(iam_user))
