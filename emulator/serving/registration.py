"""The site as a document that an administrator would write to register it: what no SEPM API tells."""

import json
from pathlib import Path
from typing import Any

from emulator.serving.description import Description

_OWNER_ONLY = 0o600
_QUICK = {"relax_floor": "PT20S", "publish_delay": "PT1S", "purge_after": None}
"""Waits that suit heartbeats of seconds; a real site keeps the defaults. The emulator forgets no client."""


def registration(description: Description) -> dict[str, Any]:
    """How the site is reached, servers with their ports, and the server lists' contents."""
    return {
        "name": description.site,
        **_reached(description),
        "servers": [
            server.model_dump(include={"name", "address", "https_port", "http_port"}) for server in description.servers
        ],
        "lists": [each.model_dump(mode="json") for each in description.server_lists],
        "limits": _QUICK,
    }


def _reached(description: Description) -> dict[str, Any]:
    """Address, account and trust; of a site without REST, what its console shows."""
    if description.console is not None:
        return {"access": "console", **description.console.model_dump(mode="json")}
    rest = description.rest
    return {
        "rest_url": rest.url,
        "username": rest.user,
        "password": rest.password,
        "domain": rest.domain,
        "trust": {"fingerprint_sha256": rest.fingerprint_sha256},
    }


def write_registration(path: Path, description: Description) -> None:
    """Write the document to `path`, for its owner alone: it holds the password of the account."""
    path.touch(_OWNER_ONLY)
    path.chmod(_OWNER_ONLY)  # one of an earlier run
    path.write_text(json.dumps(registration(description), indent=2) + "\n", encoding="utf-8")
