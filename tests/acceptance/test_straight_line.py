"""The product as a process: the seed article as a feed item, e-mails at an SMTP server, messages at a Slack-shaped one, SIGKILL.

Every test runs on SQLite and on PostgreSQL. The sinks keep a ledger: what was received, under which key, how often.
"""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from service.clock import utc_now
from service.model.delivery import DeliveryState
from service.naming import SHIPPED
from service.sources import seed
from service.storage import alerts, deliveries
from service.storage.database import open_database
from tests.support.folder import rss, write_rules
from tests.support.http_server import HttpServer, Reply, serve
from tests.support.process import Service, running, tapewatch, wait_until
from tests.support.smtp_sink import HANG, SmtpSink, smtp_sink

TOKENS = "T00000000/B00000000/000000000000000000000000"
SLACK_PATH = f"/services/{TOKENS}"

EXPECTED = Counter(
    {
        ("index-high", "Tongdaxin CPO Index"): 1,
        ("stock-high", "Yangtze Optical Fibre and Cable (长飞光纤)"): 1,
        ("limit-up", "Yangtze Optical Fibre and Cable (长飞光纤)"): 1,
        ("limit-up", "Shenzhen Tellus (特发信息)"): 1,
        ("limit-up", "Hengtong Optic-Electric (亨通光电)"): 1,
        ("big-move", "Changxin Borui (长芯博创)"): 1,
        ("big-move", "Zhishang Technology (致尚科技)"): 1,
        ("big-move", "Lumentum"): 1,
        ("ipo-planned", "Moore Threads (摩尔线程)"): 1,
        ("ipo-planned", "Muxi (沐曦股份)"): 1,
        ("ipo-planned", "Zhipu (智谱)"): 1,
        ("ipo-planned", "Minimax"): 1,
    }
)
"""What a careful reader of the seed article wants to be told by the shipped rules."""


MOVING = (DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.RETRYABLE)


@dataclass
class Desk:
    """A folder with the shipped alert rules, a feed, and two receivers that keep what they get."""

    folder: Path
    env: dict[str, str]
    web: HttpServer
    mail: SmtpSink

    def publish(self, *items: tuple[str, str, str]) -> None:
        self.web.feed("/feed", rss(*items))

    def article(self) -> tuple[str, str, str]:
        folder = Path(seed.__file__).parent
        title = re.search(r"(?m)^title: (.*)$", (folder / seed.ARTICLE).read_text("utf-8"))
        body = (folder / seed.ARTICLE).read_text("utf-8").split("\n---\n", 1)[1]
        assert title
        return ("article", title[1], seed.article_text(body))

    def mailed(self) -> Counter[str]:
        """How often each Message-ID arrived."""
        return Counter(str(mail.message["Message-ID"]) for mail in self.mail.messages)

    def slacked(self) -> Counter[str]:
        """How often each Idempotency-Key arrived."""
        return Counter(request.headers["idempotency-key"] for request in self.web.to(SLACK_PATH))

    def settle(self, service: Service, expected: int) -> None:
        """Wait until that many alerts are told and nothing is on its way."""
        database = open_database(self.env["TAPEWATCH_DATABASE_URL"], utc_now)

        def state() -> tuple[int, dict[DeliveryState, int]]:
            with database.read() as connection:
                return alerts.count(connection), deliveries.counts(connection)

        def settled() -> bool:
            count, states = state()
            return count == expected and not any(states[moving] for moving in MOVING)

        try:
            wait_until(settled, 60, lambda: f"{state()}\n{service.log}")
        finally:
            database.close()

    def polled_again(self, service: Service, times: int = 2) -> None:
        """Wait until the feed was asked for that many times more."""
        before = len(self.web.to("/feed"))
        self.web.wait_for(before + times, "/feed", within=30)


@pytest.fixture
def desk(tmp_path: Path, empty_database_url: str) -> Iterator[Desk]:
    with ExitStack() as stack:
        web = stack.enter_context(serve())
        mail = stack.enter_context(smtp_sink())
        web.on(SLACK_PATH, body="ok")
        url = web.feed("/feed", rss())
        routes = (
            'route: {receiver: desk, group_by: ["..."]}\n'
            f'receivers:\n  - name: desk\n    targets: ["{mail.url("desk@example.com")}", "slack://${{DESK_TOKENS}}"]\n'
        )
        sources = f"sources: [{{id: wire, kind: feed, url: '{url}', interval: 500ms, language: en}}]\n"
        place = write_rules(tmp_path, routes=routes, sources=sources)
        (place / "alerts" / "desk.yaml").unlink()
        for path in (SHIPPED / "alerts").glob("*.yaml"):
            (place / "alerts" / path.name).write_bytes(path.read_bytes())
        env = {
            "TAPEWATCH_DATABASE_URL": empty_database_url,
            "TAPEWATCH_ALLOW_NETWORKS": f"127.0.0.1/32:{web.server_port},127.0.0.1/32:{mail.port}",
            "TAPEWATCH_SLACK_WEBHOOK_BASE": web.url("/services"),
            "TAPEWATCH_TICK": "200ms",
            "TAPEWATCH_LEASE": "8s",
            "TAPEWATCH_RETRY_FIRST": "200ms",
            "TAPEWATCH_RETRY_UNKNOWN": "200ms",
            "TAPEWATCH_SLACK_EVERY": "10ms",
            "DESK_TOKENS": TOKENS,
        }
        yield Desk(tmp_path, env, web, mail)


def told(desk: Desk) -> Counter[tuple[str, str]]:
    """Which rule told of whom, by e-mail: the subject line names the subject, the text the rule."""
    return Counter(
        (rule, subject)
        for mail in desk.mail.messages
        for rule, subject in EXPECTED
        if f"] {subject} " in f"{mail.message['Subject']} " and f"rule {rule} " in mail.body("plain")
    )


