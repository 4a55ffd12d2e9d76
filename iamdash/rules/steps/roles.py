"""Step 3: every replacement role is ready for the chosen route."""

from collections.abc import Callable, Mapping
from datetime import datetime

from iamdash.rules.evidence import Evidence, Holds, Reading, Step
from iamdash.rules.facts import CandidateFacts, ReplacementFacts, RoleFacts
from iamdash.rules.moments import newest
from iamdash.rules.policies.trust import Policy
from iamdash.rules.route import Route
from iamdash.rules.routes.accounts import own_account, vendor_account
from iamdash.rules.routes.federation import irsa, oidc
from iamdash.rules.routes.readiness import CLUSTERS, LISTING, PODS, Answer
from iamdash.rules.routes.services import pod_identity, roles_anywhere, service_role
from iamdash.rules.sentence import Sentence, plain
from iamdash.rules.stage import Stage

CHECKS: Mapping[Route, Callable[[RoleFacts, Policy, CandidateFacts], Answer]] = {
    Route.POD_IDENTITY: pod_identity,
    Route.IRSA: irsa,
    Route.SERVICE_ROLE: service_role,
    Route.VENDOR_ACCOUNT: vendor_account,
    Route.OIDC: oidc,
    Route.OWN_ACCOUNT: own_account,
    Route.ROLES_ANYWHERE: roles_anywhere,
}
READINGS = {LISTING: Reading.LISTING, PODS: Reading.PODS, CLUSTERS: Reading.CLUSTERS}


def role_ready(facts: CandidateFacts) -> Step:
    """Return step 3; "not needed" on the routes that take no role."""
    if facts.route is None:
        return _by_people(Holds.FAILS, "No route is chosen yet.")
    if not facts.route.needs_role:
        return _by_people(Holds.NOT_NEEDED, "This route needs no role.")
    if not facts.replacements:
        return _by_people(Holds.FAILS, "No replacement role is linked yet.")
    evidence = tuple(_judge(each, facts.route, facts) for each in facts.replacements)
    holds = all_of(evidence)
    return Step(Stage.ROLE_READY, holds, evidence, _reached_at(facts) if holds is Holds.HOLDS else None)


def all_of(evidence: tuple[Evidence, ...]) -> Holds:
    """Return what evidence shows together: one that fails decides, and then one that is unknown."""
    found = {each.holds for each in evidence}
    return next((holds for holds in (Holds.FAILS, Holds.UNKNOWN) if holds in found), Holds.HOLDS)


def _judge(replacement: ReplacementFacts, route: Route, facts: CandidateFacts) -> Evidence:
    iam_role = replacement.iam_role
    answer = _answer(iam_role, route, facts)
    sentence = Sentence(plain(f"Role {iam_role.role_name}: {answer.words}."))
    source = answer.source or LISTING
    return Evidence(answer.holds, sentence, source, READINGS[source], answer.cannot_see)


def _answer(iam_role: RoleFacts, route: Route, facts: CandidateFacts) -> Answer:
    if iam_role.gone_at is not None:
        return Answer(Holds.FAILS, "it is gone")
    if iam_role.as_of is None:
        return Answer(Holds.UNKNOWN, "it has not been read yet")
    if not iam_role.has_policy:
        return Answer(Holds.FAILS, "it has no policy, so it may do nothing")
    if iam_role.trust_policy is None:
        return Answer(Holds.UNKNOWN, "its trust policy could not be parsed")
    return CHECKS[route](iam_role, iam_role.trust_policy, facts)


def _reached_at(facts: CandidateFacts) -> datetime | None:
    """Return when the last thing that we know the moment of was in place: the choice, a link, a role."""
    moments = [facts.route_chosen_at]
    for each in facts.replacements:
        moments += [each.linked_at, each.iam_role.created_at]
    return newest(moments)


def _by_people(holds: Holds, words: str) -> Step:
    return Step(Stage.ROLE_READY, holds, (Evidence(holds, Sentence(words), "iamdash", Reading.PEOPLE),), None)
