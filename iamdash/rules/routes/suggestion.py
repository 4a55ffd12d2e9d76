"""Which routes may fit a candidate, each with its reason. A person chooses; nothing here chooses or pre-selects.

What says most comes first: a vendor by the reviewed list, a special case, a role that is named alike and its trust, a
person's key, keys that nothing uses, the service last used, tags.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from iamdash.rules.facts import CandidateFacts
from iamdash.rules.keys import active_keys, no_reading
from iamdash.rules.kind import Kind, kind_of, words_of
from iamdash.rules.policies.arns import principal_of
from iamdash.rules.policies.trust import Policy, allowing
from iamdash.rules.route import Route
from iamdash.rules.routes.federation import EKS_HOST, PROVIDER
from iamdash.rules.routes.services import EKS_PODS, ROLES_ANYWHERE
from iamdash.rules.sentence import Sentence, plain
from iamdash.rules.special_cases import special_cases
from iamdash.rules.vendors import Mechanism, vendor_of_account, vendor_of_issuer, vendors_named

# As long as AWS remembers the use of a role; a key that was silent for longer is hardly a yearly job's.
LONG_SILENCE = timedelta(days=400)
WAYS: Mapping[Mechanism, tuple[Route, str]] = {
    Mechanism.ROLE: (Route.VENDOR_ACCOUNT, "can take a role from its own AWS account"),
    Mechanism.OIDC: (Route.OIDC, "can take a role by OpenID Connect"),
    Mechanism.BUCKET_POLICY: (Route.CHANGE_CODE, "can be let in by a bucket policy, without an IAM user of ours"),
    Mechanism.KEYS: (Route.NONE_POSSIBLE, "takes access keys only"),
}
# What only some kind of software does, by the name that AWS gives its service in a key's last use.
SERVICES: Mapping[str, tuple[Route, str]] = {
    "ecr": (Route.OIDC, "container images are mostly pushed by a CI"),
    "cloudformation": (Route.OIDC, "stacks are mostly deployed by a CI"),
    "codedeploy": (Route.OIDC, "deployments are mostly started by a CI"),
}
KUBERNETES = frozenset({"cluster", "eks", "k8s", "kubernetes", "namespace"})


@dataclass(frozen=True, slots=True)
class NamedTrust:
    """A role of the candidate's account that is named alike, and who may take it."""

    role_name: str
    trust_policy: Policy | None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A route that may fit. `because` ends "Suggested because"; `documentation`: where to read on, or ""."""

    route: Route
    because: Sentence
    documentation: str = ""


def suggest(facts: CandidateFacts, *, alike: tuple[NamedTrust, ...] = ()) -> tuple[Suggestion, ...]:
    """Return the routes that may fit, the weightiest reason first and each route once; none where nothing says so."""
    found: dict[Route, Suggestion] = {}
    for suggestion in _reasons(facts, alike):
        found.setdefault(suggestion.route, suggestion)
    return tuple(found.values())


def _reasons(facts: CandidateFacts, alike: tuple[NamedTrust, ...]) -> Iterator[Suggestion]:
    yield from _by_vendor(facts)
    for case in special_cases(facts):
        yield Suggestion(case.route, Sentence(plain(f"it looks like {case.name}.")), case.documentation)
    for role in alike:
        for route, who in _taken_by(role.trust_policy or {}, facts):
            yield Suggestion(
                route, Sentence(plain(f"the role {role.role_name} is named alike, and {who} may take it."))
            )
    if kind_of(facts).kind is Kind.PERSON:
        yield Suggestion(Route.SINGLE_SIGN_ON, Sentence("it looks like a person's."))
    yield from _by_silence(facts)
    yield from _by_service(facts)
    for key in sorted(facts.tags):
        if KUBERNETES & set(words_of(key)):
            yield Suggestion(Route.POD_IDENTITY, Sentence(plain(f"its tag {key} speaks of Kubernetes.")))


def _by_vendor(facts: CandidateFacts) -> Iterator[Suggestion]:
    for where, text in _texts(facts):
        for vendor in vendors_named(text, facts.vendors):
            route, way = WAYS[vendor.mechanism]
            day = f"{vendor.checked_on.day} {vendor.checked_on:%b %Y}"
            words = f"{where} fits {vendor.name}, which {way} (checked on {day})."
            yield Suggestion(route, Sentence(plain(words)), vendor.documentation)


def _texts(facts: CandidateFacts) -> Iterator[tuple[str, str]]:
    """Yield what may name a vendor. An address names where code lives, and not who uses the key."""
    yield "its name", facts.user_name
    for key, value in sorted(facts.tags.items()):
        if "://" not in value:
            yield (f"the description of {key}" if key.startswith("AKIA") else f"its tag {key}"), value


def _taken_by(trust: Policy, facts: CandidateFacts) -> Iterator[tuple[Route, str]]:
    for service, _statement in allowing(trust, "Service"):
        route = {EKS_PODS: Route.POD_IDENTITY, ROLES_ANYWHERE: Route.ROLES_ANYWHERE}.get(service, Route.SERVICE_ROLE)
        yield route, service
    for provider, _statement in allowing(trust, "Federated"):
        named = PROVIDER.fullmatch(provider)
        host = named["host"] if named else provider
        vendor = vendor_of_issuer(host, facts.vendors)
        yield (Route.IRSA if EKS_HOST.fullmatch(host) else Route.OIDC), vendor.name if vendor else host
    yield from _taken_by_accounts(trust, facts)


def _taken_by_accounts(trust: Policy, facts: CandidateFacts) -> Iterator[tuple[Route, str]]:
    ours = facts.known_account_ids | {facts.aws_account_id}
    for name, _statement in allowing(trust, "AWS"):
        principal = principal_of(name)
        if principal is None or name == facts.arn:
            continue
        if principal.account_id not in ours:
            vendor = vendor_of_account(principal.account_id, facts.vendors)
            yield Route.VENDOR_ACCOUNT, vendor.name if vendor else f"AWS account {principal.account_id}"
        elif principal.kind == "role":
            yield Route.OWN_ACCOUNT, f"the role {principal.name}"


def _by_silence(facts: CandidateFacts) -> Iterator[Suggestion]:
    """Yield "just delete" where every key is silent by readings of its use; unread is never silent."""
    if no_reading(facts) is not None:
        return
    if not active_keys(facts):
        yield Suggestion(Route.JUST_DELETE, Sentence("none of its keys is Active."))
        return
    readings = [(key.last_used_at or key.created_at, key.last_used_as_of) for key in facts.access_keys]
    if all(as_of is not None and as_of - since > LONG_SILENCE for since, as_of in readings):
        newest = max(since for since, _as_of in readings)
        words = "no key was used for over 400 days: AWS recorded nothing since {since:day}."
        yield Suggestion(Route.JUST_DELETE, Sentence(words, {"since": newest}))


def _by_service(facts: CandidateFacts) -> Iterator[Suggestion]:
    services = {key.last_used_service for key in facts.access_keys if key.last_used_at is not None}
    for service in sorted(services & SERVICES.keys()):
        route, why = SERVICES[service]
        yield Suggestion(route, Sentence(f"a key was last used for {service}, and {why}."))
