"""How the running parts are."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """One part (poll, deliver, database, rules, …): whether it works, and one sentence for a person."""

    name: str
    well: bool
    words: str = ""


@dataclass(frozen=True, slots=True)
class Health:
    """Whether this process can do its job; `reasons` say why not (or what is about to go wrong) and are shown to readers."""

    ready: bool
    reasons: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
