"""Faults of delivery, each under the number it has in the fault table, on both databases, with real servers.

What waits for minutes is not waited for: the time that was written is read, then made to come.
"""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import update

from service.alerting.backoff import MAX_FAULTS, RetryPolicy
from service.clock import utc_now
from service.model.delivery import Delivery, DeliveryState
from service.notify import NotifyContext, Rendered, posting, smtp
from service.notify.slack import SlackNotifier
from service.pipeline.parts import Limits
from service.storage import targets
from service.storage.database import Database
from service.storage.tables import ALERTS
from tests.integration.test_app import item, opened
from tests.support.folder import write_rules
from tests.support.http_server import Exchange, HttpServer, Reply, serve
from tests.support.outbox import (
    SECRETS,
    counts,
    finish,
    make_due,
    messages,
    outbox,
    queue,
    settle,
    status,
    tick,
    tries,
)
from tests.support.process import wait_until
from tests.support.smtp_sink import DROP, HANG, SmtpSink, smtp_sink

QUICK = RetryPolicy(first=timedelta(milliseconds=1), unknown=timedelta(milliseconds=1))
HOOK_PATH = f"/services/T0AAAAAAA/B0BBBBBBB/{SECRETS['TOKEN']}"
SLACK = "slack://T0AAAAAAA/B0BBBBBBB/${TOKEN}"


@pytest.fixture
def server() -> Iterator[HttpServer]:
    with serve() as server:
        yield server


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    with smtp_sink() as sink:
        yield sink


def webhook(server: HttpServer, path: str = "/hook") -> str:
    return f"webhook+http://${{SECRET}}@127.0.0.1:{server.server_port}{path}"


def waits(database: Database, number: int) -> timedelta:
    """How long until the next try."""
    (found,) = status(database, number)
    assert found.state is DeliveryState.RETRYABLE and found.next_at is not None, found
    return found.next_at - utc_now()


def only(database: Database) -> set[DeliveryState]:
    """The states that there are."""
    return {state for state, count in counts(database).items() if count}


# 47: the rule is gone


def test_47_what_is_queued_goes_out_when_its_rule_is_deleted(tmp_path: Path, database_url: str) -> None:
    rules = write_rules(tmp_path)
    with opened(tmp_path, database_url) as app:
        app.pipeline.push("push", [item()])
        (rules / "alerts" / "desk.yaml").write_text("rules: []\n")
        assert app.reload()
        wait_until(lambda: app.pipeline.deliver() == 0 and counts(app.parts.database)[DeliveryState.SENT] == 1, 20)
        assert [subject for subject, _ in messages(app.parts.database)] == ["[HIGH] Lumentum hits limit-up"]


# 50 to 54: mail


@pytest.mark.parametrize("code", [421, 450, 451, 452])
@pytest.mark.parametrize("command", ["RCPT", "DOT"])
def test_50_a_passing_refusal_is_tried_again_and_delivered(database: Database, sink: SmtpSink, code: int, command: str) -> None:
    queue(database, [1], sink.url())
    sink.on(command, f"{code} 4.2.0 later")
    with outbox(database) as out:
        settle(database, out)
        assert timedelta(seconds=23) < waits(database, 1) <= timedelta(seconds=36)
        sink.calm()
        make_due(database)
        finish(database, out)
    assert only(database) == {DeliveryState.SENT}
    assert len({str(mail.message["Message-ID"]) for mail in sink.messages}) == 1
    assert [outcome for outcome, _ in tries(database)] == ["failed", "sent"]


@pytest.mark.parametrize("code", [550, 552, 553, 554])
def test_51_a_refused_recipient_is_given_up_alone(database: Database, sink: SmtpSink, code: int) -> None:
    sink.on("RCPT", f"{code} 5.1.1 no", times=1)
    queue(database, [1], sink.url("bad@example.com"))
    with outbox(database) as out:
        finish(database, out)
        queue(database, [2], sink.url("good@example.com"))
        finish(database, out)
    bad, notice = status(database, 1)
    assert (bad.state, bad.attempts, bad.last_reason) == (DeliveryState.DISCARDED, 1, "rejected")
    assert (notice.receiver, notice.state) == ("undelivered: desk", DeliveryState.SENT)
    assert [mail.recipients for mail in sink.messages] == [("good@example.com",)]


