"""Who may assume a role, in words: policies as they are really written, and roles that name somebody who is gone."""

from typing import Any

import pytest

from iamdash.candidates.queries.candidate.replacements import replacement_rows
from iamdash.candidates.queries.candidate.role_search import find_roles
from iamdash.candidates.queries.candidate.trust_words import unique_ids, who_may_assume
from iamdash.models import PodIdentityAssociation
from iamdash.standing.rows import fetch
from tests.factories import (
    days_ago,
    make_aws_account,
    make_candidate,
    make_iam_role,
    make_iam_user,
    make_replacement,
)

GITHUB = "token.actions.githubusercontent.com"
EKS = "oidc.eks.eu-west-1.amazonaws.com/id/B1C2D3E4F5"
OIDC = "arn:aws:iam::111122223333:oidc-provider/"
TWO_PODS = "mailer in namespace apps or cron in namespace apps"
MAILER = "system:serviceaccount:apps:mailer"
IRSA = {
    "Effect": "Allow",
    "Principal": {"Federated": f"{OIDC}{EKS}"},
    "Action": "sts:AssumeRoleWithWebIdentity",
}


def allow(principal: Any, condition: Any = None, **other: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"} | other
    return statement | ({"Condition": condition} if condition is not None else {})


def policy(*statements: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (allow({"Service": "ec2.amazonaws.com"}), ["EC2"]),
        (allow({"Service": ["ecs-tasks.amazonaws.com", "lambda.amazonaws.com"]}), ["ECS tasks", "Lambda"]),
        (allow({"Service": "states.eu-west-1.amazonaws.com"}), ["states.eu-west-1.amazonaws.com"]),
        (
            allow(
                {"Service": "lambda.amazonaws.com"},
                {
                    "StringEquals": {"aws:SourceAccount": "111122223333"},
                    "ArnLike": {"AWS:SourceArn": "arn:aws:lambda:eu-west-1:111122223333:function:mail"},
                },
            ),
            ["Lambda, with source account 111122223333 and source arn:aws:lambda:eu-west-1:111122223333:function:mail"],
        ),
        (
            allow({"Service": "pods.eks.amazonaws.com"}, Action=["sts:AssumeRole", "sts:TagSession"]),
            ["EKS Pod Identity"],
        ),
        (
            allow(
                {"Service": "pods.eks.amazonaws.com"},
                {
                    "StringEquals": {
                        "aws:RequestTag/kubernetes-namespace": "apps",
                        "aws:RequestTag/kubernetes-service-account": ["mailer", "mailer-cron"],
                        "aws:RequestTag/eks-cluster-name": "govern",
                    }
                },
            ),
            ["EKS Pod Identity, with namespace apps and service account mailer or mailer-cron and cluster govern"],
        ),
        (allow({"AWS": "444455556666"}), ["AWS account 444455556666"]),
        (allow({"AWS": "arn:aws:iam::444455556666:root"}), ["AWS account 444455556666"]),
        (
            allow({"AWS": "arn:aws:iam::444455556666:root"}, {"StringEquals": {"sts:ExternalId": "7f3a-91"}}),
            ["AWS account 444455556666, with external ID 7f3a-91"],
        ),
        (
            allow({"AWS": "arn:aws:iam::444455556666:role/ci/deployer"}),
            ["IAM role deployer of AWS account 444455556666"],
        ),
        (allow({"AWS": "arn:aws:iam::444455556666:user/old"}), ["IAM user old of AWS account 444455556666"]),
        (
            allow({"AWS": "arn:aws:sts::444455556666:assumed-role/deployer/run-1"}),
            ["Session run-1 of AWS account 444455556666"],
        ),
        (allow("*"), ["Anybody"]),
        (
            allow({"AWS": "*"}, {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3"}}),
            ["Anybody, with organisation o-a1b2c3"],
        ),
        (
            allow({"AWS": "*"}, {"StringLike": {"aws:PrincipalArn": ["arn:aws:iam::*:role/a", "b", "c", "d"]}}),
            ["Anybody, with caller arn:aws:iam::*:role/a or b or c and 1 more"],
        ),
        (
            allow({"AWS": "arn:aws:iam::111122223333:root"}, {"Bool": {"aws:MultiFactorAuthPresent": True}}),
            ["AWS account 111122223333, with aws:multifactorauthpresent Bool true"],
        ),
        (
            allow(
                {"Federated": f"{OIDC}{GITHUB}"},
                {
                    "StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com"},
                    "StringLike": {f"{GITHUB}:sub": "repo:example/site:*"},
                },
            ),
            [f"GitHub Actions ({GITHUB}), with aud sts.amazonaws.com and sub repo:example/site:*"],
        ),
        (
            allow({"Federated": f"{OIDC}gitlab.example.org"}, {"StringEquals": {"gitlab.example.org:sub": "a"}}),
            ["gitlab.example.org, with sub a"],
        ),
        (
            allow({"Federated": "accounts.google.com"}, {"StringEquals": {"accounts.google.com:aud": "1234"}}),
            ["Google (accounts.google.com), with aud 1234"],
        ),
        (
            allow(
                {"Federated": "arn:aws:iam::111122223333:saml-provider/Okta"},
                {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}},
                Action="sts:AssumeRoleWithSAML",
            ),
            ["SAML provider Okta, with aud https://signin.aws.amazon.com/saml"],
        ),
        (
            IRSA | {"Condition": {"StringEquals": {f"{EKS}:sub": MAILER}}},
            [f"Service account mailer in namespace apps of the EKS cluster behind {EKS} (IRSA)"],
        ),
        (
            IRSA
            | {
                "Condition": {
                    "StringEquals": {
                        f"{EKS}:aud": "sts.amazonaws.com",
                        f"{EKS}:sub": [MAILER, "system:serviceaccount:apps:cron"],
                    }
                }
            },
            [f"Service account {TWO_PODS} of the EKS cluster behind {EKS} (IRSA), with aud sts.amazonaws.com"],
        ),
        (IRSA, [f"Pods of the EKS cluster behind {EKS} (IRSA)"]),
        (
            IRSA | {"Condition": {"StringNotEquals": {f"{EKS}:sub": MAILER}}},
            [f"Pods of the EKS cluster behind {EKS} (IRSA), with sub StringNotEquals {MAILER}"],
        ),
        (
            allow({"AWS": "AIDAEXAMPLEGONE"}),
            ["AIDAEXAMPLEGONE, what is left of a deleted IAM user: it lets nobody in"],
        ),
        (
            allow({"AWS": "AROAEXAMPLEGONE"}),
            ["AROAEXAMPLEGONE, what is left of a deleted IAM role: it lets nobody in"],
        ),
        (
            {"Effect": "Allow", "NotPrincipal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "sts:AssumeRole"},
            ["Anybody but AWS account 111122223333"],
        ),
        (allow({"CanonicalUser": "79a59df9"}), ["79a59df9"]),
        (allow({"AWS": "not-an-arn"}), ["not-an-arn"]),
        (allow({"AWS": []}), ["Nobody"]),
        ({"Effect": "Allow", "Action": "sts:AssumeRole"}, ["Nobody"]),
        (allow({"Service": "ec2.amazonaws.com"}, "odd"), ["EC2, with a condition that iamdash does not know"]),
        (
            allow({"Service": "ec2.amazonaws.com"}, {"StringEquals": "odd"}),
            ["EC2, with a condition that iamdash does not know"],
        ),
    ],
)
def test_who_may_assume_a_role_in_words(statement: dict[str, Any], words: list[str]) -> None:
    assert list(who_may_assume(policy(statement))) == words


def test_one_statement_need_not_be_a_list_and_each_caller_is_told_once() -> None:
    ec2 = allow({"Service": "ec2.amazonaws.com"})

    assert who_may_assume({"Statement": ec2}) == ("EC2",)
    assert who_may_assume(policy(ec2, ec2)) == ("EC2",)


def test_a_deny_is_told_after_those_whom_it_limits() -> None:
    deny = {"Effect": "Deny", "Principal": "*", "Action": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}

    said = who_may_assume(policy(deny, allow({"Service": "ec2.amazonaws.com"})))

    assert said == ("EC2", "Denied: Anybody, with aws:securetransport Bool false")
    assert who_may_assume(policy(deny)) == ("Nobody",)


@pytest.mark.parametrize("trust_policy", [{}, {"Statement": []}, {"Statement": ["odd", 3, None]}])
def test_a_policy_that_allows_nobody_says_so(trust_policy: dict[str, Any]) -> None:
    assert who_may_assume(trust_policy) == ("Nobody",)


def test_a_policy_that_could_not_be_read_is_not_one_that_allows_nobody() -> None:
    assert who_may_assume(None) == ("Its trust policy could not be read",)
    assert unique_ids(None) == set()


def test_only_bare_unique_ids_are_what_is_left_of_somebody() -> None:
    named = ["AIDAEXAMPLEGONE", "arn:aws:iam::111122223333:user/AIDAEXAMPLE", "AROAEXAMPLEGONE"]

    assert unique_ids(policy(allow({"AWS": named}))) == {"AIDAEXAMPLEGONE", "AROAEXAMPLEGONE"}


@pytest.mark.django_db
def test_a_user_that_is_gone_is_named_by_the_role_that_still_trusts_it() -> None:
    make_iam_user("mailer", unique_id="AIDAEXAMPLEGONE", gone_at=days_ago(2))
    iam_role = make_iam_role(trust_policy=policy(allow({"AWS": "AIDAEXAMPLEGONE"})))
    candidate = make_candidate()
    make_replacement(candidate, iam_role)

    (row,) = replacement_rows(candidate.iam_user, fetch([candidate.iam_user]).links)

    assert row.trust.who == ("AIDAEXAMPLEGONE, which was the IAM user mailer: it is gone, so this lets nobody in",)


@pytest.mark.django_db
def test_pods_that_are_given_a_role_are_told_wherever_it_is_shown() -> None:
    candidate = make_candidate()
    mailer = make_iam_role("mailer")
    target = make_iam_role("target", aws_account=make_aws_account("444455556666"))
    PodIdentityAssociation.objects.create(
        aws_account=mailer.aws_account,
        association_id="a-1",
        association_arn="arn:aws:eks:eu-west-1:111122223333:podidentityassociation/govern/a-1",
        region="eu-west-1",
        cluster_name="govern",
        namespace="apps",
        service_account="mailer",
        role_arn=mailer.arn,
        target_role_arn=target.arn,
        first_seen_at=days_ago(3),
    )
    make_replacement(candidate, mailer)

    (row,) = replacement_rows(candidate.iam_user, fetch([candidate.iam_user]).links)
    (found,) = find_roles(candidate, "target")

    pods = "Service account mailer in namespace apps of cluster govern (eu-west-1)"
    assert row.trust.pods == (pods,)
    assert found.trust.pods == (f"{pods}, by way of {mailer.arn}",)


@pytest.mark.django_db
def test_pods_that_are_given_it_no_more_are_not_told() -> None:
    candidate, iam_role = make_candidate(), make_iam_role("mailer")
    PodIdentityAssociation.objects.create(
        aws_account=iam_role.aws_account,
        association_id="a-1",
        role_arn=iam_role.arn,
        first_seen_at=days_ago(3),
        gone_at=days_ago(1),
    )
    make_replacement(candidate, iam_role)

    assert replacement_rows(candidate.iam_user, fetch([candidate.iam_user]).links)[0].trust.pods == ()
