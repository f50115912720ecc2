"""What `rotator up` starts."""

import pytest
from uvicorn.main import main as uvicorn

from cli.service.child_processes import ServiceProcesses
from cli.service.folder import Folder


@pytest.mark.parametrize("proxy", [None, "10.0.0.9"])
def test_the_api_takes_no_forwarded_address(tmp_path, monkeypatch, proxy):
    """Else each caller would name another address for the trail; only the one proxy that an administrator names may."""
    if proxy is not None:
        monkeypatch.setenv("FORWARDED_ALLOW_IPS", proxy)
    processes = ServiceProcesses.plan(Folder.at(tmp_path), "127.0.0.1", 0, 0, 0)
    (command,) = [child.command for child in processes.children() if child.name == ServiceProcesses.API]
    flags = list(command[command.index("uvicorn") + 1 :])
    assert uvicorn.make_context("uvicorn", flags).params["proxy_headers"] is (proxy is not None)
