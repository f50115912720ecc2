"""Programs of the system that some tests need and a machine may lack."""

import os
import shutil
from collections.abc import Iterable

import pytest


def program(*names: str, package: str, also_in: Iterable[str | os.PathLike[str]] = ("/usr/sbin",)) -> str:
    """Where the first of them is that is there; skips where none is. Under CI=true a test that is skipped fails."""
    places = (None, os.pathsep.join(map(str, also_in)))
    found = next(filter(None, (shutil.which(name, path=place) for place in places for name in names)), None)
    if found is None:
        pytest.skip(f"no {' and no '.join(names)} on PATH: apt-get install {package}")
    return found
