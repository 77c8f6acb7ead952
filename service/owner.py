"""One running process for one SQLite file.

Held by a lock of the operating system, so that it ends with the process however that ends. Whoever holds it knows that every
lease in the database is a dead process's and may take the work back at once instead of waiting for the lease to run out.
"""

import fcntl
import os
import pwd
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service.errors import StorageError


@contextmanager
def own(database: Path) -> Iterator[None]:
    """Hold `<database>.lock`; StorageError names the process that holds it already."""
    path = database.with_name(f"{database.name}.lock")
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise StorageError(
            f"{path}: cannot be written: {error.strerror}; give this user the right, or set TAPEWATCH_DATA_DIR"
        ) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(handle, 32).decode("ascii", "replace").strip() or "another process"
            cure = "stop it first, or give this one a database of its own (TAPEWATCH_DATA_DIR); several processes need PostgreSQL"
            raise StorageError(f"{database} is in use by a running Tapewatch (process {holder}): {cure}") from None
        os.truncate(handle, 0)
        os.write(handle, str(os.getpid()).encode())
        yield
    finally:
        os.close(handle)


def user_name() -> str:
    """Who runs this process, and where; the number of a user without a name."""
    number = os.geteuid()
    try:
        name = pwd.getpwuid(number).pw_name
    except KeyError:
        name = str(number)
    return f"{name}@{socket.gethostname()}"
