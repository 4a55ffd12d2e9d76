"""The large invented organisation, in small: it is one that iamdash itself could have come to."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from benchmarks.visits import addresses_of
from iamdash.demo.large import make
from iamdash.models import DailyCount, Event, Membership, Standing
from iamdash.rules.stage import Stage
from iamdash.standing.check import differences
from tests.factories import make_team

pytestmark = pytest.mark.django_db


@pytest.fixture
def _organisation() -> None:
    make.make(candidates=80, accounts=3, teams=4, now=timezone.now(), say=lambda _made: None)


@pytest.mark.usefixtures("_organisation")
def test_it_has_some_of_everything_and_every_stored_answer_is_what_the_rules_say() -> None:
    stages = set(Standing.objects.values_list("stage", flat=True))

    assert stages == {stage.value for stage in Stage}
    assert Standing.objects.filter(owner_team=None).exists()
    assert Event.objects.filter(kind="candidate.claimed").exists()
    assert DailyCount.objects.values("day").distinct().count() == 366
    assert list(differences(timezone.now())) == []


@pytest.mark.usefixtures("_organisation")
def test_every_list_and_search_takes_ten_queries_at_most() -> None:
    membership = Membership.objects.select_related("person").order_by("pk")[5]
    client = Client()
    client.force_login(membership.person)
    asked = {}
    for name, address in addresses_of(membership):
        if name.startswith(("list", "search")):
            with CaptureQueriesContext(connection) as queries:
                response = client.get(address)
            assert response.status_code == 200, address
            asked[name] = len(queries)

    assert len(asked) > 60
    assert {name for name, number in asked.items() if number > 10} == set()


def test_it_is_made_in_an_empty_house_only() -> None:
    make_team("search")

    with pytest.raises(CommandError, match="give it a database of its own"):
        call_command("invent_organisation", candidates=1)
