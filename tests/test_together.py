"""Querysets that are read in one round trip hold what they would have held."""

import pytest
from django.db.models import F
from pytest_django import DjangoAssertNumQueries

from iamdash.models import AccessKey, Candidate, IamUser, Note, Team, together
from tests.factories import make_access_key, make_candidate, make_iam_user, make_team

pytestmark = pytest.mark.django_db


def test_every_kind_of_queryset_holds_its_rows(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    candidate = make_candidate()
    key, other = make_access_key(candidate.iam_user), make_access_key(make_iam_user())
    make_team("search", name="100% Search")
    users = IamUser.objects.select_related("candidate").annotate(account=F("aws_account__name")).order_by("pk")
    keys = AccessKey.objects.order_by("iam_user_id", "-pk").distinct("iam_user_id").values_list("pk", "created_at")
    names = Team.objects.filter(name__contains="%").values_list("name", flat=True)
    nothing, none = Note.objects.all(), Note.objects.none()

    with django_assert_num_queries(4):
        together.read(users, keys, names, nothing, none)
        first, second = users
        assert (first.candidate, first.account, second.account) == (candidate, *["example-1111"] * 2)
        assert list(keys) == [(key.pk, key.created_at), (other.pk, other.created_at)]
        assert list(names) == ["100% Search"]
        assert list(nothing) == list(none) == []


def test_a_queryset_made_of_one_that_was_read_asks_for_itself() -> None:
    make_candidate()
    every = Candidate.objects.all()

    together.read(every)

    assert len(every) == 1
    assert list(every.filter(pk=0)) == []


def test_nothing_to_read_asks_nothing(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        together.read(Note.objects.none())
