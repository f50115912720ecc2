"""The whole edge against the emulator as a process of its own: real TLS, real ports, a real swap."""

import asyncio
import base64
import json
import sys
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from pydantic import SecretStr

from certificates.keystores import to_pkcs12
from certificates.new_certificate import make_self_signed
from rotation.inheritance import owners
from rotation.serial import PolicySerial
from rotation.site import Protocol, Server
from rotation.survey import Pair
from rotation.values import CertificateId, Fingerprint, ServerName
from sepm.access import Access
from sepm.errors import BadCredentials, UntrustedCertificate
from sepm.offline.sylink import parse_sylink
from sepm.rest.client import SepmClient
from sepm.tls.probe import NetworkProbe, measure_skew
from sepm.tls.trust import Trust


class Emulated:
    """A running emulator: what it printed, its console, and the product's ways into it."""

    def __init__(self, described):
        self.described = described
        rest = described["rest"]
        self.access = Access(
            site=described["site"],
            url=rest["url"],
            username=rest["user"],
            password=SecretStr(rest["password"]),
            domain=rest["domain"],
        )
        self.fingerprint = Fingerprint(rest["fingerprint_sha256"])
        self.servers = tuple(
            Server(
                name=ServerName(server["name"]),
                address=server["address"],
                https_port=server["https_port"],
                http_port=server["http_port"],
            )
            for server in described["servers"]
        )

    def client(self, *fingerprints):
        """A client that trusts these certificates, or the present one."""
        return SepmClient(self.access, Trust(fingerprints=frozenset(fingerprints or {self.fingerprint})))

    async def console(self, operation, **fields):
        """What a person does in the console."""
        control = self.described["control"]
        async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
            answer = await http.post(
                f"{control['url']}/console/{operation}",
                json=fields,
                headers={"Authorization": f"Bearer {control['token']}"},
            )
        assert answer.is_success, answer.text
        return answer.json()


