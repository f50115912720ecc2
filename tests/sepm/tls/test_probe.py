"""Looking at client ports, on real sockets."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from rotation.site import Server
from rotation.values import ServerName
from sepm.tls.probe import HttpAnswer, NetworkProbe, measure_skew

NOON = datetime(2030, 1, 2, 12, tzinfo=UTC)


def at(https_port=443, http_port=8014):
    """A server on loopback."""
    return Server(name=ServerName("SRV1"), address="127.0.0.1", https_port=https_port, http_port=http_port)


@asynccontextmanager
async def plain_server(answer):
    """A port without TLS that answers anything with these bytes, or never when there are none."""
    asked = []

    async def serve(reader, writer):
        asked.append(await reader.read(1000))
        if answer:
            writer.write(answer)
            await writer.drain()
        else:
            await reader.read()
        writer.close()

    listener = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with listener:
        yield listener.sockets[0].getsockname()[1], asked


def hello(status="200 OK", date="Wed, 02 Jan 2030 12:00:00 GMT"):
    """The answer of a server to `hello,secars`."""
    return f"HTTP/1.1 {status}\r\nDate: {date}\r\nContent-Length: 2\r\n\r\nOK".encode()


async def test_the_served_certificate_is_seen_and_nothing_is_sent(tls_server, certificates):
    """The handshake shows fingerprint, begin and end of what is served; no byte follows."""
    async with tls_server(lambda _: (200, {}), certificates[1]) as server:
        seen = await NetworkProbe().probe(at(https_port=server.port))
    facts = certificates[1].facts
    assert (seen.server, seen.fingerprint) == ("SRV1", facts.fingerprint)
    assert (seen.not_before, seen.not_after) == (facts.not_before, facts.not_after)
    assert (seen.error, bytes(server.received)) == ("", b"")


async def test_a_closed_port_is_an_observation(unused_tcp_port):
    """No handshake is no fingerprint, with the reason, and no exception."""
    seen = await NetworkProbe().probe(at(https_port=unused_tcp_port))
    assert seen.fingerprint is None
    assert seen.error == "the connection was refused"
    assert not seen.answers


async def test_a_port_that_speaks_no_tls_is_not_shut():
    """Something listens there, though no certificate can be read (rule 18)."""
    async with plain_server(hello()) as (port, _):
        seen = await NetworkProbe().probe(at(https_port=port))
    assert (seen.fingerprint, seen.answers) == (None, True)


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n"])
async def test_a_port_that_speaks_no_tls_is_an_observation(answer):
    """Silence ends at the limit, and plain text is no handshake."""
    async with plain_server(answer) as (port, _):
        seen = await NetworkProbe(timeout=timedelta(seconds=0.3)).probe(at(https_port=port))
    assert seen.fingerprint is None
    assert seen.error


async def test_hello_over_http():
    """A server that answers `hello,secars` is there for its HTTP clients, and tells the time."""
    async with plain_server(hello()) as (port, asked):
        seen = await NetworkProbe().probe_http(at(http_port=port))
    assert (seen.answers, seen.clock, seen.error) == (True, NOON, "")
    assert asked[0].startswith(b"GET /secars/secars.dll?hello,secars HTTP/1.1")


async def test_another_answer_is_no_hello():
    """A proxy or a stopped secars answers something else: clients would get nothing."""
    async with plain_server(hello("503 Busy", date="nonsense")) as (port, _):
        seen = await NetworkProbe().probe_http(at(http_port=port))
    assert (seen.answers, seen.clock, seen.error) == (False, None, "answered 503")


async def test_no_answer_over_http(unused_tcp_port):
    """A closed port is an observation."""
    seen = await NetworkProbe().probe_http(at(http_port=unused_tcp_port))
    assert not seen.answers
    assert seen.error


async def test_the_clock_over_https(tls_server):
    """Over HTTPS the clock is read whatever certificate is served, with a request that holds nothing secret."""
    async with tls_server(lambda _: (200, "OK")) as server:
        seen = await NetworkProbe().probe_https_clock(at(https_port=server.port))
    assert (seen.answers, seen.clock) == (True, NOON)
    assert b"uthorization" not in server.received


def heard(name, clock, doubt=timedelta(0)):
    """An answer of a server that shows `clock` when ours shows noon."""
    return HttpAnswer(server=ServerName(name), answers=True, clock=clock, asked_at=NOON, answered_at=NOON + doubt)


def test_skew_is_an_upper_bound():
    """The cut of a Date and the time on the way are added: two servers that agree may differ by a second."""
    assert measure_skew([heard("A", NOON), heard("B", NOON)]) == timedelta(seconds=1)
    apart = [heard("A", NOON), heard("B", NOON + timedelta(seconds=90), timedelta(seconds=2))]
    assert measure_skew(apart) == timedelta(seconds=91)
    assert measure_skew(list(reversed(apart))) == timedelta(seconds=91)


def test_skew_needs_two_clocks():
    """One server agrees with itself, and a server without a clock says nothing."""
    assert measure_skew([]) == timedelta(0)
    assert measure_skew([heard("A", NOON), heard("B", None)]) == timedelta(0)
