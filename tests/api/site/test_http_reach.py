"""Which networks let plain HTTP through: the script, what it wrote, and the plan that asks for it."""

import asyncio
import shutil

import httpx
import pytest

HEADER = "client,address,prefix,server,host,port,result,time"


@pytest.fixture
async def script(whole, site):
    """The script of the site for sh."""
    return (await whole.get(f"/v1/sites/{site}/network-script", params={"shell": "sh"})).json()


async def send(api, site, text):
    """The answer to an upload."""
    return await api.post(f"/v1/sites/{site}/http-reach", content=text.encode())


@pytest.mark.skipif(shutil.which("sh") is None, reason="there is no sh")
async def test_what_the_script_writes_here_is_read(whole, site, script, tmp_path):
    """It asks the emulated server over plain HTTP, and its line says that it gets through."""
    file = tmp_path / "network.sh"
    file.write_text(script["script"])
    run = await asyncio.create_subprocess_exec("sh", file, stdout=asyncio.subprocess.PIPE)
    written, _ = await run.communicate()
    answer = await send(whole, site, written.decode())
    assert answer.status_code == 200, answer.text
    (network,) = answer.json()["networks"]
    assert (network["through"], network["failed"]) == (1, 0)
    assert [each["server"] for each in script["asked"]] == ["SEPM-1"]


async def test_the_script_for_windows_asks_the_same(whole, site, script):
    """Names are literals of PowerShell."""
    shown = (await whole.get(f"/v1/sites/{site}/network-script")).json()
    (asked,) = script["asked"]
    assert shown["asked"] == [asked]
    assert f"  ,@('{asked['server']}', '{asked['host']}', {asked['port']})" in shown["script"]


async def test_canaries_try_what_no_answer_has_shown(whole, site, emulator):
    """Before anything is uploaded they stand for both networks; when clients were answered, for none."""
    made = await whole.post("/v1/certificates/self-signed", json={"names": ["127.0.0.1"]})
    order = {"site_id": site, "certificates": {"*": made.json()["certificate"]["id"]}, "survey_max_age": "PT1H"}
    tried = (await whole.post("/v1/plans", json=order)).json()["tried_networks"]
    assert len(tried) == 2
    control = emulator["control"]
    headers = {"Authorization": f"Bearer {control['token']}"}
    async with httpx.AsyncClient(base_url=control["url"], headers=headers, trust_env=False) as truth:
        answers = (await truth.get("/network-answers")).text
    assert (await send(whole, site, answers)).status_code == 200
    plan = await whole.post("/v1/plans", json=order)
    assert plan.status_code == 201, plan.text
    assert (plan.json()["trusted_networks"], plan.json()["tried_networks"]) == ([], [])
    assert "http-shown" in {each["code"] for each in plan.json()["reasons"]}


async def test_an_upload_is_taken_once_and_whole(whole, site, problem):
    """The same file again changes nothing; of one with a line that is wrong nothing counts, and the line is named."""
    good = "PC-1,10.1.2.3,24,SEPM-1,sepm1.test,8014,timeout,2026-01-31T08:00:00Z"
    first, again = [(await send(whole, site, f"{HEADER}\n{good}\n")).json() for _ in range(2)]
    assert first == again
    assert first["answers"] == 1
    written = problem(
        await send(whole, site, f"{good.replace('PC-1', 'PC-2')}\nPC-3,ok\n"), 422, "http-reach-unreadable"
    )
    assert [each["subject"] for each in written["findings"]] == ["line 2"]
    assert (await whole.get(f"/v1/sites/{site}/http-reach")).json() == first


async def test_a_network_that_is_none_is_no_order(whole, site, problem):
    """A person names networks as plans do."""
    order = {"site_id": site, "certificates": {"*": "none"}, "trusted_networks": ["10.0.0.1/16"]}
    assert "host bits" in problem(await whole.post("/v1/plans", json=order), 422, "invalid-request")["detail"]


async def test_the_command_prints_the_script_and_uploads_what_it_wrote(rotator, site, tmp_path):
    """`network-script` prints it as it is; `network-answers` names who did not get through."""
    code, out, err = await rotator("network-script", site, "--shell", "sh")
    assert (code, out.splitlines()[0]) == (0, "#!/bin/sh"), err
    file = tmp_path / "answers.csv"
    file.write_text(f"{HEADER}\nPC-1,10.1.2.3,24,SEPM-1,sepm1.test,8014,timeout,2026-01-31T08:00:00Z\n")
    code, out, err = await rotator("network-answers", site, str(file))
    assert code == 0, err
    assert "10.1.2.0/24" in out
    code, _, err = await rotator("network-answers", site, str(tmp_path / "none.csv"))
    assert (code, "cannot be read" in err) == (2, True)
