"""No secret leaves its place: after a whole rotation, everything that was kept, logged or shown is searched."""

import asyncio
import base64
import json
import re
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import pkcs12

from certificates.new_certificate import make_self_signed
from engine.client.client import lazy_client
from engine.process.ports import choose_ports
from rotation.values import CertificateId

KEYSTORE = "/v1/certificates/{certificate_id}/keystore"
"""The one GET that gives a key: once, and closed by a password that was shown elsewhere."""
FORMS = {"PKCS8": serialization.PrivateFormat.PKCS8, "PKCS1": serialization.PrivateFormat.TraditionalOpenSSL}
OWN_FILES = {"api.key", "rotator.key"}
"""Where a key of the service itself lies, readable by its owner only."""


_UNCOMPRESSED = re.compile(rb"\r\nAccept-Encoding: [^\r]*", re.IGNORECASE).sub
"""What is compressed could not be searched."""


@dataclass
class Wiretap:
    """A relay that records its traffic: from it the test learns the secrets that only program and site know."""

    to_port: int
    inside: ssl.SSLContext | None = None
    outside: ssl.SSLContext | None = None
    heard: bytearray = field(default_factory=bytearray)
    open: set[asyncio.Task[None]] = field(default_factory=set)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[int]:
        """Relay while the block runs; the port."""
        server = await asyncio.start_server(self._relay, "127.0.0.1", 0, ssl=self.outside)
        try:
            yield int(server.sockets[0].getsockname()[1])
        finally:
            server.close()
            for relay in self.open:
                relay.cancel()
            await asyncio.gather(*self.open, return_exceptions=True)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        relay = asyncio.current_task()
        assert relay is not None
        self.open.add(relay)
        relay.add_done_callback(self.open.discard)
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.to_port, ssl=self.inside)
        except OSError:
            writer.close()
            return
        ways = {asyncio.create_task(self._pass(*way)) for way in ((reader, far_writer), (far_reader, writer))}
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            writer.close()
            far_writer.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while part := await reader.read(1 << 16):
                part = _UNCOMPRESSED(b"\r\nAccept-Encoding: identity", part)
                self.heard += part
                writer.write(part)
                await writer.drain()

    def matches(self, pattern: bytes) -> set[bytes]:
        """The matches of a pattern in the recorded traffic."""
        return set(re.findall(pattern, bytes(self.heard)))


@dataclass
class Whole:
    """A whole rotation, and the wires that were tapped meanwhile."""

    site: Any
    rotation: str
    sepm: Wiretap
    robot: Wiretap
    metrics: str
    """Where the worker serves its metrics."""


def presenting(folder: Path) -> tuple[ssl.SSLContext, str]:
    """The relay's TLS context towards the product, and its certificate's fingerprint."""
    made = make_self_signed(
        ("127.0.0.1",), identity=CertificateId("relay"), now=datetime.now(UTC), valid_for=timedelta(days=1)
    )
    assert made.key_pem is not None
    (folder / "relay.pem").write_text(made.key_pem.get_secret_value() + made.certificate_pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "relay.pem")
    return context, made.facts.fingerprint


