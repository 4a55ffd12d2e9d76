"""Who says "this is ours", and for how long that holds. `candidates.actions` writes, and `candidates.lapses`."""

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet

from iamdash.models.candidate import Candidate
from iamdash.models.people import AccessLevel, Membership, Person, Team

OFFERED = tuple(f"offered_{each}__isnull" for each in ("team", "person", "by", "at"))


class Claim(models.Model):
    """The statement "this is ours": a team and the person who answers for it. At most one stands at a time.

    `confirmed_at`: when somebody last said so; it lapses so many days later. `lapsed`: it ended because nobody did.
    `offered_…`: to whom it was offered, by whom and when, and what nobody has answered yet; the journal keeps the rest.
    `is_member`: whether the person is in the team now; only where `standing_claims` found it.
    """

    is_member: bool

    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="claims")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="claims")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="claims")
    claimed_at = models.DateTimeField()
    confirmed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    lapsed = models.BooleanField(default=False)
    offered_team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="+")
    offered_person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="offered_claims")
    offered_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    offered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["candidate"],
                condition=Q(ended_at__isnull=True),
                name="one_standing_claim_per_candidate",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True, lapsed=False)
                | Q(ended_at__isnull=False, ended_by__isnull=False, lapsed=False)
                | Q(ended_at__isnull=False, ended_by__isnull=True, lapsed=True),
                name="a_claim_ends_by_somebody_or_by_lapsing",
            ),
            models.CheckConstraint(
                condition=Q(**dict.fromkeys(OFFERED, True)) | Q(**dict.fromkeys(OFFERED, False)),
                name="an_offer_says_to_whom_by_whom_and_when",
            ),
        ]

    def __str__(self) -> str:
        return f"claim of {self.candidate_id} by {self.team_id}"

    @property
    def why_left(self) -> str:
        """Return why the person can no longer answer for it, to follow "who"; "" where they can."""
        if not self.person.is_active:
            return "can no longer sign in"
        if not self.person.may(AccessLevel.ENGINEER):
            return "can no longer change anything here"
        return "" if self.is_member or self.person.may(AccessLevel.LEAD) else f"is no longer in {self.team}"


def standing_claims() -> QuerySet[Claim]:
    """Return the claims that nobody has ended, each with its team, its person, and whether they are in it."""
    membership = Membership.objects.filter(person=OuterRef("person"), team=OuterRef("team"))
    standing = Claim.objects.filter(ended_at=None).select_related(
        "team", "person", "offered_team", "offered_person", "offered_by"
    )
    return standing.annotate(is_member=Exists(membership))  # type: ignore[no-redef]  # declared, for `why_left`
