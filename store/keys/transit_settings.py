"""How the key server is reached: from the environment (`ROTATOR_VAULT_...`) or from a plain constructor."""

from ipaddress import ip_address
from pathlib import Path

import httpx
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from certificates.secret_file import read_secret_line
from store.keys.key_encryption import KeySettingsWrong


class TransitSettings(BaseSettings):
    """The transit engine of a HashiCorp Vault or OpenBao. Without an address there is none."""

    model_config = SettingsConfigDict(env_prefix="ROTATOR_VAULT_", frozen=True)

    address: str | None = None
    """`https://vault.example:8200`; plain http on loopback only, where an agent of the server may listen."""
    token: SecretStr | None = None
    token_file: Path | None = None
    """Read before each request, so that an agent can renew it."""
    key: str = Field(default="rotator", pattern=r"^[A-Za-z0-9_.-]+$", max_length=100)
    """The name of the key. It is never made by us."""
    mount: str = Field(default="transit", pattern=r"^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*$", max_length=100)
    namespace: str | None = None
    ca: Path | None = None
    """PEM of the authority that signed the server's certificate, when the system does not know it."""

    def checked(self) -> httpx.URL:
        """The address, once all that belongs to it is there.

        Raises:
            KeySettingsWrong: when it is no address, would show keys on the network, or there is no token.
        """
        url = httpx.URL(self.address or "")
        if url.scheme not in {"http", "https"} or not url.host or url.userinfo:
            raise KeySettingsWrong("ROTATOR_VAULT_ADDRESS is no address such as https://vault.example:8200")
        if url.scheme == "http" and not _is_loopback(url.host):
            raise KeySettingsWrong("ROTATOR_VAULT_ADDRESS would send keys in clear text: use https")
        if (self.token is None) == (self.token_file is None):
            raise KeySettingsWrong("set one of ROTATOR_VAULT_TOKEN_FILE and ROTATOR_VAULT_TOKEN")
        return url

    def current_token(self) -> str:
        """The token as it is now, for a request only.

        Raises:
            KeySettingsWrong: when its file cannot be read, or is empty.
        """
        if self.token_file is None:
            return self.token.get_secret_value() if self.token else ""
        return read_secret_line(self.token_file, "ROTATOR_VAULT_TOKEN", KeySettingsWrong)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
