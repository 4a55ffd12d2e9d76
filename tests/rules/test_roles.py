"""Is a replacement role ready? Each route by its own table row, and what makes any of them unknown."""

from dataclasses import replace
from typing import Any

import pytest
from botocore.loaders import create_loader

from iamdash.rules.evidence import Holds
from iamdash.rules.facts import ClusterFacts
from iamdash.rules.policies.arns import DNS_SUFFIXES
from iamdash.rules.route import Route
from iamdash.rules.stage import Stage
from tests.rules.facts_builder import (
    ACCOUNT_ID,
    NOW,
    USER_ARN,
    a_claimed_candidate,
    a_replacement,
    a_role,
    ago,
    an_association,
    step,
    words,
)

GITHUB = f"arn:aws:iam::{ACCOUNT_ID}:oidc-provider/token.actions.githubusercontent.com"
EKS_HOST = "oidc.eks.eu-west-1.amazonaws.com/id/ABC"
EKS = f"arn:aws:iam::{ACCOUNT_ID}:oidc-provider/{EKS_HOST}"
CALLER = "arn:aws:iam::444455556666:role/caller"
VENDOR = "arn:aws:iam::999988887777:root"
ANCHOR = f"arn:aws:rolesanywhere:eu-west-1:{ACCOUNT_ID}:trust-anchor/0a1b"


def allow(principal: Any, action: Any = "sts:AssumeRole", **conditions: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action}
    return statement | ({"Condition": conditions} if conditions else {})


def deny(principal: Any, action: Any = "sts:*", **conditions: Any) -> dict[str, Any]:
    return allow(principal, action, **conditions) | {"Effect": "Deny"}


def judged(route: Route, *statements: dict[str, Any], **changes: Any) -> tuple[Holds, str]:
    iam_role = a_role(**{"trust_policy": {"Statement": list(statements)}} | changes)
    found = step(a_claimed_candidate(route, replacements=(a_replacement(iam_role),)), Stage.ROLE_READY)
    return found.holds, words(found)


def web(
    provider: str, host: str, sub: Any, aud: Any = "sts.amazonaws.com", operator: str = "StringLike"
) -> dict[str, Any]:
    asked = {f"{host}:sub": sub} if sub else {}
    audience = {f"{host}:aud": aud} if aud else {}
    return allow(
        {"Federated": provider}, "sts:AssumeRoleWithWebIdentity", **{operator: asked, "StringEquals": audience}
    )


# Pod Identity

PODS = {"Service": "pods.eks.amazonaws.com"}
BOTH = ["sts:AssumeRole", "sts:TagSession"]


def test_a_described_association_and_both_actions_make_a_pod_identity_role_ready() -> None:
    holds, said = judged(Route.POD_IDENTITY, allow(PODS, BOTH))

    assert holds is Holds.HOLDS
    assert "apps/uploader in govuk" in said


def test_the_two_actions_may_stand_in_two_statements() -> None:
    assert judged(Route.POD_IDENTITY, allow(PODS), allow(PODS, "sts:TagSession"))[0] is Holds.HOLDS


def test_without_tag_session_pod_identity_fails_unless_session_tags_are_disabled() -> None:
    untagged = (an_association(disable_session_tags=True),)

    holds, said = judged(Route.POD_IDENTITY, allow(PODS))
    assert holds is Holds.FAILS
    assert "does not allow sts:TagSession" in said

    holds, said = judged(Route.POD_IDENTITY, allow(PODS), associations=untagged)
    assert holds is Holds.HOLDS
    assert "session tags are disabled" in said


def test_a_request_tag_must_be_the_associations_own() -> None:
    tag = "aws:RequestTag/kubernetes-namespace"

    assert judged(Route.POD_IDENTITY, allow(PODS, BOTH, StringEquals={tag: "apps"}))[0] is Holds.HOLDS
    assert judged(Route.POD_IDENTITY, allow(PODS, BOTH, StringEquals={tag: "other"}))[0] is Holds.FAILS


