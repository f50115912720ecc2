"""A part of the inputs as requests: as files of a certificate, and as bodies that should have been JSON."""

import base64
from collections.abc import Iterable

import httpx

from tests.fuzz.asn1 import PASSWORD
from tests.fuzz.judging import Find
from tests.fuzz.lanes import parser_of
from tests.fuzz.service import service

_WAYS = ("file_base64", "key_base64", "chain_base64", "pkcs12_base64", "pem", "body")
_REFUSED = {400, 413, 422}


async def through_api(numbers: Iterable[int]) -> list[Find]:
    """Send each input in one of the ways; whatever is neither a success nor a problem is a find."""
    async with service() as (_, api, _):
        return [find for number in numbers if (find := await _one(api, number))]


async def _one(api: httpx.AsyncClient, number: int) -> Find | None:
    parser = parser_of(number)
    content = parser.input(number)
    way = _WAYS[number % len(_WAYS)]
    if way == "body":
        answer = await api.post("/v1/certificates", content=content, headers={"Content-Type": "application/json"})
    else:
        answer = await api.post("/v1/certificates", json=_document(way, content))
    problem = answer.headers.get("content-type") == "application/problem+json" and answer.json()["detail"]
    if answer.status_code == httpx.codes.CREATED or (answer.status_code in _REFUSED and problem):
        return None
    return Find(parser.name, number, f"{way}: HTTP {answer.status_code}: {answer.text[:100]}")


def _document(way: str, content: bytes) -> dict[str, str]:
    document = {"password": PASSWORD}
    if way == "pem":
        return document | {"pem": content.decode("utf-8", "replace")}
    if way in {"key_base64", "chain_base64"}:
        document["file_base64"] = base64.b64encode(parser_of(0).corpus()[0]).decode()
    return document | {way: base64.b64encode(content).decode()}
