"""What a rule's limit holds, what grows stale, what was silenced while it waited, and who cools down first: on both databases."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from service.clock import utc_now
from service.model.delivery import Delivery, DeliveryState
from service.model.routing import Matcher
from service.pipeline.hushing import leave_silenced
from service.pipeline.recorder import UNDELIVERED
from service.storage import alerts, decisions, deliveries, delivery_desk, items, silences
from service.storage.database import Database
from service.storage.deliveries import DeliveryStatus
from service.storage.tables import ALERTS, DELIVERIES, DELIVERY_ALERTS
from tests.support.claims import claim_due
from tests.support.folder import RULES, write_rules
from tests.support.forked import clean
from tests.support.line import Line, limit_up, report
from tests.support.stored import LEASE
from tests.support.workers import in_processes, push_and_sweep, push_to_cooldown, push_with_own_rules

EVERYTHING = """\
rules:
  - id: everything
    title: "{{ headline }}"
    severity: low
    max_per_hour: %s
    when: {text: [limit-up]}
"""
TWO = """
route: {receiver: desk, routes: [{receiver: boss, continue: true}, {receiver: desk}]}
receivers:
  - {name: desk, targets: ["json://one.example.com", "json://two.example.com"]}
  - {name: boss, targets: ["inbox://"]}
"""
ONE = 'route: {receiver: inbox}\nreceivers: [{name: inbox, targets: ["inbox://"]}]\n'
HELD = """
route: {receiver: inbox, mute_time_intervals: [now]}
receivers: [{name: inbox, targets: ["inbox://"]}]
"""


def held() -> str:
    """Routes that hold everything from an hour ago until two hours from now."""
    now = utc_now()
    times = f"{now - timedelta(hours=1):%H:%M}-{now + timedelta(hours=2):%H:%M}"
    return f'{HELD}time_intervals: [{{name: now, times: "{times}", timezone: UTC}}]\n'


def line(folder: Path, database: Database, rules: str, routes: str = ONE) -> Line:
    return Line(database, write_rules(folder, rules=rules, routes=routes))


def given(database: Database) -> dict[tuple[str, str], Counter[int]]:
    """For each receiver and target, how many alerts each of its deliveries carries."""
    columns = (DELIVERIES.c.receiver, DELIVERIES.c.target, DELIVERIES.c.id)
    joined = select(*columns).join(DELIVERY_ALERTS, DELIVERY_ALERTS.c.delivery_id == DELIVERIES.c.id)
    found: dict[tuple[str, str], Counter[int]] = {}
    with database.read() as connection:
        for receiver, target, number in connection.execute(joined):
            found.setdefault((receiver, target), Counter())[number] += 1
    return found


def claim(database: Database) -> list[Delivery]:
    """As the outbox claims."""
    with database.begin() as connection:
        claims = claim_due(connection, limit=1000, lease=LEASE)
        return leave_silenced(connection, claims, database.now(connection))


def all_due(database: Database) -> None:
    with database.begin() as connection:
        connection.execute(update(DELIVERIES).where(DELIVERIES.c.next_at.is_not(None)).values(next_at=utc_now()))


def status(database: Database, title: str) -> list[DeliveryStatus]:
    with database.read() as connection:
        number = connection.execute(select(ALERTS.c.id).where(ALERTS.c.title == title)).scalar_one()
        return deliveries.of_alert(connection, number)


# the limit of a rule


def test_46_a_rule_that_matches_everything_is_a_few_messages_and_one_digest_of_all_the_rest(
    tmp_path: Path, database: Database
) -> None:
    line(tmp_path, database, EVERYTHING % 10, TWO).push(*map(report, range(500)))
    with database.read() as connection:
        made = {stored.alert.id for stored in alerts.page(connection, limit=1000)}
    assert len(made) == 500
    sizes = {who: sorted(counts.values()) for who, counts in given(database).items()}
    assert len(sizes) == 3, "each target"
    assert all(found == [1] * 10 + [490] for found in sizes.values())
    all_due(database)
    told = claim(database)
    assert all({alert.id for one in told if one.target == target for alert in one.alerts} == made for _, target in sizes)
    digests = [one.digest for one in told if one.digest]
    assert {digest.title for digest in digests} == {"More than 10 an hour of everything"}
    assert all("more than 10 alerts of rule `everything` in an hour (max_per_hour)" in digest.reason for digest in digests)


def test_the_gravest_are_told_by_themselves_and_what_breaks_through_is_not_held(tmp_path: Path, database: Database) -> None:
    rules = (EVERYTHING % 1).replace("severity: low", "severity: {critical: {event: limit_up}, else: low}")
    through = ONE.replace("{receiver: inbox}", "{receiver: inbox, break_through: critical}")
    running = line(tmp_path, database, rules, through)
    running.push(report(1), report(2), limit_up("Lumentum"))
    running.push(limit_up("Coherent", 1), report(3))
    (sizes,) = given(database).values()
    assert sorted(sizes.values()) == [1, 1, 3], "two critical ones and a digest"


def test_two_processes_keep_to_the_limit_of_one_rule(tmp_path: Path, database_url: str, database: Database) -> None:
    folder = write_rules(tmp_path, rules=EVERYTHING % 5, routes=ONE)
    with clean().Manager() as manager:
        in_processes(push_and_sweep, database_url, str(folder), manager.Barrier(2), 4, workers=2)
    (sizes,) = given(database).values()
    assert sorted(sizes.values()) == [1] * 5 + [3]


# alerts that grow stale

STALE = """\
rules:
  - id: limit-up
    title: "{{ subject }}"
    stale_after: 2h
    when: {event: limit_up}
  - id: moves
    title: "{{ subject }} moves"
    when: {event: limit_up}
