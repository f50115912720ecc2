"""An operator at the emulated console who follows the card act by act, and knows nothing else of the task.

The menus of the console stand here in both languages, as the vendor's pages have them, and written apart from the
product: a card that names another label cannot be followed.
"""

import base64
import hashlib
from dataclasses import dataclass, field
from typing import Any

from emulator.spec import HandOutSpec
from tests.e2e.card_reader import ReadAct
from tests.e2e.emulated import Site

_BOX_IN_ENGLISH = (
    "Enable secure communications between the management server and clients by using digital certificates for "
    "authentication"
)
_BOX_IN_CZECH = (
    "Povolit bezpečnou komunikaci mezi serverem pro správu a klienty pomocí digitálních certifikátů pro ověřování"
)
_MENUS = {
    "lists": ("Policies > Policy Components > Management Server Lists",
              "Zásady > Součásti zásad > Seznamy serverů pro správu"),
    "copy": ("Tasks > Copy the List", "Úlohy > Kopírování seznamu"),
    "paste": ("Tasks > Paste List", "Úlohy > Vložení seznamu"),
    "http": ("Use HTTP protocol", "Použít protokol HTTP"),
    "port": ("Management Servers > Edit > Customize HTTP port", "Servery pro správu > Upravit > Přizpůsobit port HTTP"),
    "save": ("OK > OK", "OK > OK"),
    "ok": ("OK", "OK"),
    "assign": ("Assign", "Přiřadit"),
    "delete": ("Delete", "Odstranit"),
    "export": ("Clients > Export Communication Settings", "Klienti > Exportovat nastavení komunikace"),
    "security": ("Clients > Policies > General > Security Settings",
                 "Klienti > Zásady > Obecná nastavení > Nastavení zabezpečení"),
    "box": (_BOX_IN_ENGLISH, _BOX_IN_CZECH),
    "servers": ("Admin > Servers", "Správce > Servery"),
    "wizard": ("Tasks > Manage the server certificate > Next", "Úlohy > Správa certifikátu serveru > Další"),
    "update": ("Update the server certificate > Next", "Aktualizovat certifikát serveru > Další"),
    "pkcs12": ("PKCS12 keystore (.pfx and .p12)", "Úložiště klíčů PKCS12 (.pfx a .p12)"),
}  # fmt: skip
_AT = {path: menu for menu, paths in _MENUS.items() for path in paths}
_WORDS = {
    "Seznam": "List",
    "Název kopie": "Name of the copy",
    "Skupina": "Group",
    "Umístění": "Location",
    "Soubor": "File",
    "Složka": "Folder",
    "Zastaveno": "Stopped",
    "Server": "Server",
    "Sestavení": "Build",
    "Klient": "Client",
    "Je-li vypnutý, jeden z": "When it is off, one of",
    "Není-li nic": "Where there is nothing",
}


