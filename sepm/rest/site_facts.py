"""Small facts of a site that are no part of a survey's groups and clients."""

from rotation.values import Value


class SiteDatabase(Value):
    """The database of a site: since 14.3 RU1 its own certificate depends on the server's (Broadcom KB 229342)."""

    name: str
    type: str
    version: str
    address: str
    installed_by_sepm: bool | None


class OnlineCounts(Value):
    """How many clients SEPM holds for online and offline."""

    online: int
    offline: int
