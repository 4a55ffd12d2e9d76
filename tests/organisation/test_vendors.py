"""The list of vendors: what comes with iamdash is sound, and what the file says counts for more."""

from datetime import date, timedelta

import pytest

from iamdash.models import Vendor
from iamdash.organisation.config_file import parse_config
from iamdash.organisation.config_shape import Config
from iamdash.organisation.load import load
from iamdash.organisation.vendors import shipped_vendors
from iamdash.rules.vendors import Mechanism
from iamdash.standing.vendors import vendors
from tests.factories import NOW

ACCOUNT = '[[accounts]]\nid = "111122223333"\nname = "one"\n'
ACME = """
[[vendors]]
name = "Acme"
pattern = "acme"
mechanism = "role"
principals = ["888899990000"]
external_id = "optional"
documentation = "https://acme.example/aws"
checked_on = 2026-11-23
"""


def loaded(text: str) -> list[str]:
    return load(parse_config(ACCOUNT + text), now=NOW + timedelta(hours=1))


def test_the_list_that_comes_with_iamdash_holds_to_the_same_rules_as_the_file() -> None:
    entries = shipped_vendors()

    assert len(entries) >= 20
    assert list(Config(vendors=entries)._of_vendors()) == []
    assert all(entry.checked_on <= date.today() for entry in entries)  # noqa: DTZ011 - a day, not a moment
    assert {entry.mechanism for entry in entries} == {mechanism.value for mechanism in Mechanism}


def test_no_principal_belongs_to_two_vendors() -> None:
    accounts = [principal for entry in shipped_vendors() for principal in entry.principals]

    assert len(accounts) == len(set(accounts))


@pytest.mark.django_db
def test_the_list_that_comes_with_iamdash_is_there_after_the_first_load() -> None:
    assert loaded("") != []
    assert Vendor.objects.filter(shipped=True).count() == len(shipped_vendors())
    assert next(vendor for vendor in vendors(Vendor.objects.all()) if vendor.name == "Fastly").account_ids == {
        "717331877981"
    }
    assert loaded("") == []


@pytest.mark.django_db
def test_a_vendor_of_the_file_is_added_changed_and_taken_out() -> None:
    loaded("")

    assert loaded(ACME) == ["vendor Acme is as the file says"]
    assert loaded(ACME.replace("2026-11-23", "2026-11-24")) == ["vendor Acme is as the file says"]
    assert Vendor.objects.get(name="Acme").checked_on == date(2026, 11, 24)
    assert not Vendor.objects.get(name="Acme").external_id_required
    assert loaded("") == ["vendor Acme taken out"]


@pytest.mark.django_db
def test_the_file_counts_for_more_than_the_shipped_list_whatever_the_capitals() -> None:
    loaded("")

    loaded(ACME.replace('"Acme"', '"FASTLY"'))

    fastly = Vendor.objects.get(name__iexact="fastly")
    assert (fastly.name, fastly.shipped, fastly.principals) == ("FASTLY", False, ["888899990000"])
    loaded("")
    assert Vendor.objects.get(name__iexact="fastly").principals == ["717331877981"]
