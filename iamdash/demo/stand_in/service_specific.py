"""Service-specific credentials of IAM users, which moto does not know: made, listed, switched off, deleted.

They hang on moto's user object, so that they are renamed, kept and deleted with it.
"""

from typing import TYPE_CHECKING, Any

from iamdash.demo.stand_in import backends
from iamdash.demo.stand_in.answer import Refusal
from iamdash.demo.stand_in.call import Call
from iamdash.demo.stand_in.reading import named_user
from iamdash.demo.stand_in.sessions import Caller

if TYPE_CHECKING:
    from iamdash.demo.stand_in.state import State

Credential = dict[str, Any]


def credentials_of(iam_user: Any) -> dict[str, Credential]:
    """Return the service-specific credentials of moto's user, by ID."""
    held: dict[str, Credential] = vars(iam_user).setdefault("service_specific_credentials", {})
    return held


def list_credentials(_state: "State", call: Call, caller: Caller) -> dict[str, Any]:
    """Answer iam:ListServiceSpecificCredentials: without the passwords."""
    wanted = call.parameters.get("ServiceName")
    iam_user = named_user(call, caller)
    return {
        "ServiceSpecificCredentials": [
            {"UserName": iam_user.name, **held}
            for held in credentials_of(iam_user).values()
            if wanted in {None, held["ServiceName"]}
        ]
    }


def create_credential(state: "State", call: Call, caller: Caller) -> dict[str, Any]:
    """Answer iam:CreateServiceSpecificCredential: only here is the password told."""
    iam_user, service = named_user(call, caller), call.parameters["ServiceName"]
    made = {
        "ServiceSpecificCredentialId": backends.unique_id("ACCA"),
        "ServiceName": service,
        "ServiceUserName": f"{iam_user.name}-at-{caller.account_id}",
        "Status": "Active",
        "CreateDate": state.clock.now().replace(microsecond=0),
    }
    credentials_of(iam_user)[made["ServiceSpecificCredentialId"]] = made
    return {
        "ServiceSpecificCredential": {"UserName": iam_user.name, "ServicePassword": backends.unique_id("PASS"), **made}
    }


def update_credential(_state: "State", call: Call, caller: Caller) -> dict[str, Any]:
    """Answer iam:UpdateServiceSpecificCredential."""
    _named(call, caller)["Status"] = call.parameters["Status"]
    return {}


def delete_credential(_state: "State", call: Call, caller: Caller) -> dict[str, Any]:
    """Answer iam:DeleteServiceSpecificCredential."""
    held = _named(call, caller)
    del credentials_of(named_user(call, caller))[held["ServiceSpecificCredentialId"]]
    return {}


def _named(call: Call, caller: Caller) -> Credential:
    credential_id = call.parameters["ServiceSpecificCredentialId"]
    found = credentials_of(named_user(call, caller)).get(credential_id)
    if found is None:
        raise Refusal("NoSuchEntity", f"The service specific credential with ID {credential_id} cannot be found.")
    return found