def test_the_clusters_arn_is_of_the_roles_partition() -> None:
    arn = f"arn:aws-cn:eks:cn-north-1:{ACCOUNT_ID}:cluster/govuk"
    handed = an_association(region="cn-north-1", role_arn=f"arn:aws-cn:iam::{ACCOUNT_ID}:role/uploader")
    held_to_it = allow(PODS, BOTH, StringEquals={"aws:RequestTag/eks-cluster-arn": arn})

    assert judged(Route.POD_IDENTITY, held_to_it, arn=handed.role_arn, associations=(handed,))[0] is Holds.HOLDS


def test_no_association_fails_and_unread_associations_are_unknown() -> None:
    assert judged(Route.POD_IDENTITY, allow(PODS, BOTH), associations=())[0] is Holds.FAILS
    unread = judged(Route.POD_IDENTITY, allow(PODS, BOTH), associations=(), associations_as_of=None)
    assert unread[0] is Holds.UNKNOWN


def test_an_association_hands_over_roles_of_its_own_account_only() -> None:
    holds, said = judged(Route.POD_IDENTITY, allow(PODS, BOTH), aws_account_id="444455556666")

    assert holds is Holds.FAILS
    assert "in another AWS account than the role" in said


def test_a_target_role_must_trust_the_first_role() -> None:
    first = a_role()
    target_arn = "arn:aws:iam::444455556666:role/target"
    association = an_association(target_role_arn=target_arn, external_id="x-1")
    first = replace(first, associations=(association,))
    target = a_role(
        arn=target_arn,
        role_name="target",
        aws_account_id="444455556666",
        trust_policy={"Statement": allow({"AWS": first.arn})},
        associations=(association,),
    )
    stranger = replace(target, trust_policy={"Statement": allow({"AWS": CALLER})})

    def held_to(external_id: str) -> Any:
        asked = {"StringEquals": {"sts:ExternalId": external_id}}
        return replace(target, trust_policy={"Statement": allow({"AWS": first.arn}, **asked)})

    def holds(*roles: Any) -> Holds:
        links = tuple(a_replacement(each) for each in roles)
        return step(a_claimed_candidate(replacements=links), Stage.ROLE_READY).holds

    assert holds(first, target) is Holds.HOLDS
    assert holds(first, stranger) is Holds.FAILS
    assert holds(first, held_to("x-1")) is Holds.HOLDS
    assert holds(first, held_to("x-2")) is Holds.FAILS
    assert holds(first) is Holds.UNKNOWN


# What holds for every route


def test_a_role_without_a_policy_or_that_is_gone_fails() -> None:
    assert judged(Route.POD_IDENTITY, allow(PODS, BOTH), has_policy=False)[0] is Holds.FAILS
    assert judged(Route.POD_IDENTITY, allow(PODS, BOTH), gone_at=ago(days=1))[0] is Holds.FAILS


def test_a_trust_policy_that_could_not_be_parsed_is_unknown() -> None:
    assert judged(Route.POD_IDENTITY, trust_policy=None)[0] is Holds.UNKNOWN


def test_a_matching_deny_fails_and_one_that_cannot_be_judged_is_unknown() -> None:
    ready = allow(PODS, BOTH)

    assert judged(Route.POD_IDENTITY, ready, deny(PODS))[0] is Holds.FAILS
    assert judged(Route.POD_IDENTITY, ready, deny(PODS, IpAddress={"aws:SourceIp": "10.0.0.0/8"}))[0] is Holds.UNKNOWN
    not_principal = {"Effect": "Deny", "NotPrincipal": {"AWS": CALLER}, "Action": "sts:AssumeRole"}
    assert judged(Route.POD_IDENTITY, ready, not_principal)[0] is Holds.UNKNOWN
    assert judged(Route.POD_IDENTITY, ready, deny({"Service": "ec2.amazonaws.com"}))[0] is Holds.HOLDS


