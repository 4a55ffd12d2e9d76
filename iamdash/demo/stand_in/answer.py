"""Answers on the wire: results and errors, written as botocore's own service model says."""

from collections.abc import Mapping
from typing import Any

from moto.core import errors
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
    "Throttling": 400,
    "ValidationError": 400,
    "InvalidAction": 400,
}
# moto warns of errors that the service model does not list; these are AWS's all the same.
errors.COMMON_ERROR_CODES = [*errors.COMMON_ERROR_CODES, *UNMODELLED_STATUS]


class Refusal(ServiceException):
    """An AWS error: its code and its message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)


def write_result(service: str, action: str, result: Mapping[str, Any]) -> Response:
    """Return a successful answer of `service` to `action`."""
    return _write(service, action, result)


def write_refusal(service: str, action: str, refusal: Refusal) -> Response:
    """Return an error answer. An unknown service or action is answered in the manner of IAM."""
    response = _write(service or "iam", action, refusal)
    response.status_code = UNMODELLED_STATUS.get(refusal.code, response.status_code)
    return response


def _write(service: str, action: str, result: Any) -> Response:
    model = get_service_model(service)
    operation = model.operation_model(action) if action in model.operation_names else OperationModel({}, model)
    serializer = get_serializer_class(model.service_name, str(model.protocol))(operation)
    written = serializer.serialize(result)
    return Response(written["body"], written["status_code"], headers=written["headers"])
