"""What Postgres knows of an AWS account before a run, so that only what may have changed is asked."""

from collections import defaultdict
from datetime import datetime, timedelta

from django.db.models import Q

from iamdash.aws.report import stands
from iamdash.aws.snapshot import Known, KnownUser, Part
from iamdash.inventory.findings import Findings
from iamdash.inventory.run import newest_finished
from iamdash.models import (
    AccessKey,
    Candidate,
    EksCluster,
    IamUser,
    PodIdentityAssociation,
    Programme,
    Standing,
    SyncOutcome,
)
from iamdash.rules.evidence import Verdict
from iamdash.rules.route import WITHOUT_ROLE
from iamdash.rules.stage import Stage

COLUMNS = (
    *("unique_id", "user_name", "arn", "created_at", "asked_slots", "keys_read_at", "keys_unread_reason"),
    *("report_slots", "additional_credentials"),
)
Slots = tuple[tuple[datetime, bool], ...]
# A yes ends when the reading that it rests on is a day old: the next one comes before.
NEARLY_A_DAY = timedelta(hours=20)


def known(findings: Findings, *, read_everybody: bool) -> Known:
    """Return what is known of the account of this run. Seven queries and one for the configured regions."""
    account_id = findings.account_id
    access_keys: dict[int, list[tuple[str, datetime, str]]] = defaultdict(list)
    last_uses: dict[int, dict[str, datetime | None]] = defaultdict(dict)
    present = AccessKey.objects.filter(iam_user__aws_account_id=account_id, gone_at=None)
    for iam_user_id, key_id, created_at, status, used_at, as_of in present.values_list(
        "iam_user", "access_key_id", "created_at", "status", "last_used_at", "last_used_as_of"
    ):
        access_keys[iam_user_id].append((key_id, created_at, status))
        if as_of is not None:
            last_uses[iam_user_id][key_id] = used_at
    directly, daily = to_read_directly(account_id), to_read_daily(account_id)
    users = {
        row.unique_id: KnownUser(
            unique_id=row.unique_id,
            user_name=row.user_name,
            arn=row.arn,
            created_at=row.created_at,
            slots_seen=_slots(row.asked_slots),
            asked_at=findings.keys_as_of(row),
            ask_failed=bool(row.keys_unread_reason),
            access_keys=tuple(access_keys[row.pk]),
            read_directly=row.pk in directly or (row.pk in daily and _a_day_ago(findings, row)),
            last_uses=last_uses[row.pk],
            slots_reported=_slots(row.report_slots),
            additional_credentials=row.additional_credentials,
        )
        for row in IamUser.objects.filter(aws_account_id=account_id, gone_confirmed_at=None).only(*COLUMNS).iterator()
    }
    associations = PodIdentityAssociation.objects.filter(aws_account_id=account_id, gone_at=None)
    clusters = EksCluster.objects.filter(aws_account_id=account_id, gone_at=None)
    return Known(
        users=users,
        association_ids=frozenset(associations.values_list("association_id", flat=True)),
        regions=tuple(Programme.current().regions),
        read_everybody=read_everybody,
        pods_read_at=_read_at(findings, Part.POD_IDENTITY),
        clusters=frozenset(clusters.values_list("region", "name")),
        clusters_read_at=_read_at(findings, Part.EKS_CLUSTERS),
        report_stands=_report_stands(findings),
    )


def to_read_directly(account_id: str) -> frozenset[int]:
    """Return the IAM users whose keys are read in every run: claimed candidates whose next step hangs on them.

    Those are at Role ready or later, or on a route that needs no role.
    """
    waiting = Q(standing__stage__gte=Stage.ROLE_READY) | Q(route__in=WITHOUT_ROLE)
    claimed = Candidate.objects.filter(
        waiting, iam_user__aws_account_id=account_id, claims__isnull=False, claims__ended_at=None
    )
    return frozenset(claimed.values_list("iam_user", flat=True))


def to_read_daily(account_id: str) -> frozenset[int]:
    """Return the IAM users whose keys are read once a day: it is safe to act on them, or would be but for the age of
    the last reading.
    """
    safe = Q(safe_to_deactivate=Verdict.YES, active_keys__gt=0) | Q(safe_to_delete=Verdict.YES) | Q(wants_reading=True)
    standings = Standing.objects.filter(safe, is_open=True, aws_account=account_id)
    return frozenset(standings.values_list("candidate__iam_user", flat=True))


def _a_day_ago(findings: Findings, row: IamUser) -> bool:
    read_at = findings.keys_as_of(row)
    return read_at is None or findings.clock() - read_at >= NEARLY_A_DAY


def _read_at(findings: Findings, part: Part) -> datetime | None:
    stored = findings.sync_run.freshness.get(part.value)
    return datetime.fromisoformat(stored) if stored else None


def _report_stands(findings: Findings) -> bool:
    """Return whether the report that AWS would give was read already, by runs that did with it what had to be done."""
    made_at = _read_at(findings, Part.CREDENTIAL_REPORT)
    if made_at is None or not stands(made_at, findings.clock()):
        return False
    last = newest_finished(findings.sync_run.aws_account)
    return last is not None and last.outcome != SyncOutcome.FAILED


def _slots(stored: list[tuple[str, bool]] | None) -> Slots | None:
    if stored is None:
        return None
    return tuple((datetime.fromisoformat(created_at), active) for created_at, active in stored)
