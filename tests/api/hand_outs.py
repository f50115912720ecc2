"""What an operator does at the end of a rotation whose first task was claimed: it may have been stopped there."""


async def start_again(whole, until, rotation: str) -> None:
    """Report that what hands out Sylink.xml runs again."""

    async def look():
        return (await whole.get("/v1/tasks", params={"rotation_id": rotation, "state": "open"})).json()["items"]

    (task,) = await until(look, lambda items: [each["kind"] for each in items] == ["start_hand_outs"])
    claimed = await whole.post(f"/v1/tasks/{task['id']}/claim", json={})
    assert claimed.status_code == 200, claimed.text
    empty = await whole.post(f"/v1/tasks/{task['id']}/done", json={})
    assert (empty.status_code, empty.json()["findings"][0]["code"]) == (409, "work-not-stated"), empty.text
    done = {"evidence": {"started": "; ".join(each["name"] for each in task["subject"]["stopped"]) or "all of it"}}
    answer = await whole.post(f"/v1/tasks/{task['id']}/done", json=done)
    assert answer.status_code == 200, answer.text
