"""What the script that asks over plain HTTP writes on the clients of an emulated site: the truth."""

import csv
import io
from datetime import datetime

from emulator.clients.ways import gets_through_http
from emulator.instants import to_ms
from emulator.simulation import Simulation
from emulator.state.networks import MASK

_HEADER = ("client", "address", "prefix", "server", "host", "port", "result", "time")


def network_answers(simulation: Simulation, now: datetime) -> str:
    """Its lines from every client that is switched on, as one CSV: each server of each list is asked."""
    site, now_ms = simulation.site, to_ms(now)
    asked = sorted(
        {
            (entry.server_name, entry.address, entry.http_port, entry.server_id)
            for known in site.server_lists.values()
            for pool in known.priorities
            for entry in pool
        }
    )
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow(_HEADER)
    for client in simulation.fleet.settled(now):
        if not client.powered(now_ms):
            continue
        for name, host, port, server_id in asked:
            server = site.servers.get(server_id)
            through = server is not None and gets_through_http(client, server, port)
            result = "ok" if through else "timeout"
            lines.writerow((client.name, client.address, MASK, name, host, port, result, now.isoformat()))
    return text.getvalue()
