"""Where the tools are that tests of the API's description run: `make contract` puts them there."""

from pathlib import Path

import pytest

from tests.programs import program

HERE = Path(__file__).parent
BUILD = HERE.parents[1] / "build"


def npm_program(name: str) -> tuple[str | Path, ...]:
    """The command of an npm package. Skips where it is not installed; under CI=true a test that is skipped fails."""
    installed = BUILD / "node" / "node_modules" / ".bin" / name
    return program("node", package="nodejs"), _there(installed)


def python_program(name: str) -> Path:
    """The command of a Python package, as `npm_program`."""
    return _there(BUILD / "contract" / "bin" / name)


def _there(file: Path) -> Path:
    if not file.exists():
        pytest.skip(f"there is no {file.name}: make contract")
    return file
