"""What an AWS account has to grant iamdash: the role that it takes there, as text to copy."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from iamdash.models import AwsAccount

AWS = Path(__file__).resolve().parents[2] / "docs" / "aws"
POLICY = AWS / "reader-policy.json"
TERRAFORM = AWS / "terraform" / "reader-role" / "main.tf"
ROLE_NAME = "iamdash-reader"
# Of a shorter external ID, the end would tell most of it.
HINTED_FROM = 12


@dataclass(frozen=True, slots=True)
class ReaderRole:
    """The role of one AWS account. `arn` empty: iamdash reads it with the credentials that it runs on.

    `external_id`: "none", "set", or "ends in 9f3a": enough to compare, too little to use. `policy` is JSON, `terraform`
    the module with that policy beside it as reader-policy.json, `usage` the module called for this account.
    """

    arn: str
    name: str
    external_id: str
    policy: str
    terraform: str
    usage: str


def reader_role(aws_account: AwsAccount) -> ReaderRole:
    """Return what this account has to grant."""
    name = aws_account.role_arn.rpartition("/")[2] or ROLE_NAME
    return ReaderRole(
        arn=aws_account.role_arn,
        name=name,
        external_id=_hint(aws_account.external_id),
        policy=policy_text(),
        terraform=terraform_text(),
        usage=_usage(name),
    )


@cache
def policy_text() -> str:
    """Return the published read-only policy, as JSON."""
    return POLICY.read_text()


@cache
def terraform_text() -> str:
    """Return the published module of the reader role, for a folder that holds its policy too."""
    return TERRAFORM.read_text().replace("${path.module}/../../", "${path.module}/")


def _hint(external_id: str) -> str:
    if not external_id:
        return "none"
    return f"ends in {external_id[-4:]}" if len(external_id) >= HINTED_FROM else "set"


def _usage(role_name: str) -> str:
    return (
        'module "iamdash_reader" {\n'
        '  source        = "./iamdash-reader"\n'
        f'  role_name     = "{role_name}"\n'
        "  home_role_arn = var.iamdash_home_role_arn\n"
        "  external_id   = var.iamdash_external_id\n"
        "}\n"
    )
