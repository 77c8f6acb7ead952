"""Search over the titles and texts of items, newest first: FTS5 on SQLite, text search on PostgreSQL, the same answers from both.

Guarantee: an item is found as soon as it is stored (the words go in with it, in its transaction), and what a person writes is
looked for, never executed. The words lie beside the items in `item_words`, which Alembic's comparison leaves out: no table of
SQLModel can say what it is. On SQLite it holds no text, only the index.
Must not rank: news is read by its time.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, String, TextClause, bindparam, literal_column, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from service.storage.search_words import Term, terms_of, words_of
from service.storage.tables import ITEMS

TABLE = "item_words"
FEW = 2000
MANY = 8_000
RARE = 30_000
"""Rows that PostgreSQL expects: so many are all looked up and sorted, of more the newest are looked for one after the other. It
takes a word that it knows nothing of for one that one text in two hundred has, and would look through all texts for it."""
FILL = 500
"""Items that the first filling of the index takes at once."""

LARGEST_ID = 2**63 - 1

Texts = Sequence[tuple[int, str, str]]
"""Items by number, title and text."""


def create(connection: Connection) -> None:
    """Make the index, empty."""
    for statement in _CREATE[connection.dialect.name]:
        connection.execute(text(statement))


def drop(connection: Connection) -> None:
    """Take the index away."""
    connection.execute(text(f"DROP TABLE {TABLE}"))


def fill(connection: Connection) -> None:
    """Index every item that is stored, a batch at a time; for the migration that makes the index."""
    last = 0
    while True:
        asked = select(ITEMS.c.id, ITEMS.c.title, ITEMS.c.text).where(ITEMS.c.id > last).order_by(ITEMS.c.id).limit(FILL)
        rows = [(row.id, row.title, row.text) for row in connection.execute(asked)]
        if not rows:
            return
        add(connection, rows)
        last = rows[-1][0]


def add(connection: Connection, items: Texts) -> None:
    """Index items that were just stored."""
    if not items:
        return
    if connection.dialect.name == "postgresql":
        vectors = [_vector(_words(title, body)) for _, title, body in items]
        connection.execute(_ADD_VECTORS, {"ids": [number for number, _, _ in items], "vectors": vectors})
        return
    connection.execute(_ADD_ROWS, _rows(items))


def forget(connection: Connection, items: Texts) -> None:
    """Take items out of the index, in the transaction that removes them; title and text must be as they were stored."""
    if items and connection.dialect.name == "sqlite":  # PostgreSQL does it by the foreign key
        connection.execute(_FORGET_ROWS, _rows(items))


def terms(question: str) -> list[Term]:
    """What a question asks for; nothing is found by an empty one."""
    return terms_of(question)


def find(connection: Connection, asked: Sequence[Term], limit: int, *, before: int = LARGEST_ID, after: int = 0) -> list[int]:
    """The numbers of the items in which all of it stands, newest first, of those between `after` and `before`, both left out."""
    if not asked:
        return []
    values = {"before": before, "after": after, "limit": limit}
    if connection.dialect.name == "postgresql":
        condition = _holds(asked)
        plan: Any = connection.execute(text(f"EXPLAIN (FORMAT JSON) SELECT FROM {TABLE} WHERE {condition}")).scalar_one()
        statement = _FIND_RARE if plan[0]["Plan"]["Plan Rows"] <= RARE else _FIND_COMMON
        return list(connection.execute(text(statement.format(condition=condition)), values).scalars())
    return list(connection.execute(_FIND_ROWS, {**values, "asked": _match(asked)}).scalars())


def told_by(connection: Connection, item: ColumnElement[int], asked: Sequence[Term]) -> ColumnElement[bool]:
    """The condition that all of it stands in the item whose number this column holds; for lists of what came of items.

    Few items are named one by one, so that an index on the column may lead to them; of more the list is made once; for very many
    each row of the list, of which one of the first will do, asks for its own.
    """
    known = find(connection, asked, MANY + 1)
    if len(known) <= FEW:
        return item.in_(known)
    if connection.dialect.name == "postgresql":
        return item.in_(text(f"SELECT item_id FROM {TABLE} WHERE {_holds(asked)}").columns(ITEMS.c.id))
    said = text(f"{TABLE} MATCH :asked_words").bindparams(asked_words=_match(asked))
    words = select(literal_column(f"{TABLE}.rowid", ITEMS.c.id.type)).select_from(text(TABLE)).where(said)
    if len(known) <= MANY:
        return (item + 0).in_(words)
    return words.where(literal_column(f"{TABLE}.rowid") == item).exists()


def _words(title: str, body: str) -> list[str]:
    return words_of(body if body.startswith(title) else f"{title}\n{body}")


def _rows(items: Texts) -> list[dict[str, object]]:
    return [{"id": number, "words": " ".join(_words(title, body))} for number, title, body in items]


def _vector(words: Sequence[str]) -> str:
    """The words with their places, as PostgreSQL writes a tsvector."""
    placed = sorted((word, place) for place, word in enumerate(words, 1))
    return " ".join(
        f"'{word}':{','.join(str(place) for _, place in places)}" for word, places in groupby(placed, key=itemgetter(0))
    )


def _match(asked: Sequence[Term]) -> str:
    """The question as FTS5 writes it: phrases in quotation marks, which no word can hold."""
    return " AND ".join(f'"{" ".join(term.words)}"' + ("*" if term.open_end else "") for term in asked)


def _holds(asked: Sequence[Term]) -> str:
    """The condition as PostgreSQL writes it. The words stand in the statement, so that each question is planned by how often
    they occur; they are letters and digits, see `search_words`."""
    return f"words @@ $words${' & '.join(' <-> '.join(_quoted(term)) for term in asked)}$words$::tsquery"


def _quoted(term: Term) -> Iterator[str]:
    last = len(term.words) - 1
    for place, word in enumerate(term.words):
        yield f"'{word}'" + (":*" if term.open_end and place == last else "")


_CREATE = {
    "sqlite": (f"CREATE VIRTUAL TABLE {TABLE} USING fts5(words, content='', columnsize=0, tokenize='ascii', prefix='1')",),
    "postgresql": (
        f"CREATE TABLE {TABLE} (item_id bigint PRIMARY KEY REFERENCES items (id) ON DELETE CASCADE, words tsvector NOT NULL)",
        f"CREATE INDEX ix_{TABLE}_words ON {TABLE} USING gin (words)",
    ),
}
_ADD_ROWS = text(f"INSERT INTO {TABLE} (rowid, words) VALUES (:id, :words)")
_FORGET_ROWS = text(f"INSERT INTO {TABLE} ({TABLE}, rowid, words) VALUES ('delete', :id, :words)")
_FIND_ROWS = text(
    f"SELECT rowid FROM {TABLE} WHERE {TABLE} MATCH :asked AND rowid < :before AND rowid > :after "
    "ORDER BY rowid DESC LIMIT :limit"
)


def _with_ids(statement: str) -> TextClause:
    return text(statement).bindparams(bindparam("ids", type_=ARRAY(BigInteger)))


_ADD_VECTORS = _with_ids(
    f"INSERT INTO {TABLE} (item_id, words) SELECT id, vector::tsvector FROM unnest(:ids, :vectors) AS given (id, vector)"
).bindparams(bindparam("vectors", type_=ARRAY(String)))
_BETWEEN = "item_id < :before AND item_id > :after ORDER BY item_id DESC LIMIT :limit"
_FIND_COMMON = f"SELECT item_id FROM {TABLE} WHERE {{condition}} AND {_BETWEEN}"
_FIND_RARE = (
    f"WITH every AS MATERIALIZED (SELECT item_id FROM {TABLE} WHERE {{condition}}) SELECT item_id FROM every WHERE {_BETWEEN}"
)
