"""What `iamdash.toml` may say: its tables and keys, their defaults and limits, and what must agree with what."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from iamdash.organisation.email import checked_email
from iamdash.rules.workload import words_of

TEN_YEARS = 3650
ONE_WEEK = 7 * 24 * 60

# Sources of an owner that say nothing without a pattern, and those that say nothing without keys of tags.
BY_PATTERN = frozenset({"name", "path", "policy_resource"})
BY_KEYS = frozenset({"tag", "repository"})

Contradiction = tuple[tuple[str | int, ...], str]


def _matching(pattern: str, expected: str) -> Callable[[str], str]:
    compiled = re.compile(pattern, re.ASCII)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            raise ValueError(f"{value!r:.80} is not {expected}.")
        return value

    return check


def _text_of(longest: int) -> Callable[[str], str]:
    def check(value: str) -> str:
        if not value.strip() or not value.isprintable():
            raise ValueError("write at least one visible character, on one line.")
        if len(value) > longest:
            raise ValueError(f"{len(value):,} characters are too many: use at most {longest}.")
        return value.strip()

    return check


AccountId = Annotated[str, AfterValidator(_matching(r"\d{12}", "an AWS account: write its 12 digits, in quotes"))]
RoleArn = Annotated[
    str,
    AfterValidator(_text_of(2048)),
    AfterValidator(
        _matching(
            r"arn:aws[a-z-]*:iam::\d{12}:role/[\x21-\x7e]+",
            "the ARN of an IAM role, such as arn:aws:iam::111122223333:role/iamdash-reader",
        )
    ),
]
# The shape that sts:AssumeRole takes.
ExternalId = Annotated[
    str,
    AfterValidator(_matching(r"[\w+=,.@:/-]{2,1224}", "an external ID: 2 to 1224 letters, digits and _+=,.@:/-")),
]
RoleName = Annotated[
    str,
    AfterValidator(_matching(r"([\x21-\x7e]+/)?[\w+=,.@-]{1,64}", "the name of an IAM role, such as iamdash-reader")),
]
Slug = Annotated[
    str,
    AfterValidator(_matching(r"[a-z0-9][a-z0-9_-]{0,59}", "a slug: up to 60 small letters, digits, - and _")),
]
Email = Annotated[str, AfterValidator(checked_email)]
Region = Annotated[
    str, AfterValidator(_matching(r"[a-z]{2}(-[a-z]{2,12}){1,3}-\d{1,2}", "an AWS region, such as eu-west-1"))
]
Days = Annotated[int, Field(ge=0, le=TEN_YEARS)]


def _regular_expression(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"this is no regular expression: {error}.") from error
    return value


PrincipalOfVendor = Annotated[
    str,
    AfterValidator(
        _matching(
            r"\d{12}|arn:aws[a-z-]*:iam::\d{12}:(root|(user|role)/[\x21-\x7e]+)",
            "an AWS account or the ARN of an IAM user or role",
        )
    ),
]


class Table(BaseModel):
    """A table of the file: a key that it does not name is refused, and a number is not taken for text."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Account(Table):
    """One [[accounts]]. Without `role_arn` it is the account of the ambient credentials."""

    id: AccountId
    name: Annotated[str, AfterValidator(_text_of(120))]
    environment: Annotated[str, AfterValidator(_text_of(60))] = ""
    role_arn: RoleArn = ""
    external_id: ExternalId = ""


class OrganizationEntry(Table):
    """[organization]: accounts come from AWS Organizations too. What an [[accounts]] says of one counts for more."""

    role_name: RoleName
    external_id: ExternalId = ""
    list_role_arn: RoleArn = ""
    list_external_id: ExternalId = ""
    exclude: list[AccountId] = []
    environments: dict[str, Annotated[str, AfterValidator(_text_of(60))]] = {}


class TeamEntry(Table):
    """One [[teams]]. `members` left out: who belongs to it is decided elsewhere (`manage.py create_person`)."""

    slug: Slug
    name: Annotated[str, AfterValidator(_text_of(120))]
    contact: Annotated[str, AfterValidator(_text_of(200))] = ""
    aliases: list[Annotated[str, AfterValidator(_text_of(120))]] = []
    repositories: list[Annotated[str, AfterValidator(_text_of(200))]] = []
    members: list[Email] | None = None


