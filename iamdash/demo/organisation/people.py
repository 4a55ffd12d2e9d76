"""IAM users of people, of CI, of vendors and of data tools: one of a kind each."""

from iamdash.demo.organisation.accounts import DATA, INTEGRATION, PRODUCTION, STAGING, TOOLS, Account
from iamdash.demo.organisation.plans import Job, KeyPlan, UserPlan, days, hours, minutes


def _tool(account: Account, name: str, age_days: int, policy: str, *keys: KeyPlan, **tags: str) -> UserPlan:
    return UserPlan(account, name, age_days, keys, policies=(policy,), tags=tags)


def _person(
    account: Account, name: str, age_days: int, *keys: KeyPlan, console: Job | None, mfa: bool = True
) -> UserPlan:
    return UserPlan(
        account,
        name,
        age_days,
        keys,
        groups=("engineers",),
        path="/people/",
        console=console,
        has_password=True,
        mfa=mfa,
    )


CI = (
    _tool(
        TOOLS, "github-actions-ecr", 1405, "push-images", KeyPlan(1405, hours(1, "ecr")), repository="wayfare/images"
    ),
    _tool(TOOLS, "github-actions-deploy", 1190, "deploy", KeyPlan(390, hours(2, "sts")), team="platform"),
    _tool(TOOLS, "concourse-ecr", 2240, "push-images", KeyPlan(2240, hours(1, "ecr").stopped(610))),
    _tool(TOOLS, "old-jenkins-deployer", 2500, "deploy", KeyPlan(2500, None, active=False)),
    _tool(TOOLS, "jenkins-agent", 1750, "artefacts", KeyPlan(1750, days(1, "s3")), owner="platform"),
    _tool(TOOLS, "terraform-cloud", 1500, "terraform", KeyPlan(310, hours(6, "sts")), Owner="platform-engineering"),
    _tool(
        TOOLS, "gitlab-mirror", 880, "artefacts", KeyPlan(880, days(1, "s3")), Source="https://gitlab.example/mirror"
    ),
    _tool(TOOLS, "renovate-bot", 640, "push-images", KeyPlan(640, hours(8, "ecr")), KeyPlan(70, None), team="platform"),
    _tool(TOOLS, "packer-builder", 1960, "look", KeyPlan(1960, days(14, "ec2")), product="wayfare"),
    _tool(TOOLS, "sonar-uploader", 1020, "artefacts", KeyPlan(1020, days(1, "s3")), service="code-quality"),
    _tool(TOOLS, "artefact-publisher", 1330, "artefacts", KeyPlan(1330, hours(4, "s3")), team="platform"),
    _tool(TOOLS, "docs-site-publisher", 760, "artefacts", KeyPlan(760, days(5, "s3")), owner="publishing"),
    _tool(
        TOOLS, "buildkite-agents", 290, "push-images", KeyPlan(75, minutes(40, "ecr"), description="buildkite queue")
    ),
    _tool(TOOLS, "container-scanner", 505, "look", KeyPlan(505, days(1, "ecr")), team="security"),
    _tool(TOOLS, "certificate-renewer", 1275, "dns", KeyPlan(1275, days(60, "route53", "us-east-1"))),
    _tool(TOOLS, "load-test-runner", 410, "look", KeyPlan(410, days(1, "ec2").stopped(140)), team="journeys"),
)
VENDORS = (
    _tool(TOOLS, "datadog-metrics", 1120, "metrics", KeyPlan(1120, minutes(12, "monitoring")), team="platform"),
    _tool(TOOLS, "grafana-cloudwatch", 830, "metrics", KeyPlan(830, minutes(18, "monitoring")), createdby="sam.birch"),
    _tool(TOOLS, "statuspage-metrics", 990, "metrics", KeyPlan(990, hours(1, "monitoring").stopped(320))),
    _tool(TOOLS, "pagerduty-exporter", 700, "look", KeyPlan(700, None)),
    _tool(PRODUCTION, "logit-log-reader", 1820, "cdn-logs-query", KeyPlan(1820, minutes(15, "s3", "us-east-1"))),
    _tool(PRODUCTION, "akamai-datastream", 560, "cdn-logs", KeyPlan(560, minutes(21, "s3", "us-east-1")), system="cdn"),
    _tool(
        PRODUCTION,
        "mailing-house-upload",
        1440,
        "survey-exports",
        KeyPlan(1440, days(30.4, "s3")),
        team="notifications",
    ),
    _tool(STAGING, "penetration-test-2024", 690, "look", KeyPlan(690, days(1, "ec2").stopped(660))),
    _tool(INTEGRATION, "BedrockAPIKey-k3x9", 120, "bedrock"),
    _tool(INTEGRATION, "hackday-2025", 430, "look", KeyPlan(430, hours(1, "s3").stopped(427)), KeyPlan(429, None)),
    _tool(INTEGRATION, "contract-tests", 520, "artefacts", KeyPlan(66, hours(3, "s3")), team="journeys"),
    _tool(STAGING, "contract-tests", 520, "artefacts", KeyPlan(64, hours(9, "s3")), team="journeys"),
)
DATA_TOOLS = (
    _tool(DATA, "snowflake-loader", 930, "warehouse", KeyPlan(930, hours(1, "s3")), owner="data@wayfare.example"),
    _tool(DATA, "fivetran-reader", 845, "warehouse", KeyPlan(845, hours(6, "s3")), owner="data@wayfare.example"),
    _tool(DATA, "airbyte-sync", 395, "warehouse", KeyPlan(395, days(1, "s3")), team="data"),
    _tool(
        DATA, "bigquery-transfer", 1210, "warehouse", KeyPlan(1210, days(1, "s3")), KeyPlan(1600, None, active=False)
    ),
    _tool(DATA, "dbt-runner", 615, "athena", KeyPlan(615, hours(12, "athena")), repository="wayfare/dbt"),
    _tool(DATA, "tableau-athena", 1390, "athena", KeyPlan(1390, days(1, "athena")), KeyPlan(480, days(2, "athena"))),
    _tool(DATA, "looker-athena", 575, "athena", KeyPlan(575, days(1, "athena").stopped(90)), team="data"),
    _tool(DATA, "open-data-publisher", 1985, "warehouse", KeyPlan(1985, days(30.4, "s3")), system="open-data"),
    _tool(
        DATA, "ridership-forecast", 330, "warehouse", KeyPlan(330, days(7, "s3")), KeyPlan(325, days(7, "sagemaker"))
    ),
    _tool(DATA, "kafka-connect", 780, "warehouse", KeyPlan(780, minutes(14, "s3")), team="data"),
    _tool(DATA, "redshift-unload", 1525, "warehouse", KeyPlan(1525, days(1, "s3").stopped(400))),
    _tool(DATA, "annual-report-export", 1150, "warehouse", KeyPlan(1150, days(365, "s3")), owner="data"),
)
PEOPLE = (
    _person(TOOLS, "lee.alder", 2300, KeyPlan(2300, days(1, "s3")), KeyPlan(700, days(4, "ec2")), console=days(2, "")),
    _person(TOOLS, "dana.elm", 1610, KeyPlan(1610, days(12, "sts")), console=days(1, "")),
    _person(TOOLS, "max.willow", 1200, KeyPlan(1200, days(2, "s3").stopped(260)), console=days(40, "").stopped(260)),
    _person(TOOLS, "kim.linden", 820, KeyPlan(820, hours(30, "ec2")), console=days(3, ""), mfa=False),
    _person(TOOLS, "ash.poplar", 430, KeyPlan(62, days(1, "sts")), console=days(2, "")),
    _person(TOOLS, "noor.cedar", 980, KeyPlan(980, None, active=False), console=days(9, "")),
    _person(INTEGRATION, "lee.alder", 2290, KeyPlan(2290, days(5, "s3")), KeyPlan(2100, None), console=None),
    _person(INTEGRATION, "kim.linden", 815, KeyPlan(815, days(6, "lambda")), console=days(8, ""), mfa=False),
    _person(PRODUCTION, "dana.elm", 1600, KeyPlan(1600, days(33, "s3")), console=days(20, "")),
    _person(PRODUCTION, "break-glass-1", 1900, console=None),
    _person(PRODUCTION, "break-glass-2", 1900, console=None),
    _person(DATA, "jess.maple", 540, KeyPlan(540, days(1, "athena")), console=days(1, "")),
    _person(
        DATA, "omar.larch", 1075, KeyPlan(1075, days(3, "s3")), KeyPlan(300, days(1, "athena")), console=days(2, "")
    ),
    _person(DATA, "rene.holly", 710, KeyPlan(710, days(1, "s3").stopped(180)), console=days(1, "").stopped(180)),
    _person(TOOLS, "external-auditor", 365, console=days(90, "")),
    _person(STAGING, "training-room", 1450, console=None, mfa=False),
    _person(INTEGRATION, "training-room", 1450, console=None, mfa=False),
)


def single_users() -> list[UserPlan]:
    """Return every IAM user that is one of a kind."""
    return [*CI, *VENDORS, *DATA_TOOLS, *PEOPLE]