@pytest.mark.parametrize(
    "operator", ["StringEqualsIfExists", "ForAllValues:StringEquals", "NumericLessThan", "StringSortOf"]
)
def test_a_condition_that_cannot_be_evaluated_is_unknown(operator: str) -> None:
    statement = allow(PODS, BOTH, **{operator: {"aws:RequestTag/kubernetes-namespace": "apps"}})

    holds, said = judged(Route.POD_IDENTITY, statement)

    assert holds is Holds.UNKNOWN
    assert operator in said


def test_forallvalues_beside_a_plain_condition_on_the_same_key_is_evaluated() -> None:
    tag = {"aws:RequestTag/kubernetes-namespace": "apps"}
    both = allow(PODS, BOTH, **{"ForAllValues:StringEquals": tag, "StringEquals": tag})

    assert judged(Route.POD_IDENTITY, both)[0] is Holds.HOLDS


def test_a_not_principal_is_unknown_and_never_holds() -> None:
    statement = {"Effect": "Allow", "NotPrincipal": {"AWS": USER_ARN}, "Action": BOTH}

    assert judged(Route.POD_IDENTITY, statement)[0] is Holds.UNKNOWN


# Compute services and Roles Anywhere


def test_ec2_needs_an_instance_profile() -> None:
    ec2 = allow({"Service": "ec2.amazonaws.com"})

    assert judged(Route.SERVICE_ROLE, ec2)[0] is Holds.FAILS
    assert judged(Route.SERVICE_ROLE, ec2, instance_profiles=("node",))[0] is Holds.HOLDS


def test_every_partition_is_known_by_what_its_names_end_with() -> None:
    partitions = create_loader().load_data("partitions")["partitions"]

    assert {each["outputs"]["dnsSuffix"] for each in partitions} == set(DNS_SUFFIXES)


@pytest.mark.parametrize("suffix", DNS_SUFFIXES)
def test_ec2_needs_an_instance_profile_in_every_partition(suffix: str) -> None:
    assert judged(Route.SERVICE_ROLE, allow({"Service": f"ec2.{suffix}"}))[0] is Holds.FAILS


def test_a_service_whose_name_begins_like_ec2_needs_no_instance_profile() -> None:
    spot_fleet = allow({"Service": "ec2.application-autoscaling.amazonaws.com"})

    assert judged(Route.SERVICE_ROLE, spot_fleet)[0] is Holds.HOLDS


def test_a_task_role_is_ready_and_what_it_is_attached_to_cannot_be_seen() -> None:
    iam_role = a_role(trust_policy={"Statement": allow({"Service": "ecs-tasks.amazonaws.com"})})
    found = step(a_claimed_candidate(Route.SERVICE_ROLE, replacements=(a_replacement(iam_role),)), Stage.ROLE_READY)

    assert found.holds is Holds.HOLDS
    assert found.evidence[0].cannot_see == "What the role is attached to."


def test_a_role_for_pods_only_is_no_service_role() -> None:
    assert judged(Route.SERVICE_ROLE, allow(PODS, BOTH))[0] is Holds.FAILS


def test_roles_anywhere_needs_three_actions_and_a_trust_anchor() -> None:
    three = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
    service, anchor = {"Service": "rolesanywhere.amazonaws.com"}, {"ArnEquals": {"aws:SourceArn": ANCHOR}}

    assert judged(Route.ROLES_ANYWHERE, allow(service, three, **anchor))[0] is Holds.HOLDS
    assert judged(Route.ROLES_ANYWHERE, allow(service, three[:2], **anchor))[0] is Holds.FAILS
    assert judged(Route.ROLES_ANYWHERE, allow(service, three))[0] is Holds.FAILS


# Other accounts


