import asyncio
import contextlib
import hashlib
import os
import signal
import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from emulator.serving.front import FrontOrder
from emulator.serving.front_process import FrontProcess


def order(name: str, *, up: bool = True) -> FrontOrder:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    return FrontOrder(
        certificate_pem=certificate.public_bytes(serialization.Encoding.PEM).decode(),
        key_pem=key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode(),
        up=up,
    )


def fingerprint(material: FrontOrder) -> str:
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(material.certificate_pem)).hexdigest()


async def exchange(port: int, message: bytes = b"hello\n") -> tuple[str, bytes]:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    der = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.write(message)
    await writer.drain()
    answer = await asyncio.wait_for(reader.readline(), 10)
    writer.close()
    return hashlib.sha256(der).hexdigest(), answer


async def exchange_when_back(port: int) -> tuple[str, bytes]:
    async with asyncio.timeout(20):
        while True:
            with contextlib.suppress(OSError):
                return await exchange(port)
            await asyncio.sleep(0.02)


@pytest.fixture(scope="module")
def old() -> FrontOrder:
    return order("old")


@pytest.fixture(scope="module")
def new() -> FrontOrder:
    return order("new")


@pytest.fixture
async def upstream():
    async def shout(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write((await reader.readline()).upper())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(shout, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


@pytest.fixture
async def front(upstream, old):
    process = FrontProcess("127.0.0.1", 0, upstream)
    await process.start(old)
    yield process
    await process.stop()


async def test_front_pipes_to_the_plain_service_and_follows_a_swap(front, old, new):
    """Bytes pass both ways; after a swap the very next handshake shows the new certificate."""
    assert await exchange(front.port) == (fingerprint(old), b"HELLO\n")
    await front.follow(new)
    assert await exchange(front.port) == (fingerprint(new), b"HELLO\n")


async def test_front_refuses_while_the_server_restarts(front, old):
    """A restarting server refuses REST connections, then answers on the same port."""
    await front.follow(old.model_copy(update={"up": False}))
    with pytest.raises(ConnectionRefusedError):
        await exchange(front.port)
    await front.follow(old)
    assert await exchange(front.port) == (fingerprint(old), b"HELLO\n")


async def test_killed_front_comes_back_on_the_same_port(front, old):
    """After kill -9 the front is started again by its supervisor: same port, same certificate, other process."""
    killed = front.pid
    os.kill(killed, signal.SIGKILL)
    assert await exchange_when_back(front.port) == (fingerprint(old), b"HELLO\n")
    assert front.pid != killed


async def test_swap_while_the_front_is_dead_is_shown_when_it_is_back(front, new):
    """A front that missed a swap shows the new certificate from its first handshake."""
    os.kill(front.pid, signal.SIGKILL)
    await front.follow(new)
    assert await exchange_when_back(front.port) == (fingerprint(new), b"HELLO\n")


async def test_unsupervised_front_stays_dead_until_started(upstream, old):
    """Without supervision an outage of REST lasts until the front is started again."""
    process = FrontProcess("127.0.0.1", 0, upstream, supervised=False)
    await process.start(old)
    try:
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        await process.wait_dead()
        with pytest.raises(ConnectionRefusedError):
            await exchange(process.port)
        await process.start(old)
        assert await exchange(process.port) == (fingerprint(old), b"HELLO\n")
    finally:
        await process.stop()


async def test_front_goes_when_its_input_ends(front):
    """The front is never orphaned: it ends with the emulator that feeds it."""
    front._stopping = True
    front._process.stdin.close()
    assert await asyncio.wait_for(front._process.wait(), 10) == 0
