async def test_groups_page_is_counted_from_0_though_asked_from_1(sepm):
    """A page is asked for from 1 and answered from 0, with first and last marked."""
    first = (await sepm.http.get("/groups", params={"pageSize": 2})).json()
    last = (await sepm.http.get("/groups", params={"pageSize": 2, "pageIndex": 2})).json()
    beyond = (await sepm.http.get("/groups", params={"pageSize": 2, "pageIndex": 3})).json()
    assert [(page["number"], page["firstPage"], page["lastPage"]) for page in (first, last, beyond)] == [
        (0, True, False),
        (1, False, True),
        (2, False, True),
    ]
    assert (first["totalElements"], first["totalPages"], first["size"]) == (3, 2, 2)
    assert first["sort"] == [{"direction": "ASC", "property": "NAME", "ascending": True}]
    assert [page["numberOfElements"] for page in (first, last, beyond)] == [2, 1, 0]
    assert [group["name"] for group in first["content"] + last["content"]] == ["Labs", "My Company", "Sales"]


async def test_group_tells_serial_date_and_inheritance(sepm):
    """A serial is the group's own prefix with its policy date; inheritors share the parent's date."""
    rows = {row["fullPathName"]: row for row in (await sepm.http.get("/groups")).json()["content"]}
    root, child = rows["My Company"], rows["My Company\\Sales"]
    assert not root["policyInheritanceEnabled"]
    assert child["policyInheritanceEnabled"]
    assert child["policyDate"] == root["policyDate"]
    assert child["policySerialNumber"][:4] == child["id"][:4]
    assert child["policySerialNumber"][4:] == root["policySerialNumber"][4:]
    assert root["numberOfPhysicalComputers"] == 25
    assert len(root["id"]) == 32
    assert root["id"] == root["id"].upper()
    assert root["createdBy"] != root["createdBy"].rstrip()


async def test_one_group_tells_its_default_location(sepm):
    """A single group shows its default location, which the page does not."""
    group = sepm.group("My Company\\Labs")
    row = (await sepm.http.get(f"/groups/{group}")).json()
    assert row["defaultLocationId"] in (await sepm.http.get(f"/groups/{group}/locations")).json()[0]


async def test_tree_nests_children(sepm):
    """In tree mode groups hang below their parents."""
    body = (await sepm.http.get("/groups", params={"mode": "tree"})).json()
    assert [row["name"] for row in body["content"]] == ["My Company"]
    assert {row["name"] for row in body["content"][0]["childGroups"]} == {"Labs", "Sales"}


async def test_groups_are_found_by_full_path(sepm):
    """A full path picks one group, and an unknown domain none."""
    body = (await sepm.http.get("/groups", params={"fullPathName": "My Company\\Labs"})).json()
    assert [row["name"] for row in body["content"]] == ["Labs"]
    assert (await sepm.http.get("/groups", params={"domain": "Other"})).json()["totalElements"] == 0


async def test_locations_are_strings_with_names_on_demand(sepm):
    """Locations are strings: a path that ends in the id, with the name before it when asked for."""
    group = sepm.group("My Company\\Labs")
    bare = (await sepm.http.get(f"/groups/{group}/locations")).json()
    named = (await sepm.http.get(f"/groups/{group}/locations", params={"hasName": True})).json()
    assert named == [f"Default:{bare[0]}", f"Office:{bare[1]}"]
    assert all(path.startswith("api/v1/locations/") for path in bare)
