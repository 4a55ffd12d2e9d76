"""Is a role ready for a web identity: a Kubernetes service account (IRSA), or the OpenID Connect of a CI or cloud?"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from iamdash.rules.evidence import Holds
from iamdash.rules.facts import CandidateFacts, ClusterFacts, RoleFacts
from iamdash.rules.policies.arns import DNS_SUFFIXES
from iamdash.rules.policies.conditions import flattened
from iamdash.rules.policies.finding import YES, Finding, every, no, some, unsure
from iamdash.rules.policies.trust import Asker, Policy, allowing, may
from iamdash.rules.routes.readiness import CLUSTERS, Answer, answered

ACTION = "sts:AssumeRoleWithWebIdentity"
STS = "sts.amazonaws.com"
PROVIDER = re.compile(r"arn:aws[a-z-]*:iam::(?P<account_id>\d{12}):oidc-provider/(?P<host>.+)")
PROVIDER_UNREAD = "Whether the OpenID Connect provider still exists in the account."
EKS_HOST = re.compile(rf"oidc\.eks\.[a-z0-9-]+\.({'|'.join(map(re.escape, DNS_SUFFIXES))})/id/.+")
SERVICE_ACCOUNT = re.compile(r"system:serviceaccount:[^:*?]+:[^:*?]+")
# Of several statements, the one that says most for the role.
BEST_FIRST = (Holds.HOLDS, Holds.UNKNOWN, Holds.FAILS)
# Providers that AWS knows by name, without an ARN in the account.
BUILT_IN = frozenset({"accounts.google.com", "cognito-identity.amazonaws.com", "graph.facebook.com", "www.amazon.com"})
# Where the owner stands in a provider's subject. GitHub writes repo:OWNER/REPO:… and, for repositories made since
# July 2026, repo:OWNER@ID/REPO@ID:… (GitHub's changelog, "Immutable subject claims").
OWNERS = {
    "token.actions.githubusercontent.com": re.compile(r"repo:(?P<owner>[^/@:]+)(@[^/:]+)?/"),
    "gitlab.com": re.compile(r"project_path:(?P<owner>[^/:]+)/"),
    "agent.buildkite.com": re.compile(r"organization:(?P<owner>[^:]+):"),
    "app.terraform.io": re.compile(r"organization:(?P<owner>[^:]+):"),
}


@dataclass(frozen=True, slots=True)
class Offer:
    """One Allow for one provider, with the subjects and audiences it asks for."""

    principal: str
    account_id: str
    host: str
    subjects: tuple[str, ...]
    audiences: tuple[str, ...]


def irsa(iam_role: RoleFacts, trust: Policy, facts: CandidateFacts) -> Answer:
    """Return whether one service account of an EKS cluster may take this role.

    Unknown where the issuer is of no cluster that we read, in whichever of our accounts.
    """
    del facts
    offers = [offer for offer in _offers(trust) if EKS_HOST.fullmatch(offer.host)]
    if not offers:
        return Answer(Holds.FAILS, "its trust policy names no OpenID Connect provider of an EKS cluster")
    clusters = {cluster.issuer: cluster for cluster in iam_role.clusters}
    answers = [_irsa(offer, iam_role, trust, clusters.get(offer.host)) for offer in offers]
    return next((answer for holds in BEST_FIRST for answer in answers if answer.holds is holds), answers[0])


def oidc(iam_role: RoleFacts, trust: Policy, facts: CandidateFacts) -> Answer:
    """Return whether a CI or a cloud may take this role, for one named owner."""
    del facts
    offers = [offer for offer in _offers(trust) if not EKS_HOST.fullmatch(offer.host)]
    if not offers:
        return Answer(Holds.FAILS, "its trust policy names no OpenID Connect provider of a CI or cloud")
    found = some(_owner_may(offer, iam_role, trust) for offer in offers)
    return answered(
        found,
        f"its trust policy lets {' and '.join(sorted({offer.host for offer in offers}))} take it for a named owner",
        cannot_see=PROVIDER_UNREAD,
    )


def _irsa(offer: Offer, iam_role: RoleFacts, trust: Policy, cluster: ClusterFacts | None) -> Answer:
    """Return the answer for one offer: what its trust policy says first, and then whose cluster the issuer is."""
    found = _service_account_may(offer, iam_role, trust)
    if not found.truth:
        return answered(found, "")
    found = _is_there(cluster, offer)
    name = cluster.name if cluster else ""
    accounts = " and ".join(
        subject.removeprefix("system:serviceaccount:").replace(":", "/") for subject in offer.subjects
    )
    warning = "" if offer.audiences else f"; it should also ask for the audience {STS}"
    words = f"service account {accounts} of cluster {name} may take it{warning}"
    return answered(found, words, cannot_see=PROVIDER_UNREAD, source=CLUSTERS)


def _is_there(cluster: ClusterFacts | None, offer: Offer) -> Finding:
    if cluster is None:
        return unsure(
            f"its trust policy names {offer.subjects[0]}, but {offer.host} is of no EKS cluster that was read"
        )
    if cluster.gone_at is not None:
        return no(f"the EKS cluster {cluster.name} behind {offer.host} is gone")
    return YES


def eks_issuers(trust: Policy) -> frozenset[str]:
    """Return the issuers of EKS clusters whose tokens some statement lets in."""
    return frozenset(offer.host for offer in _offers(trust) if EKS_HOST.fullmatch(offer.host))


def _offers(trust: Policy) -> Iterator[Offer]:
    for principal, statement in allowing(trust, "Federated"):
        named = PROVIDER.fullmatch(principal)
        host = named["host"] if named else principal
        asked: dict[str, list[str]] = {"sub": [], "aud": []}
        for operator, key, values in flattened(statement.get("Condition")):
            name = operator.lower().removeprefix("foranyvalue:")
            for claim, found in asked.items():
                if key == f"{host}:{claim}".lower() and name in {"stringequals", "stringlike"}:
                    found.extend(values)
        account_id = named["account_id"] if named else ""
        yield Offer(principal, account_id, host, tuple(asked["sub"]), tuple(asked["aud"]))


def _service_account_may(offer: Offer, iam_role: RoleFacts, trust: Policy) -> Finding:
    if not offer.subjects:
        return _nothing_asked(offer, "sub", trust)
    if not all(SERVICE_ACCOUNT.fullmatch(subject) for subject in offer.subjects):
        return no(f"its trust policy does not name one service account: {offer.subjects[0]}")
    if offer.audiences and STS not in offer.audiences:
        return no(f"its trust policy asks for the audience {offer.audiences[0]} instead of {STS}")
    return every([_in_own_account(offer, iam_role), *(_subject_may(offer, each, trust) for each in offer.subjects)])


def _owner_may(offer: Offer, iam_role: RoleFacts, trust: Policy) -> Finding:
    for claim, asked in (("sub", offer.subjects), ("aud", offer.audiences)):
        if not asked:
            return _nothing_asked(offer, claim, trust)
    owners = every(_owner_is_named(offer.host, subject) for subject in offer.subjects)
    here = YES if offer.host in BUILT_IN else _in_own_account(offer, iam_role)
    return every([owners, here, *(_subject_may(offer, each, trust) for each in offer.subjects)])


def _nothing_asked(offer: Offer, claim: str, trust: Policy) -> Finding:
    key = f"{offer.host}:{claim}".lower()
    for _principal, statement in allowing(trust, "Federated"):
        if any(asked == key for _operator, asked, _values in flattened(statement.get("Condition"))):
            return unsure(f"its trust policy asks for {key} in a way that iamdash cannot evaluate")
    return no(f"its trust policy does not ask for {key}")


def _in_own_account(offer: Offer, iam_role: RoleFacts) -> Finding:
    if offer.account_id == iam_role.aws_account_id:
        return YES
    return no(f"the provider {offer.principal} is not one of the role's own AWS account")


def _owner_is_named(host: str, subject: str) -> Finding:
    """Return whether a subject holds its owner in plain letters; a wildcard there would let anybody in."""
    if "*" not in subject and "?" not in subject:
        return YES
    pattern = OWNERS.get(host)
    if pattern is None:
        return unsure(f"its trust policy has a wildcard in the subject {subject}, which iamdash cannot judge")
    named = pattern.match(subject)
    if named is None or "*" in named["owner"] or "?" in named["owner"]:
        return no(f"its trust policy names no owner in the subject {subject}")
    return YES


def _subject_may(offer: Offer, subject: str, trust: Policy) -> Finding:
    """Return whether a token with such a subject is let in; a wildcard stands for some letter."""
    sub, aud = f"{offer.host}:sub".lower(), f"{offer.host}:aud".lower()
    context = {sub: subject.replace("*", "x").replace("?", "x"), aud: offer.audiences[0] if offer.audiences else STS}
    guessed = frozenset({sub}) if context[sub] != subject else frozenset[str]()
    return may(trust, Asker("Federated", frozenset({offer.principal}), context, guessed), ACTION)
