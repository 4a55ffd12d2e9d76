"""The IAM users of the large organisation, each with its keys and with what was done about it so far."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from iamdash.demo.large.people import Organisation
from iamdash.demo.large.words import DEEDS, ENVIRONMENTS, REGIONS, SERVICES, THINGS
from iamdash.models import AccessKey, AccessKeyUse, IamUser
from iamdash.models.check import CredentialKind
from iamdash.rules.stage import Stage

# How far the work has come: a share of the IAM users for each stage.
REACHED = {
    Stage.IDENTIFIED: 38,
    Stage.CLAIMED: 22,
    Stage.ROLE_READY: 8,
    Stage.SWITCHED_OVER: 6,
    Stage.DEACTIVATED: 6,
    Stage.DELETED: 20,
}
FIRST_LOOK = 400
# Shares of the IAM users.
TWO_KEYS, UNUSED, FOUND_LATER = 0.2, 0.15, 0.3
OTHERS_READ = tuple(CredentialKind)
# What an IAM user may do, and how many of a hundred may.
POLICIES = {"uploads": 80, "PowerUserAccess": 10, "IAMFullAccess": 6, "AdministratorAccess": 4}


@dataclass(slots=True)
class Story:
    """One IAM user, its keys and their uses, and how far the work on it has come. Days are days ago."""

    iam_user: IamUser
    aims_at: Stage
    team: str
    opened: float
    ended: float
    access_keys: list[AccessKey] = field(default_factory=list)
    uses: list[AccessKeyUse] = field(default_factory=list)


def invent(number: int, organisation: Organisation, *, rng: Random, now: datetime) -> Story:
    """Return the story of one IAM user. A few accounts hold many of them, most hold few."""
    account_ids = organisation.account_ids
    account_id = account_ids[int(len(account_ids) * rng.random() ** 2)]
    opened = rng.uniform(0, FIRST_LOOK) if rng.random() < FOUND_LATER else float(FIRST_LOOK)
    aims_at = rng.choices(list(REACHED), weights=list(REACHED.values()))[0] if opened > 30 else Stage.IDENTIFIED
    ended = rng.uniform(0, opened - 20) if aims_at >= Stage.DEACTIVATED else 0.0
    name = _name(number)
    story = Story(
        iam_user=IamUser(
            aws_account_id=account_id,
            unique_id=f"AIDA{number:017d}",
            user_name=name,
            arn=f"arn:aws:iam::{account_id}:user/{name}",
            created_at=now - timedelta(days=opened + rng.uniform(100, 2000)),
            attached_policies=[_policy(rng.choices(list(POLICIES), weights=list(POLICIES.values()))[0], account_id)],
            password_enabled=False,
            keys_read_at=now - timedelta(minutes=20),
            other_credentials_read=dict.fromkeys(OTHERS_READ, (now - timedelta(minutes=20)).isoformat()),
            first_seen_at=now - timedelta(days=opened),
        ),
        aims_at=aims_at,
        team=rng.choice(organisation.at_work[account_id]),
        opened=opened,
        ended=ended,
    )
    if aims_at is Stage.DELETED:
        story.iam_user.gone_at = now - timedelta(days=ended)
        story.iam_user.gone_confirmed_at = story.iam_user.gone_at + timedelta(hours=1)
    story.access_keys = [_key(story, which, rng, now) for which in range(2 if rng.random() < TWO_KEYS else 1)]
    story.uses = [use for key in story.access_keys for use in _uses(key, rng)]
    return story


def _name(number: int) -> str:
    """Return a name; some that follow each other differ in the environment alone, and so are one workload."""
    which, environment = divmod(number, len(ENVIRONMENTS))
    chance = Random(which)
    return f"{chance.choice(THINGS)}-{ENVIRONMENTS[environment]}-{chance.choice(DEEDS)}-{which}"


def _policy(name: str, account_id: str) -> dict[str, str]:
    return {"name": name, "arn": f"arn:aws:iam::{account_id if name.islower() else 'aws'}:policy/{name}"}


def _key(story: Story, which: int, rng: Random, now: datetime) -> AccessKey:
    iam_user, is_off = story.iam_user, story.aims_at >= Stage.DEACTIVATED
    created_at = iam_user.created_at + timedelta(days=which)
    key = AccessKey(
        iam_user=iam_user,
        aws_account_id=iam_user.aws_account_id,
        access_key_id=f"AKIA{iam_user.unique_id[-11:]}{which}{rng.choice('ABCDEFGH')}{rng.choice('2345')}XZ",
        status="Inactive" if is_off or (which and rng.random() < 0.5) else "Active",
        status_changed_at=now - timedelta(days=story.ended) if is_off else created_at,
        created_at=created_at,
        first_seen_at=iam_user.first_seen_at,
        gone_at=iam_user.gone_at,
        last_used_as_of=now - timedelta(minutes=20),
        last_used_source="direct",
    )
    if rng.random() > UNUSED:
        quiet = story.ended + 15 if story.aims_at >= Stage.SWITCHED_OVER else rng.choice((0, 0, 1, 3, 10, 40, 120, 400))
        key.last_used_at = max(now - timedelta(days=quiet + rng.random()), created_at)
        key.last_used_service, key.last_used_region = rng.choice(SERVICES), rng.choice(REGIONS)
    return key


def _uses(key: AccessKey, rng: Random) -> Iterator[AccessKeyUse]:
    """Yield what the ledger has: the last use, and a few before it."""
    if key.last_used_at is None:
        return
    at = key.last_used_at
    for _ in range(rng.randint(1, 3)):
        if at < key.created_at:
            return
        yield AccessKeyUse(
            access_key=key,
            last_used_at=at,
            last_used_service=key.last_used_service,
            last_used_region=key.last_used_region,
            source="direct",
            as_of=at + timedelta(hours=1),
        )
        at -= timedelta(days=rng.randint(1, 30))


def write(stories: Sequence[Story]) -> None:
    """Write the rows of AWS."""
    IamUser.objects.bulk_create([story.iam_user for story in stories])
    AccessKey.objects.bulk_create([key for story in stories for key in story.access_keys])
    AccessKeyUse.objects.bulk_create([use for story in stories for use in story.uses])
