"""What somebody most likely meant: the cure beside a mistake that many make.

Guarantee: a cure is a thing to write, and is only named where it is sure to fit. It must not decide what is wrong.
"""

import re
from collections.abc import Collection, Iterable, Mapping

from pydantic import BaseModel

from service.errors import Problem

MEANT: Mapping[str, str] = {
    "and": "all", "or": "any", "not": "none", "if": "when", "before": "after", "lt": "less_than", "gt": "more_than",
    "lte": "at_most", "gte": "at_least", "le": "at_most", "ge": "at_least", "eq": "equals", "min": "at_least",
    "max": "at_most", "timezone": "zone", "days": "weekday", "hours": "between",
}  # fmt: skip
"""Words of other languages, and those of this one."""
_COMPARED = re.compile(r"(<=|>=|≤|≥|==|<|>|=|)\s*([+-]?\d+(?:\.\d+)?)\s*[%％]?")
_SIGNS = {"<": "less_than", ">": "more_than", "=": "equals", "==": "equals"}
_UNKNOWN = re.compile(r"unknown key `([^`]*)`")
_EXPECTED = re.compile(r"`([a-z_]+)`: (?:expected|this should) ")
_KEY = re.compile(r"\s*([a-z_]+)\s*[:：]\s*(\S.*)")


def compared(field: str, text: str) -> str:
    """The comparison that `< -5 %` means."""
    found = _COMPARED.fullmatch(text.strip())
    if found is None:
        return f"write `{field}: {{at_least: …}}`, at_most, more_than, less_than or equals"
    sign, number = found.groups()
    low = "at_most" if number.startswith("-") else "at_least"
    word = _SIGNS.get(sign) or ({"<": "at_most", "≤": "at_most"}.get(sign[:1]) or "at_least" if sign else low)
    return f"write `{field}: {{{word}: {number}}}`"


def conditions(value: object, keys: Collection[str], events: Collection[str]) -> str:
    """What to write where conditions are missing, and `value` stands instead."""
    if isinstance(value, list):
        return "write `any:` or `all:` above this list, and indent the list below it"
    text = value if isinstance(value, str) else ""
    pair = _KEY.fullmatch(text)
    if pair and pair[1] in keys:
        colon = (
            "this colon is a Chinese one, and YAML needs a blank behind its own"
            if "：" in text
            else "the blank behind `:` is missing"
        )
        return f"{colon}: write `{pair[1]}: {pair[2]}`"
    if text in events:
        return f"write `event: {text}`"
    return "write for instance `event: limit_up` or `text: {any: [prospectus]}`" + ("" if text else ", indented below this key")


def cured(problem: Problem, model: type[BaseModel], homes: Mapping[str, str]) -> Problem:
    """A problem of a model with a better cure, if one is known; `homes` says where keys belong that cannot stand here."""
    unknown, expected = _UNKNOWN.match(problem.message), _EXPECTED.match(problem.message)
    if unknown:
        word, names = unknown[1], set(model.model_fields)
        meant = MEANT.get(word.casefold(), "")
        if word in homes:
            return _with(problem, homes[word])
        if meant in names:
            return _with(problem, f"did you mean `{meant}`?")
    if expected and not problem.hint and expected[1] in model.model_fields:
        examples = model.model_fields[expected[1]].examples
        if examples:
            return _with(problem, f"write for instance `{expected[1]}: {flow(examples[0])}`")
    return problem


def _with(problem: Problem, hint: str) -> Problem:
    return Problem(problem.file, problem.line, problem.column, problem.message, hint)


def flow(value: object) -> str:
    """A value as one writes it on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    return str(value)


def doubtful(words: str) -> str:
    """What is odd about words to look for, which are taken as they stand; "" if nothing is."""
    if words[:1] in "“„‘「『" and words[-1:] in "”“’」』":
        return 'its quotes are looked for too; plain quotes (") or none are not'
    if re.search(r"[，、；]|[^\s\d],\S|\S,[^\s\d]", words):
        return "the comma in it is looked for too; in a list the words stand between `, `"
    if re.search(r"\s(?:OR|AND|\||\|\||&&|&)\s", words):
        return "it is one phrase; write the words as a list under `any` or `all`"
    if re.search(r"\w\*$", words):
        return "the star is looked for too; write it without the star under `prefix`"
    return ""


def chinese_colon(problems: Iterable[Problem], text: str) -> list[Problem]:
    """Problems of a file that is no YAML; where a key is followed by a Chinese colon, that is the reason."""
    lines, found = text.splitlines(), []
    for problem in problems:
        near = range(min(problem.line, len(lines)) - 1, max(problem.line - 3, -1), -1)
        place = next(((n, m) for n in near if (m := re.match(r"\s*(?:- +)?[\"']?\w+[\"']?(：)", lines[n]))), None)
        if place is None:
            found.append(problem)
            continue
        number, match = place
        message = "this `：` is a Chinese colon, and no end of a key"
        found.append(Problem(problem.file, number + 1, match.start(1) + 1, message, "YAML needs `: `, a plain colon and a blank"))
    return found
