"""The rows that facts are made of, in a number of queries that does not grow with the IAM users."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from django.db.models import F, Max, Window
from django.db.models.functions import TruncDay

from iamdash.models import AccessKey, AccessKeyUse, AwsAccount, Claim, ExceptionGrant, IamUser, OtherCredential, SyncRun
from iamdash.models.bulk import among
from iamdash.models.claim import standing_claims
from iamdash.rules.facts import Use
from iamdash.rules.moments import NO_TIME
from iamdash.rules.teams import Teams
from iamdash.rules.vendors import VendorFacts
from iamdash.standing.freshness import newest_runs
from iamdash.standing.replacements import Links, links_of
from iamdash.standing.teams import teams
from iamdash.standing.vendors import vendors


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
    teams: Teams


def fetch(iam_users: Sequence[IamUser]) -> Rows:
    """Return the rows of these IAM users. Ten queries, and one where a replacement trusts the issuer of a cluster."""
    ids = [iam_user.pk for iam_user in iam_users]
    links = links_of(ids)
    accounts = {iam_user.aws_account_id for iam_user in iam_users}
    accounts |= {link.row.iam_role.aws_account_id for theirs in links.by_iam_user.values() for link in theirs}
    claims = standing_claims().filter(candidate__iam_user__in=among(ids))
    return Rows(
        runs=newest_runs(accounts),
        access_keys=_by_iam_user(AccessKey.objects.filter(iam_user__in=among(ids))),
        uses=_uses(ids),
        claims={claim.candidate.iam_user_id: claim for claim in claims.select_related("candidate", "team", "person")},
        links=links,
        known_account_ids=frozenset(AwsAccount.objects.filter(removed_at=None).values_list("pk", flat=True)),
        other_credentials=_by_iam_user(OtherCredential.objects.filter(iam_user__in=among(ids), gone_at=None)),
        vendors=vendors(),
        exceptions=_exceptions(ids),
        teams=teams(),
    )


def _by_iam_user(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.iam_user_id].append(row)
    return found


def _exceptions(ids: Collection[int]) -> dict[int, list[ExceptionGrant]]:
    found: dict[int, list[ExceptionGrant]] = defaultdict(list)
    rows = ExceptionGrant.objects.filter(candidate__iam_user__in=among(ids), declined_at=None, ended_at=None)
    for grant in rows.select_related("candidate", "asked_by", "approved_by"):
        found[grant.candidate.iam_user_id].append(grant)
    return found


def _uses(ids: Collection[int]) -> dict[int, list[Use]]:
    """Return the ledger by key, with the last use of each day (see `rules.history`)."""
    found: dict[int, list[Use]] = defaultdict(list)
    days = (
        AccessKeyUse.objects.filter(access_key__iam_user__in=among(ids))
        .annotate(day=TruncDay("last_used_at", tzinfo=UTC))
        .annotate(unread_for=Window(Max(F("as_of") - F("seen_before")), partition_by=[F("access_key_id"), F("day")]))
        .order_by("access_key_id", "day", "-last_used_at")
        .distinct("access_key_id", "day")
    )
    for key_id, _day, at, as_of, source, unread_for, service, region in days.values_list(
        "access_key_id",
        "day",
        "last_used_at",
        "as_of",
        "source",
        "unread_for",
        "last_used_service",
        "last_used_region",
    ):
        found[key_id].append(Use(at, as_of, source, unread_for or NO_TIME, service, region))
    return found
