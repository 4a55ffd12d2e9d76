"""Is a role ready to be taken by an AWS service: EKS Pod Identity, EC2, ECS, Lambda, IAM Roles Anywhere?"""

from iamdash.rules.evidence import Holds
from iamdash.rules.facts import AssociationFacts, CandidateFacts, RoleFacts
from iamdash.rules.policies.arns import partition_of, service_of, ways_to_name
from iamdash.rules.policies.conditions import Context, flattened
from iamdash.rules.policies.finding import Finding, every, no, some, unsure
from iamdash.rules.policies.trust import Asker, Policy, allowing, may
from iamdash.rules.routes.readiness import PODS, Answer, answered

EKS_PODS = "pods.eks.amazonaws.com"
EC2 = "ec2"
ROLES_ANYWHERE = "rolesanywhere.amazonaws.com"
ROLES_ANYWHERE_ACTIONS = ("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")


def pod_identity(iam_role: RoleFacts, trust: Policy, facts: CandidateFacts) -> Answer:
    """Return whether a described EKS Pod Identity association hands this role to a service account."""
    del trust  # each association asks of its own two roles
    if not iam_role.associations:
        if iam_role.associations_as_of is None:
            return Answer(Holds.UNKNOWN, "its EKS Pod Identity associations have not been read", source=PODS)
        return Answer(Holds.FAILS, "no EKS Pod Identity association hands it to a service account", source=PODS)
    found = some(_handed_over(association, iam_role, facts) for association in iam_role.associations)
    names = ", ".join(_called(association) for association in iam_role.associations)
    warning = _tags_warning(iam_role)
    return answered(
        found,
        f"EKS Pod Identity hands it to {names}" + warning,
        cannot_see="Whether the pods were restarted, and whether they still carry a key that comes first.",
        source=PODS if found.truth else "",
    )


def service_role(iam_role: RoleFacts, trust: Policy, facts: CandidateFacts) -> Answer:
    """Return whether an AWS service may take this role; for EC2 there has to be an instance profile too."""
    del facts
    services = sorted({name for name, _statement in allowing(trust, "Service")} - {EKS_PODS, ROLES_ANYWHERE})
    if not services:
        return Answer(Holds.FAILS, "its trust policy names no compute service such as ecs-tasks.amazonaws.com")
    found = some(_service_may(service, iam_role, trust) for service in services)
    return answered(
        found,
        f"its trust policy lets {' and '.join(services)} take it",
        cannot_see="What the role is attached to.",
    )


def roles_anywhere(iam_role: RoleFacts, trust: Policy, facts: CandidateFacts) -> Answer:
    """Return whether IAM Roles Anywhere may take this role, for one trust anchor and with its three actions."""
    del facts
    statements = [statement for name, statement in allowing(trust, "Service") if name == ROLES_ANYWHERE]
    if not statements:
        return Answer(Holds.FAILS, f"its trust policy does not name {ROLES_ANYWHERE}")
    anchors = [
        value
        for statement in statements
        for _operator, key, values in flattened(statement.get("Condition"))
        for value in values
        if key == "aws:sourcearn" and ":trust-anchor/" in value
    ]
    if not anchors:
        return Answer(Holds.FAILS, "its trust policy names no trust anchor (aws:SourceArn)")
    found = some(_anchor_may(anchor, iam_role, trust) for anchor in anchors)
    return answered(
        found, f"its trust policy names the trust anchor {anchors[0]}", cannot_see="The Roles Anywhere profile."
    )


def _handed_over(association: AssociationFacts, iam_role: RoleFacts, facts: CandidateFacts) -> Finding:
    linked = {each.iam_role.arn: each.iam_role for each in facts.replacements} | {iam_role.arn: iam_role}
    first, second = linked.get(association.role_arn), linked.get(association.target_role_arn)
    if iam_role.aws_account_id != association.cluster_account_id and iam_role is first:
        return no(f"{_called(association)} is in another AWS account than the role")
    if first is None or first.trust_policy is None:
        return unsure(f"{_called(association)} goes through {association.role_arn}, which has to be linked too")
    taken = _pods_may(association, first.trust_policy)
    if not association.target_role_arn:
        return taken
    if second is None or second.trust_policy is None:
        return unsure(f"{_called(association)} goes on to {association.target_role_arn}: link that role too")
    context = {"sts:externalid": association.external_id or None, "aws:principalarn": association.role_arn}
    chained = Asker("AWS", ways_to_name(association.role_arn, association.cluster_account_id), context)
    return every([taken, may(second.trust_policy, chained, "sts:AssumeRole")])


def _pods_may(association: AssociationFacts, trust: Policy) -> Finding:
    asker = Asker("Service", frozenset({EKS_PODS}), _pod_context(association))
    actions = ["sts:AssumeRole"] if association.disable_session_tags else ["sts:AssumeRole", "sts:TagSession"]
    return every(may(trust, asker, action) for action in actions)


def _pod_context(association: AssociationFacts) -> Context:
    partition, region = partition_of(association.role_arn), association.region
    account_id, name = association.cluster_account_id, association.cluster_name
    tags = {
        "eks-cluster-arn": f"arn:{partition}:eks:{region}:{account_id}:cluster/{name}",
        "eks-cluster-name": name,
        "kubernetes-namespace": association.namespace,
        "kubernetes-service-account": association.service_account,
    }
    carried = None if association.disable_session_tags else tags
    context = {f"aws:requesttag/{tag}": carried[tag] if carried else None for tag in tags}
    return context | {"aws:sourceaccount": account_id}


def _tags_warning(iam_role: RoleFacts) -> str:
    if not any(association.disable_session_tags for association in iam_role.associations):
        return ""
    return " (session tags are disabled, so sts:TagSession is not asked for)"


def _service_may(service: str, iam_role: RoleFacts, trust: Policy) -> Finding:
    if service_of(service) == EC2 and not iam_role.instance_profiles:
        return no("it is in no instance profile, so no EC2 instance can take it")
    asker = Asker("Service", frozenset({service}), {"aws:sourceaccount": iam_role.aws_account_id})
    return may(trust, asker, "sts:AssumeRole")


def _anchor_may(anchor: str, iam_role: RoleFacts, trust: Policy) -> Finding:
    context = {"aws:sourcearn": anchor, "aws:sourceaccount": iam_role.aws_account_id}
    guessed = frozenset({"aws:sourcearn"}) if "*" in anchor or "?" in anchor else frozenset[str]()
    asker = Asker("Service", frozenset({ROLES_ANYWHERE}), context, guessed)
    return every(may(trust, asker, action) for action in ROLES_ANYWHERE_ACTIONS)


def _called(association: AssociationFacts) -> str:
    return f"{association.namespace}/{association.service_account} in {association.cluster_name}"
