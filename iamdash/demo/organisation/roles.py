"""The organisation's IAM roles: those that already replace keys, those that could, and all the others."""

from iamdash.demo.organisation import trusts
from iamdash.demo.organisation.accounts import (
    ACCOUNTS,
    ARCHIVE,
    DATA,
    ENVIRONMENTS,
    HOME_ROLE,
    READER_ROLE,
    REGION,
    TOOLS,
    Account,
)
from iamdash.demo.organisation.plans import RolePlan, days, hours, minutes

# Application, policy, how old its role is. Its pods use it from the day that story.py says, or not yet.
WITH_POD_IDENTITY = (
    ("content-publisher", "content-store", 190),
    ("search-indexer", "search-index", 120),
    ("fares-calculator", "fares-table", 75),
    ("timetable-importer", "timetables", 70),
    ("email-alerts", "send-email", 150),
)
CDN_VENDOR = "arn:aws:iam::717331877981:root"
METRICS_VENDOR = "arn:aws:iam::464622532012:root"
SINGLE_SIGN_ON_PATH = f"/aws-reserved/sso.amazonaws.com/{REGION}/"


def all_roles() -> list[RolePlan]:
    """Return every role of every account."""
    roles = [role for account in ENVIRONMENTS for role in _of_environment(account)]
    roles += [role for account in ACCOUNTS for role in _everywhere(account)]
    return [*roles, *_tools(), *_data()]


def _of_environment(account: Account) -> list[RolePlan]:
    env = f"wayfare-{account.environment}"
    pod_roles = [
        RolePlan(
            *(account, f"{env}-{name}", trusts.pods("apps", name), (policy,), age),
            description=f"{name} in {account.environment}, by EKS Pod Identity",
            tags={"Owner": "platform-engineering@wayfare.example", "Type": "PodIdentity"},
            pods=("apps", name),
        )
        for name, policy, age in WITH_POD_IDENTITY
    ]
    return [
        *pod_roles,
        # Made by hand in a hurry: without sts:TagSession it cannot work, and nothing has ever used it.
        RolePlan(
            *(account, f"{env}-map-tiles", trusts.pods("apps", "map-tiles", tag_session=False), ("map-tiles",), 95),
            pods=("apps", "map-tiles"),
        ),
        *_by_irsa(account, env),
        *_of_services(account, env),
    ]


def _by_irsa(account: Account, env: str) -> list[RolePlan]:
    return [
        RolePlan(account, f"{env}-sitemaps", trusts.irsa(account, "apps", "sitemap-generator"), ("sitemaps",), 260),
        RolePlan(
            *(account, f"{env}-metrics", trusts.irsa(account, "monitoring", "metrics-exporter"), ("metrics",), 330),
            hours(2, "monitoring"),
        ),
        RolePlan(
            *(account, f"{env}-external-dns", trusts.irsa(account, "kube-system", "external-dns"), ("dns",), 610),
            minutes(50, "route53"),
        ),
        RolePlan(
            *(account, f"{env}-db-backup", trusts.irsa(account, "backup", "db-backup"), ("backups",), 210),
            days(1, "s3"),
        ),
        RolePlan(
            *(account, f"{env}-secrets", trusts.irsa(account, "kube-system", "external-secrets"), ("look",), 590),
            minutes(35, "secretsmanager"),
        ),
        RolePlan(account, f"{env}-disruption-feed", trusts.irsa(account, "apps", "disruption-feed"), (), 80),
    ]


def _of_services(account: Account, env: str) -> list[RolePlan]:
    return [
        RolePlan(
            *(
                account,
                f"{env}-cdn-logs",
                trusts.vendor(CDN_VENDOR, f"cdn-{account.environment}-71q"),
                ("cdn-logs",),
                100,
            ),
            tags={"Name": f"{env}-cdn-logs", "Type": "ServiceRole"},
        ),
        RolePlan(
            *(account, f"{env}-cluster", trusts.service("eks.amazonaws.com"), ("look",), 1250),
            hours(1, "ec2"),
        ),
        RolePlan(
            *(account, f"{env}-nodes", trusts.service("ec2.amazonaws.com"), ("look",), 1250),
            minutes(20, "ec2"),
            instance_profile=True,
        ),
        RolePlan(
            *(account, f"{env}-accessibility-bot", trusts.service("lambda.amazonaws.com"), ("look",), 1230),
            days(1, "logs").stopped(205),
        ),
        RolePlan(
            *(account, "AWSServiceRoleForAmazonEKS", trusts.service("eks.amazonaws.com"), (), 1251),
            hours(1, "ec2"),
            path="/aws-service-role/eks.amazonaws.com/",
        ),
        RolePlan(
            account, "wayfare-deploy", trusts.principal(f"arn:aws:iam::{TOOLS.account_id}:root"), ("terraform",), 1190
        ),
    ]