def test_52_a_refused_login_closes_the_target_for_all_and_the_operator_is_told(database: Database) -> None:
    with smtp_sink(users={"me": "right"}) as sink:
        target = sink.url(user="me:${PASSWORD}")
        queue(database, [1, 2, 3], target)
        for _ in range(3):  # as if the program was started again and again
            with outbox(database, secrets={"PASSWORD": "wrong"}) as out:
                make_due(database)
                for _ in range(3):
                    out.deliver()
                wait_until(lambda: DeliveryState.SENDING not in only(database), 10)
        assert len(sink.logins) == 1, "no account is locked"
        with database.read() as connection:
            (trouble,) = targets.troubled(connection).values()
        assert trouble.reason == "auth"
        assert trouble.closed_until - trouble.since >= timedelta(minutes=20)
        assert "wrong" not in trouble.detail
        ((subject, text),) = messages(database)
        assert subject == "Receiver desk cannot be reached: auth"
        assert "535" in text and "PASSWORD" not in text
        assert counts(database)[DeliveryState.RETRYABLE] + counts(database)[DeliveryState.PENDING] == 3


def test_52_no_trust_in_the_server_closes_the_target_and_sends_no_password(database: Database) -> None:
    with smtp_sink(tls="starttls", users={"me": "right"}) as sink, outbox(database, secrets={"PASSWORD": "right"}) as out:
        queue(database, [1, 2], sink.url(user="me:${PASSWORD}"))
        tick(database, out, lambda states: states[DeliveryState.RETRYABLE] == 1)
        assert sink.logins == []
        assert [subject for subject, _ in messages(database)] == ["Receiver desk cannot be reached: tls"]


