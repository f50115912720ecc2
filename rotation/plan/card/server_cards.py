"""Cards of drills on the servers themselves: shut or open a port, stop or start services (rule 18)."""

from rotation.plan.card.card import Card, CopiedValue, Row, act, server_row
from rotation.plan.work.https_drill import OpenHttps, ShutHttps
from rotation.plan.work.stop_drill import StartServer, StopServer
from rotation.text.sentence import sentence

_RULE = "rotator drill"
"""The name of the firewall rule: the operator who opens the port finds by it what has shut the port."""
_SHUT = "netsh advfirewall firewall add rule dir=in action=block protocol=TCP"
_OPEN = "netsh advfirewall firewall delete rule"


def ports_card(work: ShutHttps | OpenHttps) -> Card:
    """The drill of the HTTPS client port."""
    rows = tuple(_port_row(each.server, each.port) for each in work.ports)
    ports = ",".join(sorted({str(each.port) for each in work.ports}))
    if isinstance(work, ShutHttps):
        return Card(
            before=(
                sentence("Shut no other port, stop no other service, and leave the settings in SEPM as they are"),
                sentence(
                    "Clients that still come over HTTPS are silent from now on, and come back when the port is opened "
                    "again"
                ),
            ),
            acts=(
                act(
                    sentence("On each of these servers, have its own firewall block incoming connections to the port"),
                    (),
                    *rows,
                    command=f'{_SHUT} name="{_RULE}" localport={ports}',
                ),
                act(
                    sentence(
                        "Then restart the service of SEPM's web server (semwebsrv), so that no connection goes on that "
                        "was open"
                    ),
                    command="net stop semwebsrv & net start semwebsrv",
                ),
            ),
            checked=sentence("The service tries each port; the task closes by itself when none of them answers"),
            late=sentence("While it is not done the rotation waits; no client is cut off by that"),
        )
    return Card(
        acts=(
            act(
                sentence("On each of these servers, delete the firewall rule that blocks the port"),
                (),
                *rows,
                command=f'{_OPEN} name="{_RULE}"',
            ),
        ),
        after=(sentence("Of a server that is down, say done"),),
        checked=sentence("The service tries each port; the task closes by itself when each answers again"),
        late=sentence("Until it is done, clients that come over HTTPS are silent: do it at once"),
    )


def services_card(work: StopServer | StartServer) -> Card:
    """The drill of a server that is stopped."""
    if isinstance(work, StopServer):
        return Card(
            before=(
                sentence("Do it while most clients are switched on: a client that is off meanwhile shows nothing"),
                sentence(
                    "Do it only while every other server of the site runs, and close consoles that are connected to "
                    "this one"
                ),
                sentence(
                    "Leave their start type and the settings in SEPM as they are, and stop nothing on any other server"
                ),
            ),
            acts=(
                act(
                    sentence("On this server, stop the services of SEPM, its web server and its API (services.msc)"),
                    (),
                    server_row(work.server),
                    command="net stop semwebsrv & net stop semapisrv & net stop semsrv",
                ),
            ),
            after=(
                sentence("Clients of this server go to another one of their list, or come back when it runs again"),
            ),
            checked=sentence(
                "The service tries its HTTPS client port and its HTTP port; the task closes by itself when neither "
                "answers"
            ),
            late=sentence("While it is not done the rotation waits; no client is cut off by that"),
        )
    return Card(
        acts=(
            act(
                sentence("On this server, start the services again"),
                (),
                server_row(work.server),
                command="net start semsrv & net start semapisrv & net start semwebsrv",
            ),
        ),
        after=(
            sentence(
                "Of a server that cannot be started, give the task back and say why: you are asked then how to go on"
            ),
        ),
        checked=sentence("The service tries its HTTPS client port; the task closes by itself when it answers again"),
        late=sentence("Until it is done, clients that know this server alone are silent: do it at once"),
    )


def _port_row(server: str, port: int) -> Row:
    return (
        CopiedValue(label=sentence("Server"), value=server),
        CopiedValue(label=sentence("TCP port"), value=str(port)),
    )
