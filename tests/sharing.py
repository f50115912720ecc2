"""Which files of tests one process runs: those of tests/e2e that share a service, so that it is started once."""

import pytest
from xdist.scheduler.loadfile import LoadFileScheduling

SHARING = frozenset(f"tests/e2e/test_{name}.py" for name in ("cancel", "hold", "restore", "starting"))


class InFiles(LoadFileScheduling):
    """Gives out whole files, and these as if they were one."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return "tests/e2e" if file in SHARING else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log) -> LoadFileScheduling | None:
    """Have `--dist loadfile` give out files as above."""
    return InFiles(config, log) if config.getvalue("dist") == "loadfile" else None
