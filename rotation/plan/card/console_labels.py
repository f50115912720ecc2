"""The labels of SEPM's console that cards name, and the paths to them: all of them stand here, with their sources.

Sources by key: `seed` is the vendor's help page on updating the server certificate in Czech, `T1` the same page in
English, `K` with a number an article of Broadcom's knowledge base, `TECH` with a number one of Symantec's. What no
document has is a guess: its source is empty.
"""

from rotation.plan.card.label import ClickPath, Label

_COPIES = (14,)
"""Lists are copied for HTTP from version 14 on (T1, steps A1 to A5)."""

_POLICIES = Label(english="Policies", czech="Zásady", english_source="K187099", czech_source="seed")
_CLIENTS = Label(english="Clients", czech="Klienti", english_source="K187099", czech_source="seed")
_TASKS = Label(english="Tasks", czech="Úlohy", english_source="T1", czech_source="seed")
_OK = Label(english="OK", czech="OK", english_source="K187099", czech_source="seed")
_EDIT = Label(english="Edit", czech="Upravit", english_source="T1", czech_source="seed")
_NEXT = Label(english="Next", czech="Další", english_source="K242150")
_ADMIN = Label(english="Admin", czech="Správce", english_source="K242150")
_SERVERS = Label(english="Servers", czech="Servery", english_source="K242150")

LISTS: ClickPath = (
    _POLICIES,
    Label(english="Policy Components", czech="Součásti zásad", english_source="K187099", czech_source="seed"),
    Label(
        english="Management Server Lists",
        czech="Seznamy serverů pro správu",
        english_source="K187099",
        czech_source="seed",
    ),
)
COPY_LIST: ClickPath = (
    _TASKS,
    Label(
        english="Copy the List",
        czech="Kopírování seznamu",
        english_source="T1",
        czech_source="seed",
        majors=_COPIES,
    ),
)
PASTE_LIST: ClickPath = (
    _TASKS,
    Label(english="Paste List", czech="Vložení seznamu", english_source="T1", czech_source="seed", majors=_COPIES),
)
USE_HTTP: ClickPath = (
    Label(
        english="Use HTTP protocol",
        czech="Použít protokol HTTP",
        english_source="T1",
        czech_source="seed",
        majors=_COPIES,
    ),
)
USE_HTTPS: ClickPath = (Label(english="Use HTTPS protocol", czech="Použít protokol HTTPS"),)
_MANAGEMENT_SERVERS = Label(
    english="Management Servers", czech="Servery pro správu", english_source="T1", czech_source="seed"
)
HTTP_PORT: ClickPath = (
    _MANAGEMENT_SERVERS,
    _EDIT,
    Label(
        english="Customize HTTP port",
        czech="Přizpůsobit port HTTP",
        english_source="T1",
        czech_source="seed",
        majors=_COPIES,
    ),
)
PRIORITIES: ClickPath = (
    _EDIT,
    _MANAGEMENT_SERVERS,
    Label(english="Priority", czech="Priorita", english_source="K151377"),
)
OK: ClickPath = (_OK,)
OK_TWICE: ClickPath = (_OK, _OK)
ASSIGN: ClickPath = (Label(english="Assign", czech="Přiřadit", english_source="K187099", czech_source="seed"),)
DELETE: ClickPath = (Label(english="Delete", czech="Odstranit"),)
EXPORT_SETTINGS: ClickPath = (
    _CLIENTS,
    Label(english="Export Communication Settings", czech="Exportovat nastavení komunikace"),
)
GENERAL_SETTINGS: ClickPath = (
    _CLIENTS,
    _POLICIES,
    Label(english="General", czech="Obecná nastavení", english_source="K187099", czech_source="seed"),
    Label(english="Security Settings", czech="Nastavení zabezpečení", english_source="K187099", czech_source="seed"),
)
SECURE_COMMUNICATIONS: ClickPath = (
    Label(
        english="Enable secure communications between the management server and clients by using digital certificates "
        "for authentication",
        czech="Povolit bezpečnou komunikaci mezi serverem pro správu a klienty pomocí digitálních certifikátů pro "
        "ověřování",
        english_source="K187099",
        czech_source="seed",
    ),
)
SERVERS: ClickPath = (_ADMIN, _SERVERS)
MANAGE_CERTIFICATE: ClickPath = (
    _TASKS,
    Label(english="Manage the server certificate", czech="Správa certifikátu serveru", english_source="K242150"),
    _NEXT,
)
UPDATE_CERTIFICATE: ClickPath = (
    Label(english="Update the server certificate", czech="Aktualizovat certifikát serveru"),
    _NEXT,
)
PKCS12: ClickPath = (Label(english="PKCS12 keystore (.pfx and .p12)", czech="Úložiště klíčů PKCS12 (.pfx a .p12)"),)
JKS: ClickPath = (Label(english="JKS keystore (.jks)", czech="Úložiště klíčů JKS (.jks)", english_source="TECH161487"),)
DELETE_PARTNER: ClickPath = (
    _TASKS,
    Label(english="Delete Replication Partner", czech="Odstranit partnera replikace"),
)
ADD_PARTNER: ClickPath = (
    _TASKS,
    Label(english="Add Existing Replication Partner", czech="Přidat existujícího partnera replikace"),
)
CONFIGURATION_WIZARD: ClickPath = (
    Label(
        english="Management Server Configuration Wizard",
        czech="Průvodce konfigurací serveru pro správu",
        english_source="K232057",
    ),
)
