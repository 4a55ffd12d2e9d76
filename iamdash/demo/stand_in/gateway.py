"""The way in: one WSGI application, which answers what moto answers otherwise than AWS and leaves moto the rest."""

import threading
from collections.abc import Callable, Iterable
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.wrappers import Response

from iamdash.demo.stand_in import changing, control, organization, pods, reading, report, service_specific, sessions
from iamdash.demo.stand_in.answer import Refusal, write_refusal, write_result
from iamdash.demo.stand_in.call import Call, read_call
from iamdash.demo.stand_in.faults import denial, strike
from iamdash.demo.stand_in.permissions import allowed
from iamdash.demo.stand_in.sessions import Caller
from iamdash.demo.stand_in.spoiling import spoil
from iamdash.demo.stand_in.state import State
from iamdash.demo.stand_in.usage import Use

Answer = Callable[[State, Call, Caller], dict[str, Any]]
StartResponse = Callable[..., Any]

ANSWERS: dict[str, Answer] = {
    "sts:AssumeRole": sessions.assume_role,
    "sts:GetCallerIdentity": sessions.caller_identity,
    "iam:GetAccountAuthorizationDetails": reading.get_account_authorization_details,
    "iam:ListUsers": reading.list_users,
    "iam:ListRoles": reading.list_roles,
    "iam:ListAccessKeys": reading.list_access_keys,
    "iam:GetUser": reading.get_user,
    "iam:GetRole": reading.get_role,
    "iam:GetAccessKeyLastUsed": reading.get_access_key_last_used,
    "iam:ListServiceSpecificCredentials": service_specific.list_credentials,
    "iam:CreateServiceSpecificCredential": service_specific.create_credential,
    "iam:UpdateServiceSpecificCredential": service_specific.update_credential,
    "iam:DeleteServiceSpecificCredential": service_specific.delete_credential,
    "iam:GenerateCredentialReport": report.generate,
    "iam:GetCredentialReport": report.get,
    "eks:ListPodIdentityAssociations": pods.list_associations,
    "eks:DescribePodIdentityAssociation": pods.describe_association,
    "eks:CreatePodIdentityAssociation": pods.create_association,
    "eks:DeletePodIdentityAssociation": pods.delete_association,
    "organizations:ListAccounts": organization.list_accounts,
}
# sts:AssumeRole asks for permission itself, with the role as resource; sts:GetCallerIdentity needs none.
ASK_NOBODY = frozenset({"sts:AssumeRole", "sts:GetCallerIdentity"})


class Gateway:
    """The WSGI application. One request at a time: moto was not written for threads."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.lock = threading.RLock()
        self.moto = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        if environ["PATH_INFO"].startswith(control.PREFIX):
            with self.lock:
                return control.respond(self.state, environ)(environ, start_response)
        call: Call | None = None
        try:
            call = read_call(environ)
            with self.lock:
                caller = sessions.identify(self.state, call)
                self.state.calls[f"{caller.account_id} {call.permission}"] += 1
                faults = [fault for fault in self.state.faults if fault.strikes(call, caller.account_id)]
            # Outside the lock: a slow answer keeps nobody else waiting.
            for fault in faults:
                strike(fault, call, caller.arn, environ)
            with self.lock:
                response = self._answer(call, caller, environ)
            for fault in faults:
                spoil(fault, call, caller.account_id, response)
            return response(environ, start_response)
        except Refusal as refusal:
            service, action = (call.service, call.action) if call else ("", "")
            return write_refusal(service, action, refusal)(environ, start_response)

    def _answer(self, call: Call, caller: Caller, environ: dict[str, Any]) -> Response:
        """Return the response to this call. Raises Refusal."""
        self._record_use(call, caller)
        may = caller.unlimited or call.permission in ASK_NOBODY or allowed(caller.policies, call.permission)
        if not may:
            raise denial(call, caller.arn)
        if answer := ANSWERS.get(call.permission):
            response = write_result(call.service, call.action, answer(self.state, call, caller))
        else:
            response = self._ask_moto(call, caller, environ)
        if call.changes:
            self.state.save()
        return response

    def _ask_moto(self, call: Call, caller: Caller, environ: dict[str, Any]) -> Response:
        if call.permission == "iam:DeleteUser":
            changing.refuse_while_blocked(call, caller)
        before = changing.remember(call, caller)
        environ["HTTP_X_MOTO_ACCOUNT_ID"] = caller.account_id
        response = Response.from_app(self.moto, environ)
        if response.status_code < 300 and call.service == "iam":
            changing.after_change(self.state, call, caller, before)
        return response

    def _record_use(self, call: Call, caller: Caller) -> None:
        if not caller.unlimited:
            self.state.usage.record(caller.credential, Use(self.state.clock.now(), call.service, call.region))
