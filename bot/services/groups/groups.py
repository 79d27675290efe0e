"""Groups put together: the door, posts to groups, what becomes of them, and what operators do."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.core.clock import Clock
from bot.core.wording import Wording
from bot.services.groups.barring import Barring
from bot.services.groups.chat_life import ChatLife
from bot.services.groups.door import Find, GroupDoor
from bot.services.groups.flood import Flood
from bot.services.groups.operating import Operating
from bot.services.groups.posts import GroupPosts
from bot.services.school.posting import Posting
from bot.storage import Store
from bot.telemetry import Telemetry


@dataclass(frozen=True, slots=True)
class Groups:
    """What commands, fronts, the router and the running bot need of groups; `door` is made once the commands are known."""

    posting: Posting
    posts: GroupPosts
    life: ChatLife
    operating: Operating
    door: Callable[[Find], GroupDoor]


def build_groups(
    store: Store,
    wording: Wording,
    clock: Clock,
    telemetry: Telemetry,
    posting: Posting,
    *,
    admins: frozenset[str] = frozenset(),
    allowed: frozenset[str] = frozenset(),
    flood: Flood | None = None,
    changed: Callable[[], None] = lambda: None,
) -> Groups:
    """Groups over an open database.

    `admins` are the operators, `allowed` the keys of the only groups that are served, where any are named. `flood` None:
    nobody is held up. `changed` hears when a chat's games changed.
    """
    barring = Barring(store, clock)
    posts = GroupPosts(store, wording, clock, telemetry, posting, allowed)
    life = ChatLife(store, clock, changed)
    return Groups(
        posting,
        posts,
        life,
        Operating(barring, posts, admins),
        lambda find: GroupDoor(store, wording, barring, life, flood, find),
    )
