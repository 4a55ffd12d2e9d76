"""Say which team one is in, where `iamdash.toml` leaves that to people."""

from datetime import datetime

from django.db import transaction

from iamdash.candidates.actions.errors import Refused
from iamdash.models import Membership, Person, Team
from iamdash.models.journal import record


@transaction.atomic
def join(*, team: Team, by: Person, now: datetime) -> None:
    """Become a member. Raises Refused where the file decides who is, or no longer names the team."""
    _refuse_if_decided(team)
    if not team.in_config:
        raise Refused(f"{team} was taken out of iamdash.toml. Choose another team.")
    if team.admit(by):
        record(at=now, actor=by.email, kind="team.joined", sentence=f"{by} joined {team}.", subject=team.slug)


@transaction.atomic
def leave(*, team: Team, by: Person, now: datetime) -> None:
    """Be a member no more; what one has claimed stands. Raises Refused where the file decides who is."""
    _refuse_if_decided(team)
    gone, _ = Membership.objects.filter(team=team, person=by).delete()
    if gone:
        record(at=now, actor=by.email, kind="team.left", sentence=f"{by} left {team}.", subject=team.slug)


def answer_later(*, by: Person) -> None:
    """Be asked no more which team one is in; it can still be said. Nothing about the work: no line in the journal."""
    Person.objects.filter(pk=by.pk).update(asks_for_team=False)


def _refuse_if_decided(team: Team) -> None:
    if team.file_names_members:
        raise Refused(f"iamdash.toml says who is in {team}. Whoever keeps that file can change it.")
