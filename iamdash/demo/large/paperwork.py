"""What people did about the IAM users of the large organisation, and the journal of it all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from iamdash.demo.large.iam_users import Story
from iamdash.demo.large.people import Organisation
from iamdash.demo.large.words import NOTES
from iamdash.models import Candidate, Claim, Event, IamRole, Note, Person, Replacement
from iamdash.models.journal import record_all
from iamdash.rules.route import Route
from iamdash.rules.stage import Stage

WITH_NOTE, RENAMED = 0.1, 0.01
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ],
}


@dataclass(frozen=True, slots=True)
class Work:
    """A candidate with its story, and who works on it."""

    candidate: Candidate
    story: Story
    person: Person
    claimed_at: datetime

    @property
    def is_claimed(self) -> bool:
        """Return whether somebody has said "this is ours"."""
        return self.story.aims_at >= Stage.CLAIMED


def write(stories: Sequence[Story], organisation: Organisation, *, rng: Random, now: datetime) -> None:
    """Write candidates, claims, routes, roles, notes, and a line of the journal for what happened."""
    work = [_work(story, organisation, rng, now) for story in stories]
    Candidate.objects.bulk_create([each.candidate for each in work])
    Claim.objects.bulk_create(
        [
            Claim(
                candidate=each.candidate,
                team_id=each.story.team,
                person=each.person,
                claimed_at=each.claimed_at,
                confirmed_at=now,
            )
            for each in work
            if each.is_claimed
        ]
    )
    _link_roles([each for each in work if each.story.aims_at >= Stage.ROLE_READY], rng, now)
    Note.objects.bulk_create(
        [
            Note(candidate=each.candidate, body=rng.choice(NOTES), written_at=each.claimed_at, written_by=each.person)
            for each in work
            if rng.random() < WITH_NOTE
        ]
    )
    record_all(event for each in work for event in _events(each, rng, now))


def _work(story: Story, organisation: Organisation, rng: Random, now: datetime) -> Work:
    opened_at = now - timedelta(days=story.opened)
    person = rng.choice(organisation.members[story.team])
    claimed_at = opened_at + timedelta(days=rng.uniform(0, max(story.opened - story.ended - 5, 0)))
    candidate = Candidate(iam_user=story.iam_user, opened_at=opened_at)
    if story.aims_at >= Stage.ROLE_READY:
        candidate.route, candidate.route_chosen_at, candidate.route_chosen_by = Route.SERVICE_ROLE, claimed_at, person
    return Work(candidate, story, person, claimed_at)


def _link_roles(work: Sequence[Work], rng: Random, now: datetime) -> None:
    roles = [_role(each, rng, now) for each in work]
    IamRole.objects.bulk_create(roles)
    Replacement.objects.bulk_create(
        [
            Replacement(candidate=each.candidate, iam_role=role, linked_at=each.claimed_at, linked_by=each.person)
            for each, role in zip(work, roles, strict=True)
        ]
    )


def _role(work: Work, rng: Random, now: datetime) -> IamRole:
    iam_user = work.story.iam_user
    name = f"{iam_user.user_name.rpartition('-')[0]}-role-{rng.randint(1, 999)}"
    is_used = work.story.aims_at >= Stage.SWITCHED_OVER
    return IamRole(
        aws_account_id=iam_user.aws_account_id,
        unique_id=f"AROA{iam_user.unique_id[4:]}",
        role_name=name,
        arn=f"arn:aws:iam::{iam_user.aws_account_id}:role/{name}",
        created_at=work.claimed_at,
        trust_policy=TRUST,
        attached_policies=iam_user.attached_policies,
        instance_profiles=[name],
        last_used_at=now - timedelta(hours=rng.uniform(1, 48)) if is_used else None,
        first_seen_at=work.claimed_at,
    )


def _events(work: Work, rng: Random, now: datetime) -> Iterator[Event]:
    story, name = work.story, work.story.iam_user.user_name
    opened_at = work.candidate.opened_at
    yield _event(work, opened_at, "sync", "candidate.opened", f"{name} became a candidate.")
    if rng.random() < RENAMED:
        before = {"user_name": f"old-{name}"}
        yield _event(work, opened_at, "sync", "iam_user.renamed", f"old-{name} is now {name}.", before=before)
    if work.is_claimed:
        words = f"{work.person} claimed {name}."
        yield _event(work, work.claimed_at, work.person.email, "candidate.claimed", words)
    ended_at = now - timedelta(days=story.ended)
    if story.aims_at >= Stage.DEACTIVATED:
        for key in story.access_keys:
            words = f"Access key {key.access_key_id} of {name} is Inactive."
            yield _event(work, ended_at, "sync", "access_key.deactivated", words, subject=key.access_key_id)
    if story.aims_at is Stage.DELETED:
        yield _event(work, ended_at, "sync", "iam_user.gone_confirmed", f"IAM user {name} is gone, proved twice.")


def _event(
    work: Work, at: datetime, actor: str, kind: str, sentence: str, *, subject: str = "", before: object = None
) -> Event:
    iam_user = work.story.iam_user
    return Event(
        at=at,
        actor=actor,
        kind=kind,
        sentence=sentence,
        aws_account_id=iam_user.aws_account_id,
        unique_id=iam_user.unique_id,
        subject=subject or iam_user.user_name,
        candidate_number=work.candidate.pk,
        before=before,
    )
