"""Any facts at all: what hypothesis draws to show that the rules hold for all of them."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from iamdash.rules.facts import (
    AssociationFacts,
    CandidateFacts,
    ClaimFacts,
    ClusterFacts,
    CredentialFacts,
    CredentialKind,
    KeyFacts,
    PolicyFacts,
    ReplacementFacts,
    RoleFacts,
    Thresholds,
    Use,
)
from iamdash.rules.route import Route
from tests.rules.facts_builder import ACCOUNT_ID, NOW, USER_ARN, a_candidate, a_claimed_candidate, a_key

# Few moments, so that equal ones and ones of every order come up often.
MOMENTS = st.one_of(
    st.integers(-900, 2).map(lambda days: NOW + timedelta(days=days)),
    st.integers(-90, 90).map(lambda minutes: NOW + timedelta(minutes=minutes)),
    st.datetimes(datetime(1970, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis asks for naive bounds
)
MAYBE = st.none() | MOMENTS
USER_NAMES = st.text("abcXYZ019+=,.@-_", min_size=1, max_size=64)
KEY_IDS = st.integers(0, 99).map(lambda number: f"AKIA{number:012d}EXMP")
STATUSES = st.sampled_from(["Active", "Inactive", "Active", "Inactive", "Expired", "Frozen{0}"])
ARNS = st.sampled_from(
    [
        USER_ARN,
        ACCOUNT_ID,
        f"arn:aws:iam::{ACCOUNT_ID}:root",
        f"arn:aws:iam::{ACCOUNT_ID}:role/uploader-role",
        "arn:aws:iam::444455556666:role/caller",
        "999988887777",
        "arn:aws:iam::999988887777:root",
        "AIDA0000000000EXAMPLE",
        "*",
    ]
)
SERVICES = st.sampled_from(
    ["pods.eks.amazonaws.com", "ec2.amazonaws.com", "ecs-tasks.amazonaws.com", "rolesanywhere.amazonaws.com"]
)
PROVIDERS = st.sampled_from(
    [
        f"arn:aws:iam::{ACCOUNT_ID}:oidc-provider/token.actions.githubusercontent.com",
        f"arn:aws:iam::{ACCOUNT_ID}:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/ABC",
        "accounts.google.com",
    ]
)
OPERATORS = st.sampled_from(
    [
        "StringEquals",
        "StringLike",
        "StringNotEquals",
        "ArnLike",
        "Bool",
        "Null",
        "StringEqualsIfExists",
        "ForAllValues:StringEquals",
        "ForAnyValue:StringLike",
        "NumericLessThan",
        "IpAddress",
    ]
)
CONDITION_KEYS = st.sampled_from(
    [
        "sts:ExternalId",
        "aws:SourceArn",
        "aws:SourceAccount",
        "aws:PrincipalArn",
        "token.actions.githubusercontent.com:sub",
        "token.actions.githubusercontent.com:aud",
        "oidc.eks.eu-west-1.amazonaws.com/id/ABC:sub",
        "aws:RequestTag/kubernetes-namespace",
    ]
)
VALUES = st.sampled_from(
    [
        "apps",
        "*",
        "repo:example/app:*",
        "system:serviceaccount:apps:uploader",
        "sts.amazonaws.com",
        "111122223333",
        "arn:aws:rolesanywhere:eu-west-1:111122223333:trust-anchor/x",
        "${aws:username}",
        "x{y}",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | VALUES | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


def one_or_more(values: SearchStrategy[Any]) -> SearchStrategy[object]:
    return values | st.lists(values, max_size=3)


CONDITIONS = st.dictionaries(OPERATORS, st.dictionaries(CONDITION_KEYS, one_or_more(VALUES), max_size=2), max_size=2)
PRINCIPALS = st.one_of(
    st.just("*"),
    st.fixed_dictionaries(
        {}, optional={"AWS": one_or_more(ARNS), "Service": one_or_more(SERVICES), "Federated": one_or_more(PROVIDERS)}
    ),
)
ACTIONS = one_or_more(
    st.sampled_from(
        ["sts:AssumeRole", "sts:TagSession", "sts:AssumeRoleWithWebIdentity", "sts:*", "sts:SetSourceIdentity"]
    )
)
STATEMENTS = st.fixed_dictionaries(
    {"Effect": st.sampled_from(["Allow", "Allow", "Allow", "Deny"])},
    optional={
        "Principal": PRINCIPALS,
        "NotPrincipal": PRINCIPALS,
        "Action": ACTIONS,
        "NotAction": ACTIONS,
        "Condition": CONDITIONS | JSON,
    },
)
TRUST_POLICIES = st.one_of(
    st.none(),
    st.fixed_dictionaries({"Statement": STATEMENTS | st.lists(STATEMENTS, max_size=3)}),
    st.dictionaries(st.sampled_from(["Statement", "Version"]), JSON, max_size=2),
)
USES = st.builds(
    Use,
    MOMENTS,
    MOMENTS,
    st.sampled_from(["direct", "report"]),
    st.integers(0, 60).map(lambda days: timedelta(days=days)),
)
KEYS = st.builds(
    KeyFacts,
    access_key_id=KEY_IDS,
    status=STATUSES,
    status_changed_at=MOMENTS,
    created_at=MOMENTS,
    last_used_at=MAYBE,
    last_used_service=st.just("s3"),
    last_used_region=st.just("eu-west-1"),
    last_used_source=st.sampled_from(["direct", "report", ""]),
    last_used_as_of=MAYBE,
    uses=st.lists(USES, max_size=3).map(tuple),
)
ASSOCIATIONS = st.builds(
    AssociationFacts,
    cluster_name=st.just("govuk"),
    region=st.just("eu-west-1"),
    cluster_account_id=st.sampled_from([ACCOUNT_ID, "444455556666"]),
    namespace=st.sampled_from(["apps", "other"]),
    service_account=st.just("uploader"),
    role_arn=ARNS,
    target_role_arn=st.just("") | ARNS,
    external_id=st.sampled_from(["", "x"]),
    disable_session_tags=st.booleans(),
)
CLUSTERS = st.builds(
    ClusterFacts,
    issuer=st.sampled_from(["oidc.eks.eu-west-1.amazonaws.com/id/ABC", "oidc.eks.eu-west-1.amazonaws.com/id/DEF"]),
    name=st.just("govuk"),
    aws_account_id=st.sampled_from([ACCOUNT_ID, "444455556666"]),
    gone_at=st.none() | MOMENTS,
)
ROLES = st.builds(
    RoleFacts,
    unique_id=st.just("AROA0000000000EXAMPLE"),
    role_name=st.sampled_from(["uploader-role", "odd{name}"]),
    arn=ARNS,
    aws_account_id=st.sampled_from([ACCOUNT_ID, "444455556666"]),
    created_at=MOMENTS,
    trust_policy=TRUST_POLICIES,
    has_policy=st.booleans(),
    instance_profiles=st.sampled_from([(), ("node",)]),
    last_used_at=MAYBE,
    first_used_at=MAYBE,
    as_of=MAYBE,
    gone_at=st.none() | st.none() | MOMENTS,
    associations=st.lists(ASSOCIATIONS, max_size=2).map(tuple),
    associations_as_of=MAYBE,
    clusters=st.lists(CLUSTERS, max_size=2).map(tuple),
    uses=st.lists(MOMENTS, max_size=3).map(lambda uses: tuple(sorted(uses))),
)
REPLACEMENTS = st.builds(
    ReplacementFacts, iam_role=ROLES, linked_at=MOMENTS, linked_by=st.just("Ada"), shared_with=st.integers(0, 2)
)
CLAIMS = st.builds(ClaimFacts, st.just("Platform {x}"), st.just("Ada"), MOMENTS, st.none() | MOMENTS)
POLICY_ACTIONS = st.sampled_from(["*", "s3:*", "iam:*", "s3:GetObject", "ses:SendRawEmail", "sts:AssumeRole", 3])
POLICY_STATEMENTS = st.fixed_dictionaries(
    {"Effect": st.sampled_from(["Allow", "Allow", "Deny", "allow"])},
    optional={
        "Action": one_or_more(POLICY_ACTIONS),
        "NotAction": one_or_more(POLICY_ACTIONS),
        "Resource": one_or_more(st.sampled_from(["*", "arn:aws:s3:::*", "arn:aws:s3:::bucket/*"])),
        "Condition": JSON,
    },
)
DOCUMENTS = st.one_of(
    st.none(),
    st.fixed_dictionaries({"Statement": POLICY_STATEMENTS | st.lists(POLICY_STATEMENTS, max_size=3)}),
    st.dictionaries(st.sampled_from(["Statement", "Version"]), JSON, max_size=2),
)
POLICIES = st.one_of(
    st.builds(PolicyFacts, st.sampled_from(["uploads", "odd{name}"]), st.just(""), DOCUMENTS),
    st.builds(
        PolicyFacts,
        st.just("AdministratorAccess"),
        st.sampled_from(
            ["arn:aws:iam::aws:policy/AdministratorAccess", f"arn:aws:iam::{ACCOUNT_ID}:policy/AdministratorAccess"]
        ),
    ),
)
CREDENTIALS = st.builds(
    CredentialFacts,
    kind=st.sampled_from(CredentialKind),
    credential_id=st.sampled_from(["", "APKAEXAMPLE", f"arn:aws:iam::{ACCOUNT_ID}:mfa/uploader", "odd{id}"]),
    status=st.sampled_from(["", "Active", "Inactive", "Expired"]),
    status_since=MOMENTS,
    service=st.sampled_from(["", "codecommit.amazonaws.com", "odd{service}"]),
)
THRESHOLDS = st.builds(
    Thresholds,
    long_lived_days=st.sampled_from([0, 1, 90, 2**31 - 1]),
    grace_days=st.sampled_from([0, 7, 2**31 - 1]),
    stuck_days=st.sampled_from([0, 21, 2**31 - 1]),
    minimum_quiet_days=st.sampled_from([0, 14, 2**31 - 1]),
    soak_days=st.sampled_from([0, 14, 2**31 - 1]),
    claim_days=st.sampled_from([1, 90, 2**31 - 1]),
)
ANYTHING = st.builds(
    CandidateFacts,
    unique_id=st.just("AIDA0000000000EXAMPLE"),
    user_name=USER_NAMES,
    arn=st.just(USER_ARN),
    aws_account_id=st.just(ACCOUNT_ID),
    created_at=MOMENTS,
    tags=st.dictionaries(st.sampled_from(["Owner", "terraform"]), st.text(max_size=4), max_size=2),
    policies=st.lists(POLICIES, max_size=2).map(tuple),
    password_enabled=st.none() | st.booleans(),
    access_keys=st.lists(KEYS, max_size=3, unique_by=lambda key: key.access_key_id).map(tuple),
    keys_as_of=MAYBE,
    keys_unread_reason=st.sampled_from(["", "", "AccessDenied {x}"]),
    report_slots=st.lists(st.tuples(MOMENTS, st.booleans()), max_size=2).map(tuple),
    report_as_of=MAYBE,
    users_as_of=MAYBE,
    first_seen_at=MOMENTS,
    gone_at=MAYBE,
    gone_confirmed_at=MAYBE,
    account_readable=st.booleans(),
    opened_at=MAYBE,
    route=st.none() | st.sampled_from(Route),
    route_chosen_at=MAYBE,
    claim=st.none() | CLAIMS,
    replacements=st.lists(REPLACEMENTS, max_size=2).map(tuple),
    closed_at=st.none() | MOMENTS,
    terraform_hint=st.booleans(),
    known_account_ids=st.just(frozenset({ACCOUNT_ID, "444455556666"})),
    gone_keys_ended_at=MAYBE,
    recreates_candidate=st.none() | st.just(12),
    cadence=st.none() | st.sampled_from([timedelta(days=1), timedelta(days=32), timedelta(days=368)]),
    path=st.sampled_from(["/", "/service/", "/people/odd{path}/"]),
    groups=st.lists(st.sampled_from(["developers", "odd{group}", "-dash"]), max_size=2).map(tuple),
    password_last_used_at=MAYBE,
    mfa_active=st.none() | st.booleans(),
    other_credentials=st.lists(CREDENTIALS, max_size=3).map(tuple),
    other_credentials_read=st.dictionaries(st.sampled_from(CredentialKind), MOMENTS, max_size=5),
)

DEACTIVATED = {"access_keys": (a_key(status="Inactive", status_changed_at=NOW - timedelta(days=20)),)}
GONE = {"access_keys": (), "gone_at": NOW - timedelta(hours=2), "gone_confirmed_at": NOW - timedelta(hours=1)}
BELIEVABLE = [
    a_candidate(),
    a_candidate(opened_at=None),
    *(a_claimed_candidate(route) for route in Route),
    *(a_claimed_candidate(route, **DEACTIVATED) for route in Route),
    a_claimed_candidate(access_keys=()),
    a_claimed_candidate(**GONE),
]


@st.composite
def nearly_believable(draw: st.DrawFn) -> CandidateFacts:
    """A candidate from the life of the product, with up to two facts from anywhere."""
    ordinary, other = draw(st.sampled_from(BELIEVABLE)), draw(ANYTHING)
    names = draw(st.sets(st.sampled_from([each.name for each in fields(CandidateFacts)]), max_size=2))
    return replace(ordinary, **{name: getattr(other, name) for name in names})


CANDIDATES = st.one_of(nearly_believable(), ANYTHING)
