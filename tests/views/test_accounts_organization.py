"""What the accounts page says of AWS Organizations."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from iamdash.models import Organization
from tests.factories import make_aws_account, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client: Client) -> Client:
    client.force_login(make_person())
    return client


def shown(page: Client, name: str = "accounts", **arguments: str) -> str:
    return page.get(reverse(name, kwargs=arguments)).content.decode()


def test_a_suspended_account_is_shown_with_the_reason(page: Client) -> None:
    make_aws_account("222233334444", organization_state="SUSPENDED", removed_at=timezone.now())

    assert "AWS Organizations says that it is suspended." in shown(page)
    assert "AWS Organizations says that it is suspended." in shown(page, "account", account_id="222233334444")


def test_a_question_that_failed_is_shown_with_what_to_do(page: Client) -> None:
    Organization.objects.create(pk=1, listed_at=timezone.now(), problem="AWS refused organizations:ListAccounts.")

    text = shown(page)

    assert "AWS refused organizations:ListAccounts." in text
    assert "The accounts known stay, as they were named" in text


def test_without_an_organization_nothing_is_said_of_one(page: Client) -> None:
    make_aws_account()

    assert "AWS Organizations" not in shown(page)
