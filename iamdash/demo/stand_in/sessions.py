"""Who is calling: long-lived keys of IAM users, and sessions of roles opened by sts:AssumeRole."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from iamdash.demo.stand_in import backends, permissions
from iamdash.demo.stand_in.answer import Refusal
from iamdash.demo.stand_in.call import Call

if TYPE_CHECKING:
    from iamdash.demo.stand_in.state import State

LONGEST_CHAINED_SESSION = timedelta(hours=1)
# An expired session is told so for a day; then its credentials are simply unknown.
REMEMBERED_EXPIRED = timedelta(days=1)


@dataclass(frozen=True)
class Session:
    """Temporary credentials of a role. `unlimited` sessions may do everything: people who work in the account."""

    account_id: str
    role_arn: str
    role_id: str
    name: str
    expires_at: datetime
    unlimited: bool = False

    @property
    def arn(self) -> str:
        """Return the ARN that sts:GetCallerIdentity shows."""
        return f"arn:aws:sts::{self.account_id}:assumed-role/{self.role_arn.split('/')[-1]}/{self.name}"


@dataclass(frozen=True)
class Caller:
    """Who signed a request. `principal_arn` is the role's or user's; `credential` is what "last used" is kept for."""

    account_id: str
    arn: str
    principal_arn: str
    unique_id: str
    credential: str
    policies: tuple[Mapping[str, Any], ...]
    unlimited: bool = False


def identify(state: "State", call: Call) -> Caller:
    """Return who signed the call. The signature itself is not checked. Raises Refusal as AWS does."""
    if session := state.sessions.get(call.access_key_id):
        return _session_caller(session)
    if (found := backends.find_access_key(call.access_key_id)) and found[1].status == "Active":
        account_id, access_key = found
        iam_user = backends.iam(account_id).get_user(access_key.user_name)
        policies = permissions.documents_of_user(account_id, iam_user)
        return Caller(account_id, iam_user.arn, iam_user.arn, iam_user.id, access_key.access_key_id, policies)
    raise Refusal("InvalidClientTokenId", "The security token included in the request is invalid.")


def _session_caller(session: Session) -> Caller:
    if datetime.now(UTC) >= session.expires_at:
        raise Refusal("ExpiredToken", "The security token included in the request is expired")
    policies: tuple[Mapping[str, Any], ...] = ()
    if not session.unlimited:
        iam_role = backends.iam(session.account_id).get_role_by_id(session.role_id)
        policies = permissions.documents_of_role(iam_role) if iam_role else ()
    return Caller(
        session.account_id,
        session.arn,
        session.role_arn,
        f"{session.role_id}:{session.name}",
        session.role_id,
        policies,
        session.unlimited,
    )


def assume_role(state: "State", call: Call, caller: Caller) -> dict[str, Any]:
    """Answer sts:AssumeRole: the role exists, the caller may ask, and its trust policy (ExternalId too) agrees."""
    role_arn = call.parameters["RoleArn"]
    iam_role = _find_role(role_arn)
    external_id = call.parameters.get("ExternalId")
    may_ask = caller.unlimited or permissions.allowed(caller.policies, "sts:AssumeRole", role_arn)
    if iam_role is None or not may_ask or not permissions.trusts(iam_role, caller.principal_arn, external_id):
        raise Refusal(
            "AccessDenied",
            f"User: {caller.arn} is not authorized to perform: sts:AssumeRole on resource: {role_arn}",
        )
    duration = timedelta(seconds=call.parameters.get("DurationSeconds", 3600))
    if caller.credential.startswith("AROA") and duration > LONGEST_CHAINED_SESSION:
        raise Refusal(
            "ValidationError",
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
        )
    session = Session(
        iam_role.account_id, role_arn, iam_role.id, call.parameters["RoleSessionName"], datetime.now(UTC) + duration
    )
    return {
        "Credentials": open_session(state, session),
        "AssumedRoleUser": {"AssumedRoleId": f"{session.role_id}:{session.name}", "Arn": session.arn},
    }


def open_session(state: "State", session: Session, access_key_id: str = "") -> dict[str, Any]:
    """Remember a session and return its credentials in the shape that STS gives them."""
    access_key_id = access_key_id or backends.unique_id("ASIA")
    long_expired = datetime.now(UTC) - REMEMBERED_EXPIRED
    state.sessions = {key: known for key, known in state.sessions.items() if known.expires_at > long_expired}
    state.sessions[access_key_id] = session
    return {
        "AccessKeyId": access_key_id,
        "SecretAccessKey": f"secret-of-{access_key_id}-in-the-stand-in",
        "SessionToken": f"session-token-of-{access_key_id}",
        "Expiration": session.expires_at,
    }


def _find_role(role_arn: str) -> Any:
    account_id = role_arn.split(":")[4] if role_arn.count(":") == 5 else ""
    if account_id not in backends.account_ids():
        return None
    return next((iam_role for iam_role in backends.iam(account_id).get_roles() if iam_role.arn == role_arn), None)


def caller_identity(_state: "State", _call: Call, caller: Caller) -> dict[str, str]:
    """Answer sts:GetCallerIdentity."""
    return {"UserId": caller.unique_id, "Account": caller.account_id, "Arn": caller.arn}
