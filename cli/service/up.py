"""`rotator up`: the whole service in one command, with one folder for everything that must not be lost."""

import getpass
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.language.wording import recognised
from cli.terminal.client import FOLDER
from cli.terminal.formatting import say_error
from engine.fault import EngineFault

_FAILED = 1


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command("up")(up)


def up(
    folder: Annotated[Path, typer.Option(envvar="ROTATOR_FOLDER", help="Where everything durable lies")] = FOLDER,
    host: Annotated[
        str, typer.Option(help="Address of the API; others than loopback need TLS or a proxy")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port of the API; 0 takes a free one")] = 8080,
    temporal_port: Annotated[int, typer.Option(help="Port of the embedded Temporal; 0 takes a free one")] = 7233,
    ui_port: Annotated[int, typer.Option(help="Port of the Temporal UI; 0 takes a free one")] = 8233,
    *,
    tls_cert: Annotated[Path | None, typer.Option(help="Certificate and chain of the API and the UI, PEM")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="Its private key, PEM")] = None,
    behind_proxy: Annotated[
        str | None, typer.Option(help="Address of the proxy that ends TLS; the addresses that it forwards count")
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(help="Name of the admin who gets the first key, at the first start; else the login name"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON when ready")] = False,
) -> None:
    """Run Temporal, the worker and the API until Ctrl-C or SIGTERM; restart what dies.

    With ROTATOR_TEMPORAL_ADDRESS set, it uses that Temporal and starts none.
    """
    # here and not above: the other commands start in a fraction of the time without Temporal's client
    from api.serving.listening import Listening, UnsafeAddress  # noqa: PLC0415 - see above
    from cli.service.folder import FolderInUse  # noqa: PLC0415 - see above
    from cli.service.service import NotUp, serve  # noqa: PLC0415 - see above
    from engine.process.logs import log_as_json  # noqa: PLC0415 - see above
    from store.fault import StoreFault  # noqa: PLC0415 - see above

    log_as_json("up")
    code = 0
    try:
        api = Listening.asked(
            host=host,
            port=port,
            tls_cert=tls_cert and tls_cert.absolute(),
            tls_key=tls_key and tls_key.absolute(),
            behind_proxy=behind_proxy,
        )
        serve(folder, api, (temporal_port, ui_port), name or getpass.getuser(), as_json=as_json)
    except (FolderInUse, NotUp, UnsafeAddress, EngineFault, StoreFault, OSError) as error:
        say_error(f"rotator up: {recognised(str(error))}")
        code = _FAILED
    # The SDK's threads can crash an interpreter that ends while they run (temporalio/sdk-python#300). The children are
    # stopped and everything is closed by now.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
