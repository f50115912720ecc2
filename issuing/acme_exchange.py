"""Talking ACME (RFC 8555) with one account: signed requests over verified TLS, and an error for each failure."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import urljoin, urlsplit

import requests
from acme import client, errors, messages
from josepy.errors import DeserializationError
from josepy.interfaces import JSONDeSerializable
from josepy.json_util import JSONObjectWithFields
from josepy.jwk import JWKRSA
from pydantic import SecretBytes

from issuing.errors import IssuerRefused, IssuerSettingsWrong, IssuerUnreachable, IssuerUntrusted, RateLimited
from issuing.settings import AcmeSettings
from rotation.text.written_values import span_text

_Resource = TypeVar("_Resource", bound=JSONObjectWithFields)

_TIMEOUT = 20
"""Seconds for one request; an order takes some."""
_NONCES = 8
"""How many nonces in a row may be refused: a server that is restarted, or one of several, knows none of the others'."""
_AGENT = "sepm-rotator"
_TRIES_AGAIN = "see whether it runs and this service reaches it; the order tries again"
_REMEDIES = {
    "accountDoesNotExist": "the authority has lost the account: order once more",
    "badCSR": "make the request with one of its names as its subject, and order that",
    "caa": "have the names' CAA records in DNS allow this authority",
    "externalAccountRequired": "set ROTATOR_ACME_EAB_KID and ROTATOR_ACME_EAB_KEY_FILE, by the authority's operator",
    "rejectedIdentifier": "have the authority's operator allow this name, or make a request without it",
    "unsupportedIdentifier": "this authority certifies no such names (addresses, say): make a request without it",
    "unauthorized": "have the authority's operator look at the account and its external binding",
    "userActionRequired": "do what the authority asks for, then order once more",
    "invalidContact": "correct ROTATOR_ACME_CONTACT",
    "unsupportedContact": "correct ROTATOR_ACME_CONTACT",
}
_ELSE = "ask the authority's operator, then order once more; or bring a signed answer by hand: rotator certificate add"


