"""One request to AWS, understood: which service and action, with what, signed by which access key."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model
from werkzeug.exceptions import NotFound

from iamdash.demo.stand_in.answer import Refusal

# Services whose requests are parsed; every other one goes to moto as it came.
UNDERSTOOD = frozenset({"iam", "sts", "eks", "organizations"})
SIGNATURE = re.compile(r"Credential=(?P<key>\w+)/\d+/(?P<region>[\w-]*)/(?P<service>[\w-]+)/aws4_request")


@dataclass(frozen=True)
class Call:
    """A signed request. `action` is empty for services that the stand-in leaves to moto."""

    service: str
    action: str
    region: str
    access_key_id: str
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def permission(self) -> str:
        """Return the action as policies write it: `iam:GetUser`."""
        return f"{self.service}:{self.action or '*'}"

    @property
    def changes(self) -> bool:
        """Say whether this call changes what AWS holds."""
        return not self.action.startswith(("Get", "List", "Describe", "Assume", "Generate"))


def read_call(environ: dict[str, Any]) -> Call:
    """Parse a WSGI request and leave its body readable for moto. Raises Refusal where it is not signed."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body = environ["wsgi.input"].read(length)
    environ["wsgi.input"] = BytesIO(body)
    signature = SIGNATURE.search(environ.get("HTTP_AUTHORIZATION", ""))
    if signature is None:
        raise Refusal("MissingAuthenticationToken", "Request is missing Authentication Token")

    service = signature["service"]
    action, parameters = "", dict[str, Any]()
    if service in UNDERSTOOD:
        action, parameters = _read_operation(service, Request({**environ, "wsgi.input": BytesIO(body)}))
    return Call(service, action, signature["region"], signature["key"], parameters)


def _read_operation(service: str, request: Request) -> tuple[str, dict[str, Any]]:
    try:
        operation, uri_parameters = get_service_router(service).match(request)
    except NotFound:
        raise Refusal("InvalidAction", f"The stand-in knows no such action of {service}") from None
    protocol = determine_request_protocol(get_service_model(service), request.content_type)
    parsed = PROTOCOL_PARSERS[protocol](operation).parse(
        {
            "method": request.method,
            "values": request.values,
            "headers": request.headers,
            "body": request.data,
            "url_path": request.path,
            "url_params": uri_parameters,
        }
    )
    return operation.name, {**uri_parameters, **parsed}