def test_a_vendor_needs_an_external_id() -> None:
    external = {"StringEquals": {"sts:ExternalId": "a-customer"}}

    assert judged(Route.VENDOR_ACCOUNT, allow({"AWS": VENDOR}, **external))[0] is Holds.HOLDS
    assert judged(Route.VENDOR_ACCOUNT, allow({"AWS": "999988887777"}, **external))[0] is Holds.HOLDS
    assert judged(Route.VENDOR_ACCOUNT, allow({"AWS": VENDOR}))[0] is Holds.FAILS
    assert judged(Route.VENDOR_ACCOUNT, allow({"AWS": CALLER}, **external))[0] is Holds.FAILS


def test_another_role_of_our_accounts_is_a_caller() -> None:
    assert judged(Route.OWN_ACCOUNT, allow({"AWS": CALLER}))[0] is Holds.HOLDS
    assert judged(Route.OWN_ACCOUNT, allow({"AWS": [USER_ARN, CALLER]}))[0] is Holds.HOLDS


def test_a_trust_that_only_the_retiring_user_satisfies_fails() -> None:
    holds, said = judged(Route.OWN_ACCOUNT, allow({"AWS": USER_ARN}))

    assert holds is Holds.FAILS
    assert "only the IAM user that is to be retired" in said


@pytest.mark.parametrize("left_over", ["AIDAEXAMPLE000000000A", "AROAEXAMPLE000000000A"])
def test_a_bare_unique_id_as_principal_fails(left_over: str) -> None:
    holds, said = judged(Route.OWN_ACCOUNT, allow({"AWS": left_over}))

    assert holds is Holds.FAILS
    assert left_over in said


def test_a_whole_account_does_not_say_which_role_takes_it() -> None:
    whole = allow({"AWS": f"arn:aws:iam::{ACCOUNT_ID}:root"})

    assert judged(Route.OWN_ACCOUNT, whole)[0] is Holds.UNKNOWN


def test_a_role_called_root_is_no_account() -> None:
    named = "arn:aws:iam::444455556666:role/team/chroot-root"

    assert judged(Route.OWN_ACCOUNT, allow({"AWS": named}))[0] is Holds.HOLDS


# Web identities

GITHUB_HOST = "token.actions.githubusercontent.com"


@pytest.mark.parametrize(
    "subject",
    ["repo:example/app:ref:refs/heads/main", "repo:example/*", "repo:example@123/app@456:ref:refs/heads/main"],
)
def test_githubs_two_subject_forms_name_an_owner(subject: str) -> None:
    assert judged(Route.OIDC, web(GITHUB, GITHUB_HOST, subject))[0] is Holds.HOLDS


@pytest.mark.parametrize("subject", ["repo:*", "repo:*/app:*", "*", "repo:exam?le/app:*"])
def test_a_subject_without_a_literal_owner_fails(subject: str) -> None:
    assert judged(Route.OIDC, web(GITHUB, GITHUB_HOST, subject))[0] is Holds.FAILS


def test_no_deny_is_judged_by_an_example_of_the_subject() -> None:
    action, main = "sts:AssumeRoleWithWebIdentity", {f"{GITHUB_HOST}:sub": "repo:example/app:ref:refs/heads/main"}
    offer = web(GITHUB, GITHUB_HOST, "repo:example/app:*")

    assert judged(Route.OIDC, offer, deny({"Federated": GITHUB}, action, StringEquals=main))[0] is Holds.UNKNOWN
    assert judged(Route.OIDC, offer, deny({"Federated": GITHUB}, action, StringNotLike=main))[0] is Holds.UNKNOWN


def test_a_missing_subject_or_audience_fails() -> None:
    assert judged(Route.OIDC, web(GITHUB, GITHUB_HOST, None))[0] is Holds.FAILS
    assert judged(Route.OIDC, web(GITHUB, GITHUB_HOST, "repo:example/app:*", None))[0] is Holds.FAILS


