"""What an operator does at the end of a rotation whose first task was claimed: it may have been stopped there."""


async def start_again(whole, until, rotation: str) -> None:
    """Report that what hands out Sylink.xml runs again."""

    async def look():
        return (await whole.get("/v1/tasks", params={"rotation_id": rotation, "state": "open"})).json()["items"]

    (task,) = await until(look, lambda items: [each["kind"] for each in items] == ["start_hand_outs"])
    for call in ("claim", "done"):
        answer = await whole.post(f"/v1/tasks/{task['id']}/{call}", json={})
        assert answer.status_code == 200, answer.text
