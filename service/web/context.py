"""What the pages are given."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from service.editing import Desk
from service.metrics import Metrics
from service.model.entity import Catalog
from service.model.health import Health
from service.model.item import Item
from service.model.rule import Rule
from service.model.source import Source
from service.pipeline.trials import Trials
from service.rules.ruleset import RuleSet
from service.storage.database import Database
from service.web.access.settings import CLOSED, AccessSettings


@dataclass(frozen=True, slots=True)
class InForce:
    """The rules and sources in force, as far as pages name them; `own` are the files that this installation has of its own."""

    rules: Sequence[Rule] = ()
    sources: Sequence[Source] = ()
    version: str = ""
    ruleset: RuleSet | None = None
    catalog: Catalog = field(default_factory=dict)
    own: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as a page may show it: of a secret `value` only says whether it is set. `changed`: it is not the default."""

    name: str
    value: str
    description: str
    changed: bool = False
    secret: bool = False


def never() -> bool:
    """The server goes on."""
    return False


@dataclass(frozen=True, slots=True)
class WebContext:
    """`health` and `rulebook` are asked at each request, so that a reload shows at once.

    `link_key` is what the links of messages are signed with. `allowed_hosts` are names beside 127.0.0.1, ::1 and localhost that
    the pages answer to; `access` is what the operator says of who may ask. `desk` is where the rules folder is changed. `push`
    takes the items of a source that were handed in. `stopping` says that the server is about to end, so that answers without an
    end can end before. `trials` fetch and send what a person wants to try.
    """

    database: Database
    metrics: Metrics
    health: Callable[[], Health]
    rulebook: Callable[[], InForce]
    version: str
    link_key: bytes = field(repr=False)
    desk: Desk
    allowed_hosts: Sequence[str] = ()
    access: AccessSettings = CLOSED
    push: Callable[[str, Sequence[Item]], int] | None = None
    stopping: Callable[[], bool] = never
    trials: Trials | None = None
    settings: Sequence[Setting] = ()
