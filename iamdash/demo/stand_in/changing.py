"""IAM's changing actions where moto does less, or other, than AWS. moto makes the change; this corrects around it."""

from typing import TYPE_CHECKING, Any

from iamdash.demo.stand_in import backends
from iamdash.demo.stand_in.answer import Refusal
from iamdash.demo.stand_in.call import Call
from iamdash.demo.stand_in.reading import named_user
from iamdash.demo.stand_in.service_specific import credentials_of
from iamdash.demo.stand_in.sessions import Caller

if TYPE_CHECKING:
    from iamdash.demo.stand_in.state import State


def refuse_while_blocked(call: Call, caller: Caller) -> None:
    """Refuse iam:DeleteUser while anything hangs on the user, naming one blocker at a time as AWS does."""
    iam_user = named_user(call, caller)
    blockers = {
        "delete login profile": iam_user.password,
        "delete access keys": iam_user.access_keys,
        "delete signing certificates": iam_user.signing_certificates,
        "remove referenced objects": iam_user.ssh_public_keys,
        "delete service specific credentials": credentials_of(iam_user),
        "delete MFA device": iam_user.mfa_devices,
        "delete policies": iam_user.policies,
        "detach all policies": iam_user.managed_policies,
        "remove users from group": iam_user.group_list,
    }
    for what, standing in blockers.items():
        if standing:
            raise Refusal("DeleteConflict", f"Cannot delete entity, must {what} first.")


def after_change(state: "State", call: Call, caller: Caller, before: Any) -> None:
    """Bring our books up to date after moto made the change. `before` is what `remember` returned."""
    parameters, now = call.parameters, state.clock.now()
    match call.action:
        case "UpdateAccessKey" if parameters["Status"] == "Inactive":
            state.usage.stop(parameters["AccessKeyId"], now)
        case "DeleteAccessKey":
            state.usage.forget(parameters["AccessKeyId"])
        case "CreateLoginProfile" | "UpdateLoginProfile" if "UserName" in parameters:
            state.password_changed_at[named_user(call, caller).id] = now
        case "UpdateUser" if before is not None:
            _finish_renaming(caller.account_id, before, parameters.get("NewUserName") or parameters["UserName"])


def remember(call: Call, caller: Caller) -> Any:
    """Return what moto forgets in making the change: a renamed user's tags, which it keeps by ARN."""
    if call.action != "UpdateUser":
        return None
    return named_user(call, caller).tags or []


def _finish_renaming(account_id: str, tags: list[dict[str, str]], new_name: str) -> None:
    backend = backends.iam(account_id)
    iam_user = backend.get_user(new_name)
    backend.tagger.tag_resource(iam_user.arn, tags)
    for access_key in iam_user.access_keys:
        access_key.user_name = new_name
