"""The other drill of rule 18: who checks in while the services of a server are stopped has found another one."""

from typing import Literal

from rotation.values import ServerName, Value


class StopServer(Value):
    """Stop the services of SEPM on this server. All other servers go on."""

    kind: Literal["stop_server"] = "stop_server"
    server: ServerName


class StartServer(Value):
    """Start them again."""

    kind: Literal["start_server"] = "start_server"
    server: ServerName
