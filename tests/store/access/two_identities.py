"""Two identities with keys and log-ins, and what another writer of the database does to them."""

from sqlalchemy import text

from rotation.identity.identity import Grant
from rotation.identity.log_in import LogIn
from rotation.identity.permission import Role
from rotation.identity.two_persons import TwoPersonAct
from rotation.values import SiteId
from store.access.key_text import KeyText
from store.trail.site_trail import SERVICE_TRAIL, Author

ISSUER, ROOT = "https://login.example.com", Author(who="root")
ADMIN, ROBOT = Grant(roles=(Role.ADMIN,)), Grant(roles=(Role.ROBOT,), sites=(SiteId("site-1"),))
FOR_ALL = '{"roles":["admin"]}'


class Access:
    """Ann is an admin, Bob a robot; each has a key and a log-in."""

    def __init__(self, store, make):
        self.store, self.t0 = store, make.t0
        self.ann, self.bob = KeyText.new(), KeyText.new()
        self.ids = {}

    async def fill(self):
        """Add the two."""
        for name, key, grant in (("Ann", self.ann, ADMIN), ("Bob", self.bob, ROBOT)):
            held = await self.store.identities.add(name, grant, key, by=ROOT, at=self.t0, expires_at=None)
            self.ids[name] = held.principal
            await self.store.subjects.link(ISSUER, f"s-{name}", name, by=ROOT, at=self.t0, new=False)

    async def sql(self, statement, **values):
        """What another writer of the database does."""
        async with self.store.database.write() as session:
            await session.execute(text(statement), values)

    async def holder(self, key):
        """What a key opens."""
        return await self.store.identities.holder(key.write(), self.t0)

    async def log_in(self, subject, name="Eve"):
        """The principal of a log-in."""
        return await self.store.subjects.principal(
            LogIn(issuer=ISSUER, subject=subject, name=name, grant=ROBOT), self.t0
        )

    async def second(self, who, site="site-1"):
        """What comes of a wish."""
        by = self.ids[who]
        return await self.store.wishes.second(TwoPersonAct.TRUST, {"site": site}, by=by, why="so", at=self.t0)

    async def alarms(self):
        """The tables of the rows that the trail has alarms of."""
        events = await self.store.trail.list(SERVICE_TRAIL)
        return [event.message.split(" of ")[1].split(" ")[0] for event in events if event.kind == "identity-altered"]

    async def found(self):
        """The tables of which the audit finds a row."""
        report = await self.store.audit.verify()
        return sorted({broken.what.split(" of ")[1].split(" ")[0] for broken in report.broken})