def test_a_lone_forallvalues_on_the_audience_is_unknown() -> None:
    statement = allow(
        {"Federated": GITHUB},
        "sts:AssumeRoleWithWebIdentity",
        **{
            "StringLike": {f"{GITHUB_HOST}:sub": "repo:example/app:*"},
            "ForAllValues:StringEquals": {f"{GITHUB_HOST}:aud": "sts.amazonaws.com"},
        },
    )

    assert judged(Route.OIDC, statement)[0] is Holds.UNKNOWN


def test_a_provider_of_another_account_fails() -> None:
    foreign = GITHUB.replace(ACCOUNT_ID, "444455556666")

    assert judged(Route.OIDC, web(foreign, GITHUB_HOST, "repo:example/app:*"))[0] is Holds.FAILS


def test_a_wildcard_under_an_unfamiliar_provider_is_unknown() -> None:
    provider = f"arn:aws:iam::{ACCOUNT_ID}:oidc-provider/ci.example.org"

    assert judged(Route.OIDC, web(provider, "ci.example.org", "team:*"))[0] is Holds.UNKNOWN
    assert judged(Route.OIDC, web(provider, "ci.example.org", "team:platform"))[0] is Holds.HOLDS


UPLOADER = "system:serviceaccount:apps:uploader"
# In an account other than the role's: what counts is that the provider is in the role's.
GOVUK = ClusterFacts(EKS_HOST, "govuk", "444455556666")


def test_irsa_is_ready_for_one_service_account_of_a_cluster_that_we_read() -> None:
    holds, said = judged(Route.IRSA, web(EKS, EKS_HOST, UPLOADER), clusters=(GOVUK,))

    assert holds is Holds.HOLDS
    assert said == "Role uploader-role: service account apps/uploader of cluster govuk may take it."


def test_irsa_is_unknown_while_no_cluster_that_we_read_has_the_issuer() -> None:
    holds, said = judged(Route.IRSA, web(EKS, EKS_HOST, UPLOADER), clusters=(replace(GOVUK, issuer="other"),))

    assert holds is Holds.UNKNOWN
    assert f"{EKS_HOST} is of no EKS cluster that was read" in said


def test_irsa_fails_where_the_cluster_is_gone() -> None:
    holds, said = judged(Route.IRSA, web(EKS, EKS_HOST, UPLOADER), clusters=(replace(GOVUK, gone_at=NOW),))

    assert holds is Holds.FAILS
    assert "the EKS cluster govuk" in said


def test_irsa_fails_with_a_provider_of_another_account() -> None:
    foreign = EKS.replace(ACCOUNT_ID, "444455556666")

    assert judged(Route.IRSA, web(foreign, EKS_HOST, UPLOADER), clusters=(GOVUK,))[0] is Holds.FAILS


def test_one_statement_that_is_ready_is_enough_for_irsa() -> None:
    other = "oidc.eks.eu-west-1.amazonaws.com/id/DEF"
    unread = web(EKS.replace(EKS_HOST, other), other, UPLOADER)

    assert judged(Route.IRSA, unread, web(EKS, EKS_HOST, UPLOADER), clusters=(GOVUK,))[0] is Holds.HOLDS


@pytest.mark.parametrize(
    ("subject", "audience"),
    [
        (None, "sts.amazonaws.com"),
        ("system:serviceaccount:apps:*", "sts.amazonaws.com"),
        ("system:serviceaccount:apps:uploader", "elsewhere.example.org"),
    ],
)
def test_irsa_fails_without_one_service_account_or_with_a_wrong_audience(subject: str | None, audience: str) -> None:
    assert judged(Route.IRSA, web(EKS, EKS_HOST, subject, audience), clusters=(GOVUK,))[0] is Holds.FAILS


def test_irsa_without_an_audience_is_warned_of() -> None:
    holds, said = judged(Route.IRSA, web(EKS, EKS_HOST, UPLOADER, None), clusters=(GOVUK,))

    assert holds is Holds.HOLDS
    assert "should also ask for the audience" in said
