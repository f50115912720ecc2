"""`rotator network-answers`: files are added to what is known, or what is known is shown."""

import os

from typer.testing import CliRunner

from cli.main import app


def test_without_files_it_asks_for_what_is_known():
    """No file has to be given: the API is asked, which is not there in this test."""
    given: dict[str, str | None] = {name: None for name in os.environ if name.startswith("ROTATOR_")}
    given |= {"ROTATOR_API": "http://127.0.0.1:1", "ROTATOR_API_KEY": "none", "LC_ALL": "C.UTF-8"}
    done = CliRunner().invoke(app, ["network-answers", "vienna"], env=given)
    assert (done.exit_code, "cannot be reached" in done.stderr) == (2, True)
