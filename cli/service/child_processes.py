"""What `rotator up` starts, and with which environment: Temporal, the worker, the API."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from signal import SIGINT
from typing import ClassVar

from api.serving.listening import Listening
from cli.service.folder import Folder
from cli.service.supervisor import ChildSpec
from cli.service.up_file import RunningService
from engine.codec.payload_keys import payload_codec
from engine.process.embedded import EmbeddedServer, find_binary
from engine.process.ports import any_loopback, choose_ports
from engine.settings import TemporalSettings
from store.settings import StoreSettings

_LOOPBACK = "127.0.0.1"
# The worker lets activities end for 30 s before it leaves. All children together, Temporal's 10 s too, stay below the
# 60 s after which deploy/rotator.service kills.
_WORKER_STOPS_WITHIN = timedelta(seconds=35)
_API_STOPS_WITHIN = timedelta(seconds=8)
_PREFIX = "ROTATOR_"
_API_KEY = "ROTATOR_API_KEY"
_CREDENTIALS = ("ROTATOR_TEMPORAL_TLS", "ROTATOR_TEMPORAL_API_KEY")


@dataclass(frozen=True)
class ServiceProcesses:
    """The children of one folder, with the ports that they keep over restarts."""

    folder: Folder
    api: Listening
    server: EmbeddedServer | None
    """None when the settings name a Temporal that runs elsewhere."""
    temporal: TemporalSettings
    ui_port: int | None = None
    """Where the API serves the UI of that server, to those who have logged in."""
    encrypts: bool = False
    """Whether Temporal keeps payloads encrypted."""

    API: ClassVar[str] = "api"
    WORKER: ClassVar[str] = "worker"
    TEMPORAL: ClassVar[str] = "temporal"

    @classmethod
    def plan(cls, folder: Folder, api: Listening, temporal_port: int, ui_port: int) -> "ServiceProcesses":
        """Choose ports and find programs.

        Raises:
            PortInUse: when a port is taken.
            EmbeddedServerFailed: when the `temporal` program is not there.
            PayloadKeysMalformed: when the settings name payload keys that are none.
        """
        settings = TemporalSettings()
        signing = settings.signing_keys_file or folder.signing_key
        encrypts = payload_codec(settings) is not None
        if "address" in settings.model_fields_set:
            temporal = _signed(settings, signing)
            return cls(folder=folder, api=_with_port(api), server=None, temporal=temporal, encrypts=encrypts)
        binary = find_binary(settings)
        api = _with_port(api)
        temporal_port, door = choose_ports(_LOOPBACK, temporal_port, ui_port)
        # the UI itself has no log-in and answers under every host name: it listens where no page finds it
        ui_ip = any_loopback()
        (ui_port,) = choose_ports(ui_ip, 0)
        server = EmbeddedServer(
            database=folder.temporal_database,
            port=temporal_port,
            ui_port=ui_port,
            ui_ip=ui_ip,
            binary=binary,
            namespace=settings.namespace,
        )
        temporal = _signed(server.settings(), signing)
        return cls(folder=folder, api=api, server=server, ui_port=door, temporal=temporal, encrypts=encrypts)

    @property
    def api_url(self) -> str:
        """Where this machine reaches the API."""
        return _url(self.api.host, self.api.port, tls=self.api.tls_cert is not None)

    def store(self) -> StoreSettings:
        """The database and keys that the children use."""
        environment = self._environment()
        return StoreSettings(
            folder=self.folder.root,
            database_url=environment["ROTATOR_DATABASE_URL"],
            key_file=Path(environment["ROTATOR_KEY_FILE"]),
        )

    @property
    def own_signing_key(self) -> bool:
        """Whether the key that signs payloads lies in the folder, and is not set from outside."""
        return self.temporal.signing_keys is None and self.temporal.signing_keys_file == self.folder.signing_key

    def children(self) -> tuple[ChildSpec, ...]:
        """In the order in which they are started."""
        ours = self._environment()
        # -P: whatever lies in the working directory, the modules are those of this installation
        api = (sys.executable, "-P", "-m", "api", *self.api.arguments())
        worker = ChildSpec(self.WORKER, (sys.executable, "-P", "-m", "worker"), ours, stop_within=_WORKER_STOPS_WITHIN)
        served = ChildSpec(self.API, api, ours, stop_within=_API_STOPS_WITHIN)
        if self.server is None:
            return (worker, served)
        nothing_of_ours = {name: value for name, value in os.environ.items() if not name.startswith(_PREFIX)}
        temporal = ChildSpec(self.TEMPORAL, self.server.command(), nothing_of_ours, stop_signal=SIGINT, speaks=False)
        return (temporal, worker, served)

    def running_service(self, pids: Mapping[str, int]) -> RunningService:
        """Where everything is now."""
        ports = {self.API: self.api.port}
        if self.server is not None and self.ui_port is not None:
            ports |= {self.TEMPORAL: self.server.port, "ui": self.ui_port}
        return RunningService(
            api=self.api_url,
            api_key_file=str(self.folder.api_key) if self.folder.api_key.exists() else None,
            temporal=self.temporal.address,
            namespace=self.temporal.namespace,
            ui=_url(_LOOPBACK, self.ui_port, tls=self.api.tls_cert is not None) if self.ui_port else None,
            api_certificate=str(self.api.tls_cert) if self.api.tls_cert else None,
            codec_login=f"{self.api_url}/v1/codec/login" if self.encrypts and self.server is None else None,
            folder=str(self.folder.root),
            pid=os.getpid(),
            pids=dict(pids),
            ports=ports,
        )

    def _environment(self) -> dict[str, str]:
        """Ours for the children. What the operator has set (another database, say) goes before the folder."""
        folder = {
            "ROTATOR_FOLDER": str(self.folder.root),
            "ROTATOR_DATABASE_URL": f"sqlite+aiosqlite:///{self.folder.database}",
            "ROTATOR_KEY_FILE": str(self.folder.key),
            "ROTATOR_TEMPORAL_SIGNING_KEYS_FILE": str(self.folder.signing_key),
            "ROTATOR_NOTIFY_LINK": self.api_url,
        }
        ours = {**folder, **os.environ, "ROTATOR_FOLDER": str(self.folder.root)}
        # what the command line presents is none of the children's business
        ours = {name: value for name, value in ours.items() if not name.startswith(_API_KEY)}
        if self.server is None:
            return ours
        # the embedded server speaks plain text on loopback: credentials are meant for some other Temporal
        ours = {name: value for name, value in ours.items() if not name.startswith(_CREDENTIALS)}
        return ours | {
            "ROTATOR_TEMPORAL_ADDRESS": self.server.address,
            "ROTATOR_TEMPORAL_NAMESPACE": self.server.namespace,
            "ROTATOR_UI_UPSTREAM": self.server.ui_url,
            "ROTATOR_UI_PORT": str(self.ui_port),
            **({} if self.api.tls_cert is None else {"ROTATOR_UI_TLS_CERT": str(self.api.tls_cert)}),
            **({} if self.api.tls_key is None else {"ROTATOR_UI_TLS_KEY": str(self.api.tls_key)}),
        }


def _with_port(api: Listening) -> Listening:
    (port,) = choose_ports(api.host, api.port)
    return api.model_copy(update={"port": port})


def _signed(settings: TemporalSettings, keys: Path) -> TemporalSettings:
    return settings.model_copy(update={"signing_keys_file": keys})


def _url(host: str, port: int, *, tls: bool) -> str:
    host = {"0.0.0.0": _LOOPBACK, "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    return f"{'https' if tls else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"
