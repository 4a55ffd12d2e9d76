"""Who signs in, and the teams they answer for. A Person is never called a user: that word belongs to AWS."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower


class AccessLevel(models.TextChoices):
    """What a person may do here; each level may do all that the ones before it may."""

    VIEWER = "viewer", "Viewer: reads and changes nothing"
    ENGINEER = "engineer", "Engineer: claims candidates and works on them"
    LEAD = "lead", "Lead: as an engineer, for every team; also assigns, and decides on exceptions"
    ADMIN = "admin", "Admin: as a lead; also syncs all accounts at once"


LEVELS = [level.value for level in AccessLevel]


class People(BaseUserManager["Person"]):
    """Finds people by e-mail address, whatever its capitals."""

    def get_by_natural_key(self, email: str | None) -> "Person":
        """Return the person with this e-mail address. Raises Person.DoesNotExist."""
        return self.get(email=(email or "").lower())


class Person(AbstractBaseUser):
    """A colleague who signs in; Django's user model under a name that cannot be mistaken for an IAM user.

    `asks_for_team`: pages still ask which team they are in; until they say, or say that it is not the time.
    """

    email = models.EmailField(unique=True)
    full_name = models.CharField(max_length=200, blank=True)
    access_level = models.CharField(max_length=10, choices=AccessLevel, default=AccessLevel.VIEWER)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    asks_for_team = models.BooleanField(default=True)
    teams: "models.ManyToManyField[Team, Membership]" = models.ManyToManyField(
        "Team", through="Membership", related_name="members"
    )

    objects: ClassVar[People] = People()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="email_in_lower_case"),
            models.CheckConstraint(condition=models.Q(access_level__in=LEVELS), name="person_has_a_known_access_level"),
        ]

    def __str__(self) -> str:
        return self.full_name or self.email

    def may(self, level: AccessLevel) -> bool:
        """Return whether this person may do what `level` may."""
        return self.is_active and LEVELS.index(self.access_level) >= LEVELS.index(level)


class Team(models.Model):
    """A team that answers for candidates. Its slug is its name in `iamdash.toml` and in addresses.

    `aliases`: other ways in which tags write its name; `repositories`: patterns of those that are its own;
    `members_in_config`: while the file names the team, it decides who is in it, and nobody joins or leaves here.
    """

    slug = models.SlugField(primary_key=True, max_length=60)
    name = models.CharField(max_length=120)
    contact = models.CharField(max_length=200, blank=True)
    in_config = models.BooleanField(default=True)
    aliases = models.JSONField(default=list)
    repositories = models.JSONField(default=list)
    members_in_config = models.BooleanField(default=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def file_names_members(self) -> bool:
        """Return whether `iamdash.toml` decides who is in it: the file still names the team, and who is."""
        return self.in_config and self.members_in_config

    def admit(self, person: Person) -> bool:
        """Make somebody a member, who need not be asked for their team any more; return whether they were none."""
        _, is_new = Membership.objects.get_or_create(person=person, team=self)
        if person.asks_for_team:
            person.asks_for_team = False
            person.save(update_fields=["asks_for_team"])
        return is_new


class Membership(models.Model):
    """A person in a team, as `iamdash.toml`, an admin or they themselves say."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    team = models.ForeignKey(Team, on_delete=models.CASCADE)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "team"], name="one_membership_per_team")]

    def __str__(self) -> str:
        return f"{self.person} in {self.team}"
