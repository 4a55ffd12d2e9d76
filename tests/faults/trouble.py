"""What goes wrong in a sync, drawn at random: what AWS answers, what AWS's people do meanwhile, what happens to us."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from random import Random

import psycopg
from django.db import connection

from iamdash.demo.stand_in.faults import Fault
from tests.faults.world import World
from tests.services import SERVICES

READS = (
    *("sts:AssumeRole", "sts:GetCallerIdentity"),
    *("iam:GetAccountAuthorizationDetails", "iam:GenerateCredentialReport", "iam:GetCredentialReport"),
    *("iam:ListAccessKeys", "iam:GetAccessKeyLastUsed", "iam:GetUser"),
    *("eks:ListClusters", "eks:ListPodIdentityAssociations", "eks:DescribePodIdentityAssociation"),
    "eks:DescribeCluster",
)
LISTING = "iam:GetAccountAuthorizationDetails"
# Whatever only reads, whichever action it is: nothing that the account's own people do is called so.
ANY_READ = "*:[GL]*"
# The first two come twice: the others are drawn for any action too.
REFUSALS = ("deny", "deny", "garble", "garble", "throttle", "fail", "reset")
FOR_EVER = None


class Happening(StrEnum):
    """What happens to the syncing process itself, or to the servers that it stands on."""

    NOTHING = "undisturbed"
    KILLED = "killed"
    TWICE = "two at once"
    WRONG_ACCOUNT = "wrong account"
    OLD_REPORT = "older report"
    DISCONNECTED = "connections to Postgres ended"
    POSTGRES_RESTARTED = "Postgres restarted"
    VALKEY_RESTARTED = "Valkey restarted"


def end_connections() -> None:
    """Let Postgres end every connection to our database but the one that asks for it."""
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}, autocommit=True) as own:
        own.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


# What shakes the ground that a sync stands on; a server that is not ours is not restarted.
SHAKES: Mapping[Happening, Callable[[], None]] = {
    Happening.DISCONNECTED: end_connections,
    Happening.POSTGRES_RESTARTED: partial(SERVICES.restart, "postgres"),
    Happening.VALKEY_RESTARTED: partial(SERVICES.restart, "valkey"),
}
NOT_OURS = {
    *(() if SERVICES.owns("postgres") else [Happening.POSTGRES_RESTARTED]),
    *(() if SERVICES.owns("valkey") else [Happening.VALKEY_RESTARTED]),
}


@dataclass(frozen=True)
class Trouble:
    """What goes wrong in one sync. `words`: for whoever reads the story of a failed seed."""

    faults: tuple[Fault, ...]
    happening: Happening

    @property
    def words(self) -> str:
        told = [f"{each.kind} {each.action} after {each.after} times {each.times}" for each in self.faults]
        return ", ".join([self.happening.value, *told])


def draw(world: World, rng: Random) -> Trouble:
    """Return the trouble of one sync: one to three faults, and often something that happens to the process too."""
    happening = rng.choice([*(each for each in Happening if each not in NOT_OURS), *[Happening.NOTHING] * 4])
    return Trouble(tuple(_fault(world, rng) for _ in range(rng.choice([1, 1, 2, 3]))), happening)


def _fault(world: World, rng: Random) -> Fault:
    after, times = rng.choice([0, 0, 1, 2, 5]), rng.choice([1, 3, FOR_EVER])
    draws: list[Callable[[], Fault]] = [
        lambda: Fault(rng.choice(REFUSALS), rng.choice(READS), after=after, times=times),  # type: ignore[arg-type]
        lambda: Fault(rng.choice(["throttle", "fail", "reset"]), ANY_READ, after=rng.randrange(12), times=times),
        lambda: Fault("expire", ANY_READ, after=rng.randrange(12)),
        lambda: Fault("repeat", LISTING, after=after, times=times),
        lambda: Fault("stranger", rng.choice(["sts:GetCallerIdentity", LISTING]), after=rng.choice([0, 1]), times=1),
        lambda: act(world, rng, rng.choice([LISTING, *READS[4:]]), after=after),
    ]
    return rng.choice([*draws, *draws[-1:] * 3])()


def act(world: World, rng: Random, action: str, *, after: int) -> Fault:
    """Return a "fault" that lets the account's people do some things between two calls of a sync, once."""
    # Drawn now: at what moment the deed is done must not change what is done.
    own = Random(rng.random())
    deeds = [own.choice([world.rename, world.deed, world.deed]) for _ in range(own.choice([1, 1, 2, 4]))]

    def do() -> None:
        for deed in deeds:
            deed(own)

    return Fault("act", action, after=after, times=1, deed=do)
