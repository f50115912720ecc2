"""The evidence of clients that were looked at is read field by field: a name is never mistaken for anything else."""

import json

import pytest

from rotation.plan.work.client_look import CLIENTS, looked_by
from rotation.site import Protocol

SERVERS = [{"server": "s1", "port": 8014}]


def shown(*clients):
    """The evidence, as it is kept."""
    return {CLIENTS: json.dumps(list(clients))}


@pytest.mark.parametrize("name", ["A;B", "A=B", "A B", "A\nB", "A, B", 'A"B', "A (14.3, over HTTP)"])
def test_any_name_is_one_name(name):
    """Semicolons, blanks, line breaks, quotation marks: it is the text of a field."""
    (looked,) = looked_by(shown({"client": name, "protocol": "http", "servers": SERVERS}))
    assert (looked.client, looked.protocol, looked.servers[0].port) == (name, Protocol.HTTP, 8014)


def test_a_fingerprint_may_be_as_windows_shows_it():
    """Capitals and colons make no difference."""
    look = {"client": "A", "protocol": "HTTPS", "servers": SERVERS, "certificates": [" AB:CD "]}
    assert looked_by(shown(look))[0].certificates == ("abcd",)


@pytest.mark.parametrize(
    ("evidence", "why"),
    [
        ({}, "the evidence has no client"),
        ({CLIENTS: "[]"}, "the evidence has no client"),
        ({CLIENTS: "{}"}, "the evidence has no client"),
        ({CLIENTS: "[" * 100_000}, "no JSON list"),
        ({CLIENTS: "PC-1=HTTP"}, "no JSON list"),
        ({CLIENTS: '[{"client": "\\ud800"}]'}, "half a character"),
        ({CLIENTS: '[{"\\ud800": 1}]'}, "half a character"),
        ({CLIENTS: '[{"client": "a\\u0000"}]'}, "NUL"),
        ({CLIENTS: '[{"client": "a\\\\u0000"}]'}, "protocol"),
        ({CLIENTS: json.dumps([1] * 201)}, "the evidence has 201 clients"),
        (shown("PC-1"), "a client cannot be read"),
        (shown({"client": "PC-1", "protocol": "HTTP"}), r"PC-1 cannot be read \(servers"),
        (shown({"client": "PC-1", "protocol": "FTP", "servers": SERVERS}), r"PC-1 cannot be read \(protocol"),
        (shown({"client": "PC-1", "protocol": "HTTP", "servers": []}), r"PC-1 cannot be read \(servers"),
        (shown({"client": "PC-1", "protocol": "HTTP", "servers": [{"server": "s1", "port": 0}]}), r"servers\.0\.port"),
        (shown({"client": "PC-1", "protocol": "HTTP", "servers": [{"server": "s1", "port": True}]}), r"0\.port"),
        (shown({"client": "PC-1", "protocol": "HTTP", "servers": SERVERS, "serial": "x"}), r"PC-1 .*serial"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(evidence, why):
    """The client is named, and the field."""
    with pytest.raises(ValueError, match=why):
        looked_by(evidence)
