"""Where the store keeps its things: from the environment (`ROTATOR_...`) or from a plain constructor."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from store.keys.transit_settings import TransitSettings
from store.trail.webhook import WebhookSettings


class StoreSettings(BaseSettings):
    """Database and keys. Without any setting both lie in `folder`."""

    model_config = SettingsConfigDict(env_prefix="ROTATOR_", frozen=True)

    folder: Path = Path("var")
    # it may hold a password, so it is kept out of repr
    database_url: str | None = Field(default=None, repr=False)
    """`sqlite+aiosqlite:///...` or `postgresql://...`; a SQLite file under `folder` when it is not set."""
    key_file: Path | None = None
    """The file of the encryption keys; `folder/rotator.key` when it is not set. Made on first start."""
    key: SecretStr | None = None
    """The encryption keys themselves, each base64 of 32 bytes, with commas between. The first seals, before any of the
    file, and no file is made; whatever is in one still opens."""
    worker_key_file: Path | None = None
    """For the worker alone: the keys that open what is sealed for it (`store.keys.worker_key`), as PEM. Without it, and
    without its public half, all processes have the same keys."""
    worker_public_key_file: Path | None = None
    """For the API: the public halves of those keys."""
    audit_heads: Path | None = None
    """The file of heads (`store.trail.heads`), which only its owner reads; `folder/audit-heads.jsonl` when not set."""
    audit_syslog: str | None = None
    """Where heads are sent to, too: a socket, e.g. `/dev/log`, or `HOST:PORT` over UDP."""
    audit_webhook: SecretStr | None = None
    """Where heads of the file are posted to, too: `https://...`."""
    audit_webhook_ca: Path | None = None
    """PEM of the authority that signed the webhook's certificate, when the system does not know it."""
    audit_webhook_token_file: Path | None = None
    """The webhook's bearer token, in a file that its owner alone reads."""
    transit: TransitSettings = Field(default_factory=TransitSettings)
    """The key server. With an address its key seals, before all others, and no file is made."""

    @property
    def url(self) -> str:
        """The database to open."""
        return self.database_url or f"sqlite+aiosqlite:///{(self.folder / 'rotator.db').absolute()}"

    @property
    def heads_path(self) -> Path:
        """The file of heads to append to or make."""
        return self.audit_heads or self.folder / "audit-heads.jsonl"

    @property
    def webhook(self) -> WebhookSettings | None:
        """How the webhook for heads is reached; None where none is set."""
        if self.audit_webhook is None:
            return None
        return WebhookSettings(
            url=self.audit_webhook, ca=self.audit_webhook_ca, token_file=self.audit_webhook_token_file
        )

    @property
    def key_path(self) -> Path:
        """The key file to read or make."""
        return self.key_file or self.folder / "rotator.key"
