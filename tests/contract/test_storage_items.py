"""Items and events on both databases."""

from dataclasses import replace

from service.clock import utc_now
from service.model.item import Item
from service.storage import items
from service.storage.database import Database
from tests.support.stored import numbered_item


def insert(database: Database, given: list[Item]) -> list[tuple[int, Item]]:
    with database.begin() as connection:
        return items.insert_new(connection, given, disposition="evaluated", rules_version="v1", now=utc_now())


def test_only_new_ones_come_back_in_the_order_given(database: Database) -> None:
    first = insert(database, [numbered_item(3), numbered_item(1)])
    assert [item.guid for _, item in first] == ["guid-3", "guid-1"]
    second = insert(database, [numbered_item(number) for number in (1, 2, 3, 4)])
    assert [item.guid for _, item in second] == ["guid-2", "guid-4"]
    numbers = [number for number, _ in first + second]
    assert len(set(numbers)) == 4


def test_ids_follow_the_order_given(database: Database) -> None:
    numbers = [number for number, _ in insert(database, [numbered_item(number) for number in range(2500)])]
    assert len(numbers) == 2500
    assert numbers == sorted(numbers)


def test_one_guid_twice_in_one_fetch_is_one_item(database: Database) -> None:
    stored = insert(database, [numbered_item(1), replace(numbered_item(1), title="again")])
    assert [item.title for _, item in stored] == ["Title 1"]


def test_the_same_guid_in_another_source_is_another_item(database: Database) -> None:
    assert len(insert(database, [numbered_item(1, "a"), numbered_item(1, "b")])) == 2


def test_an_empty_fetch_is_no_statement(database: Database) -> None:
    assert insert(database, []) == []
    with database.begin() as connection:
        items.save_events(connection, [])
        assert items.known(connection, "wire", [], []) == (set(), set())


def test_known_by_guid_and_by_content_within_the_source(database: Database) -> None:
    insert(database, [numbered_item(1), numbered_item(2)])
    hashes = [numbered_item(number).content_hash for number in (1, 3)]
    with database.read() as connection:
        assert items.known(connection, "wire", ["guid-2", "guid-9"], hashes) == ({"guid-2"}, {hashes[0]})
        assert items.known(connection, "other", ["guid-2"], hashes) == (set(), set())


def test_known_answers_for_thousands(database: Database) -> None:
    insert(database, [numbered_item(number) for number in range(1500)])
    asked = [f"guid-{number}" for number in range(3000)]
    with database.read() as connection:
        guids, _ = items.known(connection, "wire", asked, [])
    assert guids == set(asked[:1500])


def test_a_long_guid_keeps_its_identity(database: Database) -> None:
    """An index entry of PostgreSQL has no room for it as it is."""
    long, longer = "网" * 40_000, "网" * 40_000 + "x"
    stored = insert(database, [replace(numbered_item(1), guid=long), replace(numbered_item(2), guid=longer)])
    assert len(stored) == 2
    assert insert(database, [replace(numbered_item(3), guid=long)]) == []
    with database.read() as connection:
        assert items.known(connection, "wire", [long, longer, "网" * 39_999], []) == ({long, longer}, set())
        found = items.find(connection, longer)
    assert found is not None
    assert found.id == stored[1][0]


def test_find_by_id_then_by_the_latest_guid(database: Database) -> None:
    [(first, _)] = insert(database, [replace(numbered_item(1), guid="7000000")])
    [(second, _)] = insert(database, [numbered_item(1, "a")])
    [(third, _)] = insert(database, [numbered_item(1, "b")])
    with database.read() as connection:

        def found(text: str) -> int | None:
            item = items.find(connection, text)
            return item.id if item else None

        assert found(str(second)) == second
        assert found("7000000") == first, "digits that are no id may be a guid"
        assert found("guid-1") == third
        assert found("no such thing") is None
        assert found("9" * 40) is None
        assert found("²") is None
        assert items.get(connection, 10**9) is None


def test_recent_is_newest_first(database: Database) -> None:
    insert(database, [numbered_item(number) for number in range(5)])
    with database.read() as connection:
        assert [stored.item.guid for stored in items.recent(connection, 3)] == ["guid-4", "guid-3", "guid-2"]
