"""Which routes may fit, and why: by vendor, special case, roles named alike, person, silence, service and tags."""

from datetime import UTC
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamdash.rules.facts import CandidateFacts
from iamdash.rules.route import Route
from iamdash.rules.routes.suggestion import NamedTrust, suggest
from iamdash.rules.vendors import Mechanism
from tests.rules.facts_builder import ACCOUNT_ID, NOW, USER_ARN, a_candidate, a_key, ago
from tests.rules.strategies import CANDIDATES, TRUST_POLICIES
from tests.rules.test_properties import many
from tests.rules.test_vendors import a_vendor

CI = "ci.example"


def unnamed(**changes: Any) -> CandidateFacts:
    """A candidate of which nothing suggests a route."""
    return a_candidate(**{"user_name": "zebra"} | changes)


def said(facts: CandidateFacts, *alike: NamedTrust) -> list[tuple[Route, str]]:
    return [(each.route, each.because.render(now=NOW, zone=UTC)) for each in suggest(facts, alike=alike)]


def a_role_for(kind: str, principal: str) -> NamedTrust:
    statement = {"Effect": "Allow", "Principal": {kind: principal}, "Action": "sts:AssumeRole"}
    return NamedTrust("zebra-role", {"Statement": [statement]})


def test_where_nothing_says_so_nothing_is_suggested() -> None:
    assert said(unnamed()) == []


@pytest.mark.parametrize(
    ("mechanism", "route", "way"),
    [
        (Mechanism.ROLE, Route.VENDOR_ACCOUNT, "can take a role from its own AWS account"),
        (Mechanism.OIDC, Route.OIDC, "can take a role by OpenID Connect"),
        (Mechanism.BUCKET_POLICY, Route.CHANGE_CODE, "can be let in by a bucket policy, without an IAM user of ours"),
        (Mechanism.KEYS, Route.NONE_POSSIBLE, "takes access keys only"),
    ],
)
def test_a_vendor_is_found_by_name_with_the_day_it_was_checked(mechanism: Mechanism, route: Route, way: str) -> None:
    facts = unnamed(user_name="zebra-acme", vendors=(a_vendor(mechanism=mechanism),))

    assert said(facts) == [(route, f"its name fits Acme, which {way} (checked on 23 Nov 2026).")]
    assert suggest(facts)[0].documentation == "https://acme.example/aws"


@pytest.mark.parametrize(
    ("tags", "where"),
    [
        ({"AKIA0000000000EXAMPLE": "set in Acme's console"}, "the description of AKIA0000000000EXAMPLE fits Acme"),
        ({"purpose": "acme"}, "its tag purpose fits Acme"),
    ],
)
def test_a_vendor_is_found_in_tags_and_descriptions(tags: dict[str, str], where: str) -> None:
    ((_route, because),) = said(unnamed(tags=tags, vendors=(a_vendor(),)))

    assert because.startswith(where)


def test_an_address_names_where_code_lives_and_no_vendor() -> None:
    assert said(unnamed(tags={"purpose": "https://acme.example/zebra"}, vendors=(a_vendor(),))) == []


@pytest.mark.parametrize(
    ("alike", "route", "who"),
    [
        (a_role_for("Service", "pods.eks.amazonaws.com"), Route.POD_IDENTITY, "pods.eks.amazonaws.com"),
        (a_role_for("Service", "ecs-tasks.amazonaws.com"), Route.SERVICE_ROLE, "ecs-tasks.amazonaws.com"),
        (a_role_for("Service", "rolesanywhere.amazonaws.com"), Route.ROLES_ANYWHERE, "rolesanywhere.amazonaws.com"),
        (
            a_role_for("Federated", f"arn:aws:iam::{ACCOUNT_ID}:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/A"),
            Route.IRSA,
            "oidc.eks.eu-west-1.amazonaws.com/id/A",
        ),
        (a_role_for("Federated", f"arn:aws:iam::{ACCOUNT_ID}:oidc-provider/{CI}"), Route.OIDC, "Acme CI"),
        (a_role_for("AWS", "999988887777"), Route.VENDOR_ACCOUNT, "Acme"),
        (a_role_for("AWS", "999900001111"), Route.VENDOR_ACCOUNT, "AWS account 999900001111"),
        (a_role_for("AWS", "arn:aws:iam::444455556666:role/caller"), Route.OWN_ACCOUNT, "the role caller"),
    ],
)
def test_a_role_that_is_named_alike_suggests_the_route_by_its_trust(alike: NamedTrust, route: Route, who: str) -> None:
    vendors = (a_vendor(), a_vendor("Acme CI", mechanism=Mechanism.OIDC, principals=(), issuer=CI))

    found = said(unnamed(vendors=vendors), alike)

    assert found == [(route, f"the role zebra-role is named alike, and {who} may take it.")]


