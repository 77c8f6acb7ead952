"""Every exception this product raises on purpose, and the shape of a problem in a file.

TapewatchError
├── ConfigurationError      a setting, secret or command-line value is missing or wrong
├── InvalidFiles            rule, vocabulary, entity, source or route files were refused; carries all problems at once
├── OutOfDate               another version of the rules came into force since they were read
├── StorageError            the database cannot be used
│   └── SchemaError         its schema is older or newer than this program
├── RefusedAddress          a connection to an address that is not public and not listed
├── FetchError              one fetch of a source failed
├── ParseError              a fetched body is not what its source says it is
├── ChildError              a killable child process failed
│   └── ChildTimeout        it was killed because its time was over
└── NotifyError             one try to deliver failed, for certain

Messages are one sentence that names the place and the cure; they never contain a secret.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong in one file: `line` and `column` count from 1; 0 means the file as a whole."""

    file: str
    line: int
    column: int
    message: str
    hint: str = ""

    @property
    def place(self) -> str:
        """`file:line:column`, as editors and terminals link it."""
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" + (f" ({self.hint})" if self.hint else "")


class TapewatchError(Exception):
    """Root of the tree; the command line prints it as one sentence and exits 1."""


class ConfigurationError(TapewatchError):
    """A setting is missing or wrong; the message names it and the cure."""


class InvalidFiles(TapewatchError):
    """Files were refused as a whole set; `problems` is sorted and never empty, `texts` are the files that were read."""

    def __init__(self, problems: list[Problem], texts: Mapping[str, bytes] | None = None) -> None:
        self.problems = tuple(sorted(set(problems)))
        self.texts = texts or {}
        super().__init__("\n".join(str(problem) for problem in self.problems))


class OutOfDate(TapewatchError):
    """A change was made to a version of the rules that is not in force any more; `version` is the one that is."""

    def __init__(self, version: str) -> None:
        self.version = version
        super().__init__(f"version {version} of the rules came into force meanwhile; look at it and make the change again")


class StorageError(TapewatchError):
    """The database cannot be opened, read or written."""


class SchemaError(StorageError):
    """The database's schema revision is not the one this program was built for."""


class RefusedAddress(TapewatchError):
    """An outbound connection was refused before it was made."""


class FetchError(TapewatchError):
    """One fetch failed.

    `reason` is one of a small closed set (a metric label); `permanent` means that trying again without a change is useless;
    `retry_after` is what the server asked for, in seconds.
    """

    def __init__(self, message: str, *, reason: str, permanent: bool = False, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.permanent = permanent
        self.retry_after = retry_after


class ParseError(TapewatchError):
    """A body is not what its source says it is, or took too long to read."""


class ChildError(TapewatchError):
    """A child process died or answered with an error."""


class ChildTimeout(ChildError):
    """A child process was killed because it did not answer in time."""


class NotifyError(TapewatchError):
    """One try failed and the message was certainly not accepted.

    `reason` is one of notify.REASONS (a metric label); `permanent` discards the delivery at once;
    `retry_after` (seconds) is honoured over our own back-off.
    """

    def __init__(self, message: str, *, reason: str, permanent: bool = False, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.permanent = permanent
        self.retry_after = retry_after
