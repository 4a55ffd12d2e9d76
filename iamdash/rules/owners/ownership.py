"""Who a candidate likely belongs to: by the rules of `iamdash.toml`, the first that answers, with all that was seen.

A conclusion is no claim: it tells a team where to look first, and a claim always counts for more.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from iamdash.rules.facts import CandidateFacts
from iamdash.rules.owners.owner import Hint, Ownership
from iamdash.rules.owners.teams import OwnershipRule, Source, TeamFacts, Teams, plainly

# An access key ID as the key of a tag: there the console keeps what its owner wrote as the key's description (IAM User
# Guide, "Manage access keys for IAM users").
KEY_ID = re.compile(r"AKIA[A-Z0-9]{12,124}")
AWS_MADE = "aws:"


def ownership_of(facts: CandidateFacts, *, rules: Sequence[OwnershipRule]) -> Ownership:
    """Return the likely owner by the first rule that names a team of the config."""
    hints = [hint for number, rule in enumerate(rules, start=1) for hint in _hints(facts, rule, number)]
    decisive = next((hint for hint in hints if hint.team_slug and not hint.why_not), None)
    if decisive is None:
        return Ownership("", tuple(hints))
    others = (replace(hint, why_not=_why_not(hint, decisive)) for hint in hints if hint is not decisive)
    return Ownership(decisive.team_slug, (decisive, *others))


def _why_not(hint: Hint, decisive: Hint) -> str:
    if hint.why_not:
        return hint.why_not
    if hint.team_slug == decisive.team_slug:
        return "it says the same"
    if hint.source is not decisive.source:
        return f"the {decisive.source.label} counts for more"
    return f"another {hint.source.label} counts for more" if hint.rule == decisive.rule else "an earlier rule decides"


def _hints(facts: CandidateFacts, rule: OwnershipRule, number: int) -> Iterator[Hint]:
    for words, value in VALUES[rule.source](facts, rule):
        if rule.pattern and not _compiled(rule.pattern).search(value):
            continue
        team = facts.teams.by_slug.get(rule.team) if rule.pattern else _meant(rule.source, value, facts.teams)
        if plainly(value) in {plainly(each) for each in rule.ignore}:
            yield Hint(rule.source, number, words, why_not="the file says that it counts for nothing")
        elif team is None:
            yield Hint(rule.source, number, words, why_not=NAMES_NOBODY[rule.source])
        else:
            yield Hint(rule.source, number, words, team.slug)


# Why a value decides nothing that fits no team of the config.
NAMES_NOBODY = dict.fromkeys(Source, "no team is called so") | {
    Source.KEY_DESCRIPTION: "it names no team",
    Source.REPOSITORY: "it is no team's repository",
}


def _meant(source: Source, value: str, teams: Teams) -> TeamFacts | None:
    """Return the team that a value names by itself: a tag is a name, a description a sentence."""
    if source is Source.TAG:
        return teams.called(value)
    return teams.of_repository(value) if source is Source.REPOSITORY else teams.named_in(value)


def _tags(facts: CandidateFacts, rule: OwnershipRule) -> Iterator[tuple[str, str]]:
    """Yield the tags with the keys of the rule, however they are spelt, in the order of these keys."""
    for wanted in rule.keys:
        for key, value in facts.tags.items():
            if plainly(key) == plainly(wanted) and value.strip():
                yield f"its tag {key} is “{value}”", value


def _key_descriptions(facts: CandidateFacts, _rule: OwnershipRule) -> Iterator[tuple[str, str]]:
    for key, value in facts.tags.items():
        if KEY_ID.fullmatch(key):
            yield f"the description of its key {key} is “{value}”", value


def _aws_markers(facts: CandidateFacts, rule: OwnershipRule) -> Iterator[tuple[str, str]]:
    for key, value in facts.tags.items():
        if key.startswith(AWS_MADE) and (not rule.keys or key in rule.keys):
            yield f"AWS's own tag {key} is “{value}”", value


def _name(facts: CandidateFacts, _rule: OwnershipRule) -> Iterator[tuple[str, str]]:
    yield f"its name is {facts.user_name}", facts.user_name


def _path(facts: CandidateFacts, _rule: OwnershipRule) -> Iterator[tuple[str, str]]:
    yield f"its path is {facts.path}", facts.path


def _policy_resources(facts: CandidateFacts, _rule: OwnershipRule) -> Iterator[tuple[str, str]]:
    """Yield each resource that its own inline policies name, and the ARNs of its attached ones."""
    for policy in facts.policies:
        if policy.arn:
            yield f"it has the policy {policy.arn}", policy.arn
        for statement in _listed((policy.document or {}).get("Statement")):
            if isinstance(statement, Mapping):
                resources = (each for each in _listed(statement.get("Resource")) if isinstance(each, str))
                yield from ((f"its policy {policy.name} names {resource}", resource) for resource in resources)


VALUES: Mapping[Source, Callable[[CandidateFacts, OwnershipRule], Iterator[tuple[str, str]]]] = {
    Source.TAG: _tags,
    Source.REPOSITORY: _tags,
    Source.KEY_DESCRIPTION: _key_descriptions,
    Source.AWS_MARKER: _aws_markers,
    Source.NAME: _name,
    Source.PATH: _path,
    Source.POLICY_RESOURCE: _policy_resources,
}


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)