@pytest.mark.parametrize(
    "alike", [a_role_for("AWS", USER_ARN), a_role_for("AWS", "AIDAGONE"), NamedTrust("zebra-role", None)]
)
def test_a_trust_that_leads_nowhere_suggests_nothing(alike: NamedTrust) -> None:
    assert said(unnamed(), alike) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"user_name": "ses-smtp-user.1"}, (Route.CHANGE_CODE, "it looks like an SMTP user of Amazon SES.")),
        ({"user_name": "jon.harrison"}, (Route.SINGLE_SIGN_ON, "it looks like a person's.")),
        ({"access_keys": (a_key(status="Inactive"),)}, (Route.JUST_DELETE, "none of its keys is Active.")),
        (
            {"access_keys": (a_key(last_used_at=ago(days=401)),)},
            (Route.JUST_DELETE, "no key was used for over 400 days: AWS recorded nothing since 26 Apr 2025."),
        ),
        (
            {"access_keys": (a_key(last_used_service="ecr"),)},
            (Route.OIDC, "a key was last used for ecr, and container images are mostly pushed by a CI."),
        ),
        (
            {"access_keys": (a_key(last_used_service="sts"),)},
            (Route.OWN_ACCOUNT, "it looks like a user that only assumes a role."),
        ),
        ({"tags": {"eks-cluster": "x"}}, (Route.POD_IDENTITY, "its tag eks-cluster speaks of Kubernetes.")),
    ],
)
def test_a_route_is_suggested_by(changes: dict[str, Any], expected: tuple[Route, str]) -> None:
    assert said(unnamed(**changes)) == [expected]


@pytest.mark.parametrize(
    "changes",
    [
        {"access_keys": (a_key(last_used_at=ago(days=900), last_used_as_of=None),)},
        {"access_keys": (a_key(last_used_at=ago(days=900)), a_key("AKIAOTHER", last_used_as_of=None))},
        {"access_keys": (a_key(status="Inactive"),), "keys_as_of": None},
        {"access_keys": (a_key(last_used_at=None, created_at=ago(days=399)),)},
    ],
)
def test_what_was_not_read_or_is_too_young_is_not_called_silent(changes: dict[str, Any]) -> None:
    assert said(unnamed(**changes)) == []


def test_the_weightiest_reason_comes_first_and_each_route_once() -> None:
    facts = unnamed(
        user_name="ses-smtp-user.acme", vendors=(a_vendor(),), access_keys=(a_key(last_used_service="ecr"),)
    )
    alike = a_role_for("AWS", "999988887777"), a_role_for("Service", "ec2.amazonaws.com")

    assert [route for route, _because in said(facts, *alike)] == [
        Route.VENDOR_ACCOUNT,
        Route.CHANGE_CODE,
        Route.SERVICE_ROLE,
        Route.OIDC,
    ]


@many
@given(CANDIDATES, st.lists(TRUST_POLICIES, max_size=2))
def test_any_facts_get_an_answer_and_always_the_same(facts: CandidateFacts, trusts: list[Any]) -> None:
    alike = tuple(NamedTrust("odd{role}", trust) for trust in trusts)

    found = suggest(facts, alike=alike)

    assert found == suggest(facts, alike=alike)
    assert len({each.route for each in found}) == len(found)
    for each in found:
        each.because.render(now=NOW, zone=UTC)
