"""Every page of the service: its routes, and the addresses of all that pages show in one store."""

from dataclasses import replace
from datetime import timedelta
from re import Pattern

import pytest
from fastapi.routing import iter_route_contexts

from api.app import create_app
from api.pages.frame.addresses import is_page
from api.parts import Authority
from api.settings import ApiSettings
from rotation.identity.permission import Role
from store.settings import StoreSettings
from store.store import Store
from tests.api.identified import key_of
from tests.api.pages.conftest import reading
from tests.api.pages.language.page_states import play_into
from tests.api.pages.plan.test_simulation_page import simulated
from tests.api.pages.site.test_limits_page import wished
from tests.api.pages.test_card_states import cards
from tests.service.notices.conftest import looked

__all__ = ["cards"]


def page_routes() -> dict[str, Pattern[str]]:
    """Every route of the pages, by method and path, with what its paths look like."""
    found = {}
    for route in iter_route_contexts(create_app(None, ApiSettings()).routes):
        if is_page(str(route.path)):
            (method,) = set(route.methods or ()) - {"HEAD"}
            found[f"{method} {route.path}"] = route.path_regex
    return found


@pytest.fixture
async def filled(store, make, unconnected, worker_keys, cards) -> list[str]:
    """A store with all that pages show. Gives the address of each page, in each of its states."""
    folder = unconnected.store.database.file.parent
    await play_into(await Store.open(StoreSettings(folder=folder, worker_key_file=worker_keys.private)))
    simulation = await simulated(store, make)
    await looked(store, make, lambda: make.t0, error="timeout")
    async with reading(replace(unconnected, rehearsal=False), await key_of(store, "ben", Role.ADMIN)) as other:
        assert (await wished(other, store, "Brno")).status_code == 409
    authority = Authority("https://ca.example/directory", timedelta(hours=1))
    async with reading(replace(unconnected, authority=authority)) as one:
        ordered = await one.post("/sites/site-1/orders", data={"ordered_names": "sepm1.example.org"})
    (plan,) = (await store.plans.page("site")).items
    tasks = [f"/tasks/{each.id}" for each in await store.tasks.list() if each.site_id == "site"]
    of_site = ("", "/limits", "/plans", "/restore", "/recovery", "/orders")
    sites = [f"/sites/{site}{more}" for site in ("site", "site-1") for more in of_site]
    plans = [f"/plans/{each}{more}" for each in (plan.id, "plan-1") for more in ("", "/simulations")]
    rotations = [f"/rotations/{each}{more}" for each in ("rotation", "rot-1") for more in ("", "/clients", "/trail")]
    alone = ["/", "/sign-in", "/calendar", "/registration", "/registration/offline"]
    return [*alone, *sites, *plans, ordered.headers["location"], simulation, *rotations, *cards, *tasks]
