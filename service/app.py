"""The composition root: builds every part in one straight line and closes them in reverse.

Everything that can fail fails here, before the first tick, with one sentence that names the place and the cure. After that the
rules folder may break as often as it likes: the last good rulebook stays in force, and `health` says so.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from datetime import timedelta
from importlib.metadata import version as installed_version
from pathlib import Path

from sqlalchemy import make_url

from service.addresses import AddressGuard
from service.alerting.backoff import RetryPolicy
from service.clock import utc_now
from service.config import Environment, Settings
from service.editing import Desk
from service.errors import ConfigurationError, InvalidFiles, StorageError, TapewatchError
from service.extraction import ChildExtractor
from service.http import HttpClient
from service.logs import Secrets
from service.metrics import Labels, Metrics
from service.model.delivery import Delivery
from service.model.health import Health, Part
from service.naming import above, for_the_shell
from service.notify import NOTIFIERS, REASONS, Notifiers, NotifyContext, Rendered, build_notifiers
from service.notify.links import Links
from service.notify.render.telling import Buttons
from service.owner import own, user_name
from service.pipeline import Active, Limits, Parts, Pipeline
from service.pipeline.retention import forget
from service.rulebook import Memory, Rulebook, parse_folder
from service.rulefolder import Texts, read_folder
from service.ruleversions import Versions
from service.scheduler import start
from service.sources import FETCH_REASONS, ParseContext, expat_warning
from service.storage import deliveries, inbox, sources
from service.storage.database import Database, open_database
from service.storage.keys import link_key
from service.storage.migrations import require_current, upgrade

log = logging.getLogger(__name__)

VERSION = installed_version("tapewatch")
RELOAD_EVERY = timedelta(seconds=2)
GAUGES_EVERY = timedelta(seconds=5)
STUCK_AFTER = 60.0
"""Seconds without a tick that ended well, after which this process is not ready."""
SWEEP_EVERY = timedelta(seconds=5)
RETENTION_EVERY = timedelta(hours=1)
TICKS = ("poll", "deliver", "reload", "gauges", "sweep")
RARE_TICKS = ("retention",)
"""Nothing waits for these."""


class App:
    """All parts, open; made by `open_app` alone."""

    def __init__(self, settings: Settings, parts: Parts, texts: dict[str, bytes], rulebook: Rulebook, memory: Memory) -> None:
        self.settings = settings
        self.parts = parts
        self.pipeline = Pipeline(parts, Active(rulebook, ChildExtractor(rulebook.vocabulary)))
        self.refused: InvalidFiles | ConfigurationError | None = None
        self._memory = memory
        self._versions = Versions(parts.database, texts, user_name(), memory)
        self._loading = threading.Lock()
        self.desk = Desk(parts.database, lambda: self.rulebook, self.reload, settings.rules_folder, self._drafted)

    @property
    def rulebook(self) -> Rulebook:
        """The rulebook in force."""
        return self.pipeline.active.rulebook

    def begin(self) -> None:
        """Put the rulebook in force and take back what a process that died here was holding."""
        database = self.parts.database
        if database.dialect == "sqlite":  # this process alone has the file, see `own`
            with database.begin() as connection:
                sources.release(connection, database.now(connection))
                deliveries.release(connection)
        self._use(self.pipeline.active)
        with self._loading:
            self._follow(lambda: self._versions.start(self.rulebook))

    def _drafted(self, texts: Texts) -> Rulebook:
        """What files would be, with what is remembered of those in force."""
        with self._loading:
            return parse_folder(texts, self._memory)

    def reload(self) -> bool:
        """Take the rules folder again if it changed, or the version that somebody switched to; True when there was one.

        What is refused leaves everything as it was.
        """
        with self._loading:
            return self._follow(lambda: self._versions.look(lambda: _read(self.settings)))

    def _follow(self, look: Callable[[], Rulebook | None]) -> bool:
        try:
            rulebook = look()
        except (InvalidFiles, ConfigurationError) as error:
            self._refuse(error)
            return False
        if rulebook is None:
            return False
        same_words = rulebook.vocabulary == self.rulebook.vocabulary
        extractor = self.pipeline.active.extractor if same_words else ChildExtractor(rulebook.vocabulary)
        before = self.pipeline.active
        self._use(Active(rulebook, extractor))
        if not same_words:
            before.extractor.close()
        self.refused = None
        log.info("rules changed: version %s with %d rules is in force", rulebook.version, len(rulebook.rules.rules))
        return True

    def _use(self, active: Active) -> None:
        self.pipeline.use(active)
        self.parts.metrics.rules_loaded(len(active.rulebook.rules.rules), active.rulebook.lexicon.types)

    def _refuse(self, error: InvalidFiles | ConfigurationError) -> None:
        if str(error) != str(self.refused):
            log.error("the changed rules were refused, the last good ones stay in force:\n%s", error)
            self.parts.metrics.reload_failed()
        self.refused = error

    def gauges(self) -> None:
        """Refresh what is measured rather than counted."""
        database = self.parts.database
        with database.read() as connection:
            oldest = deliveries.oldest_due(connection)
            age = (database.now(connection) - oldest).total_seconds() if oldest else 0.0
            self.parts.metrics.backlog(deliveries.counts(connection), age)

    def forget(self) -> dict[str, int]:
        """Delete what has been kept for long enough; how many of each kind went."""
        return forget(self.parts.database, self.settings.keep)

    def health(self) -> Health:
        """How each part is; not ready when a part that alerts depend on is not well."""
        parts = [self._database_health()]
        for tick in TICKS:
            age = self.parts.metrics.tick_age(tick)
            words = "" if age < STUCK_AFTER else f"{tick} has not ended well for {age:.0f} s"
            parts.append(Part(tick, not words, words))
        refused = f"the changed rules were refused, the last good ones stay in force: {self.refused}" if self.refused else ""
        parts.append(Part("rules", not refused, refused))
        reasons = tuple(part.words for part in parts if not part.well)
        return Health(all(part.well for part in parts if part.name != "rules"), reasons, tuple(parts))

    def _database_health(self) -> Part:
        try:
            with self.parts.database.read() as connection:
                deliveries.counts(connection)
        except TapewatchError as error:
            return Part("database", False, str(error))
        return Part("database", True)

    @contextmanager
    def ticking(self) -> Iterator[None]:
        """Run the ticks in the background; on leaving, stop them and let what is under way end."""
        tick = self.settings.tick
        jobs = {
            "poll": (self.pipeline.poll, tick),
            "deliver": (self.pipeline.deliver, min(tick, timedelta(milliseconds=500))),
            "reload": (self.reload, RELOAD_EVERY),
            "gauges": (self.gauges, GAUGES_EVERY),
            "sweep": (self.pipeline.sweep, SWEEP_EVERY),
            "retention": (self.forget, RETENTION_EVERY),
        }
        self.begin()
        scheduler = start(jobs, self.parts.metrics.ticked)
        try:
            yield
        finally:
            scheduler.shutdown(wait=True)
            self.pipeline.close()


@contextmanager
def open_app(environment: Environment, settings: Settings, secrets: Secrets) -> Iterator[App]:
    """Build all parts; raises the TapewatchError of the first that cannot be built."""
    memory = Memory()
    try:
        texts = _read(settings)
        rulebook = parse_folder(texts, memory)
    except InvalidFiles as error:
        raise for_the_shell(error, settings.rules_folder) from error
    guard = AddressGuard(settings.allow_networks)
    with ExitStack() as stack:
        database = stack.enter_context(_database(settings))
        secret = _secret(environment, secrets)
        metrics = Metrics(VERSION, _labels(rulebook))
        http = HttpClient(guard, f"Tapewatch/{VERSION}")
        stack.callback(http.close)
        parse = ParseContext(utc_now)
        stack.callback(parse.close)
        with database.begin() as connection:
            buttons = Links(settings.page, link_key(connection)).of
        notifiers = stack.enter_context(_notifiers(settings, http, lambda: nullcontext(database), buttons))
        limits = Limits(settings.lease, settings.fetchers, settings.fetches_per_host, settings.senders)
        retry = RetryPolicy(settings.retry_first, settings.retry_cap, settings.give_up_after, settings.retry_unknown)
        app = App(settings, Parts(database, http, parse, notifiers, metrics, secret, limits, retry), texts, rulebook, memory)
        stack.callback(lambda: app.pipeline.active.extractor.close())
        stack.callback(app.desk.close)
        if warning := expat_warning():
            log.info(warning)
        yield app


def _read(settings: Settings) -> dict[str, bytes]:
    """The rules folder; pages, messages and other processes know its files by these names."""
    return read_folder(settings.rules_folder, above(settings.rules_folder))


@contextmanager
def open_for_reading(settings: Settings) -> Iterator[Database]:
    """The database as it is, for a look beside a running process; refused when it is not there or of another version."""
    database = open_database(_existing(settings), utc_now)
    try:
        require_current(database)
        yield database
    finally:
        database.close()


@contextmanager
def open_notifiers(
    environment: Environment, settings: Settings, secrets: Secrets
) -> Iterator[tuple[Notifiers, Callable[[str], str | None]]]:
    """The notifiers alone, and where their secrets come from; only what goes to the inbox needs the database to be there."""
    guard = AddressGuard(settings.allow_networks)
    with ExitStack() as stack:
        http = HttpClient(guard, f"Tapewatch/{VERSION}")
        stack.callback(http.close)
        notifiers = stack.enter_context(_notifiers(settings, http, lambda: open_for_reading(settings)))
        yield notifiers, _secret(environment, secrets)


def _secret(environment: Environment, secrets: Secrets) -> Callable[[str], str | None]:
    """Look a secret up, and see to it that its value is never logged."""

    def look_up(name: str) -> str | None:
        value = environment.get(name)
        if value:
            secrets.add(value)
        return value

    return look_up


@contextmanager
def _notifiers(
    settings: Settings, http: HttpClient, database: Callable[[], AbstractContextManager[Database]], buttons: Buttons | None = None
) -> Iterator[Notifiers]:
    """`buttons` only where alerts are stored: a link to one that is not leads nowhere."""

    def to_inbox(delivery: Delivery, message: Rendered) -> None:
        with database() as opened, opened.begin() as connection:
            inbox.append(
                connection,
                key=delivery.key,
                subject=message.subject,
                text=message.text,
                alerts=[alert.id for alert in delivery.alerts],
                now=opened.now(connection),
            )

    notifiers = build_notifiers(
        NotifyContext(
            http=http,
            inbox=to_inbox,
            allow_networks=settings.allow_networks,
            base_url=settings.page,
            buttons=buttons,
            slack_every=settings.slack_every.total_seconds(),
            slack_webhook_base=settings.slack_webhook_base,
            slack_api_base=settings.slack_api_base,
        )
    )
    try:
        yield notifiers
    finally:
        notifiers.close()


def _labels(rulebook: Rulebook) -> Labels:
    return Labels(
        event_types=rulebook.lexicon.types,
        fetch_reasons=(*FETCH_REASONS, "parse"),
        delivery_reasons=REASONS,
        notifier_kinds=tuple(NOTIFIERS),
        ticks=(*TICKS, *RARE_TICKS),
    )


def _existing(settings: Settings) -> str:
    """The database URL; a SQLite file that is not there is not made by a look at it."""
    if settings.database.startswith("sqlite"):
        path = Path(make_url(settings.database).database or "")
        if not path.is_file():
            raise StorageError(f"{path}: there is no such database yet; `tapewatch run` makes it, or set TAPEWATCH_DATA_DIR")
    return settings.database


@contextmanager
def _database(settings: Settings) -> Iterator[Database]:
    """The database, upgraded; a SQLite file belongs to one running process."""
    with ExitStack() as stack:
        url = make_url(settings.database) if settings.database.startswith("sqlite") else None
        if url and url.database:
            path = Path(url.database)
            _make_folder(path.parent)
            stack.enter_context(own(path))
        database = open_database(settings.database, utc_now)
        stack.callback(database.close)
        upgrade(database)
        yield database


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        cure = "set TAPEWATCH_DATA_DIR to a folder that can be written"
        raise StorageError(f"{folder}: cannot be made: {error.strerror}; {cure}") from error
