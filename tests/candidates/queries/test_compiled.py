"""Questions that are turned into SQL once, and asked with other values each time."""

from datetime import timedelta

import pytest
from django.db.models import Count, Sum
from django.utils import timezone

from iamdash.candidates.queries.compiled import NOW, as_one, compiled, number_of, side_by_side
from iamdash.models import AwsAccount, IamUser
from tests.factories import make_aws_account, make_iam_user

pytestmark = pytest.mark.django_db


def test_one_question_is_asked_with_other_values_each_time() -> None:
    now = timezone.now()
    iam_user = make_iam_user("uploader", created_at=now - timedelta(days=30))
    question = compiled(IamUser.objects.filter(created_at__lte=NOW - timedelta(days=7)).values_list("pk"))

    assert question.ask(now=now) == [(iam_user.pk,)]
    assert question.ask(now=now - timedelta(days=24)) == []


def test_questions_side_by_side_are_one_row_and_what_is_not_there_is_none() -> None:
    make_aws_account()
    somebody = IamUser.objects.values("user_name")
    question = side_by_side({"accounts": number_of(AwsAccount.objects.all()), "somebody": somebody})

    assert question.row() == {"accounts": 1, "somebody": None}


def test_aggregates_of_nothing_are_a_row_too() -> None:
    question = compiled(as_one(IamUser.objects.all(), number=Count("pk"), sum=Sum("pk", default=0)))

    assert question.row() == {"number": 0, "sum": 0}