@asynccontextmanager
async def emulator(*options):
    """Runs an emulator until the block ends."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "emulator", "--json", *options),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=1 << 20,
    )
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), 60)
        yield Emulated(json.loads(line))
    finally:
        process.terminate()
        await process.communicate()


@pytest.fixture(scope="module")
async def one_server():
    """A site of one server."""
    async with emulator("--scenario", "one-server") as emulated:
        yield emulated


async def test_a_survey(one_server):
    """Groups with owners and settings, clients with serials of their groups, and the small facts."""
    async with one_server.client() as sepm:
        assert (await sepm.version()).startswith("14.")
        assert abs(await sepm.clock() - datetime.now(UTC)) < timedelta(seconds=30)
        groups = await sepm.groups()
        clients = [client async for client in sepm.clients()]
        counts = await sepm.online_counts()
        assert len(await sepm.server_ids()) == 1
        assert await sepm.replication_partners() == ()
        assert (await sepm.database()).type
        dates = await sepm.policy_dates(group.id for group in groups)
        first = groups[0]
        members = [client.id async for client in sepm.clients_of(first.id)]
    root = next(group for group in groups if group.path == "My Company")
    inheriting = next(group for group in groups if group.inherits)
    assert owners(groups)[inheriting.id] == root.id
    assert all(place.settings.secure_communications for group in groups for place in group.locations)
    assert {place.settings.heartbeat for group in groups for place in group.locations} == {timedelta(seconds=3)}
    assert dates == {group.id: group.policy_date for group in groups}
    assert len(clients) == counts.online + counts.offline == 40
    assert {client.group_id for client in clients} <= {group.id for group in groups}
    assert set(members) == {client.id for client in clients if client.group_id == first.id}
    held = [(PolicySerial.parse(client.serial), client.group_id) for client in clients if client.serial]
    assert held
    assert all(serial.belongs_to(group) for serial, group in held)


async def test_a_filtered_reading(one_server):
    """No client has checked in since tomorrow."""
    async with one_server.client() as sepm:
        assert [client async for client in sepm.clients(datetime.now(UTC) + timedelta(days=1))] == []


async def test_writes_are_read_back(one_server):
    """A list of the console is seen and assigned, secure communications are switched, and reading back shows both."""
    async with one_server.client() as sepm:
        assert await sepm.known_lists() is None  # the default list is not shown
        await one_server.console("copy_list", source="Default Management Server List", name="Copy over HTTP")
        await one_server.console("edit_list", name="Copy over HTTP", protocol="HTTP")
        assert await sepm.known_lists() == ("Copy over HTTP",)
        root = next(group for group in await sepm.groups() if group.path == "My Company")
        pair = Pair(group_id=root.id, location_id=root.locations[0].id)
        before = await sepm.pair_settings(pair)
        assert before == root.locations[0].settings
        await sepm.set_secure_communications(pair, enabled=False)
        await sepm.set_server_list(pair, "Copy over HTTP")
        relaxed = await sepm.pair_settings(pair)
        assert relaxed == before.model_copy(update={"secure_communications": False, "server_list": "Copy over HTTP"})
        exported = await one_server.console("export_sylink", group="My Company", location=root.locations[0].name)
        found = parse_sylink(base64.b64decode(exported["content_base64"]), one_server.servers)
        assert (found.name, found.protocol) == ("Copy over HTTP", Protocol.HTTP)
        assert found.servers == frozenset({ServerName("SEPM-1")})
        await sepm.set_log_size(pair, 513)
        assert await sepm.pair_settings(pair) == relaxed.model_copy(update={"log_kb": 513})
        await sepm.set_log_size(pair, before.log_kb)
        await sepm.set_server_list(pair, before.server_list)
        await sepm.set_secure_communications(pair, enabled=True)
        assert await sepm.pair_settings(pair) == before


async def test_an_exported_list_is_the_assigned_one(one_server):
    """A Sylink.xml as the console exports it gives the list with its protocol, ports and servers."""
    exported = await one_server.console("export_sylink", group="My Company\\Labs", location="Office")
    found = parse_sylink(base64.b64decode(exported["content_base64"]), one_server.servers)
    server = one_server.servers[0]
    assert (found.name, found.protocol) == ("Default Management Server List", Protocol.HTTPS)
    assert [(e.server, e.https_port, e.http_port) for e in found.entries] == [
        (server.name, server.https_port, server.http_port)
    ]


async def test_the_client_ports_are_probed(one_server):
    """The handshake shows the site's certificate; both ports answer, with clocks that agree."""
    probe, server = NetworkProbe(), one_server.servers[0]
    served = await probe.probe(server)
    assert served.fingerprint == one_server.fingerprint
    answers = [await probe.probe_http(server), await probe.probe_https_clock(server)]
    assert [(answer.answers, answer.error, answer.clock is None) for answer in answers] == [(True, "", False)] * 2
    assert measure_skew(answers) == timedelta(0)


async def test_a_wrong_password(one_server):
    """The emulator says 400 as SEPM does, and the error names the user and no password."""
    access = one_server.access.model_copy(update={"password": SecretStr("wrong-one")})
    async with SepmClient(access, Trust(fingerprints=frozenset({one_server.fingerprint}))) as sepm:
        with pytest.raises(BadCredentials) as caught:
            await sepm.groups()
    assert "wrong-one" not in str(caught.value)


async def test_a_swap_is_followed_because_the_plan_announced_it():
    """A session that trusts the current and the announced certificate works before and after the swap; one that
    trusts the old alone is stopped, and the probe sees the new certificate.
    """
    made = make_self_signed(
        ("SEPM-1",), identity=CertificateId("new"), now=datetime.now(UTC), valid_for=timedelta(days=900)
    )
    password = SecretStr("for the console")
    async with emulator("--scenario", "one-server", "--seed", "5") as site:
        old, new = site.fingerprint, made.facts.fingerprint
        rest = site.servers[0].model_copy(update={"https_port": site.described["rest"]["port"]})
        async with site.client(old, new) as both:
            assert await both.groups()
            await site.console(
                "replace_certificate",
                server="SEPM-1",
                format="pkcs12",
                content_base64=base64.b64encode(to_pkcs12(made, password)).decode(),
                password=password.get_secret_value(),
            )
            async with asyncio.timeout(60):  # the server restarts: the end is observed, not assumed
                while (await NetworkProbe().probe(site.servers[0])).fingerprint != new:
                    pass
                while (await NetworkProbe().probe(rest)).fingerprint != new:
                    pass
            async with site.client(old) as old_only:
                with pytest.raises(UntrustedCertificate) as caught:
                    await old_only.groups()
            assert caught.value.presented == new
            assert caught.value.accepted == frozenset({old})
            assert await both.groups()
