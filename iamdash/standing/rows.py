"""The rows that facts are made of, in a number of queries that does not grow with the IAM users."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any, TypeVar

from django.db.models import F, Max, QuerySet, Window
from django.db.models.functions import TruncDay

from iamdash.models import (
    AccessKey,
    AccessKeyUse,
    AwsAccount,
    Claim,
    ExceptionGrant,
    IamUser,
    OtherCredential,
    SyncRun,
    Vendor,
    together,
)
from iamdash.models.bulk import among
from iamdash.models.claim import standing_claims
from iamdash.rules.facts import Use
from iamdash.rules.moments import NO_TIME
from iamdash.rules.vendors import VendorFacts
from iamdash.standing.freshness import newest_runs
from iamdash.standing.replacements import Links, associations_of, clusters_of, linked, links_of
from iamdash.standing.vendors import vendors

Row = TypeVar("Row")


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


def fetch(iam_users: Sequence[IamUser], *beside: QuerySet[Any, Any]) -> Rows:
    """Return the rows of these IAM users. One query, and another where anything is linked to them.

    `beside`: what the caller wants to know too, and can be asked for with them.
    """
    ids = [iam_user.pk for iam_user in iam_users]
    homes = {iam_user.aws_account_id for iam_user in iam_users}
    access_keys, days = AccessKey.objects.filter(iam_user__in=among(ids)), _days_of_use(ids)
    other_credentials = OtherCredential.objects.filter(iam_user__in=among(ids), gone_at=None)
    claims, exceptions, links = _claims(ids), _exceptions(ids), linked(ids)
    runs, known = newest_runs(homes), AwsAccount.objects.filter(removed_at=None).values_list("pk", flat=True)
    every_vendor = Vendor.objects.order_by("name")
    together.read(access_keys, days, other_credentials, claims, exceptions, links, runs, known, every_vendor, *beside)
    iam_roles = [link.iam_role for link in links]
    elsewhere = newest_runs({iam_role.aws_account_id for iam_role in iam_roles} - homes)
    associations, clusters = associations_of(iam_roles), clusters_of(iam_roles)
    together.read(elsewhere, associations, clusters)
    return Rows(
        runs={run.aws_account_id: run for run in (*runs, *elsewhere)},
        access_keys=_by_iam_user((access_key.iam_user_id, access_key) for access_key in access_keys),
        uses=_uses(days),
        claims={claim.candidate.iam_user_id: claim for claim in claims},
        links=links_of(links, associations, clusters),
        known_account_ids=frozenset(known),
        other_credentials=_by_iam_user((held.iam_user_id, held) for held in other_credentials),
        vendors=vendors(every_vendor),
        exceptions=_by_iam_user((grant.candidate.iam_user_id, grant) for grant in exceptions),
    )


def _by_iam_user(rows: Iterable[tuple[int, Row]]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for iam_user_id, row in rows:
        found[iam_user_id].append(row)
    return found


def _claims(ids: Collection[int]) -> QuerySet[Claim]:
    # Without those to whom they are offered: few are, and PostgreSQL plans so many joins longer than it reads them.
    claims = standing_claims().filter(candidate__iam_user__in=among(ids))
    return claims.select_related(None).select_related("candidate", "team", "person")


def _exceptions(ids: Collection[int]) -> QuerySet[ExceptionGrant]:
    rows = ExceptionGrant.objects.filter(candidate__iam_user__in=among(ids), declined_at=None, ended_at=None)
    return rows.select_related("candidate", "asked_by", "approved_by")


def _days_of_use(ids: Collection[int]) -> QuerySet[AccessKeyUse, Any]:
    """Return the ledger by key, with the last use of each day (see `rules.history`)."""
    days = (
        AccessKeyUse.objects.filter(access_key__iam_user__in=among(ids))
        .annotate(day=TruncDay("last_used_at", tzinfo=UTC))
        .annotate(unread_for=Window(Max(F("as_of") - F("seen_before")), partition_by=[F("access_key_id"), F("day")]))
        .order_by("access_key_id", "day", "-last_used_at")
        .distinct("access_key_id", "day")
    )
    return days.values_list(
        "access_key_id",
        "day",
        "last_used_at",
        "as_of",
        "source",
        "unread_for",
        "last_used_service",
        "last_used_region",
    )


def _uses(days: Iterable[tuple[Any, ...]]) -> dict[int, list[Use]]:
    found: dict[int, list[Use]] = defaultdict(list)
    for key_id, _day, at, as_of, source, unread_for, service, region in days:
        found[key_id].append(Use(at, as_of, source, unread_for or NO_TIME, service, region))
    return found
