"""Finds the IAM role that may replace an IAM user: by what is typed, or by the likeness of the names."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, Case, CharField, IntegerField, Q, QuerySet, When
from django.db.models.expressions import RawSQL

from iamdash.candidates.queries.candidate.role_trust import RoleTrust, trust_of
from iamdash.models import Candidate, IamRole, Replacement
from iamdash.models.question import Asked, Given, Question, ask, nothing
from iamdash.standing.replacements import associations_of, by_arn

MOST_ROLES = 8
# Parts of names that say nothing of what a thing is for.
COMMON_WORDS = frozenset({"iam", "user", "role", "svc", "service", "account", "key", "prod", "production", "aws"})


@dataclass(frozen=True, slots=True)
class FoundRole:
    """A role that could be linked. `pk` is what the link form sends; `other_account` names one that is elsewhere."""

    pk: int
    role_name: str
    arn: str
    other_account: str
    trust: RoleTrust
    trust_policy: Mapping[str, Any] | None
    last_used_at: datetime | None


def words_of(user_name: str) -> tuple[str, ...]:
    """Return the telling words of a name: "svc-fastly.logs_writer" gives fastly, logs, writer."""
    words = dict.fromkeys(re.split(r"[^a-z0-9]+", user_name.lower()))
    return tuple(word for word in words if len(word) > 2 and word not in COMMON_WORDS and not word.isdecimal())[:6]


def find_roles(candidate: Candidate, typed: str) -> tuple[FoundRole, ...]:
    """Return the first MOST_ROLES of every account whose name or ARN holds what was typed, its own account first."""
    same_account = Case(When(aws_account_id=candidate.iam_user.aws_account_id, then=0), default=1)
    found = (
        _linkable(candidate.pk)
        .filter(Q(role_name__icontains=typed) | Q(arn__iexact=typed) | Q(unique_id=typed))
        .order_by(same_account, "role_name")
    )
    return as_found(candidate, found.select_related("aws_account")[:MOST_ROLES])


def roles_alike(candidate: Candidate) -> tuple[FoundRole, ...]:
    """Return the roles that `named_alike` finds, as a page shows them."""
    return as_found(candidate, named_alike(candidate))


def named_alike(candidate: Candidate) -> Asked[IamRole]:
    """Return the roles of the candidate's account whose names share at least half of its telling words, best first."""
    words = words_of(candidate.iam_user.user_name)
    if not words:
        return nothing()
    account, enough = candidate.iam_user.aws_account_id, (len(words) + 1) // 2
    return ALIKE.of(candidate=candidate.pk, account=account, words=list(words), enough=enough)


def _linkable(candidate: int | Given) -> QuerySet[IamRole]:
    linked = Replacement.objects.filter(candidate=candidate, unlinked_at=None).values("iam_role")
    # What AWS itself made for a service cannot be assumed by anybody else.
    return (
        IamRole.objects.filter(gone_at=None, aws_account__removed_at=None)
        .exclude(pk__in=linked)
        .exclude(path__startswith="/aws-service-role/")
    )


# How many of some `words` are in a role's name.
LIKENESS = RawSQL(
    'SELECT count(*) FROM unnest(%s::text[]) AS word WHERE strpos(lower("iamdash_iamrole"."role_name"), word) > 0',
    [Given("words", ArrayField(CharField()))],
    output_field=IntegerField(),
)
ALIKE = Question(
    _linkable(Given("candidate", BigIntegerField()))
    .filter(aws_account_id=Given("account", CharField()))
    .annotate(likeness=LIKENESS)
    .filter(likeness__gte=Given("enough", IntegerField()))
    .order_by("-likeness", "role_name")
    .select_related("aws_account")[:MOST_ROLES]
)


def as_found(candidate: Candidate, roles: Iterable[IamRole]) -> tuple[FoundRole, ...]:
    """Return roles as the page of a candidate shows them. A query where there is one, and two for unique IDs."""
    iam_roles = list(roles)
    associations = associations_of(iam_roles) if iam_roles else nothing()
    ask(associations, plan_once=True)
    trust = trust_of(iam_roles, by_arn(associations))
    home = candidate.iam_user.aws_account_id
    return tuple(
        FoundRole(
            pk=iam_role.pk,
            role_name=iam_role.role_name,
            arn=iam_role.arn,
            other_account="" if iam_role.aws_account_id == home else iam_role.aws_account.name,
            trust=trust[iam_role.pk],
            trust_policy=iam_role.trust_policy,
            last_used_at=iam_role.last_used_at,
        )
        for iam_role in iam_roles
    )
