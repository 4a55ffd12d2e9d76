"""Rows for tests: plain functions, each with a believable default for whatever the test does not care about."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from iamdash.models import (
    AccessKey,
    AccessLevel,
    AwsAccount,
    Candidate,
    Claim,
    IamRole,
    IamUser,
    Person,
    Replacement,
    SyncRun,
    Team,
)
from iamdash.rules.facts import CredentialKind
from iamdash.rules.route import Route

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
_numbers = count(1)


def days_ago(days: float, *, now: datetime = NOW) -> datetime:
    return now - timedelta(days=days)


def make_aws_account(account_id: str = "111122223333", **columns: Any) -> AwsAccount:
    defaults = {"name": f"example-{account_id[:4]}", "environment": "production"}
    return AwsAccount.objects.get_or_create(account_id=account_id, defaults=defaults | columns)[0]


def make_iam_user(user_name: str = "", *, aws_account: AwsAccount | None = None, **columns: Any) -> IamUser:
    """An IAM user whose keys were read directly an hour ago: a test that wants them unread passes None."""
    number = next(_numbers)
    aws_account = aws_account or make_aws_account()
    user_name = user_name or f"uploader-{number}"
    defaults = {
        "unique_id": f"AIDA{number:017d}",
        "arn": f"arn:aws:iam::{aws_account.pk}:user/{user_name}",
        "created_at": days_ago(400),
        "first_seen_at": days_ago(30),
        "keys_read_at": days_ago(1 / 24),
    }
    return IamUser.objects.create(aws_account=aws_account, user_name=user_name, **defaults | columns)


def make_access_key(iam_user: IamUser, **columns: Any) -> AccessKey:
    """An active key, 200 days old, used yesterday as a direct reading of an hour ago said."""
    created_at = columns.pop("created_at", days_ago(200))
    defaults = {
        "aws_account": iam_user.aws_account,
        "access_key_id": f"AKIA{next(_numbers):012d}EXMP",
        "status": "Active",
        "status_changed_at": created_at,
        "last_used_at": days_ago(1),
        "last_used_service": "s3",
        "last_used_region": "eu-west-1",
        "last_used_source": "direct",
        "last_used_as_of": days_ago(1 / 24),
        "first_seen_at": days_ago(30),
    }
    return AccessKey.objects.create(iam_user=iam_user, created_at=created_at, **defaults | columns)


def make_iam_role(role_name: str = "", *, aws_account: AwsAccount | None = None, **columns: Any) -> IamRole:
    """A role with a policy that EKS Pod Identity may take."""
    number = next(_numbers)
    aws_account = aws_account or make_aws_account()
    role_name = role_name or f"role-{number}"
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "pods.eks.amazonaws.com"},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
    }
    defaults = {
        "unique_id": f"AROA{number:017d}",
        "arn": f"arn:aws:iam::{aws_account.pk}:role/{role_name}",
        "created_at": days_ago(20),
        "trust_policy": {"Version": "2012-10-17", "Statement": [statement]},
        "attached_policies": [{"name": "uploads", "arn": f"arn:aws:iam::{aws_account.pk}:policy/uploads"}],
        "first_seen_at": days_ago(20),
    }
    return IamRole.objects.create(aws_account=aws_account, role_name=role_name, **defaults | columns)


def make_team(slug: str = "platform", **columns: Any) -> Team:
    return Team.objects.get_or_create(slug=slug, defaults={"name": slug.title()} | columns)[0]


def make_person(
    email: str = "", *, access_level: str = AccessLevel.ENGINEER, teams: tuple[Team, ...] = (), **columns: Any
) -> Person:
    email = email or f"person-{next(_numbers)}@example.org"
    person = Person.objects.create(email=email, access_level=access_level, **columns)
    for team in teams:
        team.admit(person)
    return person


def make_sync_run(aws_account: AwsAccount | None = None, **columns: Any) -> SyncRun:
    """A complete run that ended an hour ago and read every part."""
    finished_at = columns.get("finished_at", days_ago(1 / 24))
    parts = ["authorization_details", "credential_report", "access_keys", "absences", "pod_identity"]
    defaults = {
        "trigger": "schedule",
        "started_at": days_ago(1.1 / 24),
        "finished_at": finished_at,
        "outcome": "complete",
        "freshness": {part: finished_at.isoformat() for part in parts} if finished_at else {},
    }
    return SyncRun.objects.create(aws_account=aws_account or make_aws_account(), **defaults | columns)


def make_candidate(iam_user: IamUser | None = None, **columns: Any) -> Candidate:
    """A candidate that nobody has claimed, opened 20 days ago; its IAM user has one active key unless one is given."""
    if iam_user is None:
        iam_user = make_iam_user()
        make_access_key(iam_user)
    return Candidate.objects.create(iam_user=iam_user, **{"opened_at": days_ago(20)} | columns)


def make_safe_to_deactivate(user_name: str, *, now: datetime = NOW) -> Candidate:
    """A candidate whose active key was last used 500 days ago, as a direct reading of an hour ago said."""
    read_at = now - timedelta(hours=1)
    iam_user = make_iam_user(user_name, keys_read_at=read_at)
    long_ago = {"created_at": days_ago(900, now=now), "last_used_at": days_ago(500, now=now)}
    make_access_key(iam_user, last_used_as_of=read_at, **long_ago)
    return make_candidate(iam_user)


def make_safe_to_delete(user_name: str, *, now: datetime = NOW) -> Candidate:
    """A candidate whose only credential, by readings of an hour ago, is a key that has been Inactive for 450 days."""
    read_at = now - timedelta(hours=1)
    others = dict.fromkeys(CredentialKind, read_at.isoformat())
    iam_user = make_iam_user(user_name, keys_read_at=read_at, other_credentials_read=others)
    inactive = {"status": "Inactive", "status_changed_at": days_ago(450, now=now)}
    long_ago = {"created_at": days_ago(900, now=now), "last_used_at": days_ago(900, now=now)}
    make_access_key(iam_user, first_seen_at=days_ago(600, now=now), last_used_as_of=read_at, **inactive, **long_ago)
    return make_candidate(iam_user)


def make_claim(
    candidate: Candidate, *, person: Person | None = None, team: Team | None = None, **columns: Any
) -> Claim:
    team = team or make_team()
    person = person or make_person(teams=(team,))
    """A claim that was made ten days before NOW and confirmed just now; one of another day was not confirmed since."""
    said = {"claimed_at": days_ago(10), "confirmed_at": columns.get("claimed_at", timezone.now())}
    return Claim.objects.create(candidate=candidate, team=team, person=person, **said | columns)


def make_replacement(candidate: Candidate, iam_role: IamRole | None = None, **columns: Any) -> Replacement:
    """A linked role; the candidate's route becomes EKS Pod Identity where it has none."""
    linked_by = columns.pop("linked_by", None) or make_person()
    if not candidate.route:
        candidate.route, candidate.route_chosen_at, candidate.route_chosen_by = (
            Route.POD_IDENTITY,
            days_ago(9),
            linked_by,
        )
        candidate.save()
    return Replacement.objects.create(
        candidate=candidate,
        iam_role=iam_role or make_iam_role(aws_account=candidate.iam_user.aws_account),
        linked_by=linked_by,
        **{"linked_at": days_ago(8)} | columns,
    )
