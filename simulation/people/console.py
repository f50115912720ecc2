"""The people of a simulated site without REST: they describe it, export clients, copy serials, state what they see."""

from datetime import datetime

from emulator.people.export import described_groups, export_clients, followed_by, machines_of_images, serials, unlike
from emulator.simulation import Simulation
from rotation.access import OfflineDocument as Document
from rotation.console.exported import ClientExport, paths_of
from rotation.console.statement import CLIENTS, COVERED, MISSING
from rotation.plan.step import Gate, Holdout, ScopeName
from rotation.plan.work.task import (
    AssignList,
    ConsoleTask,
    PauseReplication,
    ResumeReplication,
    SetSecureCommunications,
)
from rotation.running.state import RotationState
from rotation.running.wait import Wait
from rotation.values import SiteId
from sepm.offline.client_export import ExportForm, parse_client_export
from sepm.offline.export_dates import DateOrder
from simulation.drawn.scenario import OfflinePeople, Proof
from store.store import Store


class ConsolePeople:
    """The people at the console of a site; of a site with REST they have nothing to report."""

    def __init__(self, simulation: Simulation, store: Store, site_id: SiteId, how: OfflinePeople | None) -> None:
        self._simulation, self._store, self._site_id, self._how = simulation, store, site_id, how
        self._exports = 0
        self._before: dict[str, str] = {}
        """By task, the serials that the pages of its groups showed before its work."""

    @property
    def only(self) -> bool:
        """Whether the console is all there is."""
        return self._how is not None

    @property
    def exports(self) -> bool:
        """Whether they upload exports for gates."""
        return self._how is not None and self._how.proof is Proof.EXPORTS

    def document(self, at: datetime) -> Document:
        """The site as they describe it."""
        copies = self._how is not None and self._how.copies_serials
        partner = self._simulation.spec.replication_partner
        return Document.model_validate(
            {
                "version": self._simulation.spec.sepm_version,
                "recorded_at": at,
                "groups": described_groups(self._simulation, with_serials=copies),
                "replication_partners": (partner,) if partner else (),
                "images": machines_of_images(self._simulation),
            }
        )

    async def export(self, now: datetime) -> None:
        """Export the clients, and upload the export: it is parsed as any upload is."""
        if self._how is None:
            return
        content = export_clients(self._simulation, now, self._how.form)
        read = parse_client_export(content, ExportForm(timezone=self._how.form.timezone, dates=DateOrder.MONTH_FIRST))
        self._exports += 1
        newest = await self._store.console.newest_export(self._site_id)
        if newest is not None and newest.taken_at >= now:
            return
        export = ClientExport(
            id=f"export-{self._exports}",
            taken_at=now,
            uploaded_at=now,
            uploaded_by="olga",
            sha256="",
            clients=len(read.clients),
            columns=read.columns,
            groups=paths_of(read.clients),
        )
        await self._store.console.add_export(self._site_id, export, read.clients)

    def look_before(self, task: ConsoleTask) -> None:
        """Copy the serials of the task's groups before anything is changed."""
        if self._how is not None and self._how.copies_serials:
            self._before.setdefault(task.id, self._serials(task))

    def _serials(self, task: ConsoleTask) -> str:
        if not isinstance(task.work, AssignList | SetSecureCommunications):
            return ""
        paths = {pair.group_path for pair in task.work.pairs}
        return serials(self._simulation, followed_by(self._simulation, paths))

    def shown(self, task: ConsoleTask) -> dict[str, str]:
        """Their evidence of a completed task: serials of the groups that it was about, or that it was seen."""
        if self._how is None:
            return {}
        match task.work:
            case AssignList() | SetSecureCommunications() if self._how.copies_serials:
                return {"serials_before": self._before.get(task.id, ""), "serials": self._serials(task)}
            case AssignList() | SetSecureCommunications() | PauseReplication() | ResumeReplication():
                return {"seen": "the console shows it"}
            case _:
                return {}

    async def states(self, state: RotationState) -> dict[str, str]:
        """What they state of the open gate: how many clients its groups have, and which are not as wanted."""
        step, wait = state.step, state.wait
        if not isinstance(step, Gate | Holdout) or wait is None or wait.reading is None or wait.reading.asks is None:
            return {}
        scope = step.scope if isinstance(step, Gate) else ScopeName.FAILOVER
        body = (await self._store.plans.get(state.plan_id)).body
        paths = followed_by(self._simulation, {owner.path for owner in body.owners(scope)})
        missing = unlike(self._simulation, self._simulation.now, paths, _settled(wait))
        clients = wait.reading.asks.clients
        return {CLIENTS: str(clients), COVERED: str(clients - len(missing)), MISSING: ", ".join(missing)}

    async def count_again(self, state: RotationState, now: datetime) -> None:
        """Export again where the last export has another number of clients than the console."""
        if self._how is None or state.wait is None or state.wait.reading is None or state.wait.reading.asks is None:
            return
        newest = await self._store.console.newest_export(self._site_id)
        if newest is not None and newest.clients != sum(1 for _ in self._simulation.fleet.records(now)):
            await self.export(now)


def _settled(wait: Wait) -> datetime:
    """A client that has checked in since then has taken what was there when the gate opened, and come once more."""
    return wait.opened_at + 2 * wait.heartbeat
