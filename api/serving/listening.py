"""Where the API listens: on loopback; elsewhere with TLS of its own, or behind a proxy that ends it."""

import ssl
from ipaddress import ip_address
from pathlib import Path

import uvicorn
from pydantic import Field, IPvAnyAddress, ValidationError, model_validator

from api.serving.request_target import HEADERS
from api.serving.timed_protocol import TimedProtocol
from rotation.values import Value

_KEPT_ALIVE = 30
"""Seconds. Longer than clients keep a connection (5 s for most): a request that meets its end is lost."""
_STOPS_WITHIN = 3
_CONNECTIONS = 1000
"""At once; the next one is answered 503."""


class UnsafeAddress(Exception):  # noqa: N818 - says what is the matter, as the faults of store and engine do
    """Where the API must not listen, with the ways that there are."""


class Listening(Value):
    """An address, and who ends TLS."""

    host: str = Field(min_length=1, max_length=255)
    port: int = Field(ge=0, le=65535)
    tls_cert: Path | None = None
    tls_key: Path | None = None
    behind_proxy: IPvAnyAddress | None = None
    """The address of the proxy that ends TLS. Which address a request came from is taken from this proxy alone."""

    @model_validator(mode="after")
    def _is_safe(self) -> "Listening":
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("TLS needs both, --tls-cert and --tls-key: name the other file too")
        if not (self.tls_cert or self.behind_proxy or _is_loopback(self.host)):
            raise ValueError(
                f"keys would cross the network in plain text to {self.host}: name the proxy that ends TLS "
                "(--behind-proxy ADDRESS), bring a certificate (--tls-cert, --tls-key), or listen on 127.0.0.1"
            )
        return self

    @classmethod
    def asked(cls, **asked: object) -> "Listening":
        """Where a person wants it to listen.

        Raises:
            UnsafeAddress: when it must not listen there, that is no address, or its certificate cannot be served.
        """
        try:
            listening = cls.model_validate(asked)
        except ValidationError as error:
            reasons = (str(each["msg"]).removeprefix("Value error, ") for each in error.errors(include_url=False))
            raise UnsafeAddress("; ".join(reasons)) from None
        _require_certificate(listening.tls_cert, listening.tls_key)
        return listening

    def arguments(self) -> tuple[str, ...]:
        """The same, for the command line of `python -m api`."""
        given = {name: value for name, value in dict(self).items() if value is not None}
        return tuple(part for name, value in given.items() for part in (f"--{name.replace('_', '-')}", str(value)))

    def config(self, factory: str) -> uvicorn.Config:
        """How uvicorn serves the application that `factory` makes."""
        return uvicorn.Config(
            factory,
            factory=True,
            host=self.host,
            port=self.port,
            http=TimedProtocol,
            ws="none",
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=self.behind_proxy is not None,
            forwarded_allow_ips=None if self.behind_proxy is None else str(self.behind_proxy),
            ssl_certfile=self.tls_cert,
            ssl_keyfile=self.tls_key,
            ssl_version=ssl.PROTOCOL_TLS_SERVER,
            timeout_keep_alive=_KEPT_ALIVE,
            timeout_graceful_shutdown=_STOPS_WITHIN,
            limit_concurrency=_CONNECTIONS,
            h11_max_incomplete_event_size=HEADERS,  # that are not whole yet
        )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _require_certificate(certificate: Path | None, key: Path | None) -> None:
    if certificate is None:
        return
    try:
        # the key has no password: the service starts without a person who could type one
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password="")
    except (OSError, ValueError) as error:
        raise UnsafeAddress(
            f"{certificate} and {key} cannot be served ({error}): name the certificate with its chain and its own "
            "private key, without a password, both as PEM"
        ) from None
