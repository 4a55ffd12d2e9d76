"""What happened in Wayfare's AWS in the sixty days before the first start, dated in days before it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from iamdash.demo.organisation.accounts import DATA, INTEGRATION, PRODUCTION, STAGING, TOOLS, Account
from iamdash.demo.organisation.hands import Hands
from iamdash.demo.organisation.plans import Job, days, hours, minutes

Deed = Callable[[Hands, datetime], None]


@dataclass(frozen=True)
class Moment:
    """Something that happened, so many days ago."""

    days_ago: float
    deed: Deed

    def at(self, anchor: datetime) -> datetime:
        """Return when it happened."""
        return anchor - timedelta(days=self.days_ago)


def deactivated(account: Account, user_name: str) -> Deed:
    """Return the deed that its keys were deactivated."""
    return lambda hands, _at: hands.deactivate(account, user_name)


def reactivated(account: Account, user_name: str) -> Deed:
    """Return the deed that its keys were made active again."""
    return lambda hands, _at: hands.reactivate(account, user_name)


def deleted(account: Account, user_name: str) -> Deed:
    """Return the deed that the user was deleted."""
    return lambda hands, _at: hands.delete_user(account, user_name)


def made(account: Account, user_name: str, **tags: str) -> Deed:
    """Return the deed that a user was made, with a key."""
    return lambda hands, _at: hands.make_user(account, user_name, **tags)


def got_a_key(account: Account, user_name: str) -> Deed:
    """Return the deed that a user got one more key."""
    return lambda hands, _at: _ignore(hands.make_key(account, user_name))


def renamed(account: Account, user_name: str, new_name: str) -> Deed:
    """Return the deed that a user was renamed."""
    return lambda hands, _at: hands.rename(account, user_name, new_name)


def role_took_over(account: Account, role_name: str, job: Job) -> Deed:
    """Return the deed that an application began to use a role."""
    return lambda hands, at: hands.role_takes_over(account, role_name, job, at=at)


def key_fell_silent(account: Account, user_name: str) -> Deed:
    """Return the deed that nothing used its keys any more."""
    return lambda hands, at: hands.keys_fall_silent(account, user_name, at=at)


def key_was_used_again(account: Account, user_name: str, job: Job) -> Deed:
    """Return the deed that something used its key again."""
    return lambda hands, at: hands.key_is_used_again(account, user_name, job, at=at)


def _ignore(_made: str) -> None:
    """Take a value that nobody needs."""


def switched_over(
    account: Account, user_name: str, role_name: str, job: Job, *, role_used: float, key_silent: float
) -> list[Moment]:
    """Return the two moments of a switch: the role is used first, the key falls silent after."""
    return [
        Moment(role_used, role_took_over(account, role_name, job)),
        Moment(key_silent, key_fell_silent(account, user_name)),
    ]


def _application(account: Account, name: str) -> str:
    return f"wayfare-{account.environment}-{name}"


def _applications() -> list[Moment]:
    """Return what happened to the applications: the same one at different places in different environments."""
    publisher, indexer, bot = "content-publisher-app", "search-indexer", "accessibility-bot"
    of = _application
    return [
        Moment(55, deactivated(INTEGRATION, of(INTEGRATION, bot))),
        Moment(33, deleted(INTEGRATION, of(INTEGRATION, bot))),
        Moment(45, deactivated(STAGING, of(STAGING, bot))),
        Moment(24, deleted(STAGING, of(STAGING, bot))),
        Moment(16, deactivated(PRODUCTION, of(PRODUCTION, bot))),
        *_pods(INTEGRATION, publisher, "content-publisher", hours(1, "s3"), role_used=48, key_silent=47.5),
        Moment(30, deactivated(INTEGRATION, of(INTEGRATION, publisher))),
        Moment(11, deleted(INTEGRATION, of(INTEGRATION, publisher))),
        *_pods(STAGING, publisher, "content-publisher", hours(1, "s3"), role_used=41, key_silent=40),
        Moment(14, deactivated(STAGING, of(STAGING, publisher))),
        *_pods(PRODUCTION, publisher, "content-publisher", minutes(30, "s3"), role_used=27.5, key_silent=27),
        *_pods(INTEGRATION, indexer, "search-indexer", hours(2, "es"), role_used=46, key_silent=45.5),
        # A second copy of the application, in a place that nobody thought of, still had the key.
        Moment(6, key_was_used_again(INTEGRATION, of(INTEGRATION, indexer), days(1, "es"))),
        *_pods(STAGING, indexer, "search-indexer", hours(2, "es"), role_used=38, key_silent=37),
        Moment(20, deactivated(STAGING, of(STAGING, indexer))),
        Moment(5, reactivated(STAGING, of(STAGING, indexer))),
        # In production the role works, and something else still uses the key.
        Moment(19, role_took_over(PRODUCTION, of(PRODUCTION, "search-indexer"), hours(2, "es"))),
        *_pods(
            INTEGRATION, "fares-calculator", "fares-calculator", minutes(30, "dynamodb"), role_used=31, key_silent=30
        ),
        *_pods(INTEGRATION, "cdn-logs-writer", "cdn-logs", minutes(20, "s3"), role_used=43, key_silent=43),
        Moment(20, deactivated(INTEGRATION, of(INTEGRATION, "cdn-logs-writer"))),
        *_pods(STAGING, "cdn-logs-writer", "cdn-logs", minutes(20, "s3"), role_used=10.5, key_silent=10),
        *_pods(INTEGRATION, "sitemap-generator", "sitemaps", days(7, "s3"), role_used=27, key_silent=27),
        Moment(6.5, got_a_key(PRODUCTION, of(PRODUCTION, "survey-export"))),
        Moment(9, made(INTEGRATION, of(INTEGRATION, "survey-reminder"), team="data")),
    ]


def _pods(
    account: Account, application: str, role: str, job: Job, *, role_used: float, key_silent: float
) -> list[Moment]:
    names = (_application(account, application), _application(account, role))
    return switched_over(account, *names, job, role_used=role_used, key_silent=key_silent)


def _others() -> list[Moment]:
    """Return what happened to CI, vendors, data tools and people."""
    return [
        Moment(29, deleted(TOOLS, "old-jenkins-deployer")),
        Moment(38, deactivated(TOOLS, "concourse-ecr")),
        Moment(20, deleted(TOOLS, "concourse-ecr")),
        # Nobody claimed it: the security team deleted it by itself.
        Moment(30, deactivated(STAGING, "penetration-test-2024")),
        Moment(10, deleted(STAGING, "penetration-test-2024")),
        *switched_over(
            *(TOOLS, "github-actions-ecr", "github-push-images", hours(1, "ecr")), role_used=33, key_silent=32
        ),
        Moment(9, deactivated(TOOLS, "github-actions-ecr")),
        *switched_over(
            *(DATA, "snowflake-loader", "snowflake-integration", hours(1, "s3")), role_used=15, key_silent=15
        ),
        Moment(12, deactivated(TOOLS, "max.willow")),
        # Terraform made it again under its name, because its code had never been changed.
        Moment(12.5, deleted(TOOLS, "artefact-publisher")),
        Moment(12.4, made(TOOLS, "artefact-publisher", team="platform")),
        Moment(12.3, key_was_used_again(TOOLS, "artefact-publisher", hours(4, "s3"))),
        Moment(15, renamed(TOOLS, "sonar-uploader", "code-quality-uploader")),
    ]


STORY = tuple(sorted([*_applications(), *_others()], key=lambda moment: -moment.days_ago))
