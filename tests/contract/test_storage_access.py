"""Users, sessions, tokens, one-time links, throttles and the audit log in both databases."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import Connection, func, select, text

from service.model.user import Role
from service.storage import audit, one_time_links, sessions, throttles, tokens, users
from service.storage.access_tables import AUDIT_LOG, ONE_TIME_LINKS, SESSIONS, THROTTLES, USERS
from service.storage.database import Database
from service.storage.throttles import Limit
from service.storage.tokens import NewToken

NOON = datetime(2025, 12, 22, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def add(database: Database, name: str, role: Role = Role.VIEWER) -> users.Account:
    with database.begin() as connection:
        made = users.add(connection, name, role, "", NOON)
    assert made is not None
    return made


def at_once(count: int, work: Callable[[int], object]) -> list[object]:
    """`work` in as many threads, begun together."""
    barrier = Barrier(count)

    def begin(number: int) -> object:
        barrier.wait(30)
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(begin, range(count)))


def test_names_that_compare_equal_are_one_user(database: Database) -> None:
    made = add(database, "Anna.Weiß", Role.EDITOR)
    with database.begin() as connection:
        assert users.add(connection, "anna.weiss", Role.ADMIN, "", NOON) is None
        assert users.named(connection, "ANNA.WEISS") == made
        assert users.get(connection, made.id) == made
        assert users.get(connection, 999) is None
        assert (made.user.role, made.password, made.last_login_at, made.disabled_at) == (Role.EDITOR, "", None, None)


def test_what_changes_of_a_user_is_stored(database: Database) -> None:
    made = add(database, "李雷")
    with database.begin() as connection:
        users.set_role(connection, made.id, Role.ADMIN)
        users.set_taste(connection, made.id, "zh", "Asia/Shanghai")
        users.refresh_password(connection, made.id, "hash")
        users.logged_in(connection, made.id, NOON + HOUR)
        found = users.get(connection, made.id)
        assert found is not None
        assert (found.user.role, found.user.language, found.user.time_zone) == (Role.ADMIN, "zh", "Asia/Shanghai")
        assert (found.password, found.last_login_at) == ("hash", NOON + HOUR)
        assert [one.user.name for one in users.everyone(connection)] == ["李雷"]


def test_the_last_administrator_is_known_to_be_the_last(database: Database) -> None:
    first, second = add(database, "a", Role.ADMIN), add(database, "b", Role.ADMIN)
    with database.begin() as connection:
        assert users.other_admins(connection, first.id)
        users.set_disabled(connection, second.id, NOON)
        assert not users.other_admins(connection, first.id)


def begin(database: Database, secret: str, user_id: int, now: datetime = NOON) -> None:
    with database.begin() as connection:
        sessions.begin(connection, secret, user_id, now + DAY, ("192.0.2.7", "browser"), now)


def holds(database: Database, secret: str, now: datetime = NOON) -> bool:
    with database.read() as connection:
        return sessions.find(connection, secret, HOUR, now) is not None


def test_a_session_holds_until_it_is_idle_or_over_and_its_secret_is_not_stored(database: Database) -> None:
    user = add(database, "a")
    begin(database, "secret", user.id)
    assert holds(database, "secret", NOON + HOUR - timedelta(seconds=1))
    assert not holds(database, "secret", NOON + HOUR)
    assert not holds(database, "another")
    with database.begin() as connection:
        sessions.seen(connection, sessions.hashed("secret"), NOON + DAY - HOUR / 2)
        assert "secret" not in str(connection.execute(select(SESSIONS)).all())
        [mine] = sessions.of_user(connection, user.id, NOON)
        assert (mine.address, mine.agent, mine.expires_at) == ("192.0.2.7", "browser", NOON + DAY)
    assert holds(database, "secret", NOON + DAY - timedelta(seconds=1))
    assert not holds(database, "secret", NOON + DAY)
    begin(database, "next", user.id, NOON + 2 * DAY)
    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(SESSIONS)).scalar_one() == 1  # what ended was cleared away


def test_ghsa_g9v2_wqcj_j99g_a_new_password_or_being_disabled_ends_all_sessions_and_links(database: Database) -> None:
    user, other = add(database, "a"), add(database, "b")
    acts: tuple[Callable[[Connection], None], ...] = (
        lambda connection: users.set_password(connection, user.id, "new"),
        lambda connection: users.set_disabled(connection, user.id, NOON),
    )
    for act in acts:
        for secret, owner in (("one", user), ("two", user), ("other", other)):
            begin(database, secret, owner.id)
        with database.begin() as connection:
            one_time_links.add(connection, "link", user.id, NOON + DAY, NOON)
            act(connection)
            assert one_time_links.user_of(connection, "link", NOON) is None
            assert [sessions.find(connection, each, HOUR, NOON) is None for each in ("one", "two", "other")] == [
                True,
                True,
                False,
            ]
            sessions.end_all(connection, other.id)


def test_sessions_are_ended_one_by_one_or_all_but_one_and_never_those_of_others(database: Database) -> None:
    user, other = add(database, "a"), add(database, "b")
    for secret in ("one", "two", "three"):
        begin(database, secret, user.id)
    with database.begin() as connection:
        assert not sessions.end(connection, sessions.hashed("one"), other.id)
        assert sessions.end(connection, sessions.hashed("one"), user.id)
        assert sessions.end_all(connection, user.id, but=sessions.hashed("two")) == 1
        sessions.forget(connection, "no such")
    assert holds(database, "two")
    with database.begin() as connection:
        sessions.forget(connection, "two")
    assert not holds(database, "two")


def test_a_token_holds_until_it_ends_is_revoked_or_its_owner_is_disabled(database: Database) -> None:
    user = add(database, "a", Role.EDITOR)
    with database.begin() as connection:
        number = tokens.add(connection, "tw_1", NewToken(user.id, "ci", {"rules:write", "alerts:read"}, NOON + DAY), NOON)
        tokens.add(connection, "tw_2", NewToken(user.id, "for ever", {"admin"}), NOON)
        found = tokens.find(connection, "tw_1", NOON)
        assert found is not None
        assert (found[0].scopes, found[0].name, found[1]) == (("alerts:read", "rules:write"), "ci", user.user)
        assert tokens.find(connection, "tw_1", NOON + DAY) is None
        assert tokens.find(connection, "tw_2", NOON + 999 * DAY) is not None
        assert tokens.find(connection, "tw_3", NOON) is None
        tokens.used(connection, number, NOON + HOUR)
        assert tokens.revoke(connection, number, NOON) is not None
        assert tokens.revoke(connection, number, NOON) is None
        assert tokens.find(connection, "tw_1", NOON) is None
        assert [(one.name, one.holds(NOON), one.used_at) for one in tokens.listed(connection)] == [
            ("for ever", True, None),
            ("ci", False, NOON + HOUR),
        ]
        users.set_disabled(connection, user.id, NOON)
        assert tokens.find(connection, "tw_2", NOON) is None
        assert "tw_" not in str(connection.exec_driver_sql("SELECT * FROM tokens").all())


def test_a_link_sets_the_password_of_its_user_once_and_in_time(database: Database) -> None:
    user = add(database, "a")
    with database.begin() as connection:
        one_time_links.add(connection, "link", user.id, NOON + DAY, NOON)
        assert one_time_links.user_of(connection, "link", NOON + DAY) is None
        assert one_time_links.use(connection, "link", NOON + DAY) is None
        assert one_time_links.user_of(connection, "link", NOON) == user.id
        assert not one_time_links.use_set_up(connection, "link", NOON)
        assert one_time_links.use(connection, "link", NOON) == user.id
        assert one_time_links.use(connection, "link", NOON) is None


def test_uptime_kuma_set_up_race_of_twenty_at_once_one_makes_the_first_user(database: Database) -> None:
    secrets = [f"link {number}" for number in range(3)]
    with database.begin() as connection:
        for secret in secrets:
            one_time_links.add(connection, secret, None, NOON + DAY, NOON)

    def set_up(number: int) -> bool:
        with database.begin() as connection:
            if not one_time_links.use_set_up(connection, secrets[number % 3], NOON):
                return False
            return users.add(connection, f"admin{number}", Role.ADMIN, "", NOON) is not None

    assert sorted(map(bool, at_once(20, set_up))) == [False] * 19 + [True]
    with database.begin() as connection:
        assert connection.execute(select(func.count()).select_from(USERS)).scalar_one() == 1
        assert connection.execute(select(func.count()).select_from(ONE_TIME_LINKS)).scalar_one() == 0
        one_time_links.add(connection, "later", None, NOON + DAY, NOON)
        assert not one_time_links.use_set_up(connection, "later", NOON)


def test_a_wrong_link_uses_up_nothing(database: Database) -> None:
    with database.begin() as connection:
        one_time_links.add(connection, "right", None, NOON + HOUR, NOON)
        assert not one_time_links.use_set_up(connection, "wrong", NOON)
        assert not one_time_links.use_set_up(connection, "right", NOON + HOUR)
        assert one_time_links.may_set_up(connection, "right", NOON)
        one_time_links.add(connection, "next", None, NOON + DAY, NOON + HOUR)  # what ended is cleared away
        assert connection.execute(select(func.count()).select_from(ONE_TIME_LINKS)).scalar_one() == 1


LIMIT = Limit(5, timedelta(seconds=12))


def test_no_more_than_ten_tries_pass_in_any_minute(database: Database) -> None:
    passed = []
    with database.begin() as connection:
        for second in range(0, 300):
            now = NOON + timedelta(seconds=second)
            if not throttles.take(connection, "account:a", LIMIT, now):
                passed.append(second)
    assert passed[:5] == [0, 1, 2, 3, 4]
    assert max(sum(start <= one < start + 60 for one in passed) for start in passed) <= 10
    assert len(passed) == 5 + 299 // 12


def test_who_is_refused_is_told_how_long_and_others_are_not_touched(database: Database) -> None:
    with database.begin() as connection:
        waits = [throttles.take(connection, "account:a", LIMIT, NOON) for _ in range(7)]
        assert waits == [timedelta(0)] * 5 + [timedelta(seconds=12)] * 2
        assert throttles.take(connection, "account:b", LIMIT, NOON) == timedelta(0)
        assert throttles.take(connection, "account:a", LIMIT, NOON + timedelta(seconds=12)) == timedelta(0)
        throttles.take(connection, "account:c", LIMIT, NOON + DAY)
        throttles.clear(connection, NOON + DAY)
        assert connection.execute(select(THROTTLES.c.key)).scalars().all() == ["account:c"]  # what is over is cleared away


def test_tries_at_the_same_time_take_turns(database: Database) -> None:
    def take(_: int) -> bool:
        with database.begin() as connection:
            return not throttles.take(connection, "account:a", LIMIT, NOON)

    assert sum(map(bool, at_once(12, take))) == 5


def test_a_row_that_is_over_is_cleared_away_by_nobody_else_while_it_is_tried_anew(postgres_database: Database) -> None:
    """Whoever waits for a row that another transaction clears away would wait for each other, or find it gone."""
    with postgres_database.begin() as connection:
        for name in "ab":
            throttles.take(connection, f"account:{name}", LIMIT, NOON)
    later = NOON + DAY
    with postgres_database.begin() as first, postgres_database.begin() as second:
        assert throttles.take(first, "account:a", LIMIT, later) == timedelta(0)
        assert throttles.take(second, "account:b", LIMIT, later) == timedelta(0)
        throttles.clear(first, later)
        throttles.clear(second, later)
    with postgres_database.read() as connection:
        assert connection.execute(select(THROTTLES.c.key).order_by(THROTTLES.c.key)).scalars().all() == ["account:a", "account:b"]


def test_tries_of_many_at_the_same_time_break_nobody_off(database: Database) -> None:
    """Each has two rows, which the others find over and clear away."""
    with database.begin() as connection:
        for number in range(8):
            throttles.take(connection, f"address:{number}", LIMIT, NOON)
            throttles.take(connection, f"account:{number}", LIMIT, NOON)

    def try_it(number: int) -> bool:
        for hour in range(1, 6):
            with database.begin() as connection:
                now = NOON + hour * HOUR
                waits = [throttles.take(connection, f"{kind}:{number}", LIMIT, now) for kind in ("address", "account")]
                throttles.clear(connection, now)
                if any(waits):
                    return False
        return True

    assert at_once(8, try_it) == [True] * 8


def write(database: Database, count: int) -> None:
    with database.begin() as connection:
        for number in range(count):
            audit.write(
                connection,
                who="anna" if number % 2 else "李雷",
                what="rule.save" if number % 3 else "user.add",
                subject=f"subject {number % 5}",
                before="old",
                after=f"new {number}",
                now=NOON + timedelta(seconds=number),
            )


def test_changes_are_paged_newest_first_and_narrowed_down(database: Database) -> None:
    write(database, 30)
    with database.read() as connection:
        first = audit.page(connection, limit=20)
        rest = audit.page(connection, limit=20, before=first[-1].id)
        assert [one.after for one in first + rest] == [f"new {number}" for number in reversed(range(30))]
        assert (first[0].at, first[0].before) == (NOON + timedelta(seconds=29), "old")
        assert {one.who for one in audit.page(connection, limit=99, who="李雷")} == {"李雷"}
        assert len(audit.page(connection, limit=99, who="anna", what="rule.save", subject="subject 1")) == 2
        assert audit.page(connection, limit=99, who="no\0body") == []
        assert audit.kinds(connection) == ["rule.save", "user.add"]


def test_a_change_is_stored_with_its_deed_or_not_at_all_and_never_without_end(database: Database) -> None:
    with pytest.raises(RuntimeError), database.begin() as connection:
        audit.write(connection, who="a", what="x.y", subject="s", now=NOON)
        raise RuntimeError
    with database.begin() as connection:
        audit.write(connection, who="w" * 999, what="x.y", subject="涨" * 999, before="b" * 10**6, now=NOON)
        [change] = audit.page(connection, limit=9)
    assert (len(change.who), len(change.subject), len(change.before), change.after) == (200, 500, 64 * 1024, "")
    assert change.before.endswith("… (cut)")


@pytest.mark.parametrize("narrowed", [{}, {"who": "anna"}, {"what": "user.add"}, {"subject": "subject 1"}])
def test_a_page_of_changes_walks_an_index_and_sorts_nothing(sqlite_database: Database, narrowed: dict[str, str]) -> None:
    column = next(iter(narrowed), "")
    where = f"WHERE {column} = 'x' AND id < 100" if column else "WHERE id < 100"
    with sqlite_database.read() as connection:
        plan = str(
            connection.execute(text(f"EXPLAIN QUERY PLAN SELECT * FROM {AUDIT_LOG} {where} ORDER BY id DESC LIMIT 51")).all()
        )
    assert "TEMP B-TREE" not in plan
    assert "SCAN" not in plan
    assert (f"ix_audit_log_{column}_id" if column else "INTEGER PRIMARY KEY") in plan
