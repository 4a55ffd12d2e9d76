"""AWS accounts with their syncs, teams and people of the large organisation."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from iamdash.demo.large.words import ENVIRONMENTS, FAMILY, GIVEN, THINGS
from iamdash.models import AccessLevel, AwsAccount, Membership, Person, SyncOutcome, SyncRun, Team
from iamdash.rules.evidence import Reading

# Teams that work in one account, and the people of a team.
AT_WORK = 12
MEMBERS = 3
# Runs are kept: what finds the newest one of an account has to leave the others alone.
RUNS = 24
READ = tuple(each for each in Reading if each is not Reading.PEOPLE)
ACCOUNT_IDS_FROM = 100_000_000_000


@dataclass(frozen=True, slots=True)
class Organisation:
    """Who there is. `at_work`: for each account the teams that work in it; `members`: for each team its people."""

    account_ids: tuple[str, ...]
    at_work: dict[str, tuple[str, ...]]
    members: dict[str, tuple[Person, ...]]


def make_organisation(accounts: int, teams: int, *, rng: Random, now: datetime) -> Organisation:
    """Make accounts which were read within the hour (one in fifty was not), teams, and people without a password."""
    rows = [
        AwsAccount(
            account_id=str(ACCOUNT_IDS_FROM + number * 7919),
            name=f"{THINGS[number % len(THINGS)]}-{ENVIRONMENTS[number % len(ENVIRONMENTS)]}-{number}",
            environment=ENVIRONMENTS[number % len(ENVIRONMENTS)],
        )
        for number in range(accounts)
    ]
    AwsAccount.objects.bulk_create(rows)
    SyncRun.objects.bulk_create(
        [run for number, row in enumerate(rows) for run in _runs(row, late=number % 50 == 49, now=now)]
    )
    members = _make_teams(teams, rng=rng)
    slugs = list(members)
    return Organisation(
        account_ids=tuple(row.pk for row in rows),
        at_work={row.pk: tuple(rng.sample(slugs, min(AT_WORK, len(slugs)))) for row in rows},
        members=members,
    )


def _runs(aws_account: AwsAccount, *, late: bool, now: datetime) -> list[SyncRun]:
    return [_run(aws_account, now - timedelta(hours=ago, days=2 if late else 0)) for ago in range(RUNS)]


def _run(aws_account: AwsAccount, ended_at: datetime) -> SyncRun:
    finished_at = ended_at - timedelta(minutes=10)
    return SyncRun(
        aws_account=aws_account,
        trigger="schedule",
        started_at=finished_at - timedelta(seconds=40),
        finished_at=finished_at,
        outcome=SyncOutcome.COMPLETE,
        freshness={part: finished_at.isoformat() for part in READ},
    )


def _make_teams(teams: int, *, rng: Random) -> dict[str, tuple[Person, ...]]:
    rows = [Team(slug=f"{name}-{number}", name=f"{name.title()} {number}") for number, name in _numbered(teams)]
    Team.objects.bulk_create(rows)
    people = [
        Person(
            email=f"person-{number}@example.org",
            full_name=f"{rng.choice(GIVEN)} {rng.choice(FAMILY)}",
            access_level=AccessLevel.ENGINEER,
            asks_for_team=False,
            password="!",  # noqa: S106  no password is this one
        )
        for number in range(teams * MEMBERS)
    ]
    Person.objects.bulk_create(people, batch_size=2000)
    members = {row.slug: tuple(people[number * MEMBERS : (number + 1) * MEMBERS]) for number, row in enumerate(rows)}
    Membership.objects.bulk_create(
        [Membership(person=person, team_id=slug) for slug, theirs in members.items() for person in theirs],
        batch_size=2000,
    )
    return members


def _numbered(teams: int) -> list[tuple[int, str]]:
    return [(number, THINGS[number % len(THINGS)]) for number in range(teams)]
