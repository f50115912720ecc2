"""The originals of a rotation as they are kept off the box, and taken in again by a store that has lost them."""

from collections.abc import Collection
from datetime import datetime

from pydantic import ValidationError

from rotation.originals.content import MOST_PAIRS, KeptOriginals, kept
from rotation.originals.file import sha256_of
from rotation.originals.plan_of_file import plan_known
from rotation.procedure.restoration import OriginalPair
from rotation.site import Site
from rotation.survey import Pair
from rotation.values import RotationId
from service.identity import new_plan_id
from store.progress import NewRotation
from store.rotation.events import NewEvent
from store.rotation.originals import Original
from store.store import Store
from store.trail.site_trail import Author, of_request

_EVENT = "originals-from-file"


class NoOriginalsError(LookupError):
    """The rotation has recorded no originals, or more than a file of them may hold."""


async def kept_originals(store: Store, rotation_id: RotationId) -> KeptOriginals:
    """What a rotation has to put back, as its file holds it.

    Raises:
        UnknownRotation: when none of that id is kept.
        NoOriginalsError: when there is nothing that a file could hold.
    """
    rotation = await store.rotations.get(rotation_id)
    originals = await store.originals.of(rotation_id)
    if not originals:
        raise NoOriginalsError(f"rotation {rotation_id} has recorded no original settings")
    pairs = [
        OriginalPair(
            pair=each.pair, group_path=each.group_path, location_name=each.location_name, settings=each.settings
        )
        for each in originals
    ]
    site, plan = await store.sites.get(rotation.site_id), await store.plans.get(rotation.plan_id)
    recorded_at = max(each.recorded_at for each in originals)
    try:
        return kept(site, rotation_id, plan, pairs, recorded_at=recorded_at)
    except ValidationError as error:
        where = error.errors(include_input=False, include_url=False)[0]
        reason = f"{'.'.join(map(str, where['loc']))}: {where['msg']}"
        raise NoOriginalsError(
            f"the {len(pairs)} original settings of rotation {rotation_id} do not go into a file, which holds "
            f"{MOST_PAIRS} at most and SEPM's usual values: {reason}"
        ) from None


async def take_in(
    store: Store,
    site: Site,
    originals: KeptOriginals,
    survey_id: str,
    *,
    without: Collection[Pair],
    author: Author,
    why: str,
    now: datetime,
) -> None:
    """Record the originals of a file as their rotation had recorded them, and that rotation as ended from outside.

    Raises:
        SiteBusy: when the site has a running rotation.
        OriginalsKept: when the store has originals of that rotation, or the rotation is another site's.
    """
    left = tuple(pair for pair in originals.pairs if pair.pair not in without)
    plan = plan_known(originals.model_copy(update={"pairs": left}), site, survey_id, plan_id=new_plan_id(), now=now)
    new = NewRotation(
        id=originals.rotation_id,
        site_id=site.id,
        plan_id=plan.id,
        plan_hash=plan.hash,
        started_by=author.who,
        why=why,
    )
    recorded = [
        Original(
            rotation_id=new.id,
            site_id=site.id,
            pair=pair.pair,
            group_path=pair.group_path,
            location_name=pair.location_name,
            settings=pair.settings,
            recorded_at=originals.recorded_at,
        )
        for pair in left
    ]
    await store.plans.add(plan)
    await store.given_originals.take_in(new, recorded, now, author)
    count = len(left)
    message = f"{count} original settings taken in from a file by {author.who}, SHA-256 {sha256_of(originals)}: {why}"
    taken = NewEvent(at=now, kind=_EVENT, message=message, data=of_request(author), key=_EVENT)
    await store.events.append(new.id, site.id, taken)
