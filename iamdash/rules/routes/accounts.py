"""Is a role ready to be assumed from another AWS account: a vendor's, or one of our own?"""

from collections.abc import Iterable

from iamdash.rules.evidence import Holds
from iamdash.rules.facts import CandidateFacts, RoleFacts
from iamdash.rules.policies.arns import Principal, principal_of, ways_to_name
from iamdash.rules.policies.conditions import flattened
from iamdash.rules.policies.finding import Finding, no, some
from iamdash.rules.policies.trust import DANGLING, Asker, Policy, Statement, allowing, may
from iamdash.rules.routes.readiness import Answer, answered
from iamdash.rules.vendors import vendor_of_account

ASSUME = "sts:AssumeRole"
EXTERNAL_ID = "sts:externalid"


def vendor_account(iam_role: RoleFacts, trust: Policy, facts: CandidateFacts) -> Answer:
    """Return whether an AWS account that is not ours may assume this role, held to one `sts:ExternalId`.

    Where the vendor list says that the external ID is optional, the role may do without.
    """
    ours = facts.known_account_ids | {facts.aws_account_id, iam_role.aws_account_id}
    foreign = [
        (name, principal, statement)
        for name, principal, statement in _principals(trust)
        if principal is not None and principal.account_id not in ours
    ]
    if not foreign:
        return Answer(Holds.FAILS, _nobody(trust, facts, "its trust policy names no AWS account but our own"))
    found = some(_vendor_may(name, principal, statement, trust, facts) for name, principal, statement in foreign)
    account_ids = sorted({principal.account_id for _name, principal, _statement in foreign})
    held_to_one = all(_external_ids(statement) for _name, _principal, statement in foreign)
    how = "with an external ID" if held_to_one else "without an external ID, which is optional there"
    accounts = " and ".join(_called(account_id, facts) for account_id in account_ids)
    return answered(
        found,
        f"its trust policy lets AWS account {accounts} assume it {how}",
        cannot_see=" ".join(_vendor_to_check(account_id, facts) for account_id in account_ids),
    )


def own_account(iam_role: RoleFacts, trust: Policy, facts: CandidateFacts) -> Answer:
    """Return whether another role of our own accounts may assume this one; the retiring user does not count."""
    ours = facts.known_account_ids | {facts.aws_account_id, iam_role.aws_account_id}
    callers = [(name, principal) for name, principal, _statement in _principals(trust) if name != facts.arn]
    roles = [
        name for name, principal in callers if principal and principal.kind == "role" and principal.account_id in ours
    ]
    found = some(_role_may(name, trust) for name in roles)
    if not found.truth and any(name == "*" or (each and each.kind == "account") for name, each in callers):
        words = "its trust policy names a whole account, so which role takes it cannot be told"
        return Answer(Holds.UNKNOWN, words)
    if not roles:
        return Answer(Holds.FAILS, _nobody(trust, facts, "its trust policy names no other role of our accounts"))
    return answered(
        found,
        f"its trust policy lets {' and '.join(roles)} assume it",
        cannot_see="Whether that role's own policies let it assume this one.",
    )


def may_assume(facts: CandidateFacts, iam_role: RoleFacts) -> bool:
    """Return whether the IAM user itself may assume the role, as far as can be told: unknown counts as yes."""
    if iam_role.trust_policy is None:
        return True
    context = {"aws:principalarn": facts.arn, "aws:principalaccount": facts.aws_account_id}
    asker = Asker("AWS", ways_to_name(facts.arn, facts.aws_account_id), context)
    return may(iam_role.trust_policy, asker, ASSUME).truth is not False


def _principals(trust: Policy) -> Iterable[tuple[str, Principal | None, Statement]]:
    for name, statement in allowing(trust, "AWS"):
        yield name, principal_of(name), statement


def _called(account_id: str, facts: CandidateFacts) -> str:
    vendor = vendor_of_account(account_id, facts.vendors)
    return f"{account_id} ({vendor.name})" if vendor else account_id


def _vendor_to_check(account_id: str, facts: CandidateFacts) -> str:
    vendor = vendor_of_account(account_id, facts.vendors)
    if vendor is None:
        return f"Whether {account_id} is the vendor's account: compare it with the vendor's documentation."
    return f"Whether the account and the external ID are those that {vendor.name} gave you: {vendor.checked}"


def _vendor_may(name: str, principal: Principal, statement: Statement, trust: Policy, facts: CandidateFacts) -> Finding:
    external_ids = _external_ids(statement)
    vendor = vendor_of_account(principal.account_id, facts.vendors)
    if not external_ids and (vendor is None or vendor.external_id_required):
        return no(f"its trust policy asks {principal.account_id} for no external ID (StringEquals sts:ExternalId)")
    context: dict[str, str | None] = {
        EXTERNAL_ID: external_ids[0] if external_ids else None,
        "aws:principalaccount": principal.account_id,
    }
    if principal.kind == "role":
        context["aws:principalarn"] = name
    return may(trust, Asker("AWS", ways_to_name(name, principal.account_id), context), ASSUME)


def _external_ids(statement: Statement) -> list[str]:
    return [
        value
        for operator, key, values in flattened(statement.get("Condition"))
        for value in values
        if key == EXTERNAL_ID and operator.lower() == "stringequals"
    ]


def _role_may(arn: str, trust: Policy) -> Finding:
    principal = principal_of(arn)
    account_id = principal.account_id if principal else ""
    context = {"aws:principalarn": arn, "aws:principalaccount": account_id}
    return may(trust, Asker("AWS", ways_to_name(arn, account_id), context), ASSUME)


def _nobody(trust: Policy, facts: CandidateFacts, otherwise: str) -> str:
    """Return why nobody who counts may assume the role, in the most telling words."""
    names = [name for name, _statement in allowing(trust, "AWS")]
    if facts.arn in names:
        return "its trust policy names only the IAM user that is to be retired"
    left_over = [name for name in names if DANGLING.fullmatch(name)]
    if left_over:
        return f"its trust policy names {left_over[0]}, what is left of a deleted user or role"
    return otherwise