class AcmeExchange:
    """A conversation with a server. Its calls block: they belong into a thread."""

    def __init__(self, settings: AcmeSettings, account_key: SecretBytes) -> None:
        self.key = JWKRSA.load(account_key.get_secret_value())
        self._settings = settings
        self._where = settings.where() or ""
        self._last: requests.Response | None = None
        self._net = client.ClientNetwork(self.key, user_agent=_AGENT, timeout=_TIMEOUT)
        self._net.session.trust_env = False
        self._net.session.hooks["response"].append(self._remember)
        self._directory = messages.Directory({})

    def __enter__(self) -> Self:
        """Read the directory, and register the account; one that is registered is found again.

        Raises:
            IssuerError: when the authority does not let us.
        """
        try:
            with self._as_issuing_errors():
                # requests takes a path here, as acme hands it on; its type knows only the switch
                self._net.verify_ssl = self._settings.trust()  # type: ignore[assignment]
                self._directory = client.ClientV2.get_directory(self._where, self._net)
            self._register()
        except BaseException:
            self._net.session.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        self._net.session.close()

    def post(self, url: str, body: JSONDeSerializable | None = None) -> requests.Response:
        """Send something signed; nothing reads what is there (POST-as-GET).

        Raises:
            IssuerError: when it is refused, or not answered.
        """
        for _ in range(_NONCES):
            try:
                with self._as_issuing_errors():
                    return self._net.post(url, body, new_nonce_url=self._directory["newNonce"])
            except _NonceRefusedError:
                continue
        raise IssuerUnreachable(self._where, "the authority refuses each nonce that it gives out", _TRIES_AGAIN)

    def order(self, new: messages.NewOrder) -> str:
        """Place an order. Returns where it is shown.

        Raises:
            IssuerError: when it is not taken.
        """
        answer = self.post(self._known("newOrder"), new)
        url = answer.headers.get("Location")
        if not url:
            raise self._unreadable("it does not say where the order is")
        return url

    def read(self, kind: type[_Resource], answer: requests.Response) -> _Resource:
        """What an answer shows.

        Raises:
            IssuerRefused: when it is not what RFC 8555 says.
        """
        try:
            shown = answer.json()
            # whatever is read has a status, and the library takes one without
            found: _Resource = kind.from_json({"status": None, **shown})
        except (DeserializationError, ValueError, TypeError, AttributeError) as error:
            raise self._unreadable(f"what it shows is no {kind.__name__.lower()}") from error
        return found

    def refusal(self, problem: messages.Error | None, subject: str = "") -> IssuerRefused:
        """The authority's own words as an error."""
        if problem is None:
            return IssuerRefused(subject or self._where, "no problem", "the authority gives no reason", _ELSE)
        named = problem.identifier.value if problem.identifier else subject or self._where
        more = "; ".join(f"{each.typ}: {each.detail}" for each in problem.subproblems or ())
        detail = f"{problem.detail or problem.title or 'no detail'}{f' ({more})' if more else ''}"
        remedy = _REMEDIES.get(problem.typ.rpartition(":")[2], _ELSE)
        return IssuerRefused(named, problem.typ, detail, remedy, status=self._status)

    def pause(self, answer: requests.Response, otherwise: timedelta) -> timedelta:
        """How long the answer asks us to wait."""
        return _retry_after(answer) or otherwise

    def _register(self) -> None:
        binding = None
        with self._as_issuing_errors():
            if (given := self._settings.binding()) is not None:
                kid, secret = given
                binding = messages.ExternalAccountBinding.from_data(self.key.public_key(), kid, secret, self._directory)
        contact = () if self._settings.contact is None else (f"mailto:{self._settings.contact}",)
        account = messages.NewRegistration(
            key=self.key.public_key(),
            contact=contact,
            terms_of_service_agreed=True,
            external_account_binding=binding,
        )
        answer = self.post(self._known("newAccount"), account)
        url = answer.headers.get("Location")
        if not url:
            raise self._unreadable("it does not say where the account is")
        self._net.account = messages.RegistrationResource(body=messages.Registration(), uri=url)

    def _known(self, resource: str) -> str:
        with self._as_issuing_errors():
            return str(self._directory[resource])

    def _remember(self, answer: requests.Response, **_: object) -> None:
        """Keep the headers, which the library leaves out of its errors; look at a redirect before it is followed.

        Raises:
            IssuerRefused: when the authority sends us to another host.
        """
        self._last = answer
        target = urljoin(answer.url, answer.headers.get("Location", ""))
        if answer.is_redirect and urlsplit(target)[:2] != urlsplit(answer.url)[:2]:
            answer.close()
            raise IssuerRefused(
                self._where,
                "redirect",
                f"it redirects to another host, {urlsplit(target).netloc}, which was sent nothing",
                "let ROTATOR_ACME_DIRECTORY name the directory at the host that serves it",
                status=answer.status_code,
            )

    def _unreadable(self, why: str) -> IssuerRefused:
        remedy = "see that ROTATOR_ACME_DIRECTORY is the ACME directory of the authority"
        return IssuerRefused(self._where, "no ACME", why, remedy, status=self._status)

    @property
    def _status(self) -> int | None:
        return None if self._last is None else self._last.status_code

    @contextmanager
    def _as_issuing_errors(self) -> Iterator[None]:
        try:
            yield
        except requests.exceptions.SSLError as error:
            what = f"its TLS certificate cannot be verified ({_root(error)})"
            raise IssuerUntrusted(
                self._where, what, "let ROTATOR_ACME_CA name the PEM file of the authority that signed it"
            ) from error
        except requests.exceptions.JSONDecodeError as error:
            raise self._unreadable("its directory is no JSON") from error
        except requests.exceptions.RequestException as error:
            late = isinstance(error, requests.exceptions.Timeout)
            what = "no answer in time" if late else "no connection came about"
            raise IssuerUnreachable(self._where, what, _TRIES_AGAIN) from error
        except messages.Error as error:
            raise self._of_problem(error) from error
        except errors.NonceError as error:
            raise IssuerUnreachable(self._where, "it gives out no nonce", _TRIES_AGAIN) from error
        except errors.ClientError as error:
            raise self._of_status() from error
        except IssuerSettingsWrong as error:
            raise IssuerRefused(self._where, "setting", str(error), "correct it and restart the service") from error
        except KeyError as error:
            raise self._unreadable(f"its directory names no {error}") from error
        except (DeserializationError, ValueError) as error:
            # a key of the external account that is no base64url among them: no secret goes into the message
            raise self._unreadable(f"something cannot be read ({type(error).__name__})") from error

    def _of_problem(self, problem: messages.Error) -> Exception:
        match problem.code:
            case "badNonce":
                return _NonceRefusedError()
            case "rateLimited":
                return self._limited(problem.detail or "too many requests")
            case "serverInternal":
                return IssuerUnreachable(self._where, f"{problem.typ}: {problem.detail}", _TRIES_AGAIN)
        if self._last is not None and _passes(self._last.status_code):
            return self._of_status()
        return self.refusal(problem)

    def _of_status(self) -> Exception:
        if self._last is None:
            return self._unreadable("its answer cannot be read")
        status = self._last.status_code
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            return self._limited(f"HTTP {status}")
        if _passes(status):
            return IssuerUnreachable(self._where, f"it answers HTTP {status}", _TRIES_AGAIN)
        return self._unreadable(f"it answers HTTP {status}, and no problem document")

    def _limited(self, detail: str) -> RateLimited:
        wait = None if self._last is None else _retry_after(self._last)
        text = f"{detail}; it asks to wait {span_text(wait)}" if wait else detail
        return RateLimited(self._where, text, "nothing: the order goes on when the authority takes it", wait)


class _NonceRefusedError(Exception):
    """Take another one."""


def _passes(status: int) -> bool:
    return status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _retry_after(answer: requests.Response) -> timedelta | None:
    """What the header says, in either of its forms; None where there is none, or it has passed."""
    text = answer.headers.get("Retry-After", "").strip()
    try:
        wait = timedelta(seconds=int(text)) if text.isdecimal() else parsedate_to_datetime(text) - datetime.now(UTC)
    except (ValueError, TypeError, OverflowError):
        return None
    return wait if wait > timedelta(0) else None


def _root(error: BaseException) -> str:
    """The innermost reason: OpenSSL's text, or the error's type."""
    found = str(error)
    start = found.find("certificate verify failed")
    return found[start : found.find("(_ssl", start)].strip() if start >= 0 else type(error).__name__
