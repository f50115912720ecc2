"""`rotator keys`: which keys seal what, a new key for everything, and the end of an old one."""

import asyncio
import logging
import sqlite3
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.language.wording import _, counted, number, recognised
from cli.terminal.client import FOLDER, REFUSED
from cli.terminal.formatting import say, say_error, say_json, say_table

if TYPE_CHECKING:
    from store.keys.key_rotation import KnownKey, Rotated
    from store.store import Store

Folder = Annotated[Path, typer.Option("--folder", envvar="ROTATOR_FOLDER", help="The folder of `rotator up`")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document")]
_REPORTED_EVERY = 1000

app = typer.Typer(help="The keys that encrypt passwords and private keys in the database.", no_args_is_help=True)


def register(main: typer.Typer) -> None:
    """Add these commands."""
    main.add_typer(app, name="keys")


# The other commands start faster without the store; so each of these brings its part of it along.


@app.command("list")
def list_keys(folder: Folder = FOLDER, *, as_json: AsJson = False) -> None:
    """Show each key by its id: where it is, and how many values it seals."""
    from store.keys.key_rotation import known_keys  # noqa: PLC0415 - see above

    found = _with_store(folder, known_keys)
    if as_json:
        say_json({"keys": [key.model_dump() for key in found]})
        return
    rows = [(key.id or _("(broken)"), key.where or _("nowhere"), number(key.values), _of(key)) for key in found]
    say_table(_("Keys"), (_("key"), _("where"), _("values"), ""), rows)


@app.command()
def rotate(folder: Folder = FOLDER, *, as_json: AsJson = False) -> None:
    """Put everything that is sealed under a new key, while the service runs.

    Cut short, it goes on when it is called again. Run it with the settings of the service.
    """
    from cli.service.local_operator import local_operator  # noqa: PLC0415 - see above
    from store.keys import key_rotation  # noqa: PLC0415 - see above

    done: Rotated = _with_store(folder, lambda store: key_rotation.rotate(store, _telling(), local_operator()))
    if as_json:
        say_json(done.model_dump())
    else:
        key = _("New key %(key)s", key=done.key_id) if done.made else _("Went on with key %(key)s", key=done.key_id)
        say(
            counted(
                "%(key)s: %(count)s value has got it.",
                "%(key)s: %(count)s values have got it.",
                done.done.values,
                key=key,
            )
        )
        say(_("Older keys are still known. `rotator keys list` shows them; old backups need them."))
    for value in done.done.broken:
        text = _("%(value)s does not open and is left as it is: put that row back from a backup", value=value)
        say_error(f"rotator keys: {text}")
    if done.done.broken:
        raise typer.Exit(REFUSED)


@app.command()
def retire(
    key: Annotated[str | None, typer.Argument(help="The key's id; all that seal nothing when it is not given")] = None,
    folder: Folder = FOLDER,
    *,
    as_json: AsJson = False,
) -> None:
    """Move a key that seals nothing out of the key file, into a file of its own beside it."""
    from cli.service.local_operator import local_operator  # noqa: PLC0415 - see above
    from store.keys import key_rotation  # noqa: PLC0415 - see above

    moved = _with_store(folder, lambda store: key_rotation.retire(store, key, local_operator()))
    if as_json:
        say_json({"files": [str(path) for path in moved]})
        return
    for path in moved:
        say(_("%(path)s: keep it with the backups that it opens; delete it when there are none", path=path))
    if not moved:
        say(_("No key is idle."))


def _of(key: "KnownKey") -> str:
    if key.seals:
        return _("seals")
    return _("idle") if key.where and not key.values else ""


def _telling() -> Callable[[int], None]:
    """Reports every thousand values, on standard error."""
    reported = 0

    def tell(done: int) -> None:
        nonlocal reported
        if done // _REPORTED_EVERY > reported:
            reported = done // _REPORTED_EVERY
            print(counted("%(count)s value", "%(count)s values", done), file=sys.stderr, flush=True)  # noqa: T201 - how far it is

    return tell


def _with_store(folder: Path, work: "Callable[[Store], Coroutine[Any, Any, Any]]") -> Any:
    from engine.process.logs import log_as_json  # noqa: PLC0415 - see above
    from store.fault import StoreFault  # noqa: PLC0415 - see above
    from store.settings import StoreSettings  # noqa: PLC0415 - see above
    from store.store import Store  # noqa: PLC0415 - see above

    log_as_json("keys", logging.WARNING)
    settings = StoreSettings(folder=folder.resolve())

    async def run() -> Any:
        store = await Store.open(settings)
        try:
            return await work(store)
        finally:
            await store.close()

    try:
        if not folder.is_dir():
            raise FileNotFoundError(_("%(path)s is no folder of `rotator up`; name it by --folder", path=folder))
        return asyncio.run(run())
    except (StoreFault, OSError, sqlite3.Error) as error:
        say_error(f"rotator keys: {recognised(str(error))}")
        raise typer.Exit(REFUSED) from None
