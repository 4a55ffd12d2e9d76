"""Makes the large organisation: everything at once where there is nothing yet."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from random import Random

from django.db import connection, transaction

from iamdash.demo.large import counts, iam_users, paperwork
from iamdash.demo.large.iam_users import Story
from iamdash.demo.large.people import make_organisation
from iamdash.models import AccessKey, AwsAccount, Team
from iamdash.rules.keys import ACTIVE
from iamdash.rules.stage import Stage
from iamdash.standing.assess import Cause, assess
from iamdash.standing.daily import count_day

AT_ONCE = 1000
COMING_BACK = 0.03
SEED = "the large organisation"
# Told after each step: how many candidates there are.
Say = Callable[[int], None]


def has_data() -> bool:
    """Return whether there is an organisation already, invented or not."""
    return AwsAccount.objects.exists() or Team.objects.exists()


def make(*, candidates: int, accounts: int, teams: int, now: datetime, say: Say) -> None:
    """Make so many candidates in so many accounts for so many teams; the same ones each time.

    The rows are written as AWS and people would have left them, and the rules give their answers as ever.
    """
    rng = Random(SEED)
    with connection.cursor() as cursor:
        # None of this has to outlive a power cut.
        cursor.execute("SET synchronous_commit TO off")
    organisation = make_organisation(accounts, teams, rng=rng, now=now)
    for start in range(0, candidates, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, candidates))
        with transaction.atomic():
            stories = [iam_users.invent(number, organisation, rng=rng, now=now) for number in numbers]
            iam_users.write(stories)
            paperwork.write(stories, organisation, rng=rng, now=now)
            _assess(stories, now)
            _reactivate([story for story in stories if _comes_back(story, rng)], now)
        say(numbers.stop)
    count_day(now.date(), now)
    counts.write(now.date())
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO DEFAULT")
        cursor.execute("ANALYZE")


def _comes_back(story: Story, rng: Random) -> bool:
    return story.aims_at is Stage.DEACTIVATED and rng.random() < COMING_BACK


def _reactivate(stories: Sequence[Story], now: datetime) -> None:
    """Let somebody have made the keys Active again, so that these candidates are reopened."""
    keys = [key for story in stories for key in story.access_keys]
    for key in keys:
        key.status, key.status_changed_at = ACTIVE, now - timedelta(minutes=30)
    AccessKey.objects.bulk_update(keys, ["status", "status_changed_at"])
    _assess(stories, now)


def _assess(stories: Sequence[Story], now: datetime) -> None:
    assess([story.iam_user.pk for story in stories], now=now, cause=Cause.AWS, actor="invent_organisation")
