"""What Wayfare's people recorded in iamdash in those sixty days: plain data, which `iamdash.demo.deeds` carries out."""

from dataclasses import dataclass, field

from iamdash.demo.organisation.accounts import DATA, INTEGRATION, PRODUCTION, STAGING, TOOLS, Account

TRACKER = "https://tracker.wayfare.example/issues"


@dataclass(frozen=True)
class Colleague:
    """Somebody at Wayfare. Those without a `title` work in it, but nobody signs in as them."""

    email: str
    full_name: str
    access_level: str
    teams: tuple[str, ...]
    title: str = ""


ROBIN = Colleague("robin.ash@wayfare.example", "Robin Ash", "lead", ("platform", "security"), "the lead")
ALEX = Colleague(
    *("alex.fern@wayfare.example", "Alex Fern", "engineer", ("publishing", "search", "notifications")), "an engineer"
)
SAM = Colleague("sam.birch@wayfare.example", "Sam Birch", "engineer", ("platform", "journeys"), "an engineer")
KIT = Colleague("kit.rowan@wayfare.example", "Kit Rowan", "viewer", (), "a viewer")
JO = Colleague("jo.hazel@wayfare.example", "Jo Hazel", "admin", ("platform",), "an admin")
NOOR = Colleague("noor.cedar@wayfare.example", "Noor Cedar", "engineer", ("data",))
DANA = Colleague("dana.elm@wayfare.example", "Dana Elm", "engineer", ("journeys", "security"))
COLLEAGUES = (ROBIN, ALEX, SAM, KIT, JO, NOOR, DANA)


@dataclass(frozen=True)
class Claimed:
    """Who claimed it, for which team, so many days before the first start."""

    team: str
    by: Colleague
    days_ago: float


@dataclass(frozen=True)
class Excepted:
    """An exception: why, who asked and when, how many days it has left, and the lead who approved it, if any."""

    reason: str
    asked_by: Colleague
    days_ago: float
    days_left: int
    approved_by: Colleague | None = None


@dataclass(frozen=True)
class Blocked:
    """What is waited for, since when, and in how many days to look again."""

    waits_for: str
    words: str
    days_ago: float
    days_left: int


@dataclass(frozen=True)
class Work:
    """What was recorded of one IAM user. Numbers are days before the first start; `due_in` counts days after it.

    `handed_over` was accepted, `offered` waits for its answer.
    """

    account: Account
    user_name: str
    claimed: Claimed
    route: str = ""
    roles: tuple[tuple[str, float], ...] = ()
    notes: tuple[tuple[float, str], ...] = ()
    issue: int = 0
    due_in: int | None = None
    released: float | None = None
    handed_over: tuple[float, str, Colleague] | None = None
    offered: tuple[float, str, Colleague] | None = None
    closed: tuple[float, str] | None = field(default=None)
    cadence: str = ""
    exception: Excepted | None = None
    blocked: Blocked | None = None


def _app(account: Account, name: str) -> tuple[Account, str]:
    return account, f"wayfare-{account.environment}-{name}"


def _role(account: Account, name: str, days_ago: float) -> tuple[tuple[str, float], ...]:
    return ((f"wayfare-{account.environment}-{name}", days_ago),)


