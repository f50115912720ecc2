"""`python -m api`: serve the API."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import uvicorn

from api.serving.listening import Listening, UnsafeAddress

_FACTORY = "api.app:create_app"


def asked(arguments: Sequence[str] | None = None) -> Listening:
    """Where the command line has it listen.

    Raises:
        SystemExit: with what to do, where that would be unsafe or is no address.
    """
    parser = argparse.ArgumentParser("python -m api", description="Serve the REST API.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--tls-cert", type=Path, metavar="FILE", help="certificate and chain, PEM")
    parser.add_argument("--tls-key", type=Path, metavar="FILE", help="its private key, PEM")
    parser.add_argument(
        "--behind-proxy", metavar="ADDRESS", help="proxy that ends TLS; the addresses that it forwards count"
    )
    try:
        return Listening.asked(**vars(parser.parse_args(arguments)))
    except UnsafeAddress as error:
        parser.error(str(error))


def main() -> None:
    """Serve until a signal ends it."""
    server = uvicorn.Server(asked().config(_FACTORY))
    server.run()
    sys.exit(0 if server.started else 3)
