"""Wayfare's AWS accounts, as `iamdash.toml` beside this package names them too."""

from dataclasses import dataclass

REGION = "eu-west-1"
READER_ROLE = "iamdash-reader"
HOME_ROLE = "iamdash-home"


@dataclass(frozen=True)
class Account:
    """One AWS account. `external_id` is what its reader role asks for; `cluster` is its EKS cluster, if any."""

    account_id: str
    name: str
    environment: str
    external_id: str
    cluster: str = ""
    root_has_access_key: bool = False
    report_denied: bool = False

    @property
    def reader_role_arn(self) -> str:
        """Return the ARN of the role through which iamdash reads this account."""
        return f"arn:aws:iam::{self.account_id}:role/{READER_ROLE}"


PRODUCTION = Account("111122223333", "wayfare-production", "production", "wayfare-8d1f", cluster="wayfare-production")
STAGING = Account("222233334444", "wayfare-staging", "staging", "wayfare-8d1f", cluster="wayfare-staging")
INTEGRATION = Account(
    *("333344445555", "wayfare-integration", "integration", "wayfare-8d1f"),
    cluster="wayfare-integration",
    root_has_access_key=True,
)
TOOLS = Account("444455556666", "wayfare-tools", "tools", "wayfare-8d1f")
DATA = Account("555566667777", "wayfare-data", "data", "wayfare-8d1f", report_denied=True)
# Its reader role was made again with another external id, and nobody told iamdash: it refuses to be read.
ARCHIVE = Account("666677778888", "wayfare-archive", "archive", "archive-2c77")

ACCOUNTS = (PRODUCTION, STAGING, INTEGRATION, TOOLS, DATA, ARCHIVE)
ENVIRONMENTS = (PRODUCTION, STAGING, INTEGRATION)