def test_the_article_arrives_once_by_mail_and_once_in_slack(desk: Desk) -> None:
    with running(desk.folder, desk.env) as service:
        desk.polled_again(service)
        desk.publish(desk.article())
        desk.settle(service, sum(EXPECTED.values()))
        assert set(desk.mailed().values()) == {1}
        assert set(desk.slacked().values()) == {1}
        assert len(desk.mailed()) == len(desk.slacked()) == sum(EXPECTED.values())
        assert told(desk) == EXPECTED

        desk.polled_again(service)
        desk.publish(desk.article(), ("filler", "Quiet day", "Nothing happened."))
        desk.polled_again(service)
        assert service.stop() == 0
    with running(desk.folder, desk.env) as service:
        desk.polled_again(service)
        desk.settle(service, sum(EXPECTED.values()))
        assert len(desk.mail.messages) == sum(EXPECTED.values()), "neither a new run nor the same feed alerts again"
        assert len(desk.web.to(SLACK_PATH)) == sum(EXPECTED.values())
        done = tapewatch("status", cwd=desk.folder, env=desk.env)
        assert done.returncode == 0, done.stderr
        assert "12 alerts; deliveries: 24 sent" in done.stdout
        status, page = service.get("/")
        assert status == 200
        assert "长飞光纤" in page


def test_a_feed_that_is_added_with_old_items_alerts_nothing_old_and_explain_says_why(desk: Desk) -> None:
    old = [(f"old-{number}", f"Company{number} Inc surges", f"Company{number} Inc hit limit-up today.") for number in range(50)]
    desk.publish(*old)
    with running(desk.folder, desk.env) as service:
        desk.polled_again(service)
        desk.publish(*old, ("new", "Tencent surges", "Tencent surged 15% on Monday."))
        desk.settle(service, 1)
        assert len(desk.mail.wait_for(1)) == 1
        done = tapewatch("explain", "old-7", cwd=desk.folder, env=desk.env)
        assert done.returncode == 0, done.stderr
        assert "history: it was there when its source was fetched for the first time" in done.stdout
        assert "limit_up" in done.stdout


@pytest.mark.parametrize("moment", ["between claim and send", "between send and record"])
def test_a_kill_loses_nothing_and_repeats_at_most_what_was_in_flight(desk: Desk, moment: str) -> None:
    total = sum(EXPECTED.values())
    with running(desk.folder, desk.env) as service:
        desk.polled_again(service)
        if moment == "between claim and send":
            desk.mail.on("MAIL", HANG)
            desk.publish(desk.article())
            wait_until(lambda: desk.mail.count("MAIL") == 1, 30, lambda: service.log)
            assert not desk.mail.messages
        else:
            desk.mail.on("DOT", HANG)
            desk.publish(desk.article())
            desk.mail.wait_for(1, within=30)
        service.kill()
    in_flight = set(desk.mailed())
    desk.mail.calm()
    with running(desk.folder, desk.env) as service:
        desk.settle(service, total)
    assert len(desk.mailed()) == total, "nothing is lost"
    repeated = {key for key, times in desk.mailed().items() if times > 1}
    assert repeated == in_flight, "what is repeated is what was in flight, under the same Message-ID"
    assert max(desk.mailed().values()) <= 2
    assert len(desk.slacked()) == total
    assert sum(desk.slacked().values()) <= total + 1
    assert told(desk).keys() == EXPECTED.keys()


def test_a_kill_while_slack_holds_its_answer_repeats_that_message_under_its_key(desk: Desk) -> None:
    total = sum(EXPECTED.values())
    desk.web.hang(SLACK_PATH)
    with running(desk.folder, desk.env) as service:
        desk.polled_again(service)
        desk.publish(desk.article())
        desk.web.wait_for(1, SLACK_PATH, within=30)
        service.kill()
    in_flight = set(desk.slacked())
    desk.web.on(SLACK_PATH, Reply(body="ok"))
    with running(desk.folder, desk.env) as service:
        desk.settle(service, total)
    assert len(desk.slacked()) == total
    assert {key for key, times in desk.slacked().items() if times > 1} == in_flight
    assert set(desk.mailed().values()) <= {1, 2}
    assert len(desk.mailed()) == total


def test_a_polite_end_repeats_nothing(desk: Desk) -> None:
    with running(desk.folder, desk.env) as service:
        desk.polled_again(service)
        desk.publish(desk.article())
        desk.mail.wait_for(3, within=30)
        assert service.stop() == 0
    with running(desk.folder, desk.env) as service:
        desk.settle(service, sum(EXPECTED.values()))
    assert set(desk.mailed().values()) == {1}
    assert set(desk.slacked().values()) == {1}
    assert len(desk.mailed()) == sum(EXPECTED.values())


def test_two_processes_over_one_postgresql_alert_once(desk: Desk) -> None:
    if not desk.env["TAPEWATCH_DATABASE_URL"].startswith("postgresql"):
        with running(desk.folder, desk.env):
            second = tapewatch("run", "--port", "0", cwd=desk.folder, env=desk.env)
        assert second.returncode == 1
        assert "in use by a running Tapewatch" in second.stderr
        return
    with running(desk.folder, desk.env) as first, running(desk.folder, desk.env) as second_service:
        desk.polled_again(first, 3)
        desk.publish(desk.article())
        desk.settle(second_service, sum(EXPECTED.values()))
    assert set(desk.mailed().values()) == {1}
    assert set(desk.slacked().values()) == {1}
    assert len(desk.mailed()) == sum(EXPECTED.values())
