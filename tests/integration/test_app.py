"""The line as one process runs it, built by the composition root: real databases, real servers, ticks called by hand."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from threading import Event

import pytest
from sqlalchemy import text

from service.app import App, open_app, open_for_reading
from service.cli.run import web_context
from service.config import Environment, Settings
from service.errors import ConfigurationError, InvalidFiles, StorageError
from service.logs import Secrets
from service.model.delivery import DeliveryState
from service.model.item import Item
from service.ruleversions import HELD
from service.storage import alerts, decisions, deliveries, inbox, items, sources
from service.web import create_app
from tests.support import web
from tests.support.alerts import NOW
from tests.support.claims import claim_due
from tests.support.folder import INBOX_ROUTES, RULES, rss, write_rules
from tests.support.http_server import Exchange, Reply, serve
from tests.support.process import wait_until

SLACK_ROUTES = """\
route: {receiver: desk, group_by: ["..."]}
receivers:
  - name: desk
    targets: ["slack://${DESK_TOKENS}"]
"""
TOKENS = "T00000000/B00000000/000000000000000000000000"
TEXT = "Lumentum hit limit-up on Monday."


@contextmanager
def opened(folder: Path, url: str, port: int = 1, **changes: object) -> Iterator[App]:
    """An app on `folder`/rules that may connect to one loopback port."""
    settings = Settings(
        rules_dir=folder / "rules",
        data_dir=folder,
        database_url=url,
        allow_networks=(f"127.0.0.1/32:{port}",),
        slack_webhook_base=f"http://127.0.0.1:{port}/services",
        retry_first=timedelta(milliseconds=1),
        slack_every=timedelta(milliseconds=1),
    ).model_copy(update=changes)
    with open_app(Environment({"DESK_TOKENS": TOKENS}), settings, Secrets()) as app:
        app.begin()
        with ExitStack() as stack:
            stack.callback(app.pipeline.close)
            yield app


def item(guid: str = "1", text: str = TEXT, **changes: object) -> Item:
    return Item(source="push", guid=guid, title="", text=text, published=NOW, **changes)  # type: ignore[arg-type]


def deliver(app: App) -> None:
    """Tick until nothing is due any more."""

    def settled() -> bool:
        app.pipeline.deliver()
        with app.parts.database.read() as connection:
            counts = deliveries.counts(connection)
        return not counts[DeliveryState.PENDING] + counts[DeliveryState.SENDING] + counts[DeliveryState.RETRYABLE]

    wait_until(settled, 30)


def fetched(app: App, source: str, expected: Callable[[sources.SourceStatus], bool]) -> sources.SourceStatus:
    """Tick until the source is as expected."""

    def status() -> sources.SourceStatus:
        with app.parts.database.read() as connection:
            return next(one for one in sources.overview(connection) if one.id == source)

    def arrived() -> bool:
        app.pipeline.poll()
        return expected(status())

    wait_until(arrived, 30, lambda: str(status()))
    return status()


def test_what_is_pushed_is_no_longer_than_what_is_fetched(tmp_path: Path, database_url: str) -> None:
    write_rules(tmp_path)
    with opened(tmp_path, database_url) as app:
        long = replace(item(text=TEXT + " and so on" * 20_000), title="t" * 5_000, publisher="p" * 5_000)
        assert app.pipeline.push("push", [long]) == 1
        with app.parts.database.read() as connection:
            (stored,) = items.recent(connection, limit=10)
    assert (len(stored.item.title), len(stored.item.text), len(stored.item.publisher)) == (1_000, 65_536, 320)


@pytest.mark.parametrize("guid", ["a\0b", "n" * 2_000, "\ud800x"])
def test_a_name_that_is_stored_in_another_form_is_one_item(tmp_path: Path, database_url: str, guid: str) -> None:
    write_rules(tmp_path)
    with opened(tmp_path, database_url) as app:
        assert [app.pipeline.push("push", [item(guid=guid)]) for _ in range(2)] == [1, 0]
        with app.parts.database.read() as connection:
            (told,) = alerts.page(connection, limit=10)
    assert told.alert.title == "Lumentum hits limit-up"


def test_an_item_becomes_one_alert_with_its_reason(tmp_path: Path, database_url: str) -> None:
    write_rules(tmp_path)
    with opened(tmp_path, database_url) as app:
        assert app.pipeline.push("push", [item(), item(guid="2", text="Nothing happened.")]) == 2
        deliver(app)
        with app.parts.database.read() as connection:
            (told,) = alerts.page(connection, limit=10)
            assert told.alert.title == "Lumentum hits limit-up"
            assert told.alert.rule_place == "rules/alerts/desk.yaml:2:9", "the machine is not named"
            assert [mark.of(told.alert.excerpt) for mark in told.alert.marks]
            (decision,) = decisions.of_item(connection, told.item_id)
            assert (decision.outcome, decision.alert_id) == ("alerted", told.alert.id)
            (message,) = inbox.latest(connection, 10)
            assert "Lumentum" in message.subject


def test_the_same_item_is_seen_and_the_same_event_is_a_repeat(tmp_path: Path, database_url: str) -> None:
    write_rules(tmp_path)
    with opened(tmp_path, database_url) as app:
        app.pipeline.push("push", [item()])
        assert app.pipeline.push("push", [item()]) == 0, "known guid"
        assert app.pipeline.push("push", [item(guid="other")]) == 0, "known words under a new guid"
        assert app.pipeline.push("push", [item(guid="2", text="Just in: Lumentum hit limit-up today!")]) == 1
        with app.parts.database.read() as connection:
            assert alerts.count(connection) == 1
            found = items.find(connection, "2")
            assert found is not None
            (decision,) = decisions.of_item(connection, found.id)
        assert decision.outcome == "suppressed"
        assert "a repeat of alert" in decision.reason


def test_two_items_of_one_push_that_say_the_same_alert_once(tmp_path: Path, sqlite_url: str) -> None:
    write_rules(tmp_path)
    with opened(tmp_path, sqlite_url) as app:
        app.pipeline.push("push", [item(), item(guid="2", text="Today Lumentum hit limit-up again and again.")])
        with app.parts.database.read() as connection:
            assert alerts.count(connection) == 1


def test_a_feed_that_is_added_is_history_and_what_comes_after_is_news(tmp_path: Path, database_url: str) -> None:
    old = [(f"old-{number}", f"Company{number} Inc", f"Company{number} Inc hit limit-up") for number in range(50)]
    with serve() as server:
        url = server.feed("/feed", rss(*old))
        write_rules(tmp_path, sources=f"sources: [{{id: wire, kind: feed, url: '{url}', interval: 100ms}}]\n")
        with opened(tmp_path, database_url, server.server_port) as app:
            status = fetched(app, "wire", lambda one: one.state.baselined)
            assert status.last_new_items == 50
            server.feed("/feed", rss(*old, ("new", "Lumentum", TEXT)))
            fetched(app, "wire", lambda one: one.last_new_items == 1)
            with app.parts.database.read() as connection:
                (told,) = alerts.page(connection, limit=10)
                assert told.alert.subject == "Lumentum"
                history = items.find(connection, "old-7")
                assert history is not None
                assert history.disposition == "baseline"
                (decision,) = decisions.of_item(connection, history.id)
                assert "history, not news" in decision.reason


def test_a_failing_feed_is_left_alone_longer_each_time_and_delays_nobody(tmp_path: Path, database_url: str) -> None:
    with serve() as server:
        server.on("/bad", status=500)
        server.on("/page", body="<html><body>Sorry</body></html>", headers={"Content-Type": "text/html"})
        good = server.feed("/good", rss(("1", "Lumentum", TEXT)))
        entries = [("bad", server.url("/bad")), ("page", server.url("/page")), ("good", good)]
        entry = "  - {{id: {}, kind: feed, url: '{}', interval: 100ms, baseline: false}}\n"
        lines = "".join(entry.format(name, url) for name, url in entries)
        write_rules(tmp_path, sources=f"sources:\n{lines}")
        with opened(tmp_path, database_url, server.server_port, fetches_per_host=8) as app:
            fetched(app, "good", lambda one: one.last_success_at is not None)
            failing = fetched(app, "bad", lambda one: one.state.failures >= 2)
            assert failing.last_reason == "server_error" or failing.last_error
            page = fetched(app, "page", lambda one: one.state.failures >= 1)
            assert "not a feed" in page.last_error
            text = app.parts.metrics.text().decode()
            assert 'tapewatch_fetches_total{reason="parse",result="failed"}' in text
            with app.parts.database.read() as connection:
                assert alerts.count(connection) == 1


def test_a_failed_delivery_is_tried_again_and_arrives_once(tmp_path: Path, database_url: str) -> None:
    write_rules(tmp_path, routes=SLACK_ROUTES)
    with serve() as server:
        server.on(f"/services/{TOKENS}", Reply(500), Reply(503), Reply(200, "ok"))
        with opened(tmp_path, database_url, server.server_port) as app:
            app.pipeline.push("push", [item()])
            deliver(app)
            keys = {request.headers["idempotency-key"] for request in server.requests}
            assert (len(server.requests), len(keys)) == (3, 1)
            with app.parts.database.read() as connection:
                (told,) = alerts.page(connection, limit=1)
                (delivery,) = deliveries.of_alert(connection, told.alert.id)
            assert (delivery.state, delivery.attempts) == (DeliveryState.SENT, 3)
            assert delivery.target == "slack://${DESK_TOKENS}", "no secret is stored"


@pytest.mark.parametrize("reply", [Reply(404, "no_service"), Reply(400, "invalid_payload")])
def test_what_is_given_up_goes_to_the_inbox(tmp_path: Path, database_url: str, reply: Reply) -> None:
    write_rules(tmp_path, routes=SLACK_ROUTES)
    with serve() as server:
        server.on(f"/services/{TOKENS}", reply)
        with opened(tmp_path, database_url, server.server_port) as app:
            app.pipeline.push("push", [item()])
            deliver(app)
            assert len(server.requests) == 1
            with app.parts.database.read() as connection:
                (told,) = alerts.page(connection, limit=1)
                slack, notice = deliveries.of_alert(connection, told.alert.id)
                assert (slack.state, slack.receiver) == (DeliveryState.DISCARDED, "desk")
                assert (notice.state, notice.receiver) == (DeliveryState.SENT, "undelivered: desk")
                assert len(inbox.latest(connection, 10)) == 1


def test_a_delivery_that_is_too_old_is_given_up(tmp_path: Path, sqlite_url: str) -> None:
    write_rules(tmp_path, routes=SLACK_ROUTES)
    with serve() as server:
        server.on(f"/services/{TOKENS}", status=500)
        with opened(tmp_path, sqlite_url, server.server_port, give_up_after=timedelta(seconds=3)) as app:
            app.pipeline.push("push", [item()])
            deliver(app)
            with app.parts.database.read() as connection:
                (told,) = alerts.page(connection, limit=1)
                slack = deliveries.of_alert(connection, told.alert.id)[0]
            assert slack.state is DeliveryState.DISCARDED
            assert slack.attempts >= 2


def test_a_target_that_asks_for_time_gets_it_and_others_go_on(tmp_path: Path, sqlite_url: str) -> None:
    routes = SLACK_ROUTES.replace('"slack://${DESK_TOKENS}"', '"slack://${DESK_TOKENS}", "inbox://"')
    write_rules(tmp_path, routes=routes)
    with serve() as server:
        server.on(f"/services/{TOKENS}", status=429, headers={"Retry-After": "300"})
        with opened(tmp_path, sqlite_url, server.server_port) as app:
            app.pipeline.push("push", [item(), item(guid="2", text="Tencent hit limit-up.")])

            def told() -> bool:
                app.pipeline.deliver()
                with app.parts.database.read() as connection:
                    return len(inbox.latest(connection, 10)) == 2

            wait_until(told, 30)
            for _ in range(3):
                app.pipeline.deliver()
            with app.parts.database.read() as connection:
                counts = deliveries.counts(connection)
            assert len(server.requests) == 1, "the second alert does not run into the same wall"
            assert (counts[DeliveryState.SENT], counts[DeliveryState.DISCARDED]) == (2, 0)


def test_a_missing_secret_keeps_the_alert_and_says_its_name(tmp_path: Path, sqlite_url: str) -> None:
    write_rules(tmp_path, routes=SLACK_ROUTES.replace("DESK_TOKENS", "NOT_SET"))
    with opened(tmp_path, sqlite_url) as app:
        app.pipeline.push("push", [item()])

        def tried() -> bool:
            app.pipeline.deliver()
            with app.parts.database.read() as connection:
                (told,) = alerts.page(connection, limit=1)
                (delivery,) = deliveries.of_alert(connection, told.alert.id)
            return delivery.state is DeliveryState.RETRYABLE and "NOT_SET" in delivery.last_detail

        wait_until(tried, 20)


def test_a_group_waits_and_travels_together(tmp_path: Path, database_url: str) -> None:
    route = "{receiver: inbox, group_by: [rule], group_wait: 400ms}"
    write_rules(tmp_path, routes=INBOX_ROUTES.replace("{receiver: inbox}", route))
    with opened(tmp_path, database_url) as app:
        app.pipeline.push("push", [item()])
        app.pipeline.deliver()
        app.pipeline.push("push", [item(guid="2", text="Tencent hit limit-up.")])
        deliver(app)
        with app.parts.database.read() as connection:
            (message,) = inbox.latest(connection, 10)
        assert "Lumentum" in message.text
        assert "Tencent" in message.text


def test_changed_rules_take_effect_and_broken_ones_do_not(tmp_path: Path, sqlite_url: str) -> None:
    rules = write_rules(tmp_path)
    with opened(tmp_path, sqlite_url) as app:
        assert not app.reload(), "nothing changed"
        (rules / "alerts" / "desk.yaml").write_text(RULES.replace("hits limit-up", "is limit up!"))
        assert app.reload()
        good = app.rulebook
        (rules / "alerts" / "desk.yaml").write_text(RULES.replace("event: limit_up", "evnt: limit_up"))
        assert not app.reload()
        assert app.rulebook is good
        assert app.refused is not None
        assert "desk.yaml:5:" in str(app.refused)
        assert any("desk.yaml:5:" in reason for reason in app.health().reasons)
        app.pipeline.push("push", [item()])
        with app.parts.database.read() as connection:
            assert alerts.page(connection, limit=1)[0].alert.title == "Lumentum is limit up!"
        (rules / "alerts" / "desk.yaml").write_text(RULES)
        assert app.reload()
        assert app.refused is None


def test_half_written_files_never_take_effect(tmp_path: Path, sqlite_url: str) -> None:
    """A file cut off at a thousand points, and another one begun in its place: the rules stay, and the place is named."""
    second = RULES.removeprefix("rules:\n").replace("id: limit-up", "id: second")
    whole = (RULES + second).encode()
    other = ("# The same in another order.\nrules:\n" + second + RULES.removeprefix("rules:\n")).encode()
    desk = write_rules(tmp_path, rules=whole.decode()) / "alerts" / "desk.yaml"
    choose = Random(7)
    with opened(tmp_path, sqlite_url) as app:
        good = app.rulebook
        for number in range(1000):
            text = other if number % 2 else whole
            cut = choose.randrange(len(text))
            if number % 2 and text[:cut].endswith(b"\n"):
                cut += 1  # which file was begun cannot be seen, so whole lines of another one are a change
            desk.write_bytes(text[:cut])
            assert not app.reload()
            assert app.rulebook is good
            assert app.refused is not None
            assert re.search(r"alerts/desk\.yaml:\d+:\d+: ", str(app.refused)), app.refused
        desk.write_bytes(other)
        assert app.reload()
        assert [rule.id for rule in app.rulebook.rules.rules] == ["second", "limit-up"]
        assert app.refused is None


def test_a_file_that_stays_short_is_believed(tmp_path: Path, sqlite_url: str) -> None:
    second = RULES.removeprefix("rules:\n").replace("id: limit-up", "id: second")
    desk = write_rules(tmp_path, rules=RULES + second) / "alerts" / "desk.yaml"
    with opened(tmp_path, sqlite_url) as app:
        desk.write_text(RULES)
        assert [app.reload() for _ in range(HELD + 1)] == [False] * HELD + [True]
        assert [rule.id for rule in app.rulebook.rules.rules] == ["limit-up"]
        assert app.refused is None
        desk.write_text(RULES.rstrip())
        assert not app.reload()
        assert "desk.yaml:9:34: this file seems to be half written" in str(app.refused)
        desk.write_text(RULES)
        assert app.reload()
        assert app.refused is None, "it is as it was"


def test_a_vocabulary_of_ones_own_is_understood_after_a_reload(tmp_path: Path, sqlite_url: str) -> None:
    rules = write_rules(tmp_path)
    with opened(tmp_path, sqlite_url) as app:
        before = app.pipeline.active.extractor
        (rules / "entities").mkdir()
        (rules / "entities" / "mine.yaml").write_text(
            "groups:\n  - kind: stock\n    entities:\n      - {id: ZZZ.US, en: [Zebra Zenith], tags: [mine]}\n"
        )
        assert app.reload(), app.refused
        assert app.pipeline.active.extractor is not before
        app.pipeline.push("push", [item(text="Zebra Zenith hit limit-up.")])
        with app.parts.database.read() as connection:
            assert alerts.page(connection, limit=1)[0].alert.entity == "ZZZ.US"


def test_what_cannot_run_is_refused_with_place_and_cure(tmp_path: Path) -> None:
    folder = write_rules(tmp_path)
    with pytest.raises(ConfigurationError, match="no such rules folder"), opened(tmp_path / "missing", ""):
        pass
    (folder / "routes.yaml").unlink()
    with pytest.raises(InvalidFiles, match=r"routes\.yaml: this file is missing"), opened(tmp_path, ""):
        pass


def test_one_sqlite_file_belongs_to_one_process(tmp_path: Path) -> None:
    write_rules(tmp_path)
    with opened(tmp_path, "") as app:
        assert app.parts.database.dialect == "sqlite"
        with pytest.raises(StorageError, match="in use by a running Tapewatch"), opened(tmp_path, ""):
            pass
        with open_for_reading(app.settings) as database, database.read() as connection:
            assert alerts.count(connection) == 0


def test_a_look_does_not_make_a_database(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="no such database yet"), open_for_reading(Settings(data_dir=tmp_path)):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_process_that_died_is_taken_over_at_once(tmp_path: Path) -> None:
    write_rules(tmp_path, routes=SLACK_ROUTES)
    with serve() as server:
        server.on(f"/services/{TOKENS}", body="ok")
        with opened(tmp_path, "", server.server_port) as app:
            app.pipeline.push("push", [item()])
            with app.parts.database.begin() as connection:
                (held,) = claim_due(connection, limit=1, lease=timedelta(hours=1))
        with opened(tmp_path, "", server.server_port) as app:
            deliver(app)
            (request,) = server.requests
            assert request.headers["idempotency-key"] == held.key


def test_an_item_that_cannot_be_understood_is_kept_without_events(tmp_path: Path, sqlite_url: str) -> None:
    write_rules(tmp_path)
    with opened(tmp_path, sqlite_url) as app:
        app.pipeline.push("push", [item(text="\ud800 Lumentum hit limit-up \x00"), item(guid="2", text="好" * 200_000)])
        with app.parts.database.read() as connection:
            assert len(items.recent(connection, 10)) == 2


def test_an_unchanged_feed_costs_no_parsing_and_keeps_its_warnings(tmp_path: Path, database_url: str) -> None:
    with serve() as server:
        url = server.feed("/feed", rss(("1", "Lumentum", TEXT)))
        write_rules(tmp_path, sources=f"sources: [{{id: wire, kind: feed, url: '{url}', interval: 100ms, baseline: false}}]\n")
        with opened(tmp_path, database_url, server.server_port) as app:
            first = fetched(app, "wire", lambda one: one.last_success_at is not None)
            fetched(app, "wire", lambda one: one.last_success_at != first.last_success_at)
            assert server.requests[1].headers["if-none-match"]
            assert 'tapewatch_fetches_total{reason="none",result="not_modified"}' in app.parts.metrics.text().decode()
            with app.parts.database.read() as connection:
                assert len(items.recent(connection, 10)) == 1


def test_a_fetch_that_outlives_its_lease_writes_nothing(tmp_path: Path, database_url: str) -> None:
    released = Event()
    body = rss(("1", "Lumentum", TEXT))

    def slowly(exchange: Exchange) -> None:
        released.wait(20)
        exchange.send(Reply(200, body, {"Content-Type": "application/rss+xml"}))

    with serve() as server:
        url = server.answer("/feed", slowly)
        write_rules(tmp_path, sources=f"sources: [{{id: wire, kind: feed, url: '{url}', interval: 1h, baseline: false}}]\n")
        with opened(tmp_path, database_url, server.server_port, lease=timedelta(milliseconds=50)) as app:
            assert app.pipeline.poll() == 1
            server.wait_for(1)
            taken: list[sources.Claim] = []

            def taken_over() -> bool:
                with app.parts.database.begin() as connection:
                    taken.extend(sources.claim_due(connection, limit=1, per_host=8, lease=timedelta(hours=1)))
                return bool(taken)

            wait_until(taken_over, 10)
            released.set()
            app.pipeline.close()
            with app.parts.database.read() as connection:
                assert items.recent(connection, 10) == []
                assert alerts.count(connection) == 0


def test_a_source_that_was_taken_out_is_not_fetched(tmp_path: Path, sqlite_url: str) -> None:
    with serve() as server:
        url = server.feed("/feed", rss())
        rules = write_rules(tmp_path, sources=f"sources: [{{id: wire, kind: feed, url: '{url}'}}]\n")
        with opened(tmp_path, sqlite_url, server.server_port) as app:
            (rules / "sources.yaml").write_text("sources: []\n")
            assert app.reload()
            assert app.pipeline.poll() == 0
            assert server.requests == []


def test_a_fault_of_our_own_costs_that_delivery_alone(tmp_path: Path, sqlite_url: str) -> None:
    write_rules(tmp_path)
    with opened(tmp_path, sqlite_url) as app:
        app.pipeline.push("push", [item()])
        with app.parts.database.begin() as connection:
            connection.execute(text("DROP TABLE inbox"))

        def tried() -> bool:
            app.pipeline.deliver()
            with app.parts.database.read() as connection:
                (told,) = alerts.page(connection, limit=1)
                (delivery,) = deliveries.of_alert(connection, told.alert.id)
            return delivery.attempts >= 2 and delivery.last_reason == "other"

        wait_until(tried, 20)
        assert app.health().ready


def test_health_names_what_is_stuck(tmp_path: Path, sqlite_url: str) -> None:
    write_rules(tmp_path)
    with opened(tmp_path, sqlite_url) as app:
        app.gauges()
        assert app.health().ready
        assert "tapewatch_deliveries_waiting" in app.parts.metrics.text().decode()
        app.parts.database.close()
        (tmp_path / "tapewatch.db").write_bytes(b"not a database any more")
        health = app.health()
        assert not health.ready
        assert "tapewatch.db" in health.reasons[0]


def test_what_is_old_is_deleted_while_it_runs(tmp_path: Path, sqlite_url: str) -> None:
    write_rules(tmp_path)
    with opened(tmp_path, sqlite_url) as app:
        with app.parts.database.begin() as connection:
            for number, days in enumerate((399, 401)):
                at = app.parts.database.now(connection) - timedelta(days=days)
                inbox.append(connection, key=str(number), subject="s", text="t", alerts=[], now=at)
        assert app.forget() == {"inbox": 1, "deliveries": 0, "alerts": 0, "silences": 0, "items": 0}
        assert app.health().ready


def test_the_page_answers_to_the_name_that_links_in_messages_have(tmp_path: Path, sqlite_url: str) -> None:
    write_rules(tmp_path)
    with (
        opened(tmp_path, sqlite_url, base_url="https://Watch.example.com/") as app,
        web.serve(create_app(web_context(app, lambda: False))) as site,
    ):
        names = ("watch.example.com", "127.0.0.1", "evil.example")
        answers = {name: site.ask("/healthz", headers={"Host": name}).status for name in names}
    assert answers == {"watch.example.com": 200, "127.0.0.1": 200, "evil.example": 400}
