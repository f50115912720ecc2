"""`rotator emulator`: an emulated SEPM site with its clients, served until it is stopped."""

import typer

from cli.language.framework_words import in_words


def register(app: typer.Typer) -> None:
    """Add this command."""
    # every option is the emulator's own, --help too
    app.command(
        "emulator",
        add_help_option=False,
        context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    )(emulator)


def emulator(context: typer.Context) -> None:
    """Serve an emulated SEPM site with its clients; --help shows the options."""
    # here and not above: the other commands need nothing of it
    from emulator.__main__ import main  # noqa: PLC0415 - see above

    raise typer.Exit(main(context.args, called="rotator emulator", words=in_words))