@pytest.mark.parametrize("silence", [HANG, DROP])
def test_53_silence_after_the_message_is_unknown_and_comes_again_as_the_same_message(
    database: Database, sink: SmtpSink, silence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert smtp.FINISH_SECONDS >= 60
    monkeypatch.setattr(smtp, "FINISH_SECONDS", 0.5)
    monkeypatch.setattr("service.notify.email.FINISH_SECONDS", 0.5)
    sink.on("DOT", silence, times=1)
    queue(database, [1], sink.url())
    with outbox(database) as out:
        settle(database, out)
        assert timedelta(minutes=4.9) < waits(database, 1) < timedelta(minutes=6)
        make_due(database)
        finish(database, out)
    assert tries(database) == [("unknown", "timeout"), ("sent", "")]
    first, second = sink.messages
    assert first.raw == second.raw


def test_53_mails_to_one_server_share_a_connection(database: Database, sink: SmtpSink) -> None:
    queue(database, range(1, 21), sink.url())
    with outbox(database) as out:
        finish(database, out)
    assert len(sink.messages) == 20
    assert sink.connections == 1
    told = [re.search(r"alert-(\d+)", mail.body("plain")) for mail in sink.messages]
    assert told is not None


# 55, 56: Slack


@pytest.mark.parametrize(
    ("reply", "state"),
    [
        (Reply(200, "ok"), DeliveryState.SENT),
        (Reply(200, '{"ok": false, "error": "channel_not_found"}'), DeliveryState.DISCARDED),
        (Reply(400, "invalid_payload"), DeliveryState.DISCARDED),
        (Reply(403, "action_prohibited"), DeliveryState.DISCARDED),
        (Reply(404, "no_service"), DeliveryState.DISCARDED),
        (Reply(410, "channel_is_archived"), DeliveryState.DISCARDED),
        (Reply(500, ""), DeliveryState.RETRYABLE),
        (Reply(502, "<html>Bad gateway</html>"), DeliveryState.RETRYABLE),
        (Reply(200, "<html>Sign in to this network</html>"), DeliveryState.RETRYABLE),
    ],
    ids=lambda value: f"{value.status}-{value.data.decode()[:20]}" if isinstance(value, Reply) else value,
)
def test_55_what_slack_answers_decides(sqlite_database: Database, server: HttpServer, reply: Reply, state: DeliveryState) -> None:
    server.on(HOOK_PATH, reply)
    queue(sqlite_database, [1], SLACK)
    with outbox(sqlite_database, slack_webhook_base=server.url("/services")) as out:
        settle(sqlite_database, out)
    assert status(sqlite_database, 1)[0].state is state
    assert len(server.requests) == 1


def test_56_slack_gets_the_time_it_asks_for(database: Database, server: HttpServer) -> None:
    server.on(HOOK_PATH, status=429, headers={"Retry-After": "30"})
    queue(database, [1, 2, 3], SLACK)
    for _ in range(2):  # a new process does not run into the same wall
        with outbox(database, slack_webhook_base=server.url("/services")) as out:
            for _ in range(3):
                out.deliver()
            wait_until(lambda: DeliveryState.SENDING not in only(database), 10)
    assert len(server.requests) == 1
    assert timedelta(seconds=28) < waits(database, 1) <= timedelta(seconds=36)
    with database.read() as connection:
        (trouble,) = targets.troubled(connection).values()
    assert trouble.closed_until - trouble.since >= timedelta(seconds=30)
    assert messages(database) == [], "that is no reason to wake anybody"


def test_56_all_of_two_hundred_arrive_at_the_pace_of_the_channel(sqlite_database: Database, server: HttpServer) -> None:
    every = 0.01
    refused: list[float] = []

    def answer(exchange: Exchange) -> None:
        if len(server.requests) % 67 == 1:
            refused.append(exchange.request.at)
            exchange.send(Reply(429, "", {"Retry-After": "1"}))
        else:
            exchange.send(Reply(200, "ok"))

    server.answer(HOOK_PATH, answer)
    queue(sqlite_database, range(1, 201), SLACK)
    base = server.url("/services")
    with outbox(sqlite_database, slack_webhook_base=base, slack_every=every, retry=QUICK) as out:
        finish(sqlite_database, out, within=60)
    times = [request.at for request in server.requests]
    assert counts(sqlite_database)[DeliveryState.SENT] == 200
    assert len(times) == 200 + len(refused)
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert min(gaps) >= every * 0.9
    for at in refused:
        assert min(time for time in times if time > at) - at >= 1
    assert SlackNotifier(NotifyContext(http=None, inbox=lambda *_: None)).pace.every == 1.0  # type: ignore[arg-type]


# 57: webhooks


def test_57_a_slow_webhook_delays_itself_alone(database: Database, server: HttpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    assert posting.TIMEOUT_SECONDS == 20
    monkeypatch.setattr(posting, "TIMEOUT_SECONDS", 3.0)
    server.hang("/slow")
    server.on("/hook")
    queue(database, [1], *(webhook(server, f"/slow?{number}") for number in range(30)))
    queue(database, range(2, 22), webhook(server))
    with outbox(database) as out:
        out.deliver()
        server.wait_for(20, "/hook", within=2.9)
        settle(database, out)
    assert counts(database)[DeliveryState.SENT] == 20
    assert {outcome for outcome, _ in tries(database)} == {"sent", "unknown"}


def test_57_a_redirect_is_not_followed_and_a_private_address_not_asked(sqlite_database: Database, server: HttpServer) -> None:
    server.redirect("/hook", server.url("/elsewhere"), 307)
    queue(sqlite_database, [1], webhook(server), "webhook+http://${SECRET}@10.255.0.1/x")
    with outbox(sqlite_database) as out:
        settle(sqlite_database, out)
    by_target = {each.target: each for each in status(sqlite_database, 1)}
    redirected, private = by_target[webhook(server)], by_target["webhook+http://${SECRET}@10.255.0.1/x"]
    assert (redirected.state, private.state) == (DeliveryState.DISCARDED, DeliveryState.RETRYABLE)
    assert private.last_reason == "refused_address"
    assert [request.path for request in server.requests] == ["/hook"]


# 58, 46: a target that is away


def test_58_a_target_that_is_down_is_asked_seldom_and_ends_with_a_notice(database: Database, server: HttpServer) -> None:
    with serve() as gone:
        dead = webhook(gone)
    server.on("/hook")
    queue(database, range(1, 101), dead, at=utc_now() - timedelta(hours=73))
    queue(database, range(101, 201), webhook(server))
    with outbox(database) as out:
        tick(database, out, lambda states: states[DeliveryState.SENT] >= 100)
        tick(database, out, lambda states: not states[DeliveryState.SENDING])
        asked = counts(database)[DeliveryState.DISCARDED] + counts(database)[DeliveryState.RETRYABLE]
        assert 1 <= asked <= 3, "its backlog waits, and is not worked off against a wall"
    given_up = [one for one in status(database, 1) if one.receiver == "desk"]
    assert [one.state for one in given_up] == [DeliveryState.DISCARDED]
    assert [one.receiver for one in status(database, 1)][1:] == ["undelivered: desk"]


def test_58_bad_luck_is_told_when_it_goes_on(sqlite_database: Database) -> None:
    with serve() as gone:
        dead = webhook(gone)
    queue(sqlite_database, range(1, 9), dead)
    with outbox(sqlite_database, retry=QUICK) as out:
        wait_until(lambda: bool(out.deliver() or messages(sqlite_database)) and bool(messages(sqlite_database)), 20)
    ((subject, _),) = messages(sqlite_database)
    assert subject == "Receiver desk cannot be reached: connection"


def test_58_a_target_that_is_back_gets_everything(database: Database, server: HttpServer) -> None:
    server.on("/hook", Reply(429), Reply(200))
    queue(database, range(1, 31), webhook(server))
    with outbox(database, retry=QUICK) as out:
        finish(database, out)
    with database.read() as connection:
        assert targets.troubled(connection) == {}
    assert counts(database)[DeliveryState.SENT] == 30


# 59: poison


def test_59_a_message_that_breaks_us_is_given_up_and_its_neighbours_are_on_time(database: Database) -> None:
    def poisoned(delivery: Delivery, message: Rendered) -> None:
        if delivery.alerts[0].id == "alert-00003":
            raise ValueError(r"invalid group reference \g<2>")

    queue(database, range(1, 8), "inbox://")
    with outbox(database, retry=QUICK, into_inbox=poisoned) as out:
        finish(database, out)
    (bad,) = status(database, 3)
    assert (bad.state, bad.attempts, bad.last_reason) == (DeliveryState.DISCARDED, MAX_FAULTS, "fault")
    assert [status(database, number)[0].attempts for number in (1, 2, 4, 5, 6, 7)] == [1] * 6
    assert counts(database)[DeliveryState.SENT] == 6


@pytest.mark.parametrize("text", [r"\g<2> <https://x|\g<2>>", "\ud800 lone", "x" * 2**20, "%s %(a)s {0} {a!r}"], ids=len)
def test_59_poison_of_others_is_none_for_us(sqlite_database: Database, server: HttpServer, sink: SmtpSink, text: str) -> None:
    server.on("/hook")
    server.on(HOOK_PATH, body="ok")
    poison: dict[str, Any] = {"title": text, "subject": text, "headline": text, "excerpt": text, "reason": text}
    queue(sqlite_database, [1], SLACK, webhook(server), sink.url(), "inbox://", **poison)
    with outbox(sqlite_database, slack_webhook_base=server.url("/services")) as out:
        finish(sqlite_database, out)
    assert counts(sqlite_database)[DeliveryState.SENT] == 4


# 60 to 62


def test_60_one_of_two_targets_failing_repeats_nothing_at_the_other(database: Database, server: HttpServer) -> None:
    server.on("/good")
    server.on("/bad", *[Reply(503)] * 4, Reply(200))
    queue(database, [1, 2], webhook(server, "/good"), webhook(server, "/bad"))
    with outbox(database, retry=QUICK) as out:
        finish(database, out)
    got = Counter((request.path, request.headers["webhook-id"]) for request in server.requests)
    assert sorted(times for (path, _), times in got.items() if path == "/good") == [1, 1]
    assert sum(times for (path, _), times in got.items() if path == "/bad") == 6
    assert counts(database)[DeliveryState.SENT] == 4


def test_61_a_rotated_secret_is_used_for_the_next_try(database: Database) -> None:
    secrets = {"PASSWORD": "old"}
    with smtp_sink(users={"me": "new"}) as sink, outbox(database, secrets=secrets) as out:
        queue(database, [1], sink.url(user="me:${PASSWORD}"))
        settle(database, out)
        secrets["PASSWORD"] = "new"
        with database.begin() as connection:
            targets.clear(connection, [*targets.troubled(connection)])
        make_due(database)
        finish(database, out)
        assert [password for _, password in sink.logins] == ["old", "new"]
    assert only(database) == {DeliveryState.SENT}


def test_62_what_cannot_be_decoded_is_given_up_and_the_worker_lives(database: Database, server: HttpServer) -> None:
    server.on("/hook")
    queue(database, [1, 2], webhook(server))
    with database.begin() as connection:
        connection.execute(update(ALERTS).where(ALERTS.c.id == "alert-00001").values(facts="junk"))
    with outbox(database) as out:
        finish(database, out)
    assert [status(database, number)[0].state for number in (1, 2)] == [DeliveryState.DISCARDED, DeliveryState.SENT]


# what carries the others


def test_what_was_claimed_and_not_tried_counts_as_no_try(database: Database, server: HttpServer) -> None:
    server.on("/hook", status=429, headers={"Retry-After": "60"})
    queue(database, range(1, 5), webhook(server))
    with outbox(database) as out:
        tick(database, out, lambda states: states[DeliveryState.RETRYABLE] == 1 and not states[DeliveryState.SENDING])
    assert [status(database, number)[0].attempts for number in range(1, 5)] == [1, 0, 0, 0]
    assert len(tries(database)) == 1


def test_a_target_gets_its_deliveries_in_order(database: Database, server: HttpServer, sink: SmtpSink) -> None:
    server.on("/hook")
    queue(database, range(1, 31), webhook(server), sink.url())
    with outbox(database) as out:
        finish(database, out)
    told = [request.json()["data"]["alerts"][0]["id"] for request in server.requests]
    assert told == sorted(told) and len(told) == 30
    assert len(sink.messages) == 30


def test_an_end_waits_for_what_is_being_sent_and_gives_the_rest_back(database: Database, server: HttpServer) -> None:
    def slowly(exchange: Exchange) -> None:
        exchange.pause(0.3)
        exchange.send(Reply(200))

    server.answer("/hook", slowly)
    queue(database, range(1, 6), webhook(server))
    with outbox(database) as out:
        out.deliver()
        server.wait_for(1)
    assert counts(database)[DeliveryState.SENT] == len(server.requests) < 5
    assert counts(database)[DeliveryState.SENDING] == 0
    assert counts(database)[DeliveryState.PENDING] == 5 - len(server.requests)


def test_a_hanging_server_does_not_hold_up_the_end(sqlite_database: Database, sink: SmtpSink) -> None:
    sink.on("DOT", HANG)
    queue(sqlite_database, [1], sink.url())
    began = monotonic()
    with outbox(sqlite_database) as out:
        out.deliver()
        sink.wait_for(1)
        out.close()
        out._parts.notifiers.close()
    assert monotonic() - began < 8
    assert tries(sqlite_database) == [("unknown", "timeout")]


def test_tries_longer_than_the_lease_are_claimed_one_by_one(sqlite_database: Database, sink: SmtpSink) -> None:
    queue(sqlite_database, range(1, 4), sink.url())
    with outbox(sqlite_database, limits=Limits(lease=timedelta(seconds=3))) as out:
        assert out.deliver() == 1
        finish(sqlite_database, out)
    assert len(sink.messages) == 3