class OwnershipEntry(Table):
    """One [[ownership]], in the order in which they count. `pattern` says which `team` the text that it fits means."""

    source: Literal["tag", "key_description", "repository", "name", "path", "policy_resource", "aws_marker"]
    keys: list[Annotated[str, AfterValidator(_text_of(128))]] = []
    pattern: Annotated[str, AfterValidator(_text_of(200)), AfterValidator(_regular_expression)] = ""
    team: Slug | Literal[""] = ""
    ignore: list[Annotated[str, AfterValidator(_text_of(200))]] = []


class Workloads(Table):
    """[workloads]. Each environment has its name and then its other spellings; production is the last."""

    environments: (
        Annotated[
            list[Annotated[list[Annotated[str, AfterValidator(_text_of(60))]], Field(min_length=1)]],
            Field(min_length=1),
        ]
        | None
    ) = None


class Limits(Table):
    """[thresholds]. With 0 minutes the second proof of gone may follow at once, still by a sync of its own."""

    long_lived_days: Days = 90
    grace_days: Days = 7
    stuck_days: Days = 21
    gone_confirm_minutes: Annotated[int, Field(ge=0, le=ONE_WEEK)] = 15
    minimum_quiet_days: Days = 14
    soak_days: Days = 14
    claim_days: Annotated[int, Field(ge=1, le=TEN_YEARS)] = 90
    claim_warning_days: Days = 14
    exception_days: Annotated[int, Field(ge=1, le=TEN_YEARS)] = 90

    @classmethod
    def bounds(cls, name: str) -> tuple[int, int]:
        """Return the least and the most that a limit may be."""
        facets = cls.model_fields[name].metadata
        [least], [most] = ([getattr(each, edge) for each in facets if hasattr(each, edge)] for edge in ("ge", "le"))
        return least, most

    @staticmethod
    def contradiction(*, claim_days: int, claim_warning_days: int) -> tuple[str, str] | None:
        """Return which limit denies another one, and a sentence; None where none does."""
        if claim_warning_days < claim_days:
            return None
        words = "claim_warning_days is not less than claim_days, so every claim would lapse soon. Lower it."
        return "claim_warning_days", words


class Aim(Table):
    """[programme]. `regions`: where to look for EKS clusters."""

    target_date: date | None = None
    regions: list[Region] = []


class VendorEntry(Table):
    """One [[vendors]]: a service of others, and how it can do without a key, as somebody checked it."""

    name: Annotated[str, AfterValidator(_text_of(80))]
    pattern: Annotated[str, AfterValidator(_text_of(200)), AfterValidator(_regular_expression)]
    mechanism: Literal["role", "oidc", "keys", "bucket_policy"]
    principals: list[PrincipalOfVendor] = []
    issuer: Annotated[str, AfterValidator(_matching(r"[a-z0-9.-]+(/[\x21-\x7e]*)?", "a host, without https://"))] = ""
    external_id: Literal["required", "optional"] = "required"
    documentation: Annotated[
        str, AfterValidator(_text_of(500)), AfterValidator(_matching(r"https://\S+", "an https:// address"))
    ]
    checked_on: date


