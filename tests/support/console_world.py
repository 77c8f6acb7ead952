"""A console with something on every page: alerts, a dead letter, a silence, an acknowledged alert, a source that fails.

Everything comes to be as in service: items are pushed and fetched, messages are sent to a loopback target that takes none.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from service.app import App
from service.clock import utc_now
from service.model.delivery import DeliveryState
from service.model.item import Item
from service.model.user import Role
from service.naming import SHIPPED
from service.storage import alerts, deliveries, delivery_desk
from tests.integration.test_app import fetched, opened
from tests.support.console import console
from tests.support.folder import rss, write_rules
from tests.support.http_server import HttpServer, serve
from tests.support.process import wait_until
from tests.support.web import Site

NEWS = (
    (
        "Example Wire",
        "Optical shares rally in Shanghai as orders climb",
        "Yangtze Optical Fibre and Cable (长飞光纤) hit its limit-up within eight minutes of the open, and the ChiNext Index "
        "rose over 3% to a record high.\nLater Lumentum jumped 12.4%. Buyers pointed to orders from three data centres.",
    ),
    ("港湾晨报", "长飞光纤涨停 光通信板块走强", "长飞光纤开盘八分钟触及涨停,亨通光电涨超12%。"),
    ("Example Wire", "A listing is on its way", "Alder Optics plans an IPO in Hong Kong."),
)
FEED = rss(("1", "A quiet morning in Shanghai", "Nothing moved."), ("2", "Quay Optics hit limit-up", "Quay Optics hit limit-up."))


@dataclass(frozen=True)
class World:
    """The pages, and where something with an id of its own is found."""

    site: Site
    feed: str
    alert: str
    delivery: str
    item: int

    @property
    def paths(self) -> tuple[str, ...]:
        """Every page."""
        return (
            "/",
            "/?severity=high&state=new",
            f"/alerts/{self.alert}",
            f"/items/{self.item}",
            "/entities/601869.SH",
            "/inbox",
            "/rules",
            "/rules/limit-up",
            "/rules/new",
            "/rules/watchlist",
            "/rules/versions",
            "/rules/versions/1",
            "/sources",
            "/sources/wire",
            "/sources/gone",
            "/sources/new",
            "/files/sources.yaml",
            "/files/routes.yaml",
            "/routes",
            "/routes/test?text=Quay+Optics+hit+limit-up",
            "/deliveries",
            "/deliveries?show=discarded",
            "/deliveries?show=sent",
            f"/deliveries/{self.delivery}",
            "/silences",
            "/silences?matchers=rule%3Dlimit-up",
            "/status",
            "/settings",
            "/users",
            "/audit",
            "/account",
            "/tokens",
            "/nowhere",
        )


def _folder(folder: Path, web: HttpServer) -> None:
    web.on("/desk", status=410, body="this channel is closed")
    web.on("/chat", status=503)
    hooks = f"webhook+http://${{DESK_TOKENS}}@127.0.0.1:{web.server_port}"
    routes = (
        'route:\n  receiver: inbox\n  group_by: ["..."]\n  routes:\n'
        "    - {matchers: [severity = critical], receiver: chat, continue: true}\n"
        "    - matchers: [severity =~ high|critical]\n      receiver: desk\n      continue: true\n"
        "      escalate: {after: 15m, to: inbox}\n"
        "    - {matchers: [severity =~ .*], receiver: inbox}\n"
        'receivers:\n  - {name: inbox, targets: ["inbox://"]}\n'
        f'  - {{name: desk, max_per_hour: 20, targets: ["{hooks}/desk"]}}\n  - {{name: chat, targets: ["{hooks}/chat"]}}\n'
    )
    sources = (
        f"sources:\n  - {{id: wire, kind: feed, url: '{web.feed('/feed', FEED)}', publisher: Example Wire, language: en}}\n"
        f"  - {{id: gone, kind: feed, url: '{web.on('/gone', status=404)}', publisher: 港湾晨报, language: zh}}\n"
    )
    place = write_rules(folder, routes=routes, sources=sources)
    (place / "alerts" / "desk.yaml").unlink()
    for path in (SHIPPED / "alerts").glob("*.yaml"):
        (place / "alerts" / path.name).write_bytes(path.read_bytes())


def _happen(app: App) -> None:
    now = utc_now()
    for number, (publisher, title, text) in enumerate(NEWS):
        published = now - timedelta(minutes=10 - number)
        one = Item(source="push", guid=str(number), title=title, text=text, published=published, publisher=publisher)
        app.pipeline.push("push", [replace(one, link=f"https://news.example.com/{number}")])
    fetched(app, "gone", lambda status: bool(status.last_error))
    fetched(app, "wire", lambda status: status.last_success_at is not None)

    def told() -> bool:
        app.pipeline.deliver()
        with app.parts.database.read() as connection:
            counts = deliveries.counts(connection)
        return not counts[DeliveryState.PENDING] + counts[DeliveryState.SENDING]

    wait_until(told, 30)


def _changed(site: Site, alert: str) -> None:
    """What people did: a silence that holds and one that ended, somebody who takes care of an alert, a user and a token."""
    for path, fields in (
        ("/silences", {"matchers": 'rule=big-move\nseverity=~"low|info"', "length": "1d", "why": "known since the morning"}),
        ("/silences", {"matchers": "rule=ipo-planned", "length": "1h"}),
        ("/silences/2/end", {}),
        (f"/alerts/{alert}/acknowledge", {}),
        ("/users", {"name": "ben", "role": "editor"}),
        ("/tokens", {"name": "dashboard", "scopes": "alerts:read"}),
    ):
        answer = site.post(path, fields)
        assert answer.status in (200, 303), (path, answer.status, answer.text)


@contextmanager
def console_world(folder: Path, database: bytes) -> Iterator[World]:
    """The console over an app in `folder`, as an administrator meets it; `database` is an empty one of SQLite."""
    (folder / "tapewatch.db").write_bytes(database)
    with serve() as web:
        _folder(folder, web)
        url = f"sqlite:///{folder / 'tapewatch.db'}"
        with opened(folder, url, web.server_port, retry_first=timedelta(hours=1)) as app:
            _happen(app)
            with app.parts.database.read() as connection:
                newest = alerts.page(connection, limit=50)[0]
                dead = delivery_desk.listed(connection, states=[DeliveryState.DISCARDED])[0]
            with console(app, Role.ADMIN) as site:
                _changed(site, newest.alert.id)
                yield World(site, web.url("/feed"), newest.alert.id, dead.key, newest.item_id)
