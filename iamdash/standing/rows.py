"""The rows that facts are made of, in a number of queries that does not grow with the IAM users."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any, TypeVar

from django.db.models import F, Max, Window
from django.db.models.functions import TruncDay

from iamdash.models import (
    AccessKey,
    AccessKeyUse,
    AwsAccount,
    Claim,
    EksCluster,
    ExceptionGrant,
    IamRole,
    IamUser,
    OtherCredential,
    PodIdentityAssociation,
    SyncRun,
    Vendor,
)
from iamdash.models.claim import standing_claims
from iamdash.models.question import Asked, Question, ask, given_keys, nothing
from iamdash.rules.facts import Use
from iamdash.rules.moments import NO_TIME
from iamdash.rules.vendors import VendorFacts
from iamdash.standing.freshness import NEWEST_FINISHED_RUNS
from iamdash.standing.replacements import LINKED, Links, associations_of, clusters_of, links_of
from iamdash.standing.vendors import vendors

Row = TypeVar("Row")
THEIRS = given_keys("iam_users")
ACCESS_KEYS = Question(AccessKey.objects.filter(iam_user__in=THEIRS))
OTHER_CREDENTIALS = Question(OtherCredential.objects.filter(iam_user__in=THEIRS, gone_at=None))
CLAIMS = Question(standing_claims().filter(candidate__iam_user__in=THEIRS).select_related("candidate"))
EXCEPTIONS = Question(
    ExceptionGrant.objects.filter(candidate__iam_user__in=THEIRS, declined_at=None, ended_at=None).select_related(
        "candidate", "asked_by", "approved_by"
    )
)
# The ledger by key, with the last use of each day (see `rules.silence.history`).
DAYS_OF_USE = Question(
    AccessKeyUse.objects.filter(access_key__iam_user__in=THEIRS)
    .annotate(day=TruncDay("last_used_at", tzinfo=UTC))
    .annotate(unread_for=Window(Max(F("as_of") - F("seen_before")), partition_by=[F("access_key_id"), F("day")]))
    .order_by("access_key_id", "day", "-last_used_at")
    .distinct("access_key_id", "day")
    .values_list(
        "access_key_id",
        "day",
        "last_used_at",
        "as_of",
        "source",
        "unread_for",
        "last_used_service",
        "last_used_region",
    )
)
KNOWN_ACCOUNTS = Question(AwsAccount.objects.filter(removed_at=None).values_list("pk", flat=True))
VENDORS = Question(Vendor.objects.order_by("name"))


@dataclass(frozen=True, slots=True)
class Rows:
    """What was fetched, ready to be looked up by the row id of an IAM user; `uses` by that of an access key, with the
    last use of each day (UTC), oldest first; `runs`, the newest finished one, by AWS account; `exceptions`: those that
    wait for a decision or stand.

    `access_keys` are all that were ever seen, the oldest first; `other_credentials` those that are not gone.
    """

    runs: dict[str, SyncRun]
    access_keys: dict[int, list[AccessKey]]
    uses: dict[int, list[Use]]
    claims: dict[int, Claim]
    links: Links
    known_account_ids: frozenset[str]
    other_credentials: dict[int, list[OtherCredential]]
    vendors: tuple[VendorFacts, ...]
    exceptions: dict[int, list[ExceptionGrant]]


def fetch(iam_users: Sequence[IamUser], *beside: Asked[Any], plan_once: bool = False) -> Rows:
    """Return the rows of these IAM users. One round trip, and another where roles are linked to them.

    `beside`: what the caller wants to know too, and can be asked with them. `plan_once`: see `ask`.
    """
    ids, homes = [iam_user.pk for iam_user in iam_users], {iam_user.aws_account_id for iam_user in iam_users}
    access_keys, days = ACCESS_KEYS.of(iam_users=ids), DAYS_OF_USE.of(iam_users=ids)
    other_credentials, links = OTHER_CREDENTIALS.of(iam_users=ids), LINKED.of(iam_users=ids)
    claims, exceptions = CLAIMS.of(iam_users=ids), EXCEPTIONS.of(iam_users=ids)
    runs, accounts, listed = NEWEST_FINISHED_RUNS.of(aws_accounts=list(homes)), KNOWN_ACCOUNTS.of(), VENDORS.of()
    theirs = (access_keys, days, other_credentials, claims, exceptions, links, runs, accounts, listed)
    ask(*theirs, *beside, plan_once=plan_once)
    elsewhere, associations, clusters = _of_roles([link.iam_role for link in links], homes, plan_once=plan_once)
    return Rows(
        runs={run.aws_account_id: run for run in (*runs, *elsewhere)},
        access_keys=_by_iam_user((access_key.iam_user_id, access_key) for access_key in access_keys),
        uses=_uses(days),
        claims={claim.candidate.iam_user_id: claim for claim in claims},
        links=links_of(links, associations, clusters),
        known_account_ids=frozenset(accounts),
        other_credentials=_by_iam_user((held.iam_user_id, held) for held in other_credentials),
        vendors=vendors(listed),
        exceptions=_by_iam_user((grant.candidate.iam_user_id, grant) for grant in exceptions),
    )


def _of_roles(
    iam_roles: Sequence[IamRole], homes: Collection[str], *, plan_once: bool
) -> tuple[Iterable[SyncRun], Iterable[PodIdentityAssociation], Iterable[EksCluster]]:
    """Return the runs of their accounts other than `homes`, their associations, and the clusters that they trust."""
    if not iam_roles:
        return (), (), ()
    elsewhere = {iam_role.aws_account_id for iam_role in iam_roles}.difference(homes)
    runs = NEWEST_FINISHED_RUNS.of(aws_accounts=list(elsewhere)) if elsewhere else nothing()
    found = runs, associations_of(iam_roles), clusters_of(iam_roles)
    ask(*found, plan_once=plan_once)
    return found


def _by_iam_user(rows: Iterable[tuple[int, Row]]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for iam_user_id, row in rows:
        found[iam_user_id].append(row)
    return found


def _uses(days: Iterable[tuple[Any, ...]]) -> dict[int, list[Use]]:
    found: dict[int, list[Use]] = defaultdict(list)
    for key_id, _day, at, as_of, source, unread_for, service, region in days:
        found[key_id].append(Use(at, as_of, source, unread_for or NO_TIME, service, region))
    return found
