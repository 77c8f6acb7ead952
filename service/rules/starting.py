"""A first rule from answers: what happened, of whom, how strong, how grave. Pure.

Guarantee: whatever the answers are, they stand in the file as text: none of them becomes YAML of its own. Whether the rule is
valid is for whoever loads it to say.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from service.model.rule import Severity

TITLE = "{{ subject }}{% if alias %} ({{ alias }}){% endif %}: %s"
SUBJECTS = ("entity", "tag", "list", "name")
SCHEMA = "# yaml-language-server: $schema=../schema.json"
_PLAIN = re.compile(r"[^\W_][\w .-]*\w|[^\W_]")
_WORDS = frozenset(("true", "false", "yes", "no", "on", "off", "null"))


@dataclass
class Start:
    """What is known of the rule so far.

    `subject` is any, entity:ID, tag:NAME, list:NAME or name:TEXT; `asks` holds fields of the event with the values that are asked
    for, `least` fields with the least that counts, `fields` names what else may be asked.
    """

    match: list[str]
    no_match: list[str]
    id: str = ""
    event: str = ""
    subject: str = ""
    words: list[str] = field(default_factory=list)
    severity: Severity = Severity.MEDIUM
    title: str = ""
    fields: list[str] = field(default_factory=list)
    asks: Mapping[str, Sequence[str]] = field(default_factory=dict)
    least: Mapping[str, float] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    owner: str = ""

    def text(self) -> str:
        """The rule as a file of its own."""
        title = self.title or (TITLE.replace("%s", self.event.replace("_", " ")) if self.event else "{{ headline }}")
        lines = [
            SCHEMA,
            "",
            "rules:",
            f"  - id: {self.id}",
            f"    title: {quoted(title)}",
            f"    severity: {self.severity.value} # info, low, medium, high or critical",
            *([f"    owner: {quoted(self.owner)}"] if self.owner else []),
            *(
                [f"    labels: {{{', '.join(f'{name}: {quoted(value)}' for name, value in self.labels.items())}}}"]
                if self.labels
                else []
            ),
            "    when: # all keys in one mapping hold together and speak of the same event",
            *self._when(),
        ]
        if self.match or self.no_match:
            lines.append("    examples: # run each time this file is loaded")
        for name, examples in (("match", self.match), ("no_match", self.no_match)):
            if examples:
                lines += [f"      {name}:", *(f"        - {quoted(one)}" for one in examples)]
        return "\n".join(lines) + "\n"

    def _when(self) -> list[str]:
        when = [f"      event: {self.event}"] if self.event else []
        if self.event and self.subject not in ("", "any"):
            kind, _, name = self.subject.partition(":")
            when.append(f"      subject: {{{kind}: {quoted(name)}}}")
        if self.event:
            when += [f"      {name}: [{', '.join(map(quoted, values))}]" for name, values in self.asks.items()]
            when += [f"      {name}: {{at_least: {least:g}}}" for name, least in self.least.items()]
        if self.words:
            when.append(f"      text: {{any: [{', '.join(map(quoted, self.words))}]}}")
        if self.event and self.fields:
            when.append(f"      # more that may be asked of it: {', '.join(self.fields)}")
        return when


def quoted(text: str) -> str:
    """A text as a YAML value: plain where that is sure to be read as it is."""
    plain = _PLAIN.fullmatch(text) and text.lower() not in _WORDS and not text[0].isdigit()
    return text if plain else json.dumps(text, ensure_ascii=False)


def proposed(event: str, words: Sequence[str]) -> str:
    """An id to begin with."""
    name = re.sub("[^a-z0-9]+", "-", (event or (words[0] if words else "")).lower()).strip("-")[:48]
    return f"my-{name}" if name else "my-rule"
