"""IAM's reading actions which moto answers otherwise than AWS: paged, with last use from the usage book."""

from typing import TYPE_CHECKING, Any

from iamdash.demo.stand_in import backends, shapes
from iamdash.demo.stand_in.answer import Refusal
from iamdash.demo.stand_in.call import Call
from iamdash.demo.stand_in.paging import page
from iamdash.demo.stand_in.sessions import Caller

if TYPE_CHECKING:
    from iamdash.demo.stand_in.state import State

AWS_POLICY = "arn:aws:iam::aws:policy/"


def get_account_authorization_details(state: "State", call: Call, caller: Caller) -> dict[str, Any]:
    """Answer iam:GetAccountAuthorizationDetails: one marker walks the four lists together."""
    backend, now = backends.iam(caller.account_id), state.clock.now()
    wanted = call.parameters.get("Filter") or ["User", "Group", "Role", "LocalManagedPolicy", "AWSManagedPolicy"]
    listed = {
        "User": [("UserDetailList", iam_user) for iam_user in backend.users.values()],
        "Group": [("GroupDetailList", group) for group in backend.groups.values()],
        "Role": [("RoleDetailList", iam_role) for iam_role in backend.get_roles()],
        "LocalManagedPolicy": [("Policies", policy) for policy in _policies(backend, aws=False)],
        "AWSManagedPolicy": [("Policies", policy) for policy in _policies(backend, aws=True)],
    }
    order = {kind: number for number, kind in enumerate(listed)}
    if unknown := set(wanted) - set(listed):
        raise Refusal("ValidationError", f"Value '{sorted(unknown)}' at 'filter' failed to satisfy constraint")

    entries = sorted(
        (
            (f"{order[kind]}/{item.name.lower()}", (member, item))
            for kind in set(wanted)
            for member, item in listed[kind]
        ),
        key=lambda entry: entry[0],
    )
    chosen = page(entries, call.parameters, question=",".join(sorted(wanted)), at_most=state.most_on_a_page)

    result: dict[str, Any] = {"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [], "Policies": []}
    for _, (member, item) in chosen.entries:
        match member:
            case "UserDetailList":
                detail = shapes.user_detail(item)
            case "GroupDetailList":
                detail = shapes.group_detail(item)
            case "RoleDetailList":
                detail = shapes.role_detail(item, state.usage.last_use(item.id, now), now)
            case _:
                detail = shapes.managed_policy_detail(item)
        result[member].append(detail)
    return {**result, **chosen.members()}


def _policies(backend: Any, *, aws: bool) -> list[Any]:
    """Return the account's own policies, or those of AWS which are in use here."""
    return [
        policy
        for policy in backend.managed_policies.values()
        if policy.arn.startswith(AWS_POLICY) == aws and (not aws or policy.attachment_count)
    ]


def list_users(state: "State", call: Call, caller: Caller) -> dict[str, Any]:
    """Answer iam:ListUsers: no tags, no boundary, but PasswordLastUsed."""
    prefix = call.parameters.get("PathPrefix", "/")
    found = [
        iam_user for iam_user in backends.iam(caller.account_id).users.values() if iam_user.path.startswith(prefix)
    ]
    chosen = page(_by_name(found), call.parameters, question=prefix)
    return {"Users": [_user(state, iam_user) for _, iam_user in chosen.entries], **chosen.members()}


def list_roles(_state: "State", call: Call, caller: Caller) -> dict[str, Any]:
    """Answer iam:ListRoles."""
    prefix = call.parameters.get("PathPrefix", "/")
    found = [iam_role for iam_role in backends.iam(caller.account_id).get_roles() if iam_role.path.startswith(prefix)]
    chosen = page(_by_name(found), call.parameters, question=prefix)
    return {"Roles": [shapes.listed_role(iam_role) for _, iam_role in chosen.entries], **chosen.members()}


def get_user(state: "State", call: Call, caller: Caller) -> dict[str, Any]:
    """Answer iam:GetUser."""
    found = named_user(call, caller)
    return {"User": {**_user(state, found), **({"Tags": found.tags} if found.tags else {})}}


def get_role(state: "State", call: Call, caller: Caller) -> dict[str, Any]:
    """Answer iam:GetRole."""
    now, name = state.clock.now(), call.parameters["RoleName"]
    found = next((iam_role for iam_role in backends.iam(caller.account_id).get_roles() if iam_role.name == name), None)
    if found is None:
        raise Refusal("NoSuchEntity", f"The role with name {name} cannot be found.")
    return {"Role": shapes.described_role(found, state.usage.last_use(found.id, now), now)}


def list_access_keys(_state: "State", call: Call, caller: Caller) -> dict[str, Any]:
    """Answer iam:ListAccessKeys, paged."""
    iam_user = named_user(call, caller)
    found = sorted((access_key.access_key_id, access_key) for access_key in iam_user.access_keys)
    chosen = page(found, call.parameters, question=iam_user.id)
    return {
        "AccessKeyMetadata": [
            {
                "UserName": iam_user.name,
                "AccessKeyId": access_key_id,
                "Status": access_key.status,
                "CreateDate": access_key.create_date,
            }
            for access_key_id, access_key in chosen.entries
        ],
        **chosen.members(),
    }


def get_access_key_last_used(state: "State", call: Call, caller: Caller) -> dict[str, Any]:
    """Answer iam:GetAccessKeyLastUsed: no date, and "N/A" twice, where no use is recorded."""
    access_key_id = call.parameters["AccessKeyId"]
    access_key = backends.iam(caller.account_id).access_keys.get(access_key_id)
    if access_key is None:
        raise Refusal("AccessDenied", f"User: {caller.arn} is not authorized to perform: {call.permission}")
    use = state.usage.last_use(access_key_id, state.clock.now())
    last_used = (
        {"LastUsedDate": use.at, "ServiceName": use.service, "Region": use.region}
        if use
        else {"ServiceName": "N/A", "Region": "N/A"}
    )
    return {"UserName": access_key.user_name, "AccessKeyLastUsed": last_used}


def named_user(call: Call, caller: Caller) -> Any:
    """Return moto's user that the call names; without a name, the caller. Raises Refusal as IAM does."""
    name = call.parameters.get("UserName")
    if name is None and not caller.principal_arn.split(":")[5].startswith("user/"):
        raise Refusal("ValidationError", "Must specify userName when calling with non-User credentials")
    name = name or caller.principal_arn.rsplit("/", 1)[-1]
    found = backends.iam(caller.account_id).users.get(name)
    if found is None:
        raise Refusal("NoSuchEntity", f"The user with name {name} cannot be found.")
    return found


def _user(state: "State", iam_user: Any) -> dict[str, Any]:
    use = state.usage.last_use(iam_user.id, state.clock.now()) if iam_user.password else None
    return {**shapes.user_basics(iam_user), **({"PasswordLastUsed": use.at} if use else {})}


def _by_name(found: list[Any]) -> list[tuple[str, Any]]:
    return sorted(((item.name.lower(), item) for item in found), key=lambda entry: entry[0])