"""


def make_older(database: Database, **by: float) -> None:
    """As if everything that waits had been made so long before."""
    with database.begin() as connection:
        for number, made in connection.execute(select(ALERTS.c.id, ALERTS.c.created_at)).all():
            connection.execute(update(ALERTS).where(ALERTS.c.id == number).values(created_at=made - timedelta(**by)))
        for number, over in connection.execute(select(DELIVERY_ALERTS.c.id, DELIVERY_ALERTS.c.stale_at)).all():
            older = over - timedelta(**by) if over else None
            connection.execute(update(DELIVERY_ALERTS).where(DELIVERY_ALERTS.c.id == number).values(stale_at=older))


@pytest.mark.parametrize(("hours", "told"), [(1.9, {"Lumentum", "Lumentum moves"}), (2, {"Lumentum moves"})])
def test_what_is_stale_is_not_told_and_says_so(tmp_path: Path, database: Database, hours: float, told: set[str]) -> None:
    line(tmp_path, database, STALE).push(limit_up("Lumentum"))
    make_older(database, hours=hours)
    assert {alert.title for one in claim(database) for alert in one.alerts} == told
    (found,) = status(database, "Lumentum")
    if "Lumentum" not in told:
        assert (found.state, found.last_reason, found.attempts) == (DeliveryState.CANCELLED, "stale", 0)
        assert found.last_detail.startswith("not told within 2h of ") and found.last_detail.endswith("(stale_after)")


def test_the_rest_of_a_digest_goes_out_and_the_stale_one_ends_beside_it(tmp_path: Path, database: Database) -> None:
    line(tmp_path, database, STALE, held()).push(limit_up("Lumentum"))
    make_older(database, hours=3)
    all_due(database)
    (delivery,) = claim(database)
    assert [alert.title for alert in delivery.alerts] == ["Lumentum moves"]
    (found,) = status(database, "Lumentum")
    assert (found.state, found.last_reason) == (DeliveryState.CANCELLED, "stale")
    assert found.timing_reason.endswith("quiet hours `now`")
    (rest,) = status(database, "Lumentum moves")
    assert (rest.state, rest.key) == (DeliveryState.SENDING, delivery.key)


def test_a_digest_that_a_route_asks_for_lists_what_is_old(tmp_path: Path, database: Database) -> None:
    routes = ONE.replace("{receiver: inbox}", '{receiver: inbox, digest: {at: "17:30", timezone: UTC}}')
    line(tmp_path, database, STALE, routes).push(limit_up("Lumentum"))
    make_older(database, hours=20)
    all_due(database)
    assert [len(one.alerts) for one in claim(database)] == [2]


def test_who_puts_back_what_was_stale_gets_it(tmp_path: Path, database: Database) -> None:
    line(tmp_path, database, STALE).push(limit_up("Lumentum"))
    make_older(database, hours=3)
    claim(database)
    (found,) = status(database, "Lumentum")
    with database.begin() as connection:
        assert delivery_desk.put_back(connection, found.key, "ops", utc_now())
    assert [[alert.title for alert in one.alerts] for one in claim(database)] == [["Lumentum"]]


# silences of what waits already


def silence(database: Database, *matchers: Matcher) -> int:
    now = utc_now()
    with database.begin() as connection:
        return silences.add(connection, matchers, now + timedelta(hours=1), "ops", "known", now).number


def end(database: Database, number: int) -> None:
    with database.begin() as connection:
        assert silences.end(connection, number, "ops", utc_now())


MINE = Matcher("rule", "=", "limit-up")


@pytest.mark.parametrize("ended", [False, True])
def test_what_is_silenced_while_it_is_held_is_left_out_for_good(tmp_path: Path, database: Database, ended: bool) -> None:
    line(tmp_path, database, STALE, held()).push(limit_up("Lumentum"), limit_up("Coherent", 1))
    number = silence(database, MINE)
    if ended:
        end(database, number)
    all_due(database)
    (delivery,) = claim(database)
    assert sorted(alert.title for alert in delivery.alerts) == ["Coherent moves", "Lumentum moves"]
    for title in ("Lumentum", "Coherent"):
        (found,) = status(database, title)
        assert (found.state, found.last_reason) == (DeliveryState.CANCELLED, "silenced")
        assert found.last_detail.startswith("silenced until ") and found.last_detail.endswith(" UTC by ops: known")
    assert claim(database) == []


def test_a_digest_of_which_everything_is_silenced_is_not_sent(tmp_path: Path, database: Database) -> None:
    line(tmp_path, database, STALE, held()).push(limit_up("Lumentum"))
    silence(database, Matcher("subject", "=", "Lumentum"))
    all_due(database)
    assert claim(database) == []
    assert {found.state for title in ("Lumentum", "Lumentum moves") for found in status(database, title)} == {
        DeliveryState.CANCELLED
    }


def test_a_silence_that_was_over_before_leaves_nothing_out(tmp_path: Path, database: Database) -> None:
    running = line(tmp_path, database, STALE, held())
    end(database, silence(database, MINE))
    running.push(limit_up("Lumentum"))
    all_due(database)
    assert [len(one.alerts) for one in claim(database)] == [2]


def test_who_puts_back_what_was_silenced_gets_it_once_the_silence_is_over(tmp_path: Path, database: Database) -> None:
    line(tmp_path, database, STALE).push(limit_up("Lumentum"))
    number = silence(database, MINE)
    claim(database)
    (found,) = status(database, "Lumentum")

    def put_back() -> list[Delivery]:
        with database.begin() as connection:
            assert delivery_desk.put_back(connection, found.key, "ops", utc_now())
        return claim(database)

    assert put_back() == [], "it is silenced still"
    end(database, number)
    (delivery,) = put_back()
    assert [alert.title for alert in delivery.alerts] == ["Lumentum"]


def test_the_denial_of_what_was_told_and_the_notice_of_what_was_not_are_sent_all_the_same(
    tmp_path: Path, database: Database
) -> None:
    running = line(tmp_path, database, STALE)
    running.push(limit_up("Lumentum"))
    assert len(claim(database)) == 2
    running.push(limit_up("Lumentum", 5, "other", text="Lumentum failed to hit limit-up on Monday."))
    silence(database, Matcher("rule", "=~", ".*"))
    assert len(claim(database)) == 2
    with database.begin() as connection:
        number = connection.execute(select(ALERTS.c.id).where(ALERTS.c.follows == "").limit(1)).scalar_one()
        notice = deliveries.Order(number, f"{UNDELIVERED}: desk", "inbox://", "k", timedelta(0), utc_now())
        deliveries.enqueue(connection, [notice])
    silence(database, Matcher("rule", "=~", ".*"))
    assert len(claim(database)) == 1


def test_whoever_was_told_nothing_is_not_told_of_its_denial_in_a_silence(tmp_path: Path, database: Database) -> None:
    running = line(tmp_path, database, STALE)
    running.push(limit_up("Lumentum"))
    silence(database, Matcher("rule", "=~", ".*"))
    assert claim(database) == []
    running.push(limit_up("Lumentum", 5, "other", text="Lumentum failed to hit limit-up on Monday."))
    assert claim(database) == []


# cool-down

COOL = """\
rules:
  - id: names
    title: "{{ subject }}"
    cooldown: 1h
    when: {event: [ipo, new_high]}
