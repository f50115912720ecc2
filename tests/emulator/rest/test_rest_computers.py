from datetime import timedelta


async def test_every_client_is_on_exactly_one_page(sepm):
    """Pages of the usual 20 hold each client once, by name."""
    pages = [(await sepm.http.get("/computers", params={"pageIndex": index})).json() for index in (1, 2)]
    assert [page["size"] for page in pages] == [20, 20]
    names = [row["computerName"] for page in pages for row in page["content"]]
    assert len(names) == len(set(names)) == 30
    assert names == sorted(names)
    assert pages[0]["sort"][0]["property"] == "COMPUTER_NAME"


async def test_row_has_the_quirks_of_the_real_one(sepm):
    """A row names its group by full path in `name`, doubles keys by case, and marks flags by 0 and 1."""
    sepm.later(timedelta(seconds=10))
    body = (await sepm.http.get("/computers", params={"computerName": "SALES-0001"})).json()
    row = body["content"][0]
    assert row["group"]["name"] == "My Company\\Sales"
    assert row["group"]["fullPathName"] is None
    assert row["group"]["domain"]["name"] == "Default"
    assert {"osName", "osname", "osBitness", "osbitness"} <= set(row)
    assert row["agentVersion"] == "14.2.3335.1000"
    assert (row["majorVersion"], row["minorVersion"], row["profileVersion"]) == (14, 2, "14.2.3335")
    assert (row["deleted"], row["onlineStatus"], row["isNpvdiClient"]) == (0, 1, 0)
    assert row["lastServerName"] == "SEPM-1"
    assert row["lastSiteName"] == "Site One"
    assert len(row["uniqueId"]) == 32
    assert len(row["macAddresses"][0]) == 17


async def test_last_update_is_in_milliseconds_of_the_servers_clock(sepm):
    """A check-in carries the clock of the server that took it: here 90 s ahead."""
    sepm.later(timedelta(seconds=10))
    row = (await sepm.http.get("/computers", params={"computerName": "PC-0001"})).json()["content"][0]
    ahead = row["lastUpdateTime"] / 1000 - sepm.now.timestamp()
    assert 80 <= ahead <= 90


async def test_last_update_filters_what_did_not_check_in_since(sepm):
    """`lastUpdate` lets through clients that checked in since; 0 lets through all."""
    sepm.later(timedelta(seconds=20))
    server_now = int((sepm.now.timestamp() + 90) * 1000)
    recent = (await sepm.http.get("/computers", params={"lastUpdate": server_now - 10_000})).json()
    assert recent["totalElements"] == 28
    assert (await sepm.http.get("/computers", params={"lastUpdate": 0})).json()["totalElements"] == 30


async def test_wildcards_ids_and_keys_find_clients(sepm):
    """A star stands for any text; an id or a hardware key sets other conditions aside."""
    stars = (await sepm.http.get("/computers", params={"computerName": "sales*"})).json()
    assert stars["totalElements"] == 3
    row = stars["content"][0]
    for query in ({"computer_id": row["uniqueId"]}, {"hardware_key": row["hardwareKey"]}):
        found = (await sepm.http.get("/computers", params=query | {"computerName": "none"})).json()
        assert [each["uniqueId"] for each in found["content"]] == [row["uniqueId"]]
    assert (await sepm.http.get("/computers", params={"domain": "Other"})).json()["totalElements"] == 0


async def test_clients_of_a_group_are_its_own(sepm):
    """A group's clients are its own, not its children's."""
    body = (await sepm.http.get(f"/groups/{sepm.group('My Company')}/computers")).json()
    assert body["totalElements"] == 25


async def test_order_can_be_turned(sepm):
    """DESC turns the order."""
    up = (await sepm.http.get("/computers", params={"pageSize": 100})).json()["content"]
    down = (await sepm.http.get("/computers", params={"pageSize": 100, "order": "DESC"})).json()["content"]
    assert [row["uniqueId"] for row in down] == [row["uniqueId"] for row in up][::-1]
    by_id = (await sepm.http.get("/computers", params={"pageSize": 100, "sort": "COMPUTER_ID"})).json()
    assert [row["uniqueId"] for row in by_id["content"]] == sorted(row["uniqueId"] for row in up)


async def test_clients_are_moved_with_207(sepm):
    """A move answers 207 with a row for each client, and the client is in its new group."""
    row = (await sepm.http.get("/computers", params={"computerName": "PC-0001"})).json()["content"][0]
    labs = sepm.group("My Company\\Labs")
    move = [{"group": {"id": labs}, "hardwareKey": row["hardwareKey"]}]
    answer = await sepm.http.patch("/computers", json=move)
    assert (answer.status_code, answer.json()) == (207, [{"responseCode": "200", "responseMessage": "OK"}])
    moved = (await sepm.http.get("/computers", params={"computerName": "PC-0001"})).json()["content"][0]
    assert moved["group"]["id"] == labs


async def test_mac_addresses_find_clients(sepm):
    """`mac` lets through the clients with that address, in any case; a star stands for any part, a `?` for itself."""
    row = (await sepm.http.get("/computers", params={"computerName": "PC-0007"})).json()["content"][0]
    mac = row["macAddresses"][0]
    for asked in (mac, mac.lower(), f"*{mac[5:]}"):
        found = (await sepm.http.get("/computers", params={"mac": asked})).json()
        assert [each["computerName"] for each in found["content"]] == ["PC-0007"], asked
    for asked in ("00-00-00-00-00-00", f"{mac[:-1]}?", f"{mac[:-1]}[{mac[-1]}]"):
        assert (await sepm.http.get("/computers", params={"mac": asked})).json()["totalElements"] == 0, asked
    assert (await sepm.http.get("/computers", params={"mac": "*"})).json()["totalElements"] == 30


async def test_operating_systems_filter_clients(sepm):
    """`os` lets through those with one of the named systems: repeated for the site, with commas for a group."""
    of_group = f"/groups/{sepm.group('My Company')}/computers"
    for path, query, count in (
        ("/computers", "os=Win10", 30),
        ("/computers", "os=Ubuntu&os=Win10", 30),
        ("/computers", "os=Ubuntu&os=Win11", 0),
        (of_group, "os=Win10", 25),
        (of_group, "os=Ubuntu,Win10", 25),
        (of_group, "os=Ubuntu,Win2K16", 0),
    ):
        assert (await sepm.http.get(f"{path}?{query}")).json()["totalElements"] == count, query
    for refused in ("/computers?os=Beos", "/computers?os=Win10,Ubuntu", f"{of_group}?os=win10"):
        assert (await sepm.http.get(refused)).status_code == 400, refused
