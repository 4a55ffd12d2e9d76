"""What an IAM user's own policies let it do, roughly: anything, whole services, less; or it cannot be told.

Only what is stored is judged: inline documents, and AWS's own policies by their names. The documents of other policies
and what groups allow are not read. Denies, conditions and the permissions boundary are not counted off.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from iamdash.rules.facts import CandidateFacts, PolicyFacts
from iamdash.rules.policies.conditions import as_list
from iamdash.rules.policies.trust import statements_of
from iamdash.rules.sentence import Sentence, plain

AWS_MANAGED = ":iam::aws:policy/"
# They make their holder an administrator, or let it make itself one.
ADMINISTRATORS = frozenset({"AdministratorAccess", "IAMFullAccess"})


class Reach(StrEnum):
    """How far a user's policies reach."""

    ANYTHING = "anything"
    WHOLE_SERVICES = "whole_services"
    NOT_TOLD = "not_told"
    LIMITED = "limited"


def reach_of(facts: CandidateFacts) -> tuple[Reach, tuple[Sentence, ...]]:
    """Return how far the policies reach, by the farthest of them, and what says so; with what was not read."""
    found = [(policy, _reach_of_policy(policy)) for policy in facts.policies]
    groups = [Sentence(plain(f"What its groups allow is not read: {', '.join(facts.groups)}."))] if facts.groups else []
    gaps = (*(Sentence(plain(_gap(policy))) for policy, reach in found if reach is Reach.NOT_TOLD), *groups)
    for reach, words in ((Reach.ANYTHING, "It may do anything"), (Reach.WHOLE_SERVICES, "It may do all of a service")):
        names = [policy.name for policy, each in found if each is reach]
        if names:
            return reach, (Sentence(plain(f"{words}, by the policy {' and '.join(names)}.")), *gaps)
    if gaps:
        return Reach.NOT_TOLD, (Sentence("What it may do cannot be told."), *gaps)
    return Reach.LIMITED, (Sentence("Its own policies allow neither everything nor all of a service."),)


def _reach_of_policy(policy: PolicyFacts) -> Reach:
    if policy.arn:
        return _by_name(policy)
    if policy.document is None:
        return Reach.NOT_TOLD
    found = set(_of_document(policy.document))
    order = (Reach.ANYTHING, Reach.WHOLE_SERVICES, Reach.NOT_TOLD)
    return next((reach for reach in order if reach in found), Reach.LIMITED)


def _by_name(policy: PolicyFacts) -> Reach:
    if AWS_MANAGED not in policy.arn:
        return Reach.NOT_TOLD
    if policy.name in ADMINISTRATORS:
        return Reach.ANYTHING
    if policy.name == "PowerUserAccess" or policy.name.endswith("FullAccess"):
        return Reach.WHOLE_SERVICES
    return Reach.LIMITED if policy.name.endswith("ReadOnlyAccess") else Reach.NOT_TOLD


def _of_document(document: Mapping[str, Any]) -> Iterator[Reach]:
    if not isinstance(document.get("Statement"), dict | list):
        yield Reach.NOT_TOLD
    for statement in statements_of(document):
        if statement.get("Effect") not in {"Allow", "Deny"}:
            yield Reach.NOT_TOLD
        elif statement["Effect"] == "Allow" and _on_everything(statement):
            if "Action" not in statement:
                # An Allow of all actions but some.
                yield Reach.WHOLE_SERVICES if "NotAction" in statement else Reach.NOT_TOLD
            else:
                yield from (_of_action(str(action).lower()) for action in as_list(statement["Action"]))


def _on_everything(statement: Mapping[str, Any]) -> bool:
    """Return whether a statement speaks of all resources, or of all of a service: `*`, `arn:aws:s3:::*`."""
    if "Resource" not in statement:
        return True
    return any(str(resource).split(":", 5)[-1] == "*" for resource in as_list(statement["Resource"]))


def _of_action(action: str) -> Reach:
    service, _colon, name = action.partition(":")
    if action == "*" or (name == "*" and service in {"*", "iam"}):
        return Reach.ANYTHING
    return Reach.WHOLE_SERVICES if name == "*" or "*" in service else Reach.LIMITED


def _gap(policy: PolicyFacts) -> str:
    if policy.arn:
        return f"What the policy {policy.name} allows is not read."
    return f"The inline policy {policy.name} has a shape that iamdash does not know."
