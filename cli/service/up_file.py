"""Where a running service is: `up.json` in its folder, and what `rotator up` prints."""

import contextlib
import os
import tempfile
from pathlib import Path

from cli.language.wording import _
from rotation.values import Value


class RunningService(Value):
    """Addresses, files and processes. It holds no secret, only where one lies."""

    api: str
    api_certificate: str | None = None
    """The file of the certificate that the API presents, where it has one: commands of this folder trust that one."""
    api_key_file: str | None
    """None when the folder has no key: the database had identities before."""
    temporal: str
    namespace: str
    ui: str | None
    """The Temporal UI, behind a log-in; None when Temporal runs elsewhere."""
    codec_login: str | None = None
    """The page at which a person logs in, to read encrypted payloads in a UI elsewhere; None without either."""
    folder: str
    pid: int
    """Of `rotator up` itself."""
    pids: dict[str, int]
    """Of its children. They change when one is restarted, and the file with them."""
    ports: dict[str, int]

    def lines(self) -> str:
        """The same for people."""
        key = self.api_key_file or _("none here; `rotator key first` makes another one")
        pids = ", ".join(f"{name} {pid}" for name, pid in self.pids.items())
        rows = {
            "API": self.api,
            _("Page"): _("%(api)s/ (open it in a browser, and sign in with the API key)", api=self.api),
            _("API key"): key,
            "Temporal UI": _("%(ui)s (log in with the API key)", ui=self.ui)
            if self.ui
            else _("see the Temporal that you run"),
            "Temporal": _("%(temporal)s, namespace %(namespace)s", temporal=self.temporal, namespace=self.namespace),
            **({_("UI log-in"): self.codec_login} if self.codec_login else {}),
            _("Folder"): self.folder,
            _("Processes"): _("%(pids)s; Ctrl-C (or SIGTERM to %(pid)s) stops them", pids=pids, pid=str(self.pid)),
        }
        wide = max(map(len, rows)) + 2
        return "\n".join(f"{name + ':':{wide}}{value}" for name, value in rows.items())


def write(path: Path, here: RunningService) -> None:
    """Put the file in place whole, so that no reader gets half of it."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".up.")
    with os.fdopen(handle, "w") as file:
        file.write(here.model_dump_json(indent=2) + "\n")
    Path(name).replace(path)


def forget(path: Path) -> None:
    """Remove the file: the service has stopped."""
    with contextlib.suppress(FileNotFoundError):
        path.unlink()
