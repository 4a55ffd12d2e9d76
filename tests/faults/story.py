"""One seed, one story: an account that changes, syncs that go wrong, two that do not, and every promise after each."""

import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from threading import Thread, Timer
from typing import Any
from unittest.mock import patch

from django.core.management import call_command
from django.db import Error, close_old_connections, connections
from moto.moto_api._internal import mock_random

from iamdash.candidates import actions
from iamdash.candidates.actions.errors import Refused
from iamdash.demo.stand_in.faults import Fault
from iamdash.demo.stand_in.server import running_stand_in
from iamdash.inventory.sync import LockLostError, sync_account
from iamdash.models import AccessLevel, AwsAccount, Candidate, IamRole, Programme, SyncRun
from iamdash.rules.route import Route
from tests.factories import make_aws_account, make_person, make_team
from tests.faults import promises, worker
from tests.faults.hurry import hurried
from tests.faults.tally import Tally
from tests.faults.trouble import ANY_READ, SHAKES, Happening, Trouble, draw
from tests.faults.world import ACCOUNT, HOME, READER, REGION, STRANGE, World

SYNCS = 6
STEPS = [timedelta(minutes=1), timedelta(minutes=20), timedelta(hours=1), timedelta(hours=5)]


class Story:
    """An account, its rows, and what has happened to both so far."""

    def __init__(self, seed: int, world: World, rng: Random, tally: Tally) -> None:
        self.seed, self.world, self.rng, self.tally = seed, world, rng, tally
        self.state = world.state
        self.told: list[str] = []
        self.by_role = rng.random() < 0.4
        role_arn = f"arn:aws:iam::{ACCOUNT}:role/{READER}" if self.by_role else ""
        Programme.objects.create(pk=1, regions=[REGION], long_lived_days=0)
        self.aws_account: AwsAccount = make_aws_account(ACCOUNT, role_arn=role_arn)
        self.team = make_team()
        self.lead = make_person(access_level=AccessLevel.LEAD)
        self.held = promises.Held.now()

    def clock(self) -> datetime:
        """Return the time in this story."""
        return datetime.now(UTC) + self.state.clock.offset

    def tell(self) -> None:
        """Let syncs go wrong, then let two be undisturbed. Raises AssertionError where a promise is broken."""
        if self.rng.random() < 0.5:
            self.sync()
        for _ in range(SYNCS):
            self.let_time_pass()
            self.sync_in_trouble(draw(self.world, self.rng))
        self.end_well()

    def let_time_pass(self) -> None:
        """Move the clock, and let the people of the account and those of the dashboard do something."""
        self.state.clock.offset += self.rng.choice(STEPS)
        for _ in range(self.rng.choice([0, 1, 3, 6])):
            self.world.deed(self.rng)
        self.decide()

    def decide(self) -> None:
        """Let a lead claim a candidate, choose its route and link a role: its keys are read directly from then on."""
        candidates = list(Candidate.objects.order_by("pk"))
        iam_roles = list(IamRole.objects.filter(gone_at=None).order_by("pk"))
        if not candidates or self.rng.random() < 0.5:
            return
        candidate, asked = self.rng.choice(candidates), {"by": self.lead, "now": self.clock()}
        # What is gone, or claimed already, is refused, and rightly so.
        with suppress(Refused):
            actions.claim(candidate=candidate, team=self.team, **asked)
            route = self.rng.choice([Route.JUST_DELETE, Route.POD_IDENTITY])
            actions.choose_route(candidate=candidate, route=route, **asked)
            if route.needs_role and iam_roles:
                actions.link_role(candidate=candidate, iam_role=self.rng.choice(iam_roles), **asked)

    def sync_in_trouble(self, trouble: Trouble) -> None:
        """Sync once with everything that goes wrong, and check what must hold all the same."""
        self.told.append(trouble.words)
        self.state.most_on_a_page = self.rng.choice([1, 2, 3, 1000])
        self.state.faults[:] = trouble.faults
        report = self.state.reports.get(ACCOUNT)
        SYNC_IN[trouble.happening](self)
        if trouble.happening is Happening.OLD_REPORT and report is not None:
            # AWS's parts do not always agree: when a new report is due, an earlier one comes up once more.
            self.state.reports[ACCOUNT] = report
            self.state.clock.offset += timedelta(hours=4)
            with patch("iamdash.demo.stand_in.report.LIFETIME", timedelta.max):
                self.sync()
        self.state.faults.clear()
        self.tally.syncs += 1
        self.tally.faults.update([fault.kind for fault in trouble.faults])
        if trouble.happening is not Happening.NOTHING:
            self.tally.faults[trouble.happening.value] += 1
        self.check()

    def sync(self) -> SyncRun | None:
        """Sync as a worker does."""
        sync_run = sync_account(self.aws_account, trigger="schedule", clock=self.clock)
        if sync_run:
            self.told.append(f"  {sync_run.outcome}: {sync_run.unread}")
            self.tally.outcomes[str(sync_run.outcome)] += 1
        return sync_run

    def sync_twice_at_once(self) -> None:
        """Sync in two threads together: one reads, the other finds it busy or comes after it."""
        failed: list[BaseException] = []

        def other() -> None:
            try:
                self.sync()
            except BaseException as error:  # noqa: BLE001  a thread's error is told where it can be seen
                failed.append(error)
            finally:
                connections.close_all()

        thread = Thread(target=other)
        thread.start()
        self.sync()
        thread.join()
        assert not failed, failed

    def sync_and_be_killed(self) -> None:
        """Sync in a process that is killed (SIGKILL) a moment after one of its calls."""
        connections.close_all()
        process = worker.start(ACCOUNT, self.state.clock.offset)
        with self.a_moment_after_a_call(process.kill):
            process.join(60)
        took_too_long = process.exitcode is None
        process.kill()  # else its lock would spoil every story after this one
        assert not took_too_long, "a sync took longer than a minute"
        self.tally.outcomes["killed" if process.exitcode else "not killed in time"] += 1

    def sync_while(self, shake: Callable[[], None]) -> None:
        """Sync while what we stand on goes away and comes back, a moment after one of the calls."""
        with self.a_moment_after_a_call(shake):
            try:
                self.sync()
            except (LockLostError, Error) as error:
                self.told.append(f"  {error!r}")
                self.tally.outcomes["without its database"] += 1
        # As a worker does before its next order.
        close_old_connections()

    @contextmanager
    def a_moment_after_a_call(self, deed: Callable[[], None]) -> Iterator[None]:
        """Do a deed a moment after one of the calls made meanwhile; none, if there are not so many."""
        timer = Timer(self.rng.choice([0, 0.01, 0.05, 0.2]), deed)
        self.state.faults.append(Fault("act", ANY_READ, after=self.rng.randrange(15), times=1, deed=timer.start))
        yield
        timer.cancel()
        if timer.ident is not None:
            timer.join()

    def sync_a_wrong_account(self) -> None:
        """Sync with credentials of another account, which has users of its own."""
        with patch.dict(os.environ, _signed_in(self.world, STRANGE)):
            sync_run = self.sync()
        assert sync_run is not None
        assert sync_run.outcome == "failed", "another account was read"

    def end_well(self) -> None:
        """Let the account rest: one clean sync finds the truth, a second proves who is gone."""
        self.state.most_on_a_page = self.rng.choice([2, 1000])
        self.state.clock.offset += timedelta(hours=5)
        self._clean_sync()
        promises.rows_are_the_truth(self.world.truth())
        self.state.clock.offset += timedelta(minutes=20)
        self._clean_sync()
        promises.rows_are_the_truth(self.world.truth())
        promises.who_is_gone_is_proved_gone(self.world.truth())

    def check(self) -> None:
        """Check what must hold after every sync."""
        self.held = promises.check(self.world.truth(), self.world.history, self.held, now=self.clock())

    def _clean_sync(self) -> None:
        sync_run = self._free_sync()
        assert (sync_run.outcome, sync_run.unread) == ("complete", []), sync_run.unread
        self.check()

    def _free_sync(self) -> SyncRun:
        """Sync as soon as the lock is free: Postgres takes a moment to notice that a killed process is gone."""
        for _ in range(100):
            if sync_run := self.sync():
                return sync_run
            time.sleep(0.05)
        raise AssertionError("the lock of a killed sync is still held after five seconds")


