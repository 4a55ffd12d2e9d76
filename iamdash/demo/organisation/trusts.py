"""Trust policies of the organisation's roles, one function for each kind of principal."""

from typing import Any

from iamdash.demo.organisation.accounts import REGION, Account

GITHUB = "token.actions.githubusercontent.com"
OIDC_OF_CLUSTER = {
    "wayfare-production": "4F1C2A7D90B3E6587A1D3C5E7F9B0A24",
    "wayfare-staging": "8B0D6E2C41F7A9350C2E4F6A8B1D3E57",
    "wayfare-integration": "C3A5970E1D8B4F62E1F3A5B7C9D0E268",
}


def _policy(
    principal: dict[str, Any], actions: list[str] | str, condition: dict[str, Any] | None = None
) -> dict[str, Any]:
    statement: dict[str, Any] = {"Effect": "Allow", "Principal": principal, "Action": actions}
    if condition:
        statement["Condition"] = condition
    return {"Version": "2012-10-17", "Statement": [statement]}


def service(name: str) -> dict[str, Any]:
    """Return a trust in an AWS service, such as `ec2.amazonaws.com`."""
    return _policy({"Service": name}, "sts:AssumeRole")


def pods(namespace: str, service_account: str, *, tag_session: bool = True) -> dict[str, Any]:
    """Return a trust in EKS Pod Identity, narrowed to one service account. Without `tag_session` it does not work."""
    narrowed = {
        "aws:RequestTag/kubernetes-namespace": namespace,
        "aws:RequestTag/kubernetes-service-account": service_account,
    }
    actions = ["sts:AssumeRole", "sts:TagSession"] if tag_session else ["sts:AssumeRole"]
    condition = {"StringEquals": narrowed} if tag_session else None
    return _policy({"Service": "pods.eks.amazonaws.com"}, actions, condition)


def issuer(cluster: str) -> str:
    """Return the host and path of a cluster's OpenID provider."""
    return f"oidc.eks.{REGION}.amazonaws.com/id/{OIDC_OF_CLUSTER[cluster]}"


def irsa(account: Account, namespace: str, service_account: str) -> dict[str, Any]:
    """Return a trust in one Kubernetes service account of the account's cluster."""
    provider = issuer(account.cluster)
    return _policy(
        {"Federated": f"arn:aws:iam::{account.account_id}:oidc-provider/{provider}"},
        "sts:AssumeRoleWithWebIdentity",
        {
            "StringEquals": {
                f"{provider}:sub": f"system:serviceaccount:{namespace}:{service_account}",
                f"{provider}:aud": "sts.amazonaws.com",
            }
        },
    )


def vendor(principal: str, external_id: str) -> dict[str, Any]:
    """Return a trust in a vendor's principal, asking for an external id."""
    return _policy({"AWS": principal}, "sts:AssumeRole", {"StringEquals": {"sts:ExternalId": external_id}})


def github(account: Account, subject: str) -> dict[str, Any]:
    """Return a trust in GitHub Actions for one subject."""
    return _policy(
        {"Federated": f"arn:aws:iam::{account.account_id}:oidc-provider/{GITHUB}"},
        "sts:AssumeRoleWithWebIdentity",
        {"StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com"}, "StringLike": {f"{GITHUB}:sub": subject}},
    )


def federated(account: Account, provider: str, audience: str, subject: str) -> dict[str, Any]:
    """Return a trust in another OpenID provider."""
    return _policy(
        {"Federated": f"arn:aws:iam::{account.account_id}:oidc-provider/{provider}"},
        "sts:AssumeRoleWithWebIdentity",
        {"StringEquals": {f"{provider}:aud": audience}, "StringLike": {f"{provider}:sub": subject}},
    )


def principal(arn: str, external_id: str = "") -> dict[str, Any]:
    """Return a trust in a principal of our own accounts."""
    condition = {"StringEquals": {"sts:ExternalId": external_id}} if external_id else None
    return _policy({"AWS": arn}, "sts:AssumeRole", condition)


def single_sign_on(account: Account) -> dict[str, Any]:
    """Return the trust of a role that people take by single sign-on."""
    provider = f"arn:aws:iam::{account.account_id}:saml-provider/AWSSSO_5e1c9d_DO_NOT_DELETE"
    return _policy(
        {"Federated": provider},
        ["sts:AssumeRoleWithSAML", "sts:TagSession"],
        {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}},
    )
