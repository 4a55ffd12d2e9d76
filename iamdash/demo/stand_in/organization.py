"""AWS Organizations: the accounts of the organisation, named to whoever may ask, a few a page."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from iamdash.demo.stand_in.answer import Refusal
from iamdash.demo.stand_in.call import Call
from iamdash.demo.stand_in.sessions import Caller

if TYPE_CHECKING:
    from iamdash.demo.stand_in.state import State

MOST_RESULTS = 20


@dataclass(frozen=True)
class Member:
    """An account of the organisation. `state`: ACTIVE, SUSPENDED, PENDING_CLOSURE, CLOSED or PENDING_ACTIVATION."""

    account_id: str
    name: str
    state: str = "ACTIVE"


def list_accounts(state: "State", call: Call, _caller: Caller) -> dict[str, Any]:
    """Answer organizations:ListAccounts. The first page is empty and not the last, which AWS allows."""
    if not state.organization:
        raise Refusal("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
    token = call.parameters.get("NextToken")
    if token is None:
        return {"Accounts": [], "NextToken": "0"}
    start = int(token)
    most = min(call.parameters.get("MaxResults", MOST_RESULTS), MOST_RESULTS)
    members = state.organization[start : start + most]
    more = {"NextToken": str(start + most)} if start + most < len(state.organization) else {}
    return {"Accounts": [_account(member) for member in members], **more}


def _account(member: Member) -> dict[str, Any]:
    """Return the account as AWS writes it; the retiring Status knows no CLOSED."""
    status = {"CLOSED": "SUSPENDED", "PENDING_ACTIVATION": "ACTIVE"}.get(member.state, member.state)
    return {
        "Id": member.account_id,
        "Arn": f"arn:aws:organizations::000000000001:account/o-standin/{member.account_id}",
        "Email": f"aws+{member.account_id}@example.org",
        "Name": member.name,
        "Status": status,
        "State": member.state,
        "JoinedMethod": "CREATED",
    }
