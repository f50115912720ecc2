"""A caller of the product's API over the wire, which waits out an outage."""

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

import httpx
from temporalio.client import WorkflowHandle

from engine.client.client import lazy_client
from engine.ids import rotation_workflow
from engine.settings import TemporalSettings
from rotation.values import SiteId

TIMEOUT = 90
AWAY = frozenset({429, 500, 502, 503, 504})


@dataclass
class Caller:
    """A caller with the API's key; it asks several APIs in turn."""

    apis: tuple[str, ...]
    key: str
    temporal: TemporalSettings
    http: httpx.AsyncClient = field(init=False)
    _turns: Iterator[str] = field(init=False)

    def __post_init__(self) -> None:
        headers = {"Authorization": f"Bearer {self.key}"}
        self.http = httpx.AsyncClient(headers=headers, timeout=60, trust_env=False)
        self._turns = cycle(self.apis)

    async def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """The answer of an API; the request is sent again while the API or a part of it is away."""
        async with asyncio.timeout(TIMEOUT):
            while True:
                with contextlib.suppress(httpx.TransportError):
                    answer = await self.http.request(method, next(self._turns) + path, **options)
                    if answer.status_code not in AWAY:
                        return answer
                await asyncio.sleep(0.1)

    async def get(self, path: str) -> Any:
        """The JSON that the API shows at a path."""
        answer = await self.ask("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, body: dict[str, Any], status: int, **headers: str) -> Any:
        """The JSON that answers `body`; the answer must have the status."""
        answer = await self.ask("POST", path, json=body, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def key_of(self, name: str, role: str) -> str:
        """The key of a new identity."""
        made = await self.post("/v1/keys", {"name": name, "grant": {"roles": [role]}}, 201)
        return str(made["text"])

    async def rotation(self, site: str) -> WorkflowHandle[Any, Any]:
        """The workflow of a site, as the Temporal UI has it."""
        return (await lazy_client(self.temporal)).get_workflow_handle(rotation_workflow(SiteId(site)))

    async def close(self) -> None:
        """Close the HTTP client."""
        await self.http.aclose()
