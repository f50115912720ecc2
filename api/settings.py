"""How the API is guarded and how long it waits, from the environment (`ROTATOR_...`) or a plain constructor."""

from datetime import timedelta
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from certificates.secret_file import read_secret


class ApiKeyMissingError(ValueError):
    """No API key is set: the API does not start without one."""


class ApiSettings(BaseSettings):
    """One key guards everything but health and the API's own description."""

    model_config = SettingsConfigDict(env_prefix="ROTATOR_", frozen=True)

    api_key: SecretStr | None = None
    """The key itself; goes before the file."""
    api_key_file: Path | None = None
    ui_origin: str | None = Field(default=None, pattern=r"^https?://[^/*\s]+$")
    """The Temporal UI whose pages may use the codec server, e.g. `https://temporal.example.com`. `rotator up` names the
    embedded one."""
    survey_wait: timedelta = timedelta(seconds=20)
    """How long a request waits for a survey before it answers that the survey goes on."""

    def key(self) -> SecretStr:
        """The key that callers must present.

        Raises:
            ApiKeyMissingError: when neither setting gives one, or others can read the file.
        """
        if self.api_key is not None and self.api_key.get_secret_value().strip():
            return SecretStr(self.api_key.get_secret_value().strip())
        if self.api_key_file is not None:
            try:
                text = read_secret(self.api_key_file).decode("utf-8").strip()
            except OSError as error:
                where = f"{self.api_key_file} (ROTATOR_API_KEY_FILE)"
                raise ApiKeyMissingError(f"{where} cannot be read: {error.strerror}") from error
            if text:
                return SecretStr(text)
        raise ApiKeyMissingError("set ROTATOR_API_KEY, or ROTATOR_API_KEY_FILE to a file that holds the key")
