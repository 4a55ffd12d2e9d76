"""The applications that run in every environment, each with an IAM user of its own: the bulk of the work."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from iamdash.demo.organisation.accounts import ENVIRONMENTS, PRODUCTION, Account
from iamdash.demo.organisation.plans import Job, KeyPlan, UserPlan, days, hours, minutes


@dataclass(frozen=True)
class Application:
    """An application and its `wayfare-<environment>-<name>` users. `spare`: the older key that was left inactive."""

    name: str
    policy: str
    job: Job | None
    age_days: int
    tags: Mapping[str, str] = field(default_factory=dict)
    spare: bool = False
    description: str = ""
    path: str = "/"


# Tags are as messy as they are in life: many spellings, and the owner is often the platform team whoever made the app.
PLATFORM = {"Owner": "platform-engineering@wayfare.example", "product": "wayfare"}
APPLICATIONS = (
    Application(
        *("cdn-logs-writer", "cdn-logs", minutes(9, "s3", "us-east-1"), 1660, PLATFORM | {"system": "cdn"}),
        spare=True,
        description="log streaming of the CDN, set in its console",
    ),
    Application(
        "cdn-logs-monitoring", "cdn-logs-query", days(1, "athena"), 1655, PLATFORM | {"system": "cdn"}, spare=True
    ),
    Application(
        "backup-uploader",
        "backups",
        days(1, "s3"),
        2110,
        {"team": "data", "repository": "wayfare/db-backup"},
        spare=True,
    ),
    Application(
        *("content-publisher-app", "content-store", hours(1, "s3"), 1980),
        {"owner": "publishing@wayfare.example", "terraform-deployment": "apps"},
        path="/apps/",
    ),
    Application(
        "asset-manager-app", "assets", minutes(20, "s3"), 1720, PLATFORM | {"Service": "asset-manager"}, spare=True
    ),
    Application(
        "timetable-importer", "timetables", days(1, "s3"), 940, {"system": "journeys", "owner": "journeys"}, spare=True
    ),
    Application(
        "search-indexer", "search-index", hours(2, "es"), 1310, {"Owner": "search@wayfare.example"}, path="/apps/"
    ),
    Application("sitemap-generator", "sitemaps", days(7, "s3"), 1305, {"Product": "Wayfare", "System": "search"}),
    Application("fares-calculator", "fares-table", minutes(16, "dynamodb"), 610, {"team": "journeys"}, spare=True),
    Application("disruption-feed", "disruption-topic", minutes(30, "sns"), 870, {"service": "journeys"}, spare=True),
    Application(
        *("email-alerts-app", "send-email", hours(3, "ses"), 1490, {"Service": "notifications"}),
        spare=True,
        description="email alerts: SMTP settings of the app",
        path="/apps/",
    ),
    Application("metrics-exporter", "metrics", minutes(25, "monitoring"), 720, PLATFORM, spare=True),
    Application("transition-downloader", "downloads", days(30.4, "s3", "us-east-1"), 1650),
    Application(
        "feedback-forms-app", "send-email", hours(7, "ses"), 1115, {"product": "wayfare", "owner": "publishing"}
    ),
    Application(
        "map-tiles-sync",
        "map-tiles",
        days(7, "s3"),
        455,
        {"Source": "https://git.example/wayfare/map-tiles"},
        spare=True,
    ),
    Application("dns-updater", "dns", days(3, "route53", "us-east-1"), 1890, {"createdby": "lee.alder"}),
    Application("licence-checker", "downloads", None, 530, {"team": "publishing"}),
    Application("survey-export", "survey-exports", days(91, "s3"), 1010, {"cost-centre": "4410"}),
    Application("accessibility-bot", "invoke-bot", days(1, "lambda").stopped(205), 1230, {"Owner": "search"}),
)


def application_users() -> list[UserPlan]:
    """Return the IAM user of every application in every environment."""
    users = [_user(application, account) for application in APPLICATIONS for account in ENVIRONMENTS]
    return users + [_smtp_user(account, number) for number, account in enumerate(ENVIRONMENTS)]


def _user(application: Application, account: Account) -> UserPlan:
    name = f"wayfare-{account.environment}-{application.name}"
    # Environments were set up one after another, and rotated apart.
    chance = Random(f"wayfare/{name}")
    age_days = max(100, application.age_days - chance.randint(0, 90))
    keys = [KeyPlan(_key_age(age_days, chance), application.job, description=application.description)]
    if application.spare:
        keys.append(KeyPlan(age_days, _ended(application.job, keys[0].age_days), active=account is PRODUCTION))
    return UserPlan(
        account,
        name,
        age_days,
        tuple(keys),
        policies=(application.policy,),
        tags={**application.tags, **({"environment": account.environment} if chance.random() < 0.6 else {})},
        path=application.path,
    )


def _key_age(user_age_days: int, chance: Random) -> int:
    """Return how old the key in use is: some were rotated once, most never."""
    return chance.choice((user_age_days, user_age_days, max(95, user_age_days // 3)))


def _ended(job: Job | None, days_ago: int) -> Job | None:
    return job.stopped(max(61, days_ago - 2)) if job else None


def _smtp_user(account: Account, number: int) -> UserPlan:
    """Return the user that the SES console makes: a name with a date, no tag, one policy."""
    name = f"ses-smtp-user.2023{5 + number:02}14-10{21 + number}07"
    keys = (KeyPlan(1280 - 30 * number, hours(5 + number, "ses")),)
    return UserPlan(account, name, 1280 - 30 * number, keys, policies=("send-email",))
