"""Every table, for whoever needs them all: importing this fills `Base.metadata`."""

from store.base import Base
from store.certificate_tables import CertificateOrderRow, CertificateRequestRow, IssuerAccountRow, KeystoreRow
from store.console_tables import ClientExportRow, ExportedClientsRow, SaidRow, StatementRow
from store.http_reach_table import HttpAnswerRow
from store.inventory_tables import SightingRow, WatchedPortRow
from store.reconciliations import ReconciliationRow
from store.rotation_tables import (
    CoverageGateRow,
    EventRow,
    FoundRow,
    JudgementRow,
    LeftOutRow,
    OriginalRow,
    ReferenceRow,
    RestoreRow,
    RotationRow,
    SwapRow,
    TaskRow,
    WriteRow,
)
from store.simulation_tables import SimulatedRunRow, SimulatedSiteRow, SimulationRow
from store.site_tables import (
    CertificateRow,
    ClientRow,
    ClientServerRow,
    ContactRow,
    PinnedFingerprintRow,
    PlanRow,
    SiteRow,
    SurveyRow,
)

__all__ = [
    "Base",
    "CertificateOrderRow",
    "CertificateRequestRow",
    "CertificateRow",
    "ClientExportRow",
    "ClientRow",
    "ClientServerRow",
    "ContactRow",
    "CoverageGateRow",
    "EventRow",
    "ExportedClientsRow",
    "FoundRow",
    "HttpAnswerRow",
    "IssuerAccountRow",
    "JudgementRow",
    "KeystoreRow",
    "LeftOutRow",
    "OriginalRow",
    "PinnedFingerprintRow",
    "PlanRow",
    "ReconciliationRow",
    "ReferenceRow",
    "RestoreRow",
    "RotationRow",
    "SaidRow",
    "SightingRow",
    "SimulatedRunRow",
    "SimulatedSiteRow",
    "SimulationRow",
    "SiteRow",
    "StatementRow",
    "SurveyRow",
    "SwapRow",
    "TaskRow",
    "WatchedPortRow",
    "WriteRow",
]
