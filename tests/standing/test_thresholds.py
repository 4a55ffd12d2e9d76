import pytest

from iamdash.models import Programme
from iamdash.rules.facts import Thresholds
from iamdash.standing.thresholds import thresholds

pytestmark = pytest.mark.django_db


def test_before_the_file_is_loaded_the_limits_are_the_usual_ones() -> None:
    assert thresholds() == Thresholds()


def test_the_limits_are_those_of_the_one_row() -> None:
    Programme.objects.create(pk=1, long_lived_days=0, environments=[["test"], ["live", "production"]])

    assert Programme.current().long_lived_days == thresholds().long_lived_days == 0
    assert thresholds().environments == (("test",), ("live", "production"))
