"""A real ACME server (Let's Encrypt's Pebble) and a real DNS server (Knot) that it asks, both on loopback."""

import asyncio
import contextlib
import json
import os
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import dns.asyncquery
import dns.message
import httpx
from pydantic import SecretStr

from certificates.new_certificate import make_self_signed
from engine.process.ports import choose_ports
from issuing.settings import AcmeSettings, DnsSettings
from rotation.order import ProofRecord
from rotation.values import CertificateId
from tests.programs import program

TIMEOUT = 30
ZONE = "example.test"
BLOCKED = f"blocked.{ZONE}"
ALIASED, ALIAS_OF = f"aliased.{ZONE}", f"proofs.{ZONE}"
"""A name whose proofs lie elsewhere, and where."""
KID, EAB_KEY = "kid-of-ours", "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W"
TSIG_NAME, TSIG_KEY = "proofs-of-ours", "dGhlIHNlY3JldCBvZiBvdXIgc2lnbmVkIHVwZGF0ZXM="
_KNOT = """\
server:
    listen: 127.0.0.1@{port}
    rundir: {folder}
database:
    storage: {folder}
log:
  - target: stderr
    any: warning
key:
  - id: {key}
    algorithm: hmac-sha256
    secret: {secret}
acl:
  - id: proofs
    key: {key}
    action: update
    update-type: TXT
zone:
  - domain: {zone}
    file: {folder}/zone
    acl: proofs
    zonefile-sync: -1
    zonefile-load: whole
    journal-content: none
"""
_SOA = f"{ZONE}. 60 SOA ns hostmaster 1 3600 600 86400 60\n{ZONE}. 60 NS ns\nns.{ZONE}. 60 A 127.0.0.1\n"
_ALIAS = f"_acme-challenge.{ALIASED}. 60 CNAME {ALIAS_OF}.\n"


@dataclass
class NameServer:
    """A running DNS server with one zone, which takes updates of TXT records that our key signs."""

    port: int

    def settings(self, **changes: Any) -> DnsSettings:
        """How the product updates it."""
        usual = {
            "server": f"127.0.0.1:{self.port}",
            "tsig_name": TSIG_NAME,
            "tsig_key": SecretStr(TSIG_KEY),
            "settle": timedelta(0),
        }
        return DnsSettings(**{**usual, **changes})

    async def texts(self, name: str) -> set[str]:
        """The TXT records that it shows."""
        asked = dns.message.make_query(name, "TXT")
        answer = await dns.asyncquery.udp(asked, "127.0.0.1", timeout=TIMEOUT, port=self.port)
        return {str(each).strip('"') for rrset in answer.answer for each in rrset}

    @classmethod
    @asynccontextmanager
    async def running(cls, folder: Path) -> AsyncIterator["NameServer"]:
        """Start one on a free port."""
        knot = program("knotd", package="knot")
        (port,) = choose_ports("127.0.0.1", 0)
        (folder / "zone").write_text(_SOA + _ALIAS)
        file = folder / "knot.conf"
        file.write_text(_KNOT.format(port=port, folder=folder, key=TSIG_NAME, secret=TSIG_KEY, zone=ZONE))
        asked = dns.message.make_query(ZONE, "SOA")

        async def answers() -> bool:
            with contextlib.suppress(OSError):
                return bool((await dns.asyncquery.tcp(asked, "127.0.0.1", port=port)).answer)
            return False

        async with _process(folder, answers, knot, "-c", str(file)):
            yield cls(port)


@dataclass
class Pebble:
    """A running ACME server. It wants an external account, refuses every second nonce, and forgets no proven name."""

    directory: str
    ca: Path
    names: NameServer

    def settings(self, **changes: Any) -> AcmeSettings:
        """How the product reaches it."""
        usual = {
            "directory": self.directory,
            "ca": self.ca,
            "eab_kid": KID,
            "eab_key": SecretStr(EAB_KEY),
            "dns": self.names.settings(),
        }
        return AcmeSettings(**{**usual, **changes})

    def environment(self, **changes: str) -> dict[str, str]:
        """The same for a process."""
        return {
            "ROTATOR_ACME_DIRECTORY": self.directory,
            "ROTATOR_ACME_CA": str(self.ca),
            "ROTATOR_ACME_EAB_KID": KID,
            "ROTATOR_ACME_EAB_KEY": EAB_KEY,
            "ROTATOR_ACME_DNS_SERVER": f"127.0.0.1:{self.names.port}",
            "ROTATOR_ACME_DNS_TSIG_NAME": TSIG_NAME,
            "ROTATOR_ACME_DNS_TSIG_KEY": TSIG_KEY,
            **changes,
        }

    @classmethod
    @asynccontextmanager
    async def running(cls, folder: Path, names: NameServer) -> AsyncIterator["Pebble"]:
        """Start one on a free port, which asks that DNS server."""
        server = program("pebble", package="pebble")
        (port,) = choose_ports("127.0.0.1", 0)
        own = make_self_signed(
            ("127.0.0.1",), identity=CertificateId("pebble"), now=datetime.now(UTC), valid_for=timedelta(days=2)
        )
        assert own.key_pem is not None
        ca, key, file = folder / "pebble.pem", folder / "pebble.key", folder / "pebble.json"
        ca.write_text(own.certificate_pem)
        key.write_text(own.key_pem.get_secret_value())
        config = {
            "listenAddress": f"127.0.0.1:{port}",
            "managementListenAddress": "",
            "certificate": str(ca),
            "privateKey": str(key),
            "domainBlocklist": [BLOCKED],
            "externalAccountBindingRequired": True,
            "externalAccountMACKeys": {KID: EAB_KEY},
            "retryAfter": {"authz": 1, "order": 1},
        }
        file.write_text(json.dumps({"pebble": config}))
        moods = {"PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "50", "PEBBLE_AUTHZREUSE": "100"}
        asks = ("-dnsserver", f"127.0.0.1:{names.port}")
        directory = f"https://127.0.0.1:{port}/dir"
        async with httpx.AsyncClient(verify=ssl.create_default_context(cafile=ca), trust_env=False) as http:

            async def answers() -> bool:
                with contextlib.suppress(httpx.TransportError):
                    return (await http.get(directory)).is_success
                return False

            async with _process(folder, answers, server, "-config", str(file), *asks, **moods):
                yield cls(directory, ca, names)


def a_name() -> str:
    """A name that no other test has proven."""
    return f"sepm-{uuid4().hex[:8]}.{ZONE}"


async def no_other() -> tuple[ProofRecord, ...]:
    """No other order needs a record."""
    return ()


@asynccontextmanager
async def _process(
    folder: Path, answers: Callable[[], Awaitable[bool]], started: str, *arguments: str, **environment: str
) -> AsyncIterator[None]:
    """A program that runs and answers; what it says is in a file."""
    with (folder / "said").open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            started, *arguments, env={**os.environ, **environment}, stdout=output, stderr=output
        )
    try:
        async with asyncio.timeout(TIMEOUT):
            while not await answers():
                assert process.returncode is None, (folder / "said").read_text()
                await asyncio.sleep(0.05)
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