def trusting() -> ssl.SSLContext:
    """The relay's TLS context towards the emulated site, which is on this machine: it accepts any certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@pytest.fixture(scope="module")
async def whole(open_house, open_site, tmp_path_factory) -> AsyncIterator[Whole]:
    """A rotation that a robot worked at from its start to its end, in a house that serves metrics."""
    async with AsyncExitStack() as stack:
        metrics = f"127.0.0.1:{choose_ports('127.0.0.1', 0)[0]}"
        house = await stack.enter_async_context(open_house(ROTATOR_TEMPORAL_METRICS=metrics))
        robot = Wiretap(httpx.URL(house.program.printed["api"]).port or 0)
        where = f"http://127.0.0.1:{await stack.enter_async_context(robot.listening())}"
        site = await stack.enter_async_context(open_site(house, robot=where, registered=False))
        outside, fingerprint = presenting(tmp_path_factory.mktemp("relay"))
        sepm = Wiretap(site.program.printed["rest"]["port"], trusting(), outside)
        port = await stack.enter_async_context(sepm.listening())
        await site.register(rest_url=f"https://127.0.0.1:{port}/sepm", trust={"fingerprint_sha256": fingerprint})
        rotation = await site.start()
        assert (await site.ended(rotation))["status"] == "completed"
        yield Whole(site, rotation, sepm, robot, metrics)


def key_in_every_form(key: RSAPrivateKey) -> Iterator[tuple[str, bytes]]:
    """Pieces of a private key as they would show: short ones, as a database may break long ones at its pages."""
    for name, form in FORMS.items():
        pem = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
        # the first lines hold what the certificate shows too: the modulus
        yield from ((f"{name}, PEM", line) for line in pem.splitlines()[9:-2])
    numbers = key.private_numbers()
    for name, number in (("d", numbers.d), ("p", numbers.p), ("q", numbers.q)):
        raw = number.to_bytes((number.bit_length() + 7) // 8)[:32]
        yield name, raw
        yield f"{name}, hex", raw.hex().encode()
        yield f"{name}, decimal", str(number).encode()[:40]
        # wherever it begins in a longer text, Base64 shows one of three
        yield from ((f"{name}, Base64 +{at}", base64.b64encode(raw[at:])[:36]) for at in range(3))


def _raw(key: bytes) -> tuple[bytes, ...]:
    return key, key.hex().encode(), base64.urlsafe_b64encode(key).rstrip(b"=")


def secrets_of(whole: Whole) -> dict[str, set[bytes]]:
    """Everything that must not show, by what it is."""
    files = [json.loads(text) for text in whole.robot.matches(rb'\{"filename":"[^{}]*"content_base64":[^{}]*\}')]
    house = whole.site.house
    sealing = [line for line in (house.folder / "rotator.key").read_bytes().split() if line]
    found = {
        "SEPM password": {whole.site.program.printed["rest"]["password"].encode()},
        "SEPM token": whole.sepm.matches(rb'"(?:token|refreshToken|access_token)":\s*"([^"]+)"'),
        "API key": {house.key.encode(), whole.site.robot_key.encode()},
        "key of the database": {form for key in sealing for form in (key, *_raw(base64.b64decode(key)))},
        "password of a file": {file["password"].encode() for file in files},
        "file": {file["content_base64"][at : at + 64].encode() for file in files for at in (200, 800)},
    }
    for file in files:
        key, _, _ = pkcs12.load_key_and_certificates(
            base64.b64decode(file["content_base64"]), file["password"].encode()
        )
        assert isinstance(key, RSAPrivateKey)
        for form, piece in key_in_every_form(key):
            found.setdefault(f"private key ({form})", set()).add(piece)
    return found


async def temporal(house: Any) -> dict[str, bytes]:
    """All that Temporal shows, payloads in clear.

    Every event of every workflow, as JSON and as it is sent, with the summaries in it; what it describes of each, with
    its search attributes and details; and every schedule.
    """
    client = await lazy_client(house.temporal)
    events, described, schedules = bytearray(), bytearray(), bytearray()
    async for found in client.list_workflows():
        workflow = client.get_workflow_handle(found.id, run_id=found.run_id)
        history = await workflow.fetch_history()
        events += history.to_json().encode()
        events += b"".join(event.SerializeToString() for event in history.events)
        described += (
            found.raw_info.SerializeToString() + (await workflow.describe()).raw_description.SerializeToString()
        )
    async for schedule in await client.list_schedules():
        schedules += (await client.get_schedule_handle(schedule.id).describe()).raw_description.SerializeToString()
    return {"histories": bytes(events), "descriptions": bytes(described), "schedules": bytes(schedules)}


async def metrics(whole: Whole) -> dict[str, bytes]:
    """What Prometheus reads of the worker, and of Temporal itself where /proc tells its port."""
    found = {"metrics of the worker": whole.metrics}
    for line in command_lines(whole.site.house).values():
        flags = line.split(b"\0")
        if b"--metrics-port" in flags:
            found["metrics of Temporal"] = f"127.0.0.1:{flags[flags.index(b'--metrics-port') + 1].decode()}"
    async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
        return {name: (await http.get(f"http://{address}/metrics")).content for name, address in found.items()}


async def answers(whole: Whole) -> bytes:
    """Every answer that the API gives to GET, headers too."""
    house = whole.site.house
    rotation = await house.get(f"/v1/rotations/{whole.rotation}")
    plan = await house.get(f"/v1/plans/{rotation['plan_id']}")
    tasks = (await house.get("/v1/tasks"))["items"]
    ids = {
        "site_id": [whole.site.id],
        "rotation_id": [whole.rotation],
        "plan_id": [plan["id"]],
        "certificate_id": [each["certificate_id"] for each in plan["certificates"]],
        "task_id": [task["id"] for task in tasks],
        "simulation_id": [await simulated(whole, plan["id"])],
        "request_id": [await requested(whole)],
        "order_id": [],  # no authority here: tests/issuing look into what an order leaves behind
        "channel_id": [],  # nothing is sent from here: tests/api/notice look into what a channel shows
        "code": ["site-busy"],
    }
    kept = bytearray()
    for path, methods in (await house.get("/openapi.json"))["paths"].items():
        if "get" not in methods or path in {KEYSTORE, "/v1/events"}:  # the latter gives what is new, for a minute
            continue
        names = re.findall(r"\{(\w+)\}", path)
        for some in product(*(ids[name] for name in names)):
            given = {"site_id": whole.site.id, "limit": "1000"} if path in {"/v1/plans", "/v1/rotations"} else {}
            answer = await house.ask("GET", path.format(**dict(zip(names, some, strict=True))), params=given)
            assert answer.status_code == 200, (path, answer.text)
            kept += repr(answer.headers.raw).encode() + answer.content
    for page in ("/v1/codec/login", "/docs", "/redoc", "/openapi.json"):
        kept += (await house.ask("GET", page)).content
    return bytes(kept)


async def requested(whole: Whole) -> str:
    """A request for a certificate: its id. The service made its key, and has shown it to no caller."""
    order = {"names": ["sepm1.example.org"]}
    made = await whole.site.house.post("/v1/certificates/requests", order, 201)
    return str(made["request"]["id"])


async def keystores_of(whole: Whole) -> dict[str, set[bytes]]:
    """What must not show of two keystores, one that was taken and one that waits: passwords, and the one file."""
    house = whole.site.house
    rotation = await house.get(f"/v1/rotations/{whole.rotation}")
    plan = await house.get(f"/v1/plans/{rotation['plan_id']}")
    path = KEYSTORE.format(certificate_id=plan["certificates"][0]["certificate_id"])
    made = [await house.post(f"{path}s", {"format": "jks"}, 201) for _ in range(2)]
    taken = await house.ask("GET", made[0]["path"])
    assert taken.status_code == 200, taken.text
    return {
        "password of a keystore": {each["password"].encode() for each in made},
        "keystore": {taken.content[at : at + 48] for at in (100, 500)},
    }


async def simulated(whole: Whole, plan: str) -> str:
    """A simulation of the plan, begun: its id."""
    begun = await whole.site.house.post(f"/v1/plans/{plan}/simulations", {"runs": 1}, 202)
    return str(begun["id"])


def command_lines(house: Any) -> dict[str, bytes]:
    """What every user of the machine can read of our processes; nothing where there is no /proc."""
    pids = [house.program.process.pid, *json.loads((house.folder / "up.json").read_text())["pids"].values()]
    read = {f"command line {pid}": Path(f"/proc/{pid}/cmdline") for pid in pids}
    return {name: path.read_bytes() for name, path in read.items() if path.exists()}


async def places_of(whole: Whole) -> dict[str, bytes]:
    """Everything that is searched, by where it lies. The emulator's standard output describes the site: not ours."""
    house = whole.site.house
    places = await temporal(house) | await metrics(whole) | {"answers": await answers(whole)}
    logs = (*house.program.logs, whole.site.program.logs[1])
    files = [path for path in house.folder.rglob("*") if path.is_file() and path.name not in OWN_FILES]
    places |= {path.name: path.read_bytes() for path in (*files, *logs)}
    return places | command_lines(house)


