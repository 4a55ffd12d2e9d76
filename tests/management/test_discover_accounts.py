import io
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from iamdash.aws.errors import Malformed
from iamdash.aws.organization import MemberAccount
from iamdash.inventory import discovery
from iamdash.management.commands import discover_accounts
from iamdash.organisation.config_file import parse_config
from iamdash.organisation.load import load

pytestmark = pytest.mark.django_db


def answering(monkeypatch: pytest.MonkeyPatch, answer: Any) -> None:
    """Let AWS Organizations answer, or raise, this."""
    load(parse_config('[organization]\nrole_name = "iamdash-reader"\n'), now=timezone.now())

    def list_members(_: object) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(
        discover_accounts,
        "discover_accounts",
        lambda *, now: discovery.discover_accounts(now=now, list_members=list_members),
    )


def output() -> str:
    out = io.StringIO()
    call_command("discover_accounts", stdout=out)
    return out.getvalue()


def test_it_says_what_it_found(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, (MemberAccount("222233334444", "example-data", "aws", "ACTIVE"),))

    assert "AWS account 222233334444 (example-data) found" in output()
    assert output() == "Nothing changed. The organisation has 1 accounts.\n"


def test_it_says_why_it_found_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, Malformed("it names no account."))

    with pytest.raises(CommandError, match="The accounts stay as they were"):
        output()


def test_without_an_organization_in_the_file_it_says_what_to_write() -> None:
    with pytest.raises(CommandError, match=r"has no \[organization\]"):
        output()
