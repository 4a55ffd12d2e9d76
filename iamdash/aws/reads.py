"""The AWS actions that iamdash calls, all of them: a call of any other is refused before it leaves.

`docs/aws/reader-policy.json` grants READS, `docs/aws/home-policy.json` sts:AssumeRole and DISCOVERY; a test compares.
"""

from typing import Any

READS = frozenset(
    {
        "eks:DescribeCluster",
        "eks:DescribePodIdentityAssociation",
        "eks:ListClusters",
        "eks:ListPodIdentityAssociations",
        "iam:GenerateCredentialReport",
        "iam:GetAccessKeyLastUsed",
        "iam:GetAccountAuthorizationDetails",
        "iam:GetCredentialReport",
        "iam:GetLoginProfile",
        "iam:GetRole",
        "iam:GetUser",
        "iam:ListAccessKeys",
        "iam:ListMFADevices",
        "iam:ListSSHPublicKeys",
        "iam:ListServiceSpecificCredentials",
        "iam:ListSigningCertificates",
    }
)
# Opening a session. GetCallerIdentity needs no permission; AssumeRole is granted to the role that iamdash runs on.
SESSION = frozenset({"sts:AssumeRole", "sts:GetCallerIdentity"})
# Only where the accounts come from AWS Organizations; asked with the role that iamdash runs on.
DISCOVERY = frozenset({"organizations:ListAccounts"})


class NotAReadError(RuntimeError):
    """An action outside the published policy was about to be called: a mistake of this program, and never sent."""


def guard(client: Any) -> None:
    """Make a boto3 client refuse every operation outside READS, SESSION and DISCOVERY."""
    client.meta.events.register_first("before-parameter-build", _refuse_what_is_no_read)


def _refuse_what_is_no_read(model: Any, **_: Any) -> None:
    action = f"{model.service_model.signing_name}:{model.name}"
    if action not in READS | SESSION | DISCOVERY:
        raise NotAReadError(f"iamdash only reads AWS: {action} is not among its actions.")
