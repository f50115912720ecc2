"""The person at the emulated console: does there what a console task of the product asks for."""

import base64

from pydantic import TypeAdapter

from emulator.desk import SiteDesk
from emulator.errors import EmulatorError
from emulator.handwork import perform
from emulator.simulation import Simulation
from emulator.tasks import CertificateFile, Task
from rotation.task import ConsoleTask, ReplaceCertificate
from simulation.certificates import new_certificate
from simulation.clock import SimulatedClock

_TASK: TypeAdapter[Task] = TypeAdapter(Task)


class Operator:
    """Hands at the console of one emulated site."""

    def __init__(self, simulation: Simulation, clock: SimulatedClock) -> None:
        self._simulation = simulation
        self._desk = SiteDesk(simulation, clock.now, _nothing_to_follow)

    async def do(self, task: ConsoleTask) -> dict[str, str] | None:
        """Do the work of `task`. The evidence for it; None when the console refused."""
        asked = {
            "id": task.id,
            "site_name": task.site_name,
            "state": task.state.value,
            "kind": task.work.kind,
            "subject": task.work.model_dump(mode="json", exclude={"kind"}),
        }
        try:
            evidence = await perform(self._desk, _TASK.validate_python(asked), self._file(task))
        except EmulatorError:
            return None
        return {name: str(value) for name, value in evidence.items()}

    def _file(self, task: ConsoleTask) -> CertificateFile | None:
        if not isinstance(task.work, ReplaceCertificate):
            return None
        made = new_certificate(task.work.server, self._simulation.site.server(task.work.server).address)
        if made.key_pem is None:
            raise AssertionError("a certificate that was made here has a key")
        pem = made.certificate_pem + made.key_pem.get_secret_value()
        return CertificateFile(format="pem", content_base64=base64.b64encode(pem.encode()))


async def _nothing_to_follow() -> None:
    """No port follows a change: the probe looks at the site itself."""
