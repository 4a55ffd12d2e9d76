"""Answers on the wire: results and errors, written as botocore's own service model says."""

from collections.abc import Mapping
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.model import OperationModel
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model
from werkzeug.wrappers import Response

# Errors that AWS answers without listing them in the service model, and the status they come with.
UNMODELLED_STATUS = {
    "AccessDenied": 403,
    "AccessDeniedException": 403,
    "InvalidClientTokenId": 403,
    "ExpiredToken": 403,
    "MissingAuthenticationToken": 403,
    "InternalFailure": 500,
    "ServiceUnavailable": 503,
    "TooManyRequestsException": 429,
}


class Refusal(ServiceException):
    """An AWS error: its code, its message, and a status where the service model has none."""

    def __init__(self, code: str, message: str, *, status: int | None = None) -> None:
        super().__init__(code, message)
        self.status = status or UNMODELLED_STATUS.get(code)


def write_result(service: str, action: str, result: Mapping[str, Any]) -> Response:
    """Return a successful answer of `service` to `action`."""
    return _write(service, action, result)


def write_refusal(service: str, action: str, refusal: Refusal) -> Response:
    """Return an error answer. An unknown service or action is answered in the manner of IAM."""
    response = _write(service or "iam", action, refusal)
    if refusal.status:
        response.status_code = refusal.status
    return response


def _write(service: str, action: str, result: Any) -> Response:
    model = get_service_model(service)
    operation = model.operation_model(action) if action in model.operation_names else OperationModel({}, model)
    serializer = get_serializer_class(model.service_name, str(model.protocol))(operation)
    written = serializer.serialize(result)
    return Response(written["body"], written["status_code"], headers=written["headers"])
