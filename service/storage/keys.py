"""Secrets that the program draws for itself.

Guarantee: whoever asks first draws the key, and every process of this database gets the same one. Must not be logged or exported.
"""

import secrets

from sqlalchemy import Connection, select

from service.storage.database import insert_new
from service.storage.message_tables import KEYS

LINKS = "links"
KEY_BYTES = 32


def link_key(connection: Connection) -> bytes:
    """What the links of messages are signed with."""
    insert_new(connection, KEYS, [{"name": LINKS, "value": secrets.token_hex(KEY_BYTES)}], "name")
    return bytes.fromhex(connection.execute(select(KEYS.c.value).where(KEYS.c.name == LINKS)).scalar_one())
