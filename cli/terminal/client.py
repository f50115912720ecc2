"""The REST API as the command line uses it: where it is, with which key, and what an answer means as an exit code."""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any, ParamSpec
from uuid import uuid4

import httpx
import typer

from certificates.secret_file import ReadableByOthers, read_secret
from cli.language.encoding import write_json
from cli.language.system_errors import reason
from cli.language.wording import _, in_use, use
from cli.terminal.fault import UnreadableError
from cli.terminal.formatting import ERRORS
from cli.terminal.lost_answers import repeated
from cli.terminal.problems import lines
from cli.terminal.profile import DEFAULT, LoginProfile, chosen, path_of, read_profile
from cli.terminal.trusted_api import trusting
from texts.language import Language

REFUSED, UNREADABLE = 1, 2

ApiOption = Annotated[
    str | None,
    typer.Option("--api", envvar="ROTATOR_API", help="Address of the API; else that in the folder's up.json"),
]
FolderOption = Annotated[
    Path, typer.Option("--folder", envvar="ROTATOR_FOLDER", help="Folder of `rotator up`: address and key")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the API's answer as JSON")]

FOLDER = Path("var")
_PARAMS = ParamSpec("_PARAMS")
_PAGE = 1000
"""Items that one answer of a list holds at most."""
_TIMEOUT = httpx.Timeout(120, connect=5)  # a survey or a claim reads a whole site before it answers


class ApiRefusedError(Exception):
    """The API answered with a problem."""

    def __init__(self, problem: Mapping[str, Any], retry_after: str | None) -> None:
        super().__init__(str(problem.get("detail", "")))
        self.problem = problem
        self.retry_after = int(retry_after) if retry_after and retry_after.isdecimal() else None

    @property
    def code(self) -> str:
        """The problem's code, e.g. `site-busy`."""
        return str(self.problem.get("type", "")).rpartition("/")[2]


class Api:
    """One API with its key."""

    def __init__(self, address: str, key: str, certificate: Path | None = None) -> None:
        """`certificate`: the file of the only one that is trusted over HTTPS; None: what an authority has issued."""
        self.address = address.rstrip("/")
        self._http = httpx.Client(
            base_url=self.address,
            headers={"Authorization": f"Bearer {key}", "Accept-Language": in_use().value},
            timeout=_TIMEOUT,
            trust_env=False,
            verify=trusting(certificate),
        )

    def get(self, path: str, **params: Any) -> Any:
        """What is at `path`; parameters that are None are left out."""
        return self._call("GET", path, params={name: value for name, value in params.items() if value is not None})

    def list(self, path: str, **params: Any) -> Any:
        """The list at `path`, read to its end: its last page, with the items of all."""
        shown, items = self.get(path, limit=_PAGE, **params), list[Any]()
        while True:
            items += shown["items"]
            if shown["next"] is None:
                return {**shown, "items": items}
            shown = self.get(path, limit=_PAGE, cursor=shown["next"], **params)

    def post(self, path: str, body: Any, key: str | None = None) -> Any:
        """Send `body` and return the answer. `key` names the request where it is sent several times."""
        return self._call("POST", path, json=body, headers=_keyed(key))

    def put(self, path: str, content: bytes, media_type: str, **params: Any) -> Any:
        """Send a file; parameters that are None are left out."""
        given = {name: value for name, value in params.items() if value is not None}
        return self._call("PUT", path, content=content, headers={"content-type": media_type}, params=given)

    def upload(self, path: str, content: bytes, media_type: str, **params: str) -> Any:
        """Send a file that is added to what is there."""
        headers = {"content-type": media_type, **_keyed(None)}
        return self._call("POST", path, content=content, headers=headers, params=params)

    def delete(self, path: str) -> Any:
        """Delete what is at `path` and return the answer."""
        return self._call("DELETE", path)

    def download(self, path: str) -> bytes:
        """The file at `path`."""
        return self._sent("GET", path).content

    @contextmanager
    def streamed(
        self, method: str, path: str, *, content: bytes | None, headers: Mapping[str, str]
    ) -> Iterator[httpx.Response]:
        """An answer whose body is still to be read."""
        with self._reached(), self._http.stream(method, path, content=content, headers=headers) as answer:
            if not answer.is_success:
                answer.read()
                raise ApiRefusedError(_problem(answer), answer.headers.get("Retry-After"))
            yield answer

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _call(self, method: str, path: str, **how: Any) -> Any:
        try:
            return self._sent(method, path, **how).json()
        except ValueError as error:
            raise UnreadableError(
                _("what answers at %(address)s is not the rotator's API", address=self.address)
            ) from error

    def _sent(self, method: str, path: str, **how: Any) -> httpx.Response:
        with self._reached():
            answer = repeated(lambda: self._http.request(method, path, **how), repeats=method == "POST")
        if answer.status_code >= HTTPStatus.BAD_REQUEST:
            raise ApiRefusedError(_problem(answer), answer.headers.get("Retry-After"))
        return answer

    @contextmanager
    def _reached(self) -> Iterator[None]:
        try:
            yield
        except (httpx.TransportError, httpx.InvalidURL) as error:
            raise UnreadableError(
                _(
                    "the API at %(address)s cannot be reached (%(name)s); is `rotator up` running?",
                    address=self.address,
                    name=type(error).__name__,
                )
            ) from error


def _keyed(key: str | None) -> dict[str, str]:
    """The header by which the same request again has no second effect."""
    return {"Idempotency-Key": key or uuid4().hex}


@contextmanager
def opened(address: str | None, folder: Path) -> Iterator[Api]:
    """The API that a profile, options, environment or the folder name.

    Raises:
        UnreadableError: when address or key are nowhere, or the key is for another address.
    """
    profile = _profile(folder)
    if profile is not None:
        _require_for(address, profile.api, _("profile %(chosen)s", chosen=chosen() or DEFAULT))
        api = Api(profile.api, profile.key.get_secret_value(), certificate_in(folder, profile.api))
    else:
        if not _key_of_environment() and (folder / "up.json").exists():
            _require_for(address, address_in(folder), _("the key of folder %(folder)s", folder=folder))
        where = address or address_in(folder)
        api = Api(where, _key(folder), certificate_in(folder, where))
    try:
        yield api
    finally:
        api.close()


def answered(command: Callable[_PARAMS, None]) -> Callable[_PARAMS, None]:
    """Print what the API refuses, with its remedy, and exit 1; what cannot be read or reached, and exit 2."""

    @wraps(command)
    def run(*args: _PARAMS.args, **kwargs: _PARAMS.kwargs) -> None:
        if kwargs.get("as_json"):  # for programs, which read texts in English, too
            use(Language.ENGLISH)
            write_json()
        try:
            command(*args, **kwargs)
        except ApiRefusedError as refused:
            _print_problem(refused.problem)
            raise typer.Exit(REFUSED) from None
        except UnreadableError as error:
            ERRORS.print(str(error), style="red", highlight=False, markup=False)
            raise typer.Exit(UNREADABLE) from None

    return run


def _print_problem(problem: Mapping[str, Any]) -> None:
    for number, line in enumerate(lines(problem)):
        ERRORS.print(line, style=None if number else "red", highlight=False, markup=False)


def _problem(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        problem = answer.json()
    except ValueError:
        problem = None
    if isinstance(problem, dict):
        return problem
    return {"title": f"HTTP {answer.status_code}", "detail": _("the answer is none of the rotator's API")}


def address_in(folder: Path) -> str:
    """Where the service of a folder is.

    Raises:
        UnreadableError: when no service runs there.
    """
    try:
        described = json.loads((folder / "up.json").read_text("utf-8"))
        return str(described["api"])
    except (OSError, ValueError, KeyError, TypeError):
        raise UnreadableError(
            _(
                "the address of the API is not known: %(file)s does not have it; start `rotator up`, or give --api or "
                "ROTATOR_API",
                file=folder / "up.json",
            )
        ) from None


def certificate_in(folder: Path, address: str) -> Path | None:
    """The certificate of the service of a folder, where the address is its own and has HTTPS."""
    try:
        described = json.loads((folder / "up.json").read_text("utf-8"))
        own, file = str(described["api"]), described.get("api_certificate")
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Path(file) if file and own.rstrip("/").lower() == address.rstrip("/").lower() else None


def _profile(folder: Path) -> LoginProfile | None:
    """The profile that is named; else the one without a name, where neither environment nor folder have a key."""
    if (name := chosen()) is not None:
        return read_profile(name)
    if _key_of_environment() or (folder / "api.key").exists() or not path_of(DEFAULT).exists():
        return None
    return read_profile(DEFAULT)


def _key_of_environment() -> bool:
    return any(os.environ.get(each, "").strip() for each in ("ROTATOR_API_KEY", "ROTATOR_API_KEY_FILE"))


def _require_for(address: str | None, own: str, whose: str) -> None:
    """Send a key nowhere but to the API that it was made for: another one could use it there.

    Raises:
        UnreadableError: when another address is given.
    """
    if address is not None and address.rstrip("/").lower() != own.rstrip("/").lower():
        raise UnreadableError(
            _(
                "%(whose)s is for %(own)s, and --api or ROTATOR_API is %(address)s: the command sends the key to "
                "neither. Leave the address out; or name a key for it: rotator login --profile NAME --api %(address)s, "
                "or ROTATOR_API_KEY_FILE",
                whose=whose,
                own=own,
                address=address,
            )
        )


def _key(folder: Path) -> str:
    if key := os.environ.get("ROTATOR_API_KEY", "").strip():
        return key
    file = Path(os.environ.get("ROTATOR_API_KEY_FILE") or folder / "api.key")
    try:
        key = read_secret(file).decode("utf-8").strip()
    except ReadableByOthers as error:
        raise UnreadableError(
            _("the API key in %(file)s is not used: %(strerror)s", file=file, strerror=reason(error))
        ) from None
    except (OSError, UnicodeDecodeError):
        key = ""
    if not key:
        raise UnreadableError(
            _("there is no API key in %(file)s; log in (rotator login), or set ROTATOR_API_KEY_FILE", file=file)
        )
    return key
