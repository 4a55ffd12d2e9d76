"""Facts for tests of the rules: an ordinary candidate, to be changed in the one respect that a test is about."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from iamdash.rules.evidence import Holds, Step
from iamdash.rules.facts import (
    AssociationFacts,
    CandidateFacts,
    ClaimFacts,
    CredentialKind,
    KeyFacts,
    ReplacementFacts,
    RoleFacts,
    Thresholds,
    Use,
)
from iamdash.rules.ladder import steps_of
from iamdash.rules.route import Route
from iamdash.rules.silence.cadence import Cadence
from iamdash.rules.stage import Stage

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
ACCOUNT_ID = "111122223333"
USER_ARN = f"arn:aws:iam::{ACCOUNT_ID}:user/uploader"
POD_TRUST = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Principal": {"Service": "pods.eks.amazonaws.com"},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
    },
}


def ago(*, days: float = 0, hours: float = 0) -> datetime:
    return NOW - timedelta(days=days, hours=hours)


def a_key(access_key_id: str = "AKIA0000000000EXAMPLE", **changes: Any) -> KeyFacts:
    """An active key, 200 days old, used 100 days ago, read directly an hour ago."""
    created_at = changes.pop("created_at", ago(days=200))
    ordinary = KeyFacts(
        access_key_id=access_key_id,
        status="Active",
        status_changed_at=created_at,
        created_at=created_at,
        last_used_at=ago(days=100),
        last_used_service="s3",
        last_used_region="eu-west-1",
        last_used_source="direct",
        last_used_as_of=ago(hours=1),
        uses=(Use(ago(days=102), ago(days=101), "direct"), Use(ago(days=100), ago(days=99), "direct")),
    )
    return replace(ordinary, **changes)


def a_role(**changes: Any) -> RoleFacts:
    """A role that Pod Identity hands to a service account, and that has been in use for the last three weeks."""
    ordinary = RoleFacts(
        unique_id="AROA0000000000EXAMPLE",
        role_name="uploader-role",
        arn=f"arn:aws:iam::{ACCOUNT_ID}:role/uploader-role",
        aws_account_id=ACCOUNT_ID,
        created_at=ago(days=40),
        trust_policy=POD_TRUST,
        has_policy=True,
        instance_profiles=(),
        last_used_at=ago(hours=2),
        first_used_at=ago(days=21),
        as_of=ago(hours=1),
        gone_at=None,
        associations=(an_association(),),
        associations_as_of=ago(hours=1),
        uses=(ago(days=21), ago(days=3), ago(hours=2)),
    )
    return replace(ordinary, **changes)


def an_association(**changes: Any) -> AssociationFacts:
    ordinary = AssociationFacts(
        cluster_name="govuk",
        region="eu-west-1",
        cluster_account_id=ACCOUNT_ID,
        namespace="apps",
        service_account="uploader",
        role_arn=f"arn:aws:iam::{ACCOUNT_ID}:role/uploader-role",
        target_role_arn="",
        external_id="",
        disable_session_tags=False,
    )
    return replace(ordinary, **changes)


def a_replacement(iam_role: RoleFacts | None = None, **changes: Any) -> ReplacementFacts:
    ordinary = ReplacementFacts(iam_role or a_role(), linked_at=ago(days=30), linked_by="Ada", shared_with=0)
    return replace(ordinary, **changes)


def a_claim(**changes: Any) -> ClaimFacts:
    return replace(ClaimFacts("Platform", "Ada", claimed_at=ago(days=50)), **changes)


def a_candidate(**changes: Any) -> CandidateFacts:
    """A candidate that nobody has claimed, with one old active key."""
    ordinary = CandidateFacts(
        unique_id="AIDA0000000000EXAMPLE",
        user_name="uploader",
        arn=USER_ARN,
        aws_account_id=ACCOUNT_ID,
        created_at=ago(days=400),
        tags={},
        policies=(),
        password_enabled=False,
        access_keys=(a_key(),),
        keys_as_of=ago(hours=1),
        keys_unread_reason="",
        report_slots=(),
        report_as_of=ago(hours=5),
        users_as_of=ago(hours=1),
        first_seen_at=ago(days=90),
        gone_at=None,
        gone_confirmed_at=None,
        account_readable=True,
        opened_at=ago(days=60),
        route=None,
        route_chosen_at=None,
        claim=None,
        replacements=(),
        known_account_ids=frozenset({ACCOUNT_ID, "444455556666"}),
    )
    return replace(ordinary, **changes)


def a_claimed_candidate(route: Route = Route.POD_IDENTITY, **changes: Any) -> CandidateFacts:
    """A claimed candidate on this route, used weekly as its owner says; with its role where the route takes one."""
    ordinary = a_candidate(
        claim=a_claim(),
        route=route,
        route_chosen_at=ago(days=45),
        cadence=Cadence.WEEKLY.period,
        replacements=(a_replacement(),) if route.needs_role else (),
    )
    return replace(ordinary, **changes)


def read_by_a_check(**changes: Any) -> dict[str, Any]:
    """Facts of an IAM user that holds nothing but access keys, by a check an hour ago."""
    return {"other_credentials_read": dict.fromkeys(CredentialKind, ago(hours=1)), **changes}


def step(facts: CandidateFacts, stage: Stage, *, now: datetime = NOW, thresholds: Thresholds | None = None) -> Step:
    """Return one step of the ladder."""
    return steps_of(facts, thresholds=thresholds or Thresholds(), now=now)[stage - 1]


def holds(facts: CandidateFacts, stage: Stage) -> Holds:
    return step(facts, stage).holds


def words(found: Step) -> str:
    """Return all evidence of a step as a page would say it."""
    return " ".join(each.sentence.render(now=NOW, zone=UTC) for each in found.evidence)