class Config(Table):
    """The whole file."""

    accounts: list[Account] = []
    organization: OrganizationEntry | None = None
    teams: list[TeamEntry] = []
    ownership: list[OwnershipEntry] | None = None
    workloads: Workloads = Workloads()
    thresholds: Limits = Limits()
    programme: Aim = Aim()
    vendors: list[VendorEntry] = []

    @staticmethod
    def known_keys(table: list[str | int]) -> list[str]:
        """Return the keys that a table of the file may have; `table` as in an error's place: ["accounts", 0]."""
        shapes: dict[str | int, type[Table]] = {
            "accounts": Account,
            "organization": OrganizationEntry,
            "teams": TeamEntry,
            "ownership": OwnershipEntry,
            "workloads": Workloads,
            "thresholds": Limits,
            "programme": Aim,
            "vendors": VendorEntry,
        }
        shape = shapes[table[0]] if table else Config
        return list(shape.model_fields)

    def contradictions(self) -> list[Contradiction]:
        """Return where one part of the file denies another: the place, and a sentence."""
        return [
            *self._of_accounts(),
            *self._of_organization(),
            *self._of_teams(),
            *self._of_ownership(),
            *self._of_workloads(),
            *self._of_regions(),
            *self._of_vendors(),
            *self._of_claims(),
        ]

    def _of_accounts(self) -> Iterator[Contradiction]:
        if not self.accounts and not self.organization:
            yield (), "No AWS account is named. Add one, headed [[accounts]]."
        yield from _repeated("accounts", "id", [account.id for account in self.accounts])
        ambient = None
        for position, account in enumerate(self.accounts):
            place = ("accounts", position)
            if account.role_arn and account.role_arn.split(":")[4] != account.id:
                yield (*place, "role_arn"), f"role_arn is in another account than {account.id}. Correct one of them."
            if account.external_id and not account.role_arn:
                yield (*place, "external_id"), "external_id goes with a role_arn, and there is none. Add it."
            if not account.role_arn and ambient:
                yield (
                    place,
                    f"{account.id} has no role_arn, and neither has {ambient}. Only one account may leave it out.",
                )
            ambient = ambient or (None if account.role_arn else account.id)

    def _of_organization(self) -> Iterator[Contradiction]:
        if not self.organization:
            return
        if self.organization.list_external_id and not self.organization.list_role_arn:
            place = ("organization", "list_external_id")
            yield place, "list_external_id goes with a list_role_arn, and there is none. Add it."
        for account in self.accounts:
            if account.id in self.organization.exclude:
                words = f"{account.id} is excluded, and has an [[accounts]] too. Remove one of the two."
                yield ("organization", "exclude"), words

    def _of_teams(self) -> Iterator[Contradiction]:
        yield from _repeated("teams", "slug", [team.slug for team in self.teams])

    def _of_claims(self) -> Iterator[Contradiction]:
        limits = self.thresholds
        found = Limits.contradiction(claim_days=limits.claim_days, claim_warning_days=limits.claim_warning_days)
        if found:
            name, words = found
            yield ("thresholds", name), words

    def _of_ownership(self) -> Iterator[Contradiction]:
        slugs = {team.slug for team in self.teams}
        for position, rule in enumerate(self.ownership or []):
            place = ("ownership", position)
            if bool(rule.pattern) != bool(rule.team):
                there, missing = ("pattern", "team") if rule.pattern else ("team", "pattern")
                yield (*place, there), f"{there} goes with a {missing}, and there is none. Add it."
            elif rule.team and rule.team not in slugs:
                yield (*place, "team"), f'There is no team "{rule.team}". Add it under [[teams]], or correct it.'
            if rule.source in BY_PATTERN and not rule.pattern:
                yield place, f'The source "{rule.source}" needs a pattern and the team that it means. Add them.'
            if rule.source in BY_KEYS and not rule.keys:
                yield place, f'The source "{rule.source}" needs the keys of the tags to look at. Add keys.'

    def _of_workloads(self) -> Iterator[Contradiction]:
        place = ("workloads", "environments")
        seen: list[list[str]] = []
        for spelling in (spelling for each in self.workloads.environments or [] for spelling in each):
            words = words_of(spelling)
            if not words:
                yield place, f'No name can hold "{spelling}": it has neither a letter nor a digit. Remove it.'
            elif words in seen:
                yield place, f'"{spelling}" is there twice, however it is spelt. Leave it where it belongs.'
            seen.append(words)

    def _of_regions(self) -> Iterator[Contradiction]:
        for region in sorted({region for region in self.programme.regions if self.programme.regions.count(region) > 1}):
            yield ("programme", "regions"), f"regions names {region} twice. Remove one."

    def _of_vendors(self) -> Iterator[Contradiction]:
        yield from _repeated("vendors", "name", [vendor.name for vendor in self.vendors])
        for position, vendor in enumerate(self.vendors):
            place = ("vendors", position)
            if vendor.principals and vendor.mechanism not in {"role", "bucket_policy"}:
                words = (
                    f'principals go with the mechanism "role" or "bucket_policy", and here it is "{vendor.mechanism}".'
                )
                yield (*place, "principals"), words
            if vendor.issuer and vendor.mechanism != "oidc":
                yield (*place, "issuer"), f'issuer goes with the mechanism "oidc", and here it is "{vendor.mechanism}".'


def _repeated(table: str, key: str, values: list[Any]) -> Iterator[Contradiction]:
    for position, value in enumerate(values):
        if value in values[:position]:
            yield (table, position, key), f'The {key} "{value}" is there twice. Remove one of the two [[{table}]].'
