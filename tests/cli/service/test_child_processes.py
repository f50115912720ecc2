"""What `rotator up` starts."""

import pytest

from api.serving.command import asked
from api.serving.listening import Listening
from cli.service.child_processes import ServiceProcesses
from cli.service.folder import Folder


@pytest.mark.parametrize("proxy", [None, "10.0.0.9"])
def test_the_api_takes_no_forwarded_address(tmp_path, monkeypatch, proxy):
    """Else each caller would name another address for the trail; only the one proxy that an administrator names may."""
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    wanted = Listening(host="127.0.0.1", port=0, behind_proxy=proxy)
    processes = ServiceProcesses.plan(Folder.at(tmp_path), wanted, 0, 0)
    (command,) = [child.command for child in processes.children() if child.name == ServiceProcesses.API]
    served = asked(command[command.index("api") + 1 :])
    assert served == processes.api
    config = served.config("x:y")
    assert (config.proxy_headers, config.forwarded_allow_ips if proxy else None) == (proxy is not None, proxy)


@pytest.mark.parametrize("set_to", [None, "https://rotator.test"])
def test_links_of_messages_lead_to_the_api_that_is_served(tmp_path, monkeypatch, set_to):
    """At whatever port; an address that the operator has set goes before."""
    monkeypatch.delenv("ROTATOR_NOTIFY_LINK", raising=False)
    if set_to:
        monkeypatch.setenv("ROTATOR_NOTIFY_LINK", set_to)
    processes = ServiceProcesses.plan(Folder.at(tmp_path), Listening(host="127.0.0.1", port=0), 0, 0)
    (worker,) = [child for child in processes.children() if child.name == ServiceProcesses.WORKER]
    assert worker.environment["ROTATOR_NOTIFY_LINK"] == (set_to or processes.api_url)
