"""Answers that may be of several models, as OpenAPI describes them: a generated client knows which one it has."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

_ACCEPTED = str(int(HTTPStatus.ACCEPTED))
_JSON = "application/json"


def describe_answers(responses: Mapping[str, Any], schemas: Mapping[str, Any]) -> None:
    """Mend what FastAPI says of answers: a model that another status has, unions without a discriminator, files."""
    accepted = responses.get(_ACCEPTED, {}).get("content", {}).get(_JSON, {}).get("schema", {}).get("$ref")
    for status, response in responses.items():
        if int(status) >= HTTPStatus.BAD_REQUEST:
            continue
        for media_type, content in response.get("content", {}).items():
            schema = content.get("schema", {})
            if "anyOf" in schema:
                content["schema"] = _distinguished(schema, None if status == _ACCEPTED else accepted, schemas)
            elif not schema:
                content["schema"] = (
                    {"type": "object"} if media_type == _JSON else {"type": "string", "format": "binary"}
                )


def _distinguished(schema: dict[str, Any], accepted: str | None, schemas: Mapping[str, Any]) -> dict[str, Any]:
    """The models of this status: one, or several by the constant that each has in one field."""
    models = [each["$ref"] for each in schema["anyOf"] if each.get("$ref") not in {None, accepted}]
    if len(models) != len(schema["anyOf"]) - (accepted is not None):
        return schema
    if len(models) == 1:
        return {"$ref": models[0]}
    fields = [schemas[each.rpartition("/")[2]] for each in models]
    for name in fields[0]["properties"]:
        constants = [each["properties"].get(name, {}).get("const") for each in fields]
        if None not in constants and len(set(constants)) == len(models):
            for each in fields:
                each["required"] = sorted({*each.get("required", ()), name})
            mapping = dict(zip(constants, models, strict=True))
            return {
                "oneOf": [{"$ref": each} for each in models],
                "discriminator": {"propertyName": name, "mapping": mapping},
            }
    return schema
