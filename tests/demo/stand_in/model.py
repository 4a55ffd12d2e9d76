"""botocore's service model as the judge of an answer: every required member is there, no unknown one, right types."""

import json
from functools import cache
from typing import Any

from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator


@cache
def service_model(service: str) -> ServiceModel:
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


def assert_shaped_as_aws_says(service: str, action: str, answer: dict[str, Any]) -> None:
    shape = service_model(service).operation_model(action).output_shape
    members = {name: value for name, value in answer.items() if name != "ResponseMetadata"}

    report = ParamValidator().validate(_documents_as_text(members), shape)

    assert not report.has_errors(), report.generate_report()


def error_codes(service: str, action: str) -> set[str]:
    """Return the error codes that the service model lists for an action."""
    return {
        shape.metadata.get("error", {}).get("code", shape.name)
        for shape in service_model(service).operation_model(action).error_shapes
    }


def _documents_as_text(value: Any) -> Any:
    """botocore hands policy documents out as dicts, where its own model says text."""
    if isinstance(value, list):
        return [_documents_as_text(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: json.dumps(item) if name.endswith("Document") else _documents_as_text(item)
        for name, item in value.items()
    }
