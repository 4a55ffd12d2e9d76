"""Recorded answers of AWS, in the place of a session, and the small pieces they are made of.

Every answer is checked against botocore's service model when it is recorded, so that no test invents a shape.
"""

from collections import defaultdict, deque
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from tests.demo.stand_in.model import assert_shaped_as_aws_says

ACCOUNT = "111122223333"
NOW = datetime(2026, 9, 11, 12, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=400)


class Recorded:
    """Gives recorded answers action by action, in order; an action without an answer is a mistake of the test."""

    def __init__(self) -> None:
        self.answers: dict[str, deque[dict[str, Any] | Exception]] = defaultdict(deque)
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def on(self, action: str, *answers: dict[str, Any] | Exception) -> "Recorded":
        service, _, operation = action.partition(":")
        for answer in answers:
            if not isinstance(answer, Exception):
                assert_shaped_as_aws_says(service, operation, answer)
        self.answers[action].extend(answers)
        return self

    def unshaped(self, action: str, answer: dict[str, Any]) -> "Recorded":
        """Record an answer that is not as AWS says."""
        self.answers[action].append(answer)
        return self

    def read(self, action: str, *, region: str = "", **parameters: Any) -> dict[str, Any]:
        self.asked.append((action, parameters))
        assert self.answers[action], f"nothing is recorded for {action} {parameters}"
        answer = self.answers[action].popleft()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def count(self, action: str) -> int:
        return sum(asked == action for asked, _ in self.asked)


def refusal(code: str, operation: str = "Operation", *, status: int = 400) -> ClientError:
    return ClientError(
        {"Error": {"Code": code, "Message": "in words"}, "ResponseMetadata": {"HTTPStatusCode": status}}, operation
    )


def user_detail(name: str, **members: Any) -> dict[str, Any]:
    return {
        "UserName": name,
        "UserId": f"AIDA{name.upper():0>17}",
        "Arn": f"arn:aws:iam::{ACCOUNT}:user/{name}",
        "Path": "/",
        "CreateDate": LONG_AGO,
        "GroupList": [],
        "AttachedManagedPolicies": [],
        "Tags": [],
        **members,
    }


def role_detail(name: str, **members: Any) -> dict[str, Any]:
    return {
        "RoleName": name,
        "RoleId": f"AROA{name.upper():0>17}",
        "Arn": f"arn:aws:iam::{ACCOUNT}:role/{name}",
        "Path": "/",
        "CreateDate": LONG_AGO,
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []},
        "InstanceProfileList": [],
        "RolePolicyList": [],
        "AttachedManagedPolicies": [],
        "Tags": [],
        "RoleLastUsed": {},
        **members,
    }


def page(
    users: list[dict[str, Any]] | None = None, roles: list[dict[str, Any]] | None = None, *, marker: str = ""
) -> dict[str, Any]:
    """Return a page of iam:GetAccountAuthorizationDetails."""
    return {
        "UserDetailList": users or [],
        "RoleDetailList": roles or [],
        "GroupDetailList": [],
        "Policies": [],
        "IsTruncated": bool(marker),
        **({"Marker": marker} if marker else {}),
    }


def key_metadata(user_name: str, access_key_id: str, **members: Any) -> dict[str, Any]:
    metadata = {"UserName": user_name, "AccessKeyId": access_key_id, "Status": "Active", "CreateDate": LONG_AGO}
    return {**metadata, **members}


def key_page(*metadata: dict[str, Any], marker: str = "") -> dict[str, Any]:
    """Return a page of iam:ListAccessKeys."""
    return {
        "AccessKeyMetadata": list(metadata),
        "IsTruncated": bool(marker),
        **({"Marker": marker} if marker else {}),
    }


def user_answer(name: str, unique_id: str) -> dict[str, Any]:
    """Return an answer of iam:GetUser."""
    arn = f"arn:aws:iam::{ACCOUNT}:user/{name}"
    return {"User": {"Path": "/", "UserName": name, "UserId": unique_id, "Arn": arn, "CreateDate": LONG_AGO}}
