"""What surrounds a skipped rotation: Temporal's clock, the way to SEPM, the probe, a person's hands."""

import asyncio
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from temporalio import activity

from emulator.certificates.certificates import Credential
from emulator.certificates.keyfiles import CertificateFormat
from emulator.people.desk import SiteDesk
from emulator.rest.app import rest_app
from emulator.rest.service import RestService
from emulator.simulation import Simulation
from emulator.spec import Protocol
from rotation.plan.work.client_look import LookAtClients
from rotation.plan.work.copied import ports_text
from rotation.plan.work.https_drill import OpenHttps, ShutHttps
from rotation.plan.work.signed_files import date_names
from rotation.plan.work.signed_together import compared_servers
from rotation.plan.work.stop_drill import StartServer, StopServer
from rotation.plan.work.task import (
    AssignList,
    CompareSignedFiles,
    CopyList,
    DeleteList,
    PauseReplication,
    PutCertificateBack,
    RefreshImages,
    ReorderList,
    ReplaceCertificate,
    ResumeReplication,
    SaveRecoveryFile,
    SetSecureCommunications,
    StopHandOuts,
    Work,
)
from rotation.site import Server
from rotation.survey import ServedCertificate
from rotation.values import CertificateId, Fingerprint, ServerName
from sepm.offline.sylink_evidence import read_looks
from sepm.tls.probe import HttpAnswer
from store.store import Store


@dataclass
class SkippedClock:
    """The server's own time of the activity that runs: it leaps when Temporal skips, and instead of a pause."""

    latest: datetime

    def __call__(self) -> datetime:
        """The time now."""
        if activity.in_activity():
            self.latest = max(self.latest, activity.info().started_time)
        return self.latest

    def now(self) -> datetime:
        """The time now."""
        return self()

    def elapsed(self) -> timedelta:
        """Time since a moment of long ago."""
        return self() - datetime.fromtimestamp(0, UTC)

    async def sleep(self, duration: timedelta) -> None:
        """Pass time without a real wait."""
        self.latest = self() + duration
        await asyncio.sleep(0)


class Line(httpx.AsyncBaseTransport):
    """The way to the emulated SEPM. It can be cut."""

    def __init__(self, simulation: Simulation, clock: SkippedClock) -> None:
        service = RestService(simulation=simulation, clock=clock, start=clock.latest)
        self._app = httpx.ASGITransport(rest_app(service))
        self.cut = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry a request, or not."""
        if self.cut:
            raise httpx.ConnectError("no route to the host")
        return await self._app.handle_async_request(request)


@dataclass
class SimulatedProbe:
    """Sees what the simulated servers present."""

    simulation: Simulation
    clock: SkippedClock

    async def probe(self, server: Server) -> ServedCertificate:
        """The certificate of the server's client port now."""
        now = self.clock()
        self.simulation.advance_to(now)
        emulated_server = self.simulation.site.server(server.name)
        if not emulated_server.up or emulated_server.https_shut:
            return ServedCertificate(server=server.name, fingerprint=None, observed_at=now, error="connection refused")
        credential = emulated_server.credential
        return ServedCertificate(
            server=server.name,
            fingerprint=Fingerprint(credential.fingerprint),
            not_before=credential.certificate.not_valid_before_utc,
            not_after=credential.certificate.not_valid_after_utc,
            observed_at=now,
        )

    async def probe_http(self, server: Server) -> HttpAnswer:
        """Whether the HTTP port answers, and the server's own clock."""
        now = self.clock()
        emulated = self.simulation.site.server(server.name)
        own = emulated.clock(now).replace(microsecond=0) if emulated.up else None
        return HttpAnswer(server=server.name, answers=emulated.up, clock=own, asked_at=now, answered_at=now)

    async def probe_https_clock(self, server: Server) -> HttpAnswer:
        """As over HTTP."""
        return await self.probe_http(server)


