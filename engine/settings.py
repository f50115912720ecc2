"""How to reach Temporal: from the environment (`ROTATOR_TEMPORAL_...`) or from a plain constructor."""

from datetime import timedelta
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict
from temporalio.service import TLSConfig

from certificates.secret_file import read_secret


class WatchSettings(BaseSettings):
    """The watch over certificates: from the environment (`ROTATOR_WATCH_...`) or from a plain constructor."""

    model_config = SettingsConfigDict(env_prefix="ROTATOR_WATCH_", frozen=True)

    every: timedelta = Field(default=timedelta(hours=6), ge=timedelta(0))
    """How often the ports of all sites are looked at, e.g. `PT6H`. Zero: never."""
    open_swaps_every: timedelta = Field(default=timedelta(minutes=1), ge=timedelta(seconds=1), le=timedelta(hours=1))
    """How often a site is looked at while an operator has work there, and its client ports while a rotation waits."""


class TemporalSettings(BaseSettings):
    """Address, namespace, task queue and credentials. The defaults are those of the embedded server."""

    model_config = SettingsConfigDict(env_prefix="ROTATOR_TEMPORAL_", frozen=True)

    address: str = "127.0.0.1:7233"
    namespace: str = Field(default="rotator", min_length=1)
    task_queue: str = Field(default="rotator", min_length=1)
    tls: bool = False
    """Encrypt the connection. Any of the three files, or an API key, asks for it too."""
    tls_ca: Path | None = None
    """PEM of the authority that signed the server's certificate, when the system does not know it."""
    tls_cert: Path | None = None
    """PEM of our client certificate, for a cluster that wants one; `tls_key` goes with it."""
    tls_key: Path | None = None
    api_key: SecretStr | None = None
    """For Temporal Cloud."""
    binary: Path | None = None
    """The `temporal` program for the embedded server, when it lies neither beside Python nor on PATH."""
    signing_keys_file: Path | None = None
    """A file of the keys that sign all that passes through Temporal, one a line, each base64 of 32 bytes. The first
    signs, all verify. API and worker do not start without one."""
    signing_keys: SecretStr | None = None
    """The keys themselves, with commas between them. They go before the file."""
    serve_unsigned: bool = False
    """Serve although rotations run that a version without signed payloads has begun: they stand still."""
    payload_keys_file: Path | None = None
    """A file of the keys that encrypt what Temporal keeps, one a line, each base64 of 32 bytes. The first encrypts, all
    decrypt. Without it, all who read Temporal can read payloads."""
    payload_keys: SecretStr | None = None
    """The keys themselves, with commas between them. They go before the file."""
    metrics: str | None = None
    """`host:port` where the worker serves the SDK's metrics to Prometheus; none are served when it is not set."""

    def tls_config(self) -> bool | TLSConfig:
        """What the client takes: False for plain text, True for system trust, or the files' content.

        Raises:
            OSError: when a named file cannot be read, or others can read the key.
        """
        if not any((self.tls_ca, self.tls_cert, self.tls_key)):
            return self.tls or self.api_key is not None
        return TLSConfig(
            server_root_ca_cert=self.tls_ca.read_bytes() if self.tls_ca else None,
            client_cert=self.tls_cert.read_bytes() if self.tls_cert else None,
            client_private_key=read_secret(self.tls_key) if self.tls_key else None,
        )

    def secret(self) -> str | None:
        """The API key in clear, for the client only."""
        return self.api_key.get_secret_value() if self.api_key else None
