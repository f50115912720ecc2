"""The `rotator` command: each module adds its own commands."""

import typer

from cli.access import api, key, login, subject
from cli.certificate import certificates, recovery
from cli.commands import (
    audit,
    inventory,
    moves,
    network,
    originals,
    plans,
    recoveries,
    rotations,
    simulate,
    sites,
    tasks,
    trust,
    watch,
)
from cli.demo import command as demo
from cli.language.command_help import SpeakingGroup
from cli.language.encoding import write_plain
from cli.notice import notify
from cli.service import backup, emulator, keys, up
from cli.terminal.profile import choose

# in the order in which `rotator --help` shows them
_MODULES = (
    up,
    login,
    key,
    subject,
    sites,
    network,
    certificates,
    recovery,
    recoveries,
    inventory,
    plans,
    rotations,
    originals,
    watch,
    moves,
    tasks,
    trust,
    audit,
    notify,
    simulate,
    backup,
    keys,
    api,
    demo,
    emulator,
)

app = typer.Typer(
    name="rotator",
    cls=SpeakingGroup,
    no_args_is_help=True,
    # a traceback with local variables would show passwords
    pretty_exceptions_show_locals=False,
)
app.callback()(choose)
for module in _MODULES:
    module.register(app)


def main() -> None:
    """Run the command line."""
    write_plain()
    app()


if __name__ == "__main__":
    main()