SYNC_IN: dict[Happening, Callable[[Story], object]] = {
    Happening.NOTHING: Story.sync,
    Happening.OLD_REPORT: Story.sync,
    Happening.TWICE: Story.sync_twice_at_once,
    Happening.KILLED: Story.sync_and_be_killed,
    Happening.WRONG_ACCOUNT: Story.sync_a_wrong_account,
    **{happening: partial(Story.sync_while, shake=shake) for happening, shake in SHAKES.items()},
}


def tell(seed: int, tally: Tally) -> None:
    """Tell the story of a seed on an empty database. Raises AssertionError, with the story as a note."""
    call_command("flush", interactive=False, verbosity=0, inhibit_post_migrate=True)
    # AWS's IDs come from these.
    random.seed(seed)
    mock_random.seed(seed)
    rng = Random(seed)
    with ExitStack() as stack:
        stack.enter_context(hurried())
        aws = stack.enter_context(running_stand_in())
        stack.enter_context(patch.dict(os.environ, {"AWS_ENDPOINT_URL": aws.endpoint_url}))
        world = World(aws, rng)
        story = Story(seed, world, rng, tally)
        stack.enter_context(patch.dict(os.environ, _signed_in(world, HOME if story.by_role else ACCOUNT)))
        tally.stories += 1
        try:
            story.tell()
        except BaseException as error:
            error.add_note("\n".join([f"The story of seed {seed}:", *story.told, f"Again: {again(seed)}"]))
            raise


def again(seed: int) -> str:
    """Return the command that tells one story again."""
    return f"make soak SEED={seed}"


def _signed_in(world: World, account_id: str) -> dict[str, Any]:
    return {name.upper(): value for name, value in world.aws.credentials(account_id).items()}
