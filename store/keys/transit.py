"""A key encryption key that never leaves its server: the transit engine of HashiCorp Vault or OpenBao."""

import base64
import re
import ssl
from http import HTTPStatus
from typing import Any

import httpx

from store.fault import StoreFault
from store.keys.key_encryption import KeyEncryptionKey, KeySettingsWrong, SealBroken, VaultKeyMissing, Wrapped
from store.keys.transit_settings import TransitSettings

_TIMEOUT = httpx.Timeout(10, connect=5)
_SCHEME = "vault:"
"""How the ids of such keys begin; no id of a local key does."""
_CIPHERTEXT = re.compile(r"vault:v([1-9][0-9]*):")
_BINDS = frozenset({"aes128-gcm96", "aes256-gcm96", "chacha20-poly1305", "xchacha20-poly1305"})
"""The types of keys that bind what they encrypt to associated data."""
_LATER = frozenset(
    {
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.PRECONDITION_FAILED,  # a standby that has not caught up
        HTTPStatus.TEMPORARY_REDIRECT,  # a standby that does not forward
    }
)
_SHOWN = 200
"""How many characters of the server's own words an error shows."""


class KeyServerDown(StoreFault):
    """The key server does not answer, is sealed, or asks to come back. What is sealed opens when it is back."""


class KeyServerRefused(StoreFault):
    """The key server does not do it for us: the token, its policy, its certificate or the key is not right."""


