"""Where the API may listen: on loopback, with TLS of its own, or behind a proxy; else it says what is missing."""

import asyncio
import os
import ssl
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from api.serving.command import asked
from api.serving.listening import Listening
from tests.api.conftest import free_port
from tests.signing import TEXT


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.8.7", "::1", "localhost"])
def test_loopback_needs_nothing(host):
    """No key crosses a network."""
    assert Listening(host=host, port=0).config("x:y").proxy_headers is False


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "rotator.example.test"])
def test_another_address_needs_tls_or_a_proxy(host, capsys):
    """Else it is refused, with the ways that there are; addresses that the named proxy forwards count, no others."""
    with pytest.raises(SystemExit):
        asked(["--host", host])
    refusal = capsys.readouterr().err
    assert all(way in refusal for way in (host, "--tls-cert", "--behind-proxy", "127.0.0.1"))
    behind = asked(["--host", host, "--behind-proxy", "192.0.2.1"]).config("x:y")
    assert (behind.proxy_headers, behind.forwarded_allow_ips) == (True, "192.0.2.1")
    own = Listening(host=host, port=0, tls_cert=Path("c"), tls_key=Path("k"))
    assert own.config("x:y").proxy_headers is False


@pytest.mark.parametrize("proxy", ["*", "proxy.internal", "0.0.0.0/0", ""])
def test_a_proxy_is_one_address(proxy, capsys):
    """Any other text would have every caller, or none, name the addresses of the trail."""
    with pytest.raises(SystemExit):
        asked(["--host", "192.0.2.7", "--behind-proxy", proxy])
    assert "IP" in capsys.readouterr().err or not proxy


@pytest.mark.parametrize("one", ["--tls-cert", "--tls-key"])
def test_tls_needs_both_files(one, capsys):
    """The other one is asked for."""
    with pytest.raises(SystemExit):
        asked([one, "file"])
    assert "name the other file too" in capsys.readouterr().err


@pytest.fixture
def of_its_own(tmp_path):
    """A certificate for 127.0.0.1 that signs itself, and its key."""
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    made = ("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=rotator")
    files = ("-addext", "subjectAltName=IP:127.0.0.1", "-out", str(cert), "-keyout", str(key))
    subprocess.run(["openssl", *made, *files], check=True, capture_output=True)
    return cert, key


def test_a_certificate_that_cannot_be_served_is_refused_before_anything_starts(of_its_own, tmp_path, capsys):
    """Each wrong pair is named with what is wanted: a file that is not there, another key, one with a password."""
    cert, key = of_its_own
    locked = tmp_path / "locked.pem"
    with_password = ("pkey", "-in", str(key), "-aes256", "-passout", "pass:open sesame", "-out", str(locked))
    subprocess.run(["openssl", *with_password], check=True, capture_output=True)
    assert asked(["--tls-cert", str(cert), "--tls-key", str(key)]).tls_key == key
    for wrong in (tmp_path / "none.pem", cert, locked):
        with pytest.raises(SystemExit):
            asked(["--tls-cert", str(cert), "--tls-key", str(wrong)])
        refusal = capsys.readouterr().err
        assert all(each in " ".join(refusal.split()) for each in (str(wrong), "without a password")), refusal


async def test_it_serves_tls_of_its_own_until_a_signal_ends_it(of_its_own, tmp_path, until):
    """Clients that trust its certificate are answered, without the name of its software; plain HTTP is not."""
    (cert, key), port = of_its_own, free_port()
    settings = {"ROTATOR_FOLDER": str(tmp_path), "ROTATOR_TEMPORAL_SIGNING_KEYS": TEXT}
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ROTATOR_")}
    arguments = ("--port", str(port), "--tls-cert", str(cert), "--tls-key", str(key))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "api", *arguments, env={**clean, **settings}, stderr=asyncio.subprocess.DEVNULL
    )
    trusting = ssl.create_default_context(cafile=cert)
    try:
        async with httpx.AsyncClient(verify=trusting, base_url=f"https://127.0.0.1:{port}") as client:

            async def live():
                try:
                    return await client.get("/healthz/live")
                except httpx.ConnectError:
                    return None

            answer = await until(live, lambda answer: answer is not None)
            assert (answer.status_code, "server" in answer.headers) == (200, False)
        async with httpx.AsyncClient() as plain:
            with pytest.raises(httpx.HTTPError):
                await plain.get(f"http://127.0.0.1:{port}/healthz/live")
    finally:
        process.terminate()
        assert await process.wait() in (0, -15)
