"""How fresh the readings of an AWS account are: its newest finished run carries all of it, from run to run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings

from iamdash.models import SyncRun
from iamdash.models.question import Question, given_texts
from iamdash.rules.evidence import Reading

# The newest finished run of each of some `aws_accounts`, where it has one, without what it cost.
NEWEST_FINISHED_RUNS = Question(
    SyncRun.objects.filter(aws_account__in=given_texts("aws_accounts"), finished_at__isnull=False)
    .order_by("aws_account_id", "-started_at", "-pk")
    .distinct("aws_account_id")
    .defer("calls", "changes", "progress")
)


@dataclass(frozen=True, slots=True)
class Freshness:
    """The newest complete reading of each part; by unique ID, and by access key ID, those that agreed with the rows."""

    parts: Mapping[str, datetime] = field(default_factory=dict)
    agreed_directly: Mapping[str, datetime] = field(default_factory=dict)
    uses_agreed_directly: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def users_as_of(self) -> datetime | None:
        """Return when users and roles were last listed to the end."""
        return self.parts.get(Reading.LISTING)

    @property
    def report_as_of(self) -> datetime | None:
        """Return the GeneratedTime of the newest credential report."""
        return self.parts.get(Reading.REPORT)

    @property
    def pods_as_of(self) -> datetime | None:
        """Return when every EKS Pod Identity association was last read."""
        return self.parts.get(Reading.PODS)


def late_after() -> timedelta:
    """Return the age from which data counts as late: two syncs should have come by then, and a third is under way."""
    return timedelta(minutes=max(3 * settings.SYNC_EVERY_MINUTES, 30))


def freshness(run: SyncRun | None) -> Freshness:
    """Return the freshness that a run carries; None: the account was never read."""
    if run is None:
        return Freshness()
    return Freshness(_moments(run.freshness), _moments(run.agreed_directly), _moments(run.uses_agreed_directly))


def _moments(stored: Mapping[str, str]) -> dict[str, datetime]:
    return {name: datetime.fromisoformat(at) for name, at in stored.items()}
