"""Rows → facts: all that the rules may know of some IAM users."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db.models import F

from iamdash.models import AccessKey, Candidate, Claim, ExceptionGrant, IamUser, OtherCredential
from iamdash.models.bulk import among
from iamdash.rules.facts import (
    CandidateFacts,
    ClaimFacts,
    CredentialFacts,
    CredentialKind,
    KeyFacts,
    PolicyFacts,
    Use,
)
from iamdash.rules.keys import INACTIVE
from iamdash.rules.moments import newest
from iamdash.rules.owners.origin import made_by_terraform
from iamdash.rules.owners.teams import Teams
from iamdash.rules.route import Route
from iamdash.rules.silence.cadence import Cadence
from iamdash.standing.freshness import Freshness, freshness
from iamdash.standing.midnight import midnight
from iamdash.standing.replacements import replacement_facts
from iamdash.standing.rows import Rows, fetch
from iamdash.standing.teams import teams


def facts_of(iam_user_ids: Collection[int]) -> dict[int, CandidateFacts]:
    """Return the facts of each IAM user, by row id; an id that does not exist is left out."""
    theirs = IamUser.objects.filter(pk__in=among(iam_user_ids)).select_related("candidate")
    iam_users = list(theirs.annotate(recreates_candidate=F("predecessor__candidate")))
    rows, every_team = fetch(iam_users), teams()
    fresh = _freshness(rows)
    return {
        iam_user.pk: _facts(iam_user, rows, fresh, every_team, iam_user.recreates_candidate) for iam_user in iam_users
    }


def facts_of_one(iam_user: IamUser, rows: Rows) -> CandidateFacts:
    """Return the facts of an IAM user that came with its candidate, out of its rows, for advice on its page.

    Without the teams, and whom it recreates: what follows from those is stored.
    """
    return _facts(iam_user, rows, _freshness(rows), Teams(), None)


def _freshness(rows: Rows) -> dict[str, Freshness]:
    return {aws_account_id: freshness(run) for aws_account_id, run in rows.runs.items()}


def _facts(
    iam_user: IamUser,
    rows: Rows,
    freshness_by_account: Mapping[str, Freshness],
    every_team: Teams,
    recreates_candidate: int | None,
) -> CandidateFacts:
    fresh = freshness_by_account.get(iam_user.aws_account_id, Freshness())
    agreed_at = fresh.agreed_directly.get(iam_user.unique_id)
    read_at = newest([iam_user.keys_read_at, agreed_at])
    access_keys = rows.access_keys.get(iam_user.pk, [])
    present = [access_key for access_key in access_keys if access_key.gone_at is None]
    return CandidateFacts(
        unique_id=iam_user.unique_id,
        user_name=iam_user.user_name,
        arn=iam_user.arn,
        aws_account_id=iam_user.aws_account_id,
        created_at=iam_user.created_at,
        tags=iam_user.tags,
        policies=_policies(iam_user),
        password_enabled=iam_user.password_enabled,
        access_keys=tuple(_key_facts(access_key, rows.uses[access_key.pk], fresh) for access_key in present),
        keys_as_of=read_at,
        keys_unread_reason=iam_user.keys_unread_reason,
        report_slots=_report_slots(iam_user),
        report_as_of=fresh.report_as_of,
        users_as_of=fresh.users_as_of,
        first_seen_at=iam_user.first_seen_at,
        gone_at=iam_user.gone_at,
        gone_confirmed_at=iam_user.gone_confirmed_at,
        account_readable=iam_user.aws_account_id in rows.known_account_ids,
        **_of_candidate(getattr(iam_user, "candidate", None)),
        claim=_claim_facts(rows.claims.get(iam_user.pk)),
        replacements=replacement_facts(iam_user.pk, rows.links, freshness_by_account),
        terraform_hint=made_by_terraform(iam_user.tags),
        known_account_ids=rows.known_account_ids,
        gone_keys_ended_at=newest([_ended_at(key) for key in access_keys if key.gone_at is not None]),
        recreates_candidate=recreates_candidate,
        path=iam_user.path,
        groups=tuple(iam_user.groups),
        password_last_used_at=iam_user.password_last_used_at,
        mfa_active=iam_user.mfa_active,
        other_credentials=tuple(_credential_facts(row) for row in rows.other_credentials[iam_user.pk]),
        other_credentials_read={
            CredentialKind(kind): datetime.fromisoformat(at) for kind, at in iam_user.other_credentials_read.items()
        },
        vendors=rows.vendors,
        exception_until=_exception_until(rows.exceptions[iam_user.pk]),
        teams=every_team,
    )


def _of_candidate(candidate: Candidate | None) -> dict[str, Any]:
    """Return what stands on the candidate itself; of an IAM user that is none, nothing was said."""
    if candidate is None:
        return {"opened_at": None, "route": None, "route_chosen_at": None, "closed_at": None, "cadence": None}
    return {
        "opened_at": candidate.opened_at,
        "route": Route(candidate.route) if candidate.route else None,
        "route_chosen_at": candidate.route_chosen_at,
        "closed_at": candidate.closed_at,
        "cadence": Cadence(candidate.cadence).period if candidate.cadence else None,
    }


def _credential_facts(row: OtherCredential) -> CredentialFacts:
    # What it was before we first saw it, nobody can say.
    since = max(row.status_changed_at, row.first_seen_at)
    return CredentialFacts(CredentialKind(row.kind), row.credential_id, row.status, since, row.service)


def _policies(iam_user: IamUser) -> tuple[PolicyFacts, ...]:
    attached = [PolicyFacts(policy["name"], policy["arn"]) for policy in iam_user.attached_policies]
    inline = [PolicyFacts(policy["name"], document=policy["document"]) for policy in iam_user.inline_policies]
    return (*attached, *inline)


def _key_facts(access_key: AccessKey, uses: list[Use], fresh: Freshness) -> KeyFacts:
    return KeyFacts(
        access_key_id=access_key.access_key_id,
        status=access_key.status,
        status_changed_at=_status_since(access_key),
        created_at=access_key.created_at,
        last_used_at=access_key.last_used_at,
        last_used_service=access_key.last_used_service,
        last_used_region=access_key.last_used_region,
        last_used_source=access_key.last_used_source,
        last_used_as_of=_last_used_as_of(access_key, fresh),
        uses=tuple(uses),
    )


def _status_since(access_key: AccessKey) -> datetime:
    """Return since when the status is what it is: what a key was before we first saw it, nobody can say."""
    if access_key.status != INACTIVE:
        return access_key.status_changed_at
    return max(access_key.status_changed_at, access_key.first_seen_at)


def _last_used_as_of(access_key: AccessKey, fresh: Freshness) -> datetime | None:
    """Return the newest reading of last use that agrees with the row; one that differed would have changed the row."""
    if access_key.last_used_as_of is None:
        return None
    if access_key.last_used_source != "direct":
        return access_key.last_used_as_of
    return newest([access_key.last_used_as_of, fresh.uses_agreed_directly.get(access_key.access_key_id)])


def _ended_at(access_key: AccessKey) -> datetime | None:
    return _status_since(access_key) if access_key.status == INACTIVE else access_key.gone_at


def _report_slots(iam_user: IamUser) -> tuple[tuple[datetime, bool], ...]:
    return tuple((datetime.fromisoformat(created_at), active) for created_at, active in iam_user.report_slots or ())


def _exception_until(exceptions: list[ExceptionGrant]) -> datetime | None:
    return newest([midnight(grant.expires_on) for grant in exceptions if grant.approved_at is not None])


def _claim_facts(claim: Claim | None) -> ClaimFacts | None:
    if claim is None:
        return None
    return ClaimFacts(
        team_name=claim.team.name,
        person_name=str(claim.person),
        claimed_at=claim.claimed_at,
        confirmed_at=claim.confirmed_at,
        team_slug=claim.team_id,
        person_id=claim.person_id,
    )
