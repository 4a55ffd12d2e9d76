"""A small organisation with names in the manner of real ones, for pages that people look at."""

from datetime import datetime, timedelta

from django.utils import timezone

from iamdash.models import Candidate, Person
from iamdash.standing.assess import Cause, assess
from tests.factories import (
    make_access_key,
    make_aws_account,
    make_candidate,
    make_claim,
    make_iam_user,
    make_person,
    make_replacement,
    make_sync_run,
    make_team,
)

# User name, account, age of its key in days, days since its last use, claimed by (team, person), days since the claim.
USERS = (
    ("content-data-api-s3", "production", 2107, 0.1, None, 0),
    ("terraform-ci-legacy", "tools", 2044, 18, ("platform", "Lewis Grant"), 12),
    ("fastly-logs-writer", "production", 1893, 41, ("reliability", "Priya Nair"), 60),
    ("licensify-uploads", "production", 1774, 63, ("publishing", "Ada Mensah"), 30),
    ("mirror-sync-gcp", "production", 1655, 1, ("reliability", "Sam Whitlock"), 34),
    ("email-alert-api-ses-smtp", "production", 1410, 0.004, None, 0),
    ("db-backup-restore-drill", "staging", 1302, 9, ("data", "Rhys Powell"), 5),
    ("search-api-sitemap-uploader", "production", 1240, 0.002, ("search", "Tom Okafor"), 8),
    ("athena-query-reports", "production", 1120, 27, ("data", "Rhys Powell"), 27),
    ("asset-manager-av-scan", "staging", 980, 112, ("publishing", "Ada Mensah"), 90),
    ("jon.harrison-cli", "staging", 604, None, None, 0),
    ("chat-bedrock-dev", "integration", 212, 0.2, ("search", "Mei Tan"), 3),
)
TEAMS = {
    "platform": "Platform Engineering",
    "reliability": "Platform Reliability",
    "publishing": "Publishing Platform",
    "data": "Data Services",
    "search": "Search",
}


def organisation() -> Person:
    """Fill the database, and return Priya: an engineer in one team, with a candidate of her own."""
    now = timezone.now()
    teams = {slug: make_team(slug, name=name) for slug, name in TEAMS.items()}
    people = {
        name: make_person(f"{name.split()[0].lower()}@example.org", full_name=name, teams=(teams[slug],))
        for slug, name in dict.fromkeys(claimed for *_rest, claimed, _days in USERS if claimed)
    }
    for user_name, account, age, unused, claimed, days in USERS:
        candidate = _candidate(user_name, account, age, unused, now)
        if claimed:
            make_claim(
                candidate,
                team=teams[claimed[0]],
                person=people[claimed[1]],
                claimed_at=now - timedelta(days=days),
                confirmed_at=now - timedelta(days=min(days, 60)),
            )
        if days > 50:
            make_replacement(candidate)
    for number, name in enumerate(("production", "staging", "integration", "tools"), start=1):
        account = make_aws_account(str(number) * 12, name=f"example-{name}")
        make_sync_run(account, started_at=now - timedelta(minutes=15), finished_at=now - timedelta(minutes=14))
    assess(list(Candidate.objects.values_list("iam_user", flat=True)), now=now, cause=Cause.AWS, actor="sync")
    return people["Priya Nair"]


def _candidate(user_name: str, account: str, age: float, unused: float | None, now: datetime) -> Candidate:
    number = ("production", "staging", "integration", "tools").index(account) + 1
    iam_user = make_iam_user(
        user_name,
        aws_account=make_aws_account(str(number) * 12, name=f"example-{account}"),
        keys_read_at=now - timedelta(minutes=14),
        first_seen_at=now - timedelta(days=100),
    )
    used = {} if unused is not None else {"last_used_service": "", "last_used_region": ""}
    make_access_key(
        iam_user,
        created_at=now - timedelta(days=age),
        last_used_at=None if unused is None else now - timedelta(days=unused),
        last_used_as_of=now - timedelta(minutes=14),
        **used,
    )
    return make_candidate(iam_user, opened_at=now - timedelta(days=100))
