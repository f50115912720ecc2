"""Ports that are chosen for servers of ours."""

import socket

import pytest

from engine.process import ports
from engine.process.ports import PortInUse, choose_ports

HOST = "127.0.0.1"


def test_a_chosen_port_is_not_chosen_again(monkeypatch) -> None:
    """Two `rotator up` that start at once share no port, though neither listens yet."""
    monkeypatch.setattr(ports, "_OURS", range(31900, 31960))
    chosen = choose_ports(HOST, *(0,) * 20) + choose_ports(HOST, *(0,) * 20)
    assert len(set(chosen)) == len(chosen)


@pytest.mark.parametrize("wanted", [True, False])
def test_a_server_can_listen_on_a_chosen_port(wanted: bool) -> None:
    """The port is kept for the server that it was chosen for, and refuses connections until then."""
    (port,) = choose_ports(HOST, 0)
    if wanted:
        assert choose_ports(HOST, port) == (port,)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((HOST, port)).close()
    with socket.create_server((HOST, port)), pytest.raises(PortInUse, match=f"port {port} of {HOST} cannot be used"):
        choose_ports(HOST, port)
