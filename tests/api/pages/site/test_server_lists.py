"""The lists of a site are described on its page by exported files."""

from rotation.identity.permission import Role

SYLINK = (
    '<?xml version="1.0"?><ServerSettings><CommConf><ServerList Name="{name}"><ServerPriorityBlock Name="Priority1">'
    '<Server Address="sepm1.test" HttpsPort="443"/><Server Address="sepm2.test" HttpsPort="443"/>'
    "</ServerPriorityBlock></ServerList></CommConf></ServerSettings>"
)


def files(*names: str) -> dict[str, tuple[str, bytes, str]]:
    """Exported files of lists with these names."""
    return {
        f"sylinks.{place}": ("Sylink.xml", SYLINK.format(name=name).encode(), "text/xml")
        for place, name in enumerate(names)
    }


async def test_lists_are_described_by_files(reader, store, make):
    """They are shown with their servers; what is no list, and a form without a file or a reason, changes nothing."""
    await store.sites.add(make.site(), make.connection(), make.t0)
    assert "None is described yet" in (await reader.get("/sites/site-1")).text
    address, why = "/sites/site-1/lists", {"why": "as exported"}
    sent = await reader.post(address, data=why, files=files("Default", "Sales &lt;b&gt;"))
    assert (sent.status_code, sent.headers["location"]) == (303, "/sites/site-1"), sent.text
    page = (await reader.get("/sites/site-1")).text
    assert "<b>Default</b>, HTTPS: sepm1, sepm2" in page
    assert "<b>Sales &lt;b&gt;</b>" in page
    broken = {"sylinks.0": ("Sylink.xml", b"<no/>", "text/xml")}
    assert (await reader.post(address, data=why, files=broken)).status_code == 422
    assert (await reader.post(address, data=why)).status_code == 422
    assert (await reader.post(address, files=files("Default"))).status_code == 422
    assert len((await store.sites.get("site-1")).lists) == 2
    assert (await reader.post(address, data=why, files=files("Default", "Third"))).status_code == 303
    names = sorted(each.name for each in (await store.sites.get("site-1")).lists)
    assert names == ["Default", "Sales <b>", "Third"], "lists of other names stay"


async def test_who_may_not_describe_them_is_offered_nothing(reading_as, store, make):
    """A viewer reads them."""
    await store.sites.add(make.site(), make.connection(), make.t0)
    async with reading_as("vera", Role.VIEWER) as viewer:
        page = (await viewer.get("/sites/site-1")).text
        assert "Management server lists" in page
        assert "/sites/site-1/lists" not in page
        answer = await viewer.post("/sites/site-1/lists", data={"why": "x"}, files=files("Default"))
        assert answer.status_code == 403
