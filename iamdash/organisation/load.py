"""Make the rows of AWS accounts, teams, people, limits and vendors agree with a checked config."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db import models, transaction

from iamdash.models import AccessLevel, AwsAccount, Claim, Membership, Organization, Person, Programme, Team
from iamdash.models.journal import record
from iamdash.models.organisation import NOT_READ
from iamdash.organisation.config_shape import Config
from iamdash.organisation.vendors import load_vendors
from iamdash.standing.assess import Cause
from iamdash.standing.everybody import assess_everybody
from iamdash.standing.version import rules_version

ACTOR = "load_config"


@transaction.atomic
def load(config: Config, *, now: datetime) -> list[str]:
    """Bring the rows in line with `config`; return what changed, a sentence each: none where they agreed already.

    An account or a team that the config no longer names stays, marked as taken out. Whatever changed may change any
    answer (a limit, a team's name, the rules of a new release), so every IAM user is assessed anew in the same
    transaction. That is something which people decided: no candidate is said to have been reopened by it.
    """
    programme, _ = Programme.objects.select_for_update().get_or_create(pk=1)
    changes = [
        *_load_organization(config),
        *_load_accounts(config, now),
        *_load_teams(config),
        *_load_members(config),
        *_load_programme(config, programme),
        *_load_ownership(config, programme),
        *_load_environments(config, programme),
        *load_vendors(config),
        *_follow_release(programme),
    ]
    if changes:
        programme.loaded_at = now
        programme.save()
        after = {"changes": changes}
        record(
            at=now,
            actor=ACTOR,
            kind="config.loaded",
            sentence=f"Configuration loaded: {'; '.join(changes)}.",
            after=after,
        )
        assess_everybody(now=now, cause=Cause.PEOPLE, actor=ACTOR)
    return changes


def _follow_release(programme: Programme) -> list[str]:
    """Take over the version of the rules; the first load has nothing to compare it with."""
    before, programme.rules_version = programme.rules_version, rules_version()
    if programme.loaded_at is None or before == programme.rules_version:
        return []
    return ["every candidate judged anew, as this release has other rules"]


def _load_organization(config: Config) -> list[str]:
    """Take over [organization]. Where it is new or differs, AWS Organizations is asked again within a minute."""
    known = Organization.objects.filter(pk=1).first()
    if config.organization is None:
        Organization.objects.all().delete()
        AwsAccount.objects.exclude(organization_state="").update(organization_state="")
        return ["AWS Organizations is no longer asked for accounts"] if known else []
    columns = config.organization.model_dump()
    # jsonb keeps no order of keys, and here the first match counts.
    columns["environments"] = [list(rule) for rule in columns["environments"].items()]
    if known is None:
        Organization.objects.create(pk=1, **columns)
        return ["AWS Organizations is asked for accounts from now on"]
    differing = _update(known, columns)
    if not differing:
        return []
    _update(known, {"tried_at": None})
    return [f"[organization] has a new {_list(differing)}"]


def _load_accounts(config: Config, now: datetime) -> list[str]:
    known = AwsAccount.objects.in_bulk()
    changes = []
    for entry in config.accounts:
        columns = {
            "name": entry.name,
            "environment": entry.environment,
            "role_arn": entry.role_arn,
            "external_id": entry.external_id,
            "removed_at": None,
            "from_organization": False,
        }
        label = f"AWS account {entry.id} ({entry.name})"
        account = known.pop(entry.id, None)
        if account and account.organization_state in NOT_READ:
            # The file does not wake it: AWS Organizations knows better.
            del columns["removed_at"]
        if account is None:
            AwsAccount.objects.create(account_id=entry.id, **columns)
            changes.append(f"{label} added")
        elif account.from_organization:
            _update(account, columns)
            changes.append(f"{label} is now as the file says")
        elif account.removed_at and "removed_at" in columns:
            _update(account, columns)
            changes.append(f"{label} put back")
        elif differing := _update(account, columns):
            changes.append(f"{label} has a new {_list(differing)}")
    return [*changes, *_take_out(known.values(), config, now)]


def _take_out(accounts: Iterable[AwsAccount], config: Config, now: datetime) -> Iterator[str]:
    """Yield what becomes of the accounts that the file does not name: AWS Organizations decides where it is asked."""
    for account in accounts:
        label = f"AWS account {account.pk} ({account.name})"
        if config.organization:
            if _update(account, {"from_organization": True}) and account.removed_at is None:
                yield f"{label} taken out: AWS Organizations says from now on whether it is read"
        elif account.removed_at is None:
            _update(account, {"removed_at": now})
            yield f"{label} taken out: it is no longer read"


def _load_teams(config: Config) -> list[str]:
    known = Team.objects.in_bulk()
    changes = []
    for entry in config.teams:
        columns = {
            "name": entry.name,
            "contact": entry.contact,
            "aliases": entry.aliases,
            "repositories": entry.repositories,
            "in_config": True,
        }
        team = known.pop(entry.slug, None)
        if team is None:
            Team.objects.create(slug=entry.slug, members_in_config=entry.members is not None, **columns)
            changes.append(f"team {entry.slug} added")
        elif not team.in_config:
            _update(team, columns)
            changes.append(f"team {entry.slug} put back")
        elif differing := _update(team, columns):
            changes.append(f"team {entry.slug} has a new {_list(differing)}")
    for team in known.values():
        if team.in_config:
            _update(team, {"in_config": False})
            changes.append(f"team {team.slug} taken out: its claims stand, new ones are refused")
    return changes


def _load_members(config: Config) -> list[str]:
    """Make the memberships follow the file, for the teams whose members it lists; make the people it names."""
    changes = []
    teams = Team.objects.in_bulk()
    for entry in config.teams:
        if _update(teams[entry.slug], {"members_in_config": entry.members is not None}):
            whose = "people themselves say" if entry.members is None else "the file says"
            changes.append(f"from now on {whose} who is in {entry.slug}")
        if entry.members is None:
            continue
        for email in sorted(set(entry.members)):
            person = Person.objects.filter(email=email).first()
            if person is None:
                person = _new_engineer(email)
                changes.append(f"{email} added as an engineer without a password")
            if teams[entry.slug].admit(person):
                changes.append(f"{email} joined {entry.slug}")
        for former in Membership.objects.filter(team=entry.slug).exclude(person__email__in=entry.members):
            claims = Claim.objects.filter(person=former.person, team=entry.slug, ended_at=None).count()
            stand = (
                f" (what they claimed, {claims:,}, stands until the team takes it over or it lapses)" if claims else ""
            )
            changes.append(f"{former.person.email} left {entry.slug}{stand}")
            former.delete()
            if not former.person.teams.exists():
                Person.objects.filter(pk=former.person_id).update(asks_for_team=True)
    return changes


def _new_engineer(email: str) -> Person:
    person = Person(email=email, access_level=AccessLevel.ENGINEER)
    person.set_unusable_password()
    person.save()
    return person


def _load_programme(config: Config, programme: Programme) -> list[str]:
    wanted: dict[str, Any] = {**config.thresholds.model_dump(), **config.programme.model_dump()}
    changes = []
    for name, value in wanted.items():
        before = getattr(programme, name)
        if before != value:
            setattr(programme, name, value)
            changes.append(f"{name} changed from {_value(before)} to {_value(value)}")
    return changes


def _load_ownership(config: Config, programme: Programme) -> list[str]:
    wanted = None if config.ownership is None else [rule.model_dump() for rule in config.ownership]
    if programme.ownership == wanted:
        return []
    programme.ownership = wanted
    return [f"{len(wanted)} rules of ownership" if wanted is not None else "the usual rules of ownership"]


def _load_environments(config: Config, programme: Programme) -> list[str]:
    wanted = config.workloads.environments
    if programme.environments == wanted:
        return []
    programme.environments = wanted
    names = ", ".join(each[0] for each in wanted or [])
    return [f"the environments of workloads are {names}" if wanted else "the usual environments of workloads"]


def _update(row: models.Model, columns: Mapping[str, Any]) -> list[str]:
    """Save the columns that differ; return their names."""
    differing = [name for name, value in columns.items() if getattr(row, name) != value]
    for name in differing:
        setattr(row, name, columns[name])
    if differing:
        row.save(update_fields=differing)
    return differing


def _list(names: list[str]) -> str:
    return " and ".join(names)


def _value(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(value) or "none"
    return "none" if value is None else str(value)
