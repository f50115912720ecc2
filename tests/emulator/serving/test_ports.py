import asyncio
import contextlib
import gc
import hashlib
import socket
import ssl
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from emulator.serving.ports import PROBE_PATH, ClientPort, PortState, Presented

SERVER_TIME = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)


def presented(name: str) -> Presented:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(SERVER_TIME - timedelta(days=3650))
        .not_valid_after(SERVER_TIME + timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    return Presented(
        certificate.public_bytes(serialization.Encoding.PEM),
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )


def fingerprint(material: Presented) -> str:
    der = ssl.PEM_cert_to_DER_cert(material.certificate_pem.decode())
    return hashlib.sha256(der).hexdigest()


async def served_fingerprint(port: int) -> str:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    der = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    return hashlib.sha256(der).hexdigest()


@pytest.fixture(scope="module")
def old() -> Presented:
    return presented("old")


@pytest.fixture(scope="module")
def new() -> Presented:
    return presented("new")


class Server:
    """A server whose state the test changes."""

    def __init__(self, state: PortState) -> None:
        self.state = state


@pytest.fixture
async def https(old: Presented):
    server = Server(PortState(up=True, presented=old))
    port = ClientPort("127.0.0.1", 0, lambda: server.state, lambda: SERVER_TIME)
    await port.follow()
    yield server, port
    await port.close()


async def test_probe_is_answered_with_the_servers_own_date():
    """The liveness probe answers 200 OK, dated by the clock of the server and not of the machine."""
    port = ClientPort("127.0.0.1", 0, lambda: PortState(up=True), lambda: SERVER_TIME)
    await port.follow()
    try:
        async with httpx.AsyncClient() as client:
            answer = await client.get(f"http://127.0.0.1:{port.port}{PROBE_PATH}")
            other = await client.get(f"http://127.0.0.1:{port.port}/")
    finally:
        await port.close()
    assert (answer.status_code, answer.text) == (200, "OK")
    assert answer.headers["Date"] == "Wed, 02 Jan 2030 03:04:05 GMT"
    assert other.status_code == 404


async def test_new_certificate_is_shown_right_after_a_swap(https, old, new):
    """The first handshake after a swap shows the new certificate, never the old one."""
    server, port = https
    assert await served_fingerprint(port.port) == fingerprint(old)
    server.state = PortState(up=True, presented=new)
    await port.follow()
    assert await served_fingerprint(port.port) == fingerprint(new)


async def test_port_refuses_while_its_server_restarts(https, new):
    """While the server restarts its port refuses connections; it comes back on the same port."""
    server, port = https
    server.state = PortState(up=False)
    await port.follow()
    with pytest.raises(ConnectionRefusedError):
        await served_fingerprint(port.port)
    server.state = PortState(up=True, presented=new)
    await port.follow()
    assert await served_fingerprint(port.port) == fingerprint(new)


async def test_port_of_a_server_that_is_down_stays_reserved(https):
    """A port stays reserved while its server is down, so nothing else can take its place."""
    server, port = https
    server.state = PortState(up=False)
    await port.follow()
    taken = [ClientPort("127.0.0.1", 0, lambda: PortState(up=True), lambda: SERVER_TIME) for _ in range(20)]
    try:
        assert port.port not in {other.port for other in taken}
    finally:
        for other in taken:
            await other.close()


async def test_restart_cuts_open_connections(https):
    """A standing connection breaks when the server restarts, as a push client sees it."""
    server, port = https
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    reader, writer = await asyncio.open_connection("127.0.0.1", port.port, ssl=context)
    writer.write(b"GET / HTTP/1.1\r\n")
    await writer.drain()
    server.state = PortState(up=False)
    await port.follow()
    try:
        rest = await asyncio.wait_for(reader.read(), 5)
    except ConnectionError:
        rest = b""
    assert rest == b""
    writer.close()


@pytest.mark.parametrize("turns", range(5))
async def test_a_port_that_shuts_leaves_no_caller_waiting(old, turns):
    """A caller that comes in the moment of a restart is cut off, wherever its connection was just then."""
    port = ClientPort("127.0.0.1", 0, lambda: state, lambda: SERVER_TIME)
    state = PortState(up=True, presented=old)
    await port.follow()
    # a rescue by the garbage collector comes too late for a client
    gc.disable()
    try:
        with socket.create_connection(("127.0.0.1", port.port)) as caller:
            caller.setblocking(False)
            for _ in range(turns):
                await asyncio.sleep(0)
            state = PortState(up=False)
            await port.follow()
            with contextlib.suppress(ConnectionResetError):
                assert await asyncio.wait_for(asyncio.get_running_loop().sock_recv(caller, 1), 5) == b""
    finally:
        gc.enable()
        await port.close()
