"""Profiles: an address and a key under a name, in a file that its owner alone may read."""

import os
import re
import tempfile
from contextvars import ContextVar
from pathlib import Path
from typing import Annotated

import typer
from pydantic import SecretStr, ValidationError, field_serializer

from certificates.secret_file import ReadableByOthers, read_secret
from cli.language.command_help import ENVIRONMENT
from cli.language.system_errors import reason
from cli.language.wording import _, use
from cli.terminal.fault import UnreadableError
from rotation.values import Value
from texts.language import Language

DEFAULT = "default"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class LoginProfile(Value):
    """Where an API is, and the key that this person has for it."""

    api: str
    key: SecretStr

    @field_serializer("key", when_used="json")
    def _in_the_file(self, key: SecretStr) -> str:
        return key.get_secret_value()


_chosen: ContextVar[str | None] = ContextVar("profile", default=None)


def choose(
    profile: Annotated[
        str | None, typer.Option("--profile", envvar="ROTATOR_PROFILE", help="The log-in to use; see `rotator login`")
    ] = None,
    language: Annotated[
        Language | None,
        typer.Option("--language", envvar=ENVIRONMENT, help="en or cs; that of the terminal's locale if not given"),
    ] = None,
) -> None:
    """Replaces the server certificates of SEPM sites without cutting off one client."""
    _chosen.set(profile)
    if language is not None:
        use(language)


def chosen() -> str | None:
    """The profile that `rotator --profile NAME` or ROTATOR_PROFILE names."""
    return _chosen.get()


def path_of(name: str) -> Path:
    """The file of a profile.

    Raises:
        UnreadableError: when that is no name for one.
    """
    if not _NAME.fullmatch(name):
        raise UnreadableError(
            _("%(name)s is no name for a profile: letters, digits, dot, dash and underscore", name=repr(name))
        )
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path("~/.config").expanduser())
    return Path(base) / "rotator" / "profiles" / f"{name}.json"


def read_profile(name: str) -> LoginProfile:
    """A profile that `rotator login` has written.

    Raises:
        UnreadableError: when there is none, or others may read it.
    """
    path = path_of(name)
    try:
        return LoginProfile.model_validate_json(read_secret(path))
    except ReadableByOthers as error:
        raise UnreadableError(
            _(
                "profile %(name)s is not used: %(path)s: %(strerror)s",
                name=name,
                path=path,
                strerror=reason(error),
            )
        ) from None
    except FileNotFoundError:
        raise UnreadableError(_("there is no profile %(name)s: rotator login --profile %(name)s", name=name)) from None
    except (OSError, ValidationError):
        raise UnreadableError(
            _("%(path)s cannot be read; write it again: rotator login --profile %(name)s", path=path, name=name)
        ) from None


def write_profile(name: str, profile: LoginProfile) -> Path:
    """Put the file in place whole, in the place of an older one.

    Raises:
        UnreadableError: when it cannot be written.
    """
    path = path_of(name)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, made = tempfile.mkstemp(dir=path.parent, prefix=".")  # for its owner only
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(profile.model_dump_json() + "\n")
        Path(made).replace(path)
    except OSError as error:
        raise UnreadableError(_("%(path)s cannot be written: %(error)s", path=path, error=reason(error))) from error
    return path
