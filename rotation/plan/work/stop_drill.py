"""The other drill of rule 18: who checks in while the services of a server are stopped has found another one."""

from collections.abc import Iterable
from typing import Literal

from rotation.text.sentence import Sentence, sentence
from rotation.values import ServerName, Value


class StopServer(Value):
    """Stop the services of SEPM on this server. All other servers go on."""

    kind: Literal["stop_server"] = "stop_server"
    server: ServerName


class StartServer(Value):
    """Start them again."""

    kind: Literal["start_server"] = "start_server"
    server: ServerName


def how_to_stop(work: StopServer | StartServer) -> Iterable[Sentence]:
    """What a person does on the server."""
    return _stopping(work.server) if isinstance(work, StopServer) else _starting(work.server)


def _stopping(server: ServerName) -> Iterable[Sentence]:
    yield sentence("Do it while most clients are switched on: who is off meanwhile shows nothing")
    yield sentence(
        "Do it only while every other server of the site runs, and close consoles that are connected to this one"
    )
    yield sentence("On %(server)s, stop the services of SEPM, its web server and its API (services.msc)", server=server)
    yield sentence("For example: net stop semwebsrv, net stop semapisrv, net stop semsrv")
    yield sentence("Leave their start type and the settings in SEPM as they are, and stop nothing on any other server")
    yield sentence("Clients of this server go to another one of their list, or come back when it runs again")
    yield sentence("The task closes by itself when neither its HTTPS client port nor its HTTP port answers")


def _starting(server: ServerName) -> Iterable[Sentence]:
    yield sentence(
        "On %(server)s, start the services again: net start semsrv, net start semapisrv, net start semwebsrv",
        server=server,
    )
    yield sentence("The task closes by itself when its HTTPS client port answers again")
    yield sentence(
        "Of a server that cannot be started, give the task back and say why: you are asked then how to go on"
    )