class TransitKey:
    """One key of one transit engine, with all its versions."""

    def __init__(self, settings: TransitSettings) -> None:
        """Take the settings; nothing is asked yet.

        Raises:
            KeySettingsWrong: when they cannot work.
        """
        self._settings = settings
        self._name = f"{_SCHEME}{settings.mount}/{settings.key}"
        url = settings.checked()
        try:
            trust = ssl.create_default_context(cafile=settings.ca)
        except OSError as error:  # ssl.SSLError is one: the file holds no certificate
            raise KeySettingsWrong(f"ROTATOR_VAULT_CA is no PEM file: {settings.ca}") from error
        headers = {"X-Vault-Request": "true"}
        if settings.namespace:
            headers["X-Vault-Namespace"] = settings.namespace
        # a redirect is not followed: it would take the token to the server that it names
        self._http = httpx.AsyncClient(
            base_url=url.join(f"/v1/{settings.mount}/"),
            headers=headers,
            timeout=_TIMEOUT,
            verify=trust,
            trust_env=False,
        )
        self.where = f"{url.scheme}://{url.netloc.decode()}/{settings.mount}, key {settings.key}"
        self._known_to_be_there = False

    def has(self, key_id: str) -> bool:
        """Whether that is the id of one of its versions."""
        return key_id.rpartition(":")[0] == self._name

    async def newest(self) -> str:
        """The id of its newest version.

        Raises:
            VaultKeyMissing: when the server has no such key.
            KeyServerDown, KeyServerRefused: when it does not tell, or the key cannot bind what it encrypts.
        """
        found = await self._ask("GET", f"keys/{self._settings.key}")
        if found.get("type") not in _BINDS or found.get("derived"):
            raise KeyServerRefused(
                f"the key of {self.where} has the type {found.get('type')}{', derived' * bool(found.get('derived'))}; "
                f"make one that is not derived, of a type that binds to associated data, e.g. aes256-gcm96"
            )
        self._known_to_be_there = True
        return self._id(int(self._part(found, "latest_version")))

    async def wrap(self, key: bytes, about: bytes) -> Wrapped:
        """`key`, encrypted by the server under the newest version, and bound to `about`.

        Raises:
            As `newest`.
        """
        if not self._known_to_be_there:
            # the server makes a missing key for a caller that may; beside old secrets that would be a new one
            await self.newest()
        given = {"plaintext": _text(key), "associated_data": _text(about)}
        ciphertext = self._part(await self._ask("POST", f"encrypt/{self._settings.key}", given), "ciphertext")
        version = _CIPHERTEXT.match(ciphertext)
        if version is None:
            raise KeyServerRefused(f"{self.where} answers with no ciphertext of a transit engine")
        return Wrapped(self._id(int(version[1])), ciphertext.encode())

    async def unwrap(self, wrapped: Wrapped, about: bytes) -> bytes:
        """The key again, decrypted by the server.

        Raises:
            SealBroken: when the server cannot decrypt it: altered, about something else, of a version that is not there
                or not allowed any more, or of another key of that name.
            KeyServerDown, KeyServerRefused: when it does not answer, or not to us.
        """
        given = {"ciphertext": wrapped.data.decode("ascii", "replace"), "associated_data": _text(about)}
        answer = await self._ask("POST", f"decrypt/{self._settings.key}", given, unfit=SealBroken)
        return base64.b64decode(self._part(answer, "plaintext"))

    async def renew(self) -> None:
        """A new version of the key, made by the server.

        Raises:
            KeyServerDown, KeyServerRefused: when it does not make one.
        """
        try:
            await self._ask("POST", f"keys/{self._settings.key}/rotate", {})
        except KeyServerRefused as refused:
            raise KeyServerRefused(
                f"{refused}; or have its owner do it (`bao write -f {self._settings.mount}/keys/{self._settings.key}/"
                "rotate`), and run this again"
            ) from refused

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    def sealing(self) -> KeyEncryptionKey:
        """It is its own source: itself."""
        return self

    def find(self, key_id: str, *, again: bool) -> KeyEncryptionKey | None:  # noqa: ARG002 - versions are the server's
        """Itself, for any of its versions."""
        return self if self.has(key_id) else None

    def ids(self) -> tuple[str, ...]:
        """None: only the server knows its versions."""
        return ()

    def _id(self, version: int) -> str:
        return f"{self._name}:v{version}"

    async def _ask(
        self,
        method: str,
        path: str,
        body: dict[str, str] | None = None,
        *,
        unfit: type[StoreFault] = KeyServerRefused,
    ) -> dict[str, Any]:
        """The data of the server's answer. A request that it cannot carry out is `unfit`. No error tells the token."""
        token = self._settings.current_token()
        try:
            answer = await self._http.request(method, path, json=body, headers={"X-Vault-Token": token})
        except httpx.TransportError as error:
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                raise KeyServerRefused(
                    f"{self.where}: its certificate is not trusted; name its authority by ROTATOR_VAULT_CA"
                ) from None
            raise self._down(type(error).__name__) from None
        text = _errors(answer)
        match answer.status_code:
            case HTTPStatus.OK | HTTPStatus.NO_CONTENT:
                return self._data(answer)
            case HTTPStatus.BAD_REQUEST:
                raise unfit(f"{self.where}: {text}")
            case HTTPStatus.FORBIDDEN:
                raise KeyServerRefused(
                    f"{self.where}: {text}; renew the token, or let its policy allow what docs/admin/keys.md lists"
                )
            case HTTPStatus.NOT_FOUND:
                raise VaultKeyMissing(
                    f"{self.where}: there is no such key ({text}). Where it has sealed something, bring that one back; "
                    "the first one is made by its owner, never by us"
                )
            case status if status in _LATER or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise self._down(f"{status} {text}")
            case status:
                raise KeyServerRefused(f"{self.where}: {status} {text}")

    def _data(self, answer: httpx.Response) -> dict[str, Any]:
        if answer.status_code == HTTPStatus.NO_CONTENT:
            return {}
        try:
            found = answer.json()["data"]
        except (ValueError, KeyError, TypeError):
            found = None
        if not isinstance(found, dict):
            raise KeyServerRefused(f"{self.where} does not answer as a transit engine does")
        return found

    def _part(self, data: dict[str, Any], name: str) -> str:
        if name not in data:
            raise KeyServerRefused(f"{self.where} answers without {name}")
        return str(data[name])

    def _down(self, why: str) -> KeyServerDown:
        return KeyServerDown(
            f"the key server {self.where} is not there: {why}; bring it back (unsealed), nothing is lost meanwhile"
        )


def is_of_a_server(key_id: str) -> bool:
    """Whether that key lies with a key server."""
    return key_id.startswith(_SCHEME)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _errors(answer: httpx.Response) -> str:
    """What the server says is wrong, cleaned; it never repeats what it was sent."""
    try:
        errors = answer.json().get("errors", [])
    except (ValueError, AttributeError):
        errors = []
    return _short("; ".join(str(error) for error in errors)) or "without a reason"


def _short(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text).strip()[:_SHOWN]