"""
ROUNDS = 8


def test_of_two_processes_one_tells_and_the_other_cools_down(tmp_path: Path, database_url: str, database: Database) -> None:
    """In each round both report something else of the same company at the same moment."""
    folder = write_rules(tmp_path, rules=COOL, routes=ONE)
    with clean().Manager() as manager:
        in_processes(push_to_cooldown, database_url, str(folder), manager.Barrier(2), ROUNDS, workers=2)
    with database.read() as connection:
        made = [stored.alert for stored in alerts.page(connection, limit=1000)]
        told = [alert.subject for alert in made if deliveries.of_alert(connection, alert.id)]
    assert len(made) == 2 * ROUNDS
    assert len(told) == len(set(told)) == ROUNDS


# workers with rules of their own


def test_49_an_item_is_decided_once_by_whichever_rules_took_it(tmp_path: Path, database_url: str, database: Database) -> None:
    """Two processes that do not have the same rules yet store the same items at the same moments."""
    names = ("old", "new")
    for number, name in enumerate(names):
        write_rules(tmp_path / str(number), rules=RULES.replace("id: limit-up", f"id: {name}"))
    with clean().Manager() as manager:
        versions = in_processes(push_with_own_rules, database_url, str(tmp_path), manager.Barrier(2), ROUNDS, workers=2)
    rule_of = dict(zip(versions, names, strict=True))
    with database.read() as connection:
        stored = items.recent(connection, 100)
        assert len(stored) == ROUNDS
        for one in stored:
            (decision,) = decisions.of_item(connection, one.id)
            assert (decision.rule, decision.outcome) == (rule_of[one.rules_version], "alerted")
        assert sum(deliveries.counts(connection).values()) == ROUNDS