def _everywhere(account: Account) -> list[RolePlan]:
    home = f"arn:aws:iam::{TOOLS.account_id}:role/{HOME_ROLE}"
    # The archive's reader asks for an external id that `iamdash.toml` does not have.
    external_id = "made-again-2e90" if account is ARCHIVE else account.external_id
    return [
        RolePlan(account, READER_ROLE, trusts.principal(home, external_id), age_days=64, description="read by iamdash"),
        RolePlan(
            *(account, "AWSReservedSSO_Administrator_9b1f", trusts.single_sign_on(account), ("terraform",), 700),
            days(2, "iam"),
            path=SINGLE_SIGN_ON_PATH,
        ),
        RolePlan(
            *(account, "AWSReservedSSO_ReadOnly_44c0", trusts.single_sign_on(account), ("look",), 700),
            hours(9, "ec2"),
            path=SINGLE_SIGN_ON_PATH,
        ),
        RolePlan(
            *(account, "AWSServiceRoleForSupport", trusts.service("support.amazonaws.com"), (), 2400),
            path="/aws-service-role/support.amazonaws.com/",
        ),
    ]


def _tools() -> list[RolePlan]:
    deploy_subjects = {
        "github-deploy-apps": "repo:wayfare-transport/apps:ref:refs/heads/main",
        # A repository made since GitHub's subjects carry numbers.
        "github-deploy-journeys": "repo:wayfare-transport@48211907/journeys@91822034:ref:refs/heads/main",
        "github-push-images": "repo:wayfare-transport/images:*",
        # Too wide: any repository of anybody.
        "github-docs-site": "repo:*",
    }
    roles = [
        RolePlan(TOOLS, name, trusts.github(TOOLS, subject), ("push-images",), 140 + 9 * len(name))
        for name, subject in deploy_subjects.items()
    ]
    hcp = ("app.terraform.io", "aws.workload.identity", "organization:wayfare:project:*:workspace:*:run_phase:*")
    buildkite = ("agent.buildkite.com", "sts.amazonaws.com", "organization:wayfare:pipeline:images:*")
    return [
        *roles,
        RolePlan(TOOLS, "hcp-terraform", trusts.federated(TOOLS, *hcp), ("terraform",), 240, hours(7, "sts")),
        RolePlan(TOOLS, "buildkite-agents", trusts.federated(TOOLS, *buildkite), ("push-images",), 66),
        RolePlan(TOOLS, "datadog-integration", trusts.vendor(METRICS_VENDOR, "9c4e11d07ab"), ("metrics",), 110),
        RolePlan(TOOLS, "grafana-cloud", trusts.vendor("arn:aws:iam::008923505280:root", "571192"), ("metrics",), 85),
        RolePlan(
            *(TOOLS, "jenkins-controller", trusts.service("ec2.amazonaws.com"), ("artefacts",), 1755),
            minutes(30, "s3"),
            instance_profile=True,
        ),
        RolePlan(TOOLS, HOME_ROLE, trusts.service("pods.eks.amazonaws.com"), age_days=64, description="iamdash itself"),
    ]


def _data() -> list[RolePlan]:
    snowflake = "arn:aws:iam::886436930781:user/4k2e0000-s"
    return [
        RolePlan(DATA, "snowflake-integration", trusts.vendor(snowflake, "WF_SFCRole=3_aT1"), ("warehouse",), 90),
        RolePlan(DATA, "fivetran-connector", trusts.vendor("834469178297", "sincere_lamp"), ("warehouse",), 72),
        RolePlan(DATA, "glue-jobs", trusts.service("glue.amazonaws.com"), ("warehouse",), 1200, days(1, "s3")),
        RolePlan(DATA, "redshift-copy", trusts.service("redshift.amazonaws.com"), ("warehouse",), 1500, days(1, "s3")),
        RolePlan(DATA, "notebooks", trusts.service("sagemaker.amazonaws.com"), ("warehouse",), 640, hours(11, "s3")),
        RolePlan(DATA, "ridership-forecast", trusts.service("ecs-tasks.amazonaws.com"), ("warehouse",), 68),
    ]