@dataclass
class Hands:
    """What a person does at the console."""

    simulation: Simulation
    store: Store

    async def file(self, certificate: str) -> tuple[bytes, CertificateFormat]:
        """The file of a certificate with its key."""
        material = await self.store.certificates.material(CertificateId(certificate))
        assert material.key_pem is not None
        pem = material.certificate_pem.encode() + material.key_pem.get_secret_value()
        return pem, CertificateFormat.PEM

    async def do(self, work: Work) -> None:
        """Do what a task asks."""
        if isinstance(work, ReplaceCertificate):
            server = self.simulation.site.server(work.server)
            if not server.up or server.credential.fingerprint == work.fingerprint_sha256:
                return  # begun before: it restarts with the new one, or has it
            if work.puts_back:
                self.simulation.console.restore_certificate(work.server, work.fingerprint_sha256)
                return
            self.simulation.console.replace_certificate(work.server, *await self.file(f"cert-{work.server}"))
        elif isinstance(work, PutCertificateBack):
            self.simulation.console.restore_certificate(work.server, work.fingerprint_sha256)
        elif isinstance(work, CopyList | DeleteList | ReorderList):
            self._lists(work)
        elif isinstance(work, ShutHttps | OpenHttps):
            change = self.simulation.console
            for port in work.ports:
                (change.shut_https if isinstance(work, ShutHttps) else change.open_https)(port.server)
        elif isinstance(work, StopServer | StartServer):
            change = self.simulation.console
            (change.stop_server if isinstance(work, StopServer) else change.start_server)(work.server)
        else:
            self._settings(work)

    def evidence(self, work: Work) -> dict[str, str]:
        """The evidence of the operator who did the work; each server's recovery file is another one."""
        match work:
            case SaveRecoveryFile(server=server):
                sha256 = hashlib.sha256(server.encode()).hexdigest()
                return {"filename": f"recovery_{server}.zip", "sha256": sha256}
            case CopyList():
                return {"list_name": work.copy_list, "protocol": "HTTP", "ports": ports_text(work)}
            case ReorderList(list=name, order=order):
                return {"list_name": name, "order": "; ".join(", ".join(pool) for pool in order)}
            case CompareSignedFiles():
                return self.dates_of(compared_servers(work))
            case StopHandOuts():
                return {"stopped": "none"}
            case LookAtClients(builds=builds):
                dates = self.dates_of(work.compares)
                held = self.looked_at([each.client for each in builds])
                return dates | ({"clients": json.dumps(held)} if builds else {})
            case _:
                return {"by": "console"}

    def dates_of(self, servers: Sequence[ServerName]) -> dict[str, str]:
        """What an operator finds on the disks of these servers."""
        found = dict[str, str]()
        for server, names in date_names(servers).items():
            shown = self.simulation.console.signed_files(server)
            found |= {names.certificate: shown.certificate.isoformat(), names.oldest: shown.oldest.isoformat()}
        return found

    def looked_at(self, clients: Sequence[str]) -> list[dict[str, Any]]:
        """What an operator reads in the Sylink.xml of each of these clients, or of one like it that is on."""
        desk = SiteDesk(self.simulation, lambda: self.simulation.now)
        held = [found for each in clients if (found := desk.held_by(each)) is not None]
        text = json.dumps([{"client": each.client, "sylink": each.sylink} for each in held])
        return list(json.loads(read_looks(text, ())))

    def add_group(self, path: str) -> str:
        """Make a group with settings of its own, as its parent has them. Returns its id."""
        return self.simulation.groups.add_group(path, inherits=False).id

    def remove_group(self, group_id: str) -> None:
        """Remove a group without clients."""
        self.simulation.groups.remove_group(group_id)

    def restore_certificate(self, server: str, credential: Credential) -> None:
        """Put a former certificate back from its recovery file."""
        self.simulation.console.restore_certificate(server, credential.fingerprint)

    def reinstall(self, name: str, build: str) -> None:
        """Give a client another build."""
        self.simulation.machines.upgrade(name, build)

    def _lists(self, work: CopyList | DeleteList | ReorderList) -> None:
        """Whose answer was cut off begins again: what is done is not done twice."""
        console = self.simulation.console
        names = {each.name for each in self.simulation.site.server_lists.values()}
        match work:
            case CopyList(source_list=source, copy_list=name, servers=servers):
                if name not in names:
                    console.copy_list(source, name)
                console.edit_list(name, Protocol.HTTP, {entry.server: entry.http_port for entry in servers})
            case DeleteList(list=name):
                if name in names:
                    console.delete_list(name)
            case ReorderList(list=name, order=order):
                console.edit_list(name, order=order)

    def _settings(self, work: Work) -> None:
        console = self.simulation.console
        match work:
            case AssignList(list=name, pairs=pairs):
                for pair in pairs:
                    console.assign_list(name, pair.group_path, pair.location_name)
            case SetSecureCommunications(enabled=enabled, pairs=pairs):
                for pair in pairs:
                    console.set_secure_communications(pair.group_path, pair.location_name, enabled)
            case PauseReplication():
                console.pause_replication()
            case ResumeReplication():
                console.resume_replication()
            case RefreshImages(groups=groups):
                for group in groups:
                    console.refresh_golden_images(group)
            case _:
                pass  # copying a recovery file leaves no trace in the site