@dataclass
class CardOperator:
    """A person with the card in one hand and the console in the other."""

    site: Site
    hand_outs: tuple[HandOutSpec, ...] = ()
    """What this person knows to hand out Sylink.xml."""
    file: dict[str, str] = field(default_factory=dict)
    """The file of the task as it was taken from the page: `name`, `content_base64`, `password`."""
    evidence: dict[str, str] = field(default_factory=dict)
    """What the person has seen, by the names of the form's fields."""
    leaves: frozenset[str] = frozenset()
    """Fields that this person leaves empty."""
    looked: list[tuple[str, str]] = field(default_factory=list)
    """Of each build that was asked for, a client that is on, and its own Sylink.xml."""
    done: list[str] = field(default_factory=list)
    """What was done at the console."""
    _chosen: dict[str, Any] = field(default_factory=dict)

    async def follow(self, acts: tuple[ReadAct, ...]) -> None:
        """Do each act in its order, beginning with nothing chosen."""
        self._chosen, self.evidence, self.looked = {}, {}, []
        for act in acts:
            await self._do(_AT[" > ".join(act.path)] if act.path else "", act, self._rows(act))

    @staticmethod
    def _rows(act: ReadAct) -> list[dict[str, str]]:
        return [{_WORDS.get(label, label): value for label, value in row.items()} for row in act.rows]

    async def _do(self, menu: str, act: ReadAct, rows: list[dict[str, str]]) -> None:
        values = {label: value for row in rows for label, value in row.items()}
        self._chosen |= {label: value for label, value in values.items() if label in {"List", "Server", "Folder"}}
        match menu:
            case "":
                await self._beside_menus(act, rows, values)
            case "copy":
                self._chosen["copied"] = self._chosen["List"]
            case "http":
                self._chosen["protocol"] = "HTTP"
            case "port":
                self._chosen["ports"] = {row["Server"]: int(row["Port"]) for row in rows}
            case "pkcs12":
                self._chosen["format"] = "pkcs12"
            case "security":
                self._chosen["places"] = rows
            case "save" | "assign" | "delete" | "box":
                await self._settle(menu, act, rows)

    async def _settle(self, menu: str, act: ReadAct, rows: list[dict[str, str]]) -> None:
        """What changes something at the console."""
        chosen = self._chosen
        if menu == "save":
            kept = {"protocol": chosen["protocol"], "http_ports": chosen["ports"]}
            await self._console("edit_list", name=chosen["List"], **kept)
            await self._read_list()
        elif menu == "delete":
            await self._console("delete_list", name=chosen["List"])
        else:
            places = [row for row in (rows if menu == "assign" else chosen["places"]) if "Group" in row]
            enabled = act.does in {"Check this box", "Zaškrtněte toto políčko"}
            for where in ({"group": row["Group"], "location": row["Location"]} for row in places):
                if menu == "assign":
                    await self._console("assign_list", name=chosen["List"], **where)
                else:
                    await self._console("set_secure_communications", **where, enabled=enabled)

    async def _beside_menus(self, act: ReadAct, rows: list[dict[str, str]], values: dict[str, str]) -> None:
        if name := values.get("Name of the copy"):
            await self._console("copy_list", source=self._chosen["copied"], name=name)
            self._chosen["List"] = name
        elif "format" in self._chosen and "File" in values:
            assert values["File"] == self.file["name"]
            kept = {"content_base64": self.file["content_base64"], "password": self.file["password"]}
            server = self._chosen["Server"]
            await self._console("replace_certificate", server=server, format=self._chosen["format"], **kept)
        elif values.get("File") == "recovery_<timestamp>.zip":
            saved = await self._console("save_recovery_file", server=self._chosen["Server"])
            content = base64.b64decode(saved["content_base64"])
            self.evidence |= {"filename": saved["filename"], "sha256": hashlib.sha256(content).hexdigest()}
        elif "keystore.jks" in values.get("File", "") or act.command.startswith("Get-ChildItem"):
            self._chosen["Servers"] = [row["Server"] for row in rows if "Server" in row] or self._chosen["Servers"]
            await self._read_dates(self._chosen["Servers"])
        elif any("Build" in row for row in rows):
            await self._look_at_clients(rows)
        elif nothing := values.get("Where there is nothing"):
            for each in self.hand_outs:
                await self._console("stop_hand_out", name=each.name)
            self.evidence["stopped"] = "; ".join(each.text for each in self.hand_outs) or nothing
        elif any("Stopped" in row for row in rows):
            for row in rows:
                await self._console("start_hand_out", name=row["Stopped"].partition(": ")[2])
            self.evidence["started"] = "; ".join(row["Stopped"] for row in rows)

    async def _read_dates(self, servers: list[str]) -> None:
        """When the files of these servers were changed; of several, each under the name of its server."""
        for each in await self.site.truth("servers"):
            if (name := each["name"]) in servers:
                of = f".{name}" if len(servers) > 1 else ""
                self.evidence |= {
                    f"certificate{of}": each["certificate_changed"],
                    f"oldest_sig{of}": each["oldest_signature"],
                }

    async def _look_at_clients(self, rows: list[dict[str, str]]) -> None:
        """Go to a client of each build: the one that is named, or where it is off, one of the others."""
        named: list[list[str]] = []
        for row in rows:
            if "Build" in row:
                named.append([row["Client"]])
            else:
                named[-1] += row["When it is off, one of"].split(", ")
        for names in named:
            held = [(name, text) for name in names if (text := await self.site.sylink_of(name))]
            assert held, f"of {names} none is on"
            self.looked.append(held[0])

    async def _read_list(self) -> None:
        """What the console shows of the list that was edited."""
        (shown,) = (each for each in await self.site.truth("lists") if each["name"] == self._chosen["List"])
        entries = [entry for pool in shown["priorities"] for entry in pool]
        ports = ", ".join(f"{entry['server']}={entry['http_port']}" for entry in entries)
        self.evidence |= {"list_name": shown["name"], "protocol": shown["protocol"], "ports": ports}

    async def _console(self, operation: str, **arguments: Any) -> dict[str, Any]:
        self.done.append(operation)
        return await self.site.console(operation, **arguments)
