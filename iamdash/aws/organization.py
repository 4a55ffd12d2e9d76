"""Which accounts an organisation has, asked of AWS Organizations. It names accounts and reads nothing in them."""

import re
from dataclasses import dataclass
from typing import Any

from iamdash.aws.answers import Answer, structures, text
from iamdash.aws.errors import Malformed
from iamdash.aws.session import AwsSession

LIST_ACCOUNTS = "organizations:ListAccounts"
ARN = re.compile(r"arn:(?P<partition>[a-z-]+):organizations::\d{12}:account/[^/]+/(?P<account_id>\d{12})")


@dataclass(frozen=True, slots=True)
class MemberAccount:
    """An account of the organisation. `state` as AWS spells it: ACTIVE, or one in which nothing can be read."""

    account_id: str
    name: str
    partition: str
    state: str


def list_accounts(session: AwsSession) -> tuple[MemberAccount, ...]:
    """Return every account of the organisation, in the order that AWS gives. Raises READ_ERRORS.

    It may be asked from the management account or from a delegated administrator's. A page may be empty and still
    not be the last (Organizations API Reference, ListAccounts); a list that names no account at all is Malformed, as
    the account which asks is a member itself.
    """
    members: list[MemberAccount] = []
    seen: set[str] = set()
    more: dict[str, Any] = {}
    while True:
        page = session.read(LIST_ACCOUNTS, **more)
        members += [_member(answer) for answer in structures(page, "Accounts", required=True)]
        token = page.get("NextToken")
        if not token:
            break
        if token in seen:
            raise Malformed("the list leads back to a page that was read before.")
        seen.add(token)
        more = {"NextToken": token}
    if not members:
        raise Malformed("it names no account, not even the one that asks.")
    return tuple(members)


def _member(answer: Answer) -> MemberAccount:
    account_id, arn = text(answer, "Id"), text(answer, "Arn")
    told = ARN.fullmatch(arn)
    if told is None or told["account_id"] != account_id:
        raise Malformed(f"it names an account {account_id} with the ARN {arn}.")
    # AWS retires Status in favour of State, which knows more; an older endpoint has only the first.
    state = answer.get("State") or text(answer, "Status")
    return MemberAccount(account_id, answer.get("Name") or account_id, told["partition"], state)
