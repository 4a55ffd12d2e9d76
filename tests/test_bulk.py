"""Rows that are made and written many at a time are what Django would have made and written one by one."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import FieldDoesNotExist

from iamdash.models import AccessKey, Event, IamUser, bulk

NOW = datetime(2027, 1, 5, 12, tzinfo=UTC)


def test_an_unsaved_row_has_what_it_was_given_and_elsewhere_the_defaults_of_its_model() -> None:
    given = {"at": NOW, "actor": "sync", "kind": "iam_user.found", "sentence": "It was found.", "after": {"a": 1}}

    made, by_django = bulk.unsaved(Event, **given), Event(**given)

    for field in Event._meta.concrete_fields:
        assert getattr(made, field.attname) == getattr(by_django, field.attname)
    assert made._state.adding


def test_defaults_are_not_shared_between_rows() -> None:
    first, second = bulk.unsaved(IamUser), bulk.unsaved(IamUser)

    first.tags["owner"] = "search"

    assert second.tags == {}


def test_an_unsaved_row_may_point_at_one_that_is_not_saved_either() -> None:
    iam_user = bulk.unsaved(IamUser, user_name="mailer")

    assert bulk.unsaved(AccessKey, iam_user=iam_user).iam_user is iam_user


def test_a_name_that_is_no_column_is_refused() -> None:
    with pytest.raises(FieldDoesNotExist):
        bulk.unsaved(IamUser, nickname="mailer")
