"""Every table, for code that needs them all: importing this fills `Base.metadata`."""

from store.schema.access_tables import ApiKeyRow, IdentityRow, KeptAnswerRow, SubjectRow, WishRow
from store.schema.base import Base
from store.schema.certificate_tables import (
    CertificateOrderRow,
    CertificateRequestRow,
    DestroyedKeyRow,
    IssuerAccountRow,
    KeystoreRow,
)
from store.schema.console_tables import ClientExportRow, ConsoleEntryRow, ExportedClientsRow, StatementRow
from store.schema.http_reach_table import HttpAnswerRow
from store.schema.inventory_tables import SightingRow, WatchedPortRow
from store.schema.notice_tables import (
    DeliveryRow,
    FollowedRotationRow,
    MatterRow,
    NoticeChannelRow,
    NoticeLeaseRow,
    NoticeRow,
)
from store.schema.reconciliation_table import ReconciliationRow
from store.schema.rotation_tables import (
    CoverageGateRow,
    EventRow,
    FoundRow,
    GateReadingRow,
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
from store.schema.sealed_key_table import SealedKeyRow
from store.schema.simulation_tables import SimulatedRunRow, SimulatedSiteRow, SimulationRow
from store.schema.site_tables import (
    CertificateRow,
    ClientRow,
    ClientServerRow,
    ContactRow,
    PinnedFingerprintRow,
    PlanRow,
    SiteRow,
    SurveyRow,
)
from store.schema.trail_table import TrailRow

__all__ = [
    "ApiKeyRow",
    "Base",
    "CertificateOrderRow",
    "CertificateRequestRow",
    "CertificateRow",
    "ClientExportRow",
    "ClientRow",
    "ClientServerRow",
    "ConsoleEntryRow",
    "ContactRow",
    "CoverageGateRow",
    "DeliveryRow",
    "DestroyedKeyRow",
    "EventRow",
    "ExportedClientsRow",
    "FollowedRotationRow",
    "FoundRow",
    "GateReadingRow",
    "HttpAnswerRow",
    "IdentityRow",
    "IssuerAccountRow",
    "JudgementRow",
    "KeptAnswerRow",
    "KeystoreRow",
    "LeftOutRow",
    "MatterRow",
    "NoticeChannelRow",
    "NoticeLeaseRow",
    "NoticeRow",
    "OriginalRow",
    "PinnedFingerprintRow",
    "PlanRow",
    "ReconciliationRow",
    "ReferenceRow",
    "RestoreRow",
    "RotationRow",
    "SealedKeyRow",
    "SightingRow",
    "SimulatedRunRow",
    "SimulatedSiteRow",
    "SimulationRow",
    "SiteRow",
    "StatementRow",
    "SubjectRow",
    "SurveyRow",
    "SwapRow",
    "TaskRow",
    "TrailRow",
    "WatchedPortRow",
    "WishRow",
    "WriteRow",
]