APPLICATIONS = (
    Work(
        *_app(INTEGRATION, "accessibility-bot"),
        Claimed("search", ALEX, 58),
        "just_delete",
        cadence="daily",
        notes=((57, "The bot moved to another supplier in spring. Nothing calls the function any more."),),
        closed=(17, "Checked with the search team: nobody missed it."),
    ),
    Work(*_app(STAGING, "accessibility-bot"), Claimed("search", ALEX, 50), "just_delete", cadence="daily"),
    Work(
        *_app(PRODUCTION, "accessibility-bot"), Claimed("search", ALEX, 50), "just_delete", cadence="daily", due_in=12
    ),
    Work(
        *_app(INTEGRATION, "content-publisher-app"),
        Claimed("publishing", ALEX, 57),
        "pod_identity",
        cadence="daily",
        roles=_role(INTEGRATION, "content-publisher", 50),
        issue=412,
    ),
    Work(
        *_app(STAGING, "content-publisher-app"),
        Claimed("publishing", ALEX, 57),
        "pod_identity",
        cadence="daily",
        roles=_role(STAGING, "content-publisher", 42),
        issue=412,
    ),
    Work(
        *_app(PRODUCTION, "content-publisher-app"),
        Claimed("publishing", ALEX, 57),
        "pod_identity",
        cadence="daily",
        roles=_role(PRODUCTION, "content-publisher", 30),
        notes=((27, "Pods restarted with the new service account; the old variables are gone from the chart."),),
        issue=412,
        due_in=21,
    ),
    Work(
        *_app(INTEGRATION, "search-indexer"),
        Claimed("search", ALEX, 54),
        "pod_identity",
        cadence="daily",
        roles=_role(INTEGRATION, "search-indexer", 50),
        issue=431,
    ),
    Work(
        *_app(STAGING, "search-indexer"),
        Claimed("search", ALEX, 54),
        "pod_identity",
        cadence="daily",
        roles=_role(STAGING, "search-indexer", 40),
        notes=((5, "Re-indexing failed without the key: it is in a second place. Made it active again."),),
        issue=431,
    ),
    Work(
        *_app(PRODUCTION, "search-indexer"),
        Claimed("search", ALEX, 54),
        "pod_identity",
        cadence="daily",
        roles=_role(PRODUCTION, "search-indexer", 22),
        issue=431,
    ),
    Work(
        *_app(INTEGRATION, "fares-calculator"),
        Claimed("journeys", SAM, 34),
        "pod_identity",
        roles=_role(INTEGRATION, "fares-calculator", 33),
    ),
    Work(
        *_app(STAGING, "fares-calculator"),
        Claimed("journeys", SAM, 34),
        "pod_identity",
        roles=_role(STAGING, "fares-calculator", 20),
    ),
    Work(*_app(PRODUCTION, "fares-calculator"), Claimed("journeys", SAM, 33), "pod_identity", due_in=60),
    Work(
        *_app(INTEGRATION, "timetable-importer"),
        Claimed("journeys", DANA, 16),
        "pod_identity",
        roles=_role(INTEGRATION, "timetable-importer", 15),
    ),
    Work(*_app(STAGING, "timetable-importer"), Claimed("journeys", DANA, 15), "pod_identity"),
    Work(*_app(PRODUCTION, "timetable-importer"), Claimed("journeys", DANA, 3)),
    Work(
        *_app(INTEGRATION, "cdn-logs-writer"),
        Claimed("platform", SAM, 46),
        "vendor_account",
        cadence="daily",
        roles=_role(INTEGRATION, "cdn-logs", 45),
        issue=398,
    ),
    Work(
        *_app(STAGING, "cdn-logs-writer"),
        Claimed("platform", SAM, 46),
        "vendor_account",
        cadence="daily",
        roles=_role(STAGING, "cdn-logs", 25),
        issue=398,
    ),
    Work(
        *_app(PRODUCTION, "cdn-logs-writer"),
        Claimed("platform", SAM, 46),
        "vendor_account",
        cadence="daily",
        roles=_role(PRODUCTION, "cdn-logs", 6),
        notes=((6, "The CDN's console takes the role's ARN beside the key: both may be set during the switch."),),
        issue=398,
        due_in=30,
    ),
    Work(*_app(STAGING, "metrics-exporter"), Claimed("platform", SAM, 13), "irsa", roles=_role(STAGING, "metrics", 12)),
    Work(*_app(PRODUCTION, "metrics-exporter"), Claimed("platform", SAM, 12), offered=(2, "platform", ROBIN)),
    Work(
        *_app(INTEGRATION, "sitemap-generator"),
        Claimed("search", ALEX, 29),
        "irsa",
        cadence="daily",
        roles=_role(INTEGRATION, "sitemaps", 28),
    ),
    Work(
        *_app(INTEGRATION, "map-tiles-sync"),
        Claimed("journeys", SAM, 11),
        "pod_identity",
        roles=_role(INTEGRATION, "map-tiles", 10),
    ),
    Work(
        *_app(STAGING, "disruption-feed"),
        Claimed("journeys", DANA, 10),
        "irsa",
        roles=_role(STAGING, "disruption-feed", 9),
    ),
    Work(
        *_app(PRODUCTION, "backup-uploader"), Claimed("data", NOOR, 47), "irsa", roles=_role(PRODUCTION, "db-backup", 9)
    ),
    Work(*_app(STAGING, "backup-uploader"), Claimed("data", NOOR, 47)),
    Work(*_app(PRODUCTION, "email-alerts-app"), Claimed("notifications", ALEX, 20), "change_code", issue=440),
    Work(*_app(STAGING, "email-alerts-app"), Claimed("notifications", ALEX, 20), "change_code", issue=440),
    Work(
        PRODUCTION,
        "ses-smtp-user.20230514-102107",
        Claimed("notifications", ALEX, 19),
        "change_code",
        notes=((19, "Found in the settings of the mailing host. It can use the API of SES instead of SMTP."),),
    ),
    Work(
        *_app(PRODUCTION, "feedback-forms-app"),
        Claimed("publishing", ALEX, 40),
        released=30,
        notes=((30, "Not ours after all: the forms moved to Notifications in April."),),
    ),
    Work(*_app(PRODUCTION, "dns-updater"), Claimed("platform", SAM, 44), "irsa", handed_over=(22, "platform", JO)),
    Work(*_app(INTEGRATION, "licence-checker"), Claimed("publishing", ALEX, 7), "just_delete", cadence="daily"),
)
OTHERS = (
    Work(TOOLS, "old-jenkins-deployer", Claimed("platform", SAM, 58), "just_delete", cadence="weekly", closed=(17, "")),
    Work(
        TOOLS,
        "concourse-ecr",
        Claimed("platform", SAM, 40),
        "just_delete",
        cadence="daily",
        closed=(7, "Concourse was switched off last year."),
    ),
    Work(
        TOOLS,
        "github-actions-ecr",
        Claimed("platform", SAM, 36),
        "oidc",
        cadence="daily",
        roles=(("github-push-images", 35),),
        issue=377,
    ),
    Work(
        TOOLS,
        "github-actions-deploy",
        Claimed("platform", SAM, 36),
        "oidc",
        cadence="daily",
        roles=(("github-deploy-apps", 8),),
        issue=377,
    ),
    Work(TOOLS, "terraform-cloud", Claimed("platform", JO, 27), "oidc", roles=(("hcp-terraform", 26),)),
    # Two users become one role.
    Work(TOOLS, "jenkins-agent", Claimed("platform", SAM, 17), "service_role", roles=(("jenkins-controller", 16),)),
    Work(TOOLS, "gitlab-mirror", Claimed("platform", SAM, 17), "service_role", roles=(("jenkins-controller", 16),)),
    Work(
        TOOLS, "datadog-metrics", Claimed("platform", SAM, 14), "vendor_account", roles=(("datadog-integration", 13),)
    ),
    Work(
        TOOLS,
        "artefact-publisher",
        Claimed("platform", SAM, 21),
        "pod_identity",
        cadence="daily",
        notes=((12, "Deleted it by hand, and the next terraform apply made it again. The code has to change first."),),
    ),
    Work(
        TOOLS,
        "sonar-uploader",
        Claimed("platform", SAM, 24),
        exception=Excepted("The scanner is replaced by the end of the quarter.", SAM, 16, 60),
    ),
    Work(TOOLS, "lee.alder", Claimed("security", ROBIN, 30), "single_sign_on"),
    Work(
        TOOLS,
        "max.willow",
        Claimed("security", DANA, 30),
        "just_delete",
        cadence="weekly",
        notes=((30, "Left in March."),),
    ),
    Work(TOOLS, "kim.linden", Claimed("security", DANA, 29), "single_sign_on", due_in=5),
    Work(
        PRODUCTION,
        "akamai-datastream",
        Claimed("platform", ROBIN, 31),
        "none_possible",
        notes=((31, "Their log streaming knows access keys only. Asked their support for a date."),),
        exception=Excepted("Their log streaming knows access keys only.", SAM, 30, 11, approved_by=ROBIN),
    ),
    Work(DATA, "snowflake-loader", Claimed("data", NOOR, 23), "vendor_account", roles=(("snowflake-integration", 18),)),
    Work(DATA, "fivetran-reader", Claimed("data", NOOR, 23), "vendor_account", roles=(("fivetran-connector", 3),)),
    Work(DATA, "ridership-forecast", Claimed("data", NOOR, 14), "service_role", roles=(("ridership-forecast", 5),)),
    Work(
        DATA,
        "redshift-unload",
        Claimed("data", NOOR, 49),
        blocked=Blocked("release", "Moves with the new warehouse.", 20, 9),
    ),
)
PAPERWORK = (*APPLICATIONS, *OTHERS)