async def test_no_secret_leaves_its_place(whole) -> None:
    """No password, token or key in Temporal, database, logs, answers or command lines; what may show is found there."""
    secrets = secrets_of(whole) | await keystores_of(whole)
    places = await places_of(whole)
    assert all(secrets.values()), {what: len(found) for what, found in secrets.items()}
    assert len(secrets) > 20
    assert {"temporal.db", "rotator.db", "rotator.db-wal", "up.json", "up.err"} <= places.keys()
    assert whole.rotation.encode() in places["descriptions"]
    assert b"watch" in places["schedules"]
    assert b"temporal_workflow_completed" in places["metrics of the worker"]
    assert all(len(content) > 100 for place, content in places.items() if place.startswith("metrics"))

    # what may be known is found: the search looks where things lie, and sees them
    (server,) = await whole.site.truth("servers")
    fingerprint = server["fingerprint_sha256"].encode()
    kept = ("histories", "answers", "temporal.db", "rotator.db")
    assert [place for place in kept if fingerprint not in places[place] + places.get(f"{place}-wal", b"")] == []

    leaks = {
        (what, place)
        for what, pieces in secrets.items()
        for place, content in places.items()
        if any(piece in content for piece in pieces)
    }
    assert leaks == set()


async def test_the_search_knows_the_key_where_it_is(whole) -> None:
    """The same pieces are found in the key's own files, so that finding none elsewhere is proof."""
    (text,) = whole.robot.matches(rb'\{"filename":"[^{}]*"content_base64":[^{}]*\}')
    file = json.loads(text)
    key, _, _ = pkcs12.load_key_and_certificates(base64.b64decode(file["content_base64"]), file["password"].encode())
    assert isinstance(key, RSAPrivateKey)
    plain = b""
    for form in FORMS.values():
        for encoding in (serialization.Encoding.PEM, serialization.Encoding.DER):
            plain += key.private_bytes(encoding, form, serialization.NoEncryption())
    found = {form for form, piece in key_in_every_form(key) if piece in plain}
    assert {"PKCS8, PEM", "PKCS1, PEM", "d", "p", "q"} <= found
    api = whole.robot.matches(rb"Bearer ([^\r]+)")
    assert api == {whole.site.robot_key.encode()}
