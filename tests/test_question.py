"""Questions that are turned into SQL once, and asked together."""

import pytest
from django.db import ProgrammingError, connection, transaction
from django.db.models import CharField, F, Func
from pytest_django import DjangoAssertNumQueries

from iamdash.models import AccessKey, Candidate, IamUser, Note, Team
from iamdash.models.question import Given, Question, ask, given_keys, given_texts, nothing
from tests.factories import make_access_key, make_candidate, make_iam_user, make_team

pytestmark = pytest.mark.django_db
NAMES = Question(Team.objects.filter(pk__in=given_texts("slugs")).values_list("name", flat=True))
USERS = Question(
    IamUser.objects.filter(pk__in=given_keys("keys"))
    .select_related("candidate")
    .annotate(account=F("aws_account__name"))
    .order_by("pk")
)


def test_every_kind_of_queryset_gives_its_rows_and_each_is_sent_once(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    candidate, team = make_candidate(), make_team("search", name="100% Search")
    key, newer = make_access_key(candidate.iam_user), make_access_key(candidate.iam_user)
    newest = Question(AccessKey.objects.order_by("iam_user_id", "-pk").distinct("iam_user_id").values_list("pk"))
    users, names = USERS.of(keys=[candidate.iam_user_id]), NAMES.of(slugs=[team.pk])
    keys, notes, none = newest.of(), Question(Note.objects.values("body")).of(), nothing()

    with django_assert_num_queries(4):
        ask(users, names, keys, notes, none)
        ask(users)
        (iam_user,) = users
        assert (iam_user.candidate, iam_user.account) == (candidate, "example-1111")
        assert [list(each) for each in (names, keys, notes, none)] == [["100% Search"], [(newer.pk,)], [], []]
    assert key.pk < newer.pk


def test_a_question_is_asked_of_other_values_each_time() -> None:
    first, second = make_iam_user(), make_iam_user()

    assert [list(USERS.of(keys=keys)) for keys in ([first.pk], [second.pk], [])] == [[first], [second], []]


def test_what_is_made_of_a_row_asks_for_itself() -> None:
    (iam_user,) = USERS.of(keys=[make_candidate().iam_user_id])

    assert list(Candidate.objects.filter(iam_user=iam_user)) == [iam_user.candidate]


def test_a_question_that_fails_leaves_the_connection_as_it_was() -> None:
    wrong = Question(Team.objects.annotate(x=Func(Given("x", CharField()), function="no_such_function")))

    with pytest.raises(ProgrammingError), transaction.atomic():
        ask(NAMES.of(slugs=[]), wrong.of(x="x"), NAMES.of(slugs=[]))

    assert list(NAMES.of(slugs=[])) == []
    assert connection.is_usable()


@pytest.mark.django_db(transaction=True)
def test_what_is_planned_once_leaves_the_plans_of_all_else_alone() -> None:
    team = make_team()
    names = NAMES.of(slugs=[team.pk])

    ask(names, plan_once=True)

    with connection.cursor() as cursor:
        cursor.execute("SHOW plan_cache_mode")
        assert cursor.fetchone() == ("auto",)
    assert list(names) == [team.name]
    assert connection.connection.prepare_threshold is None
