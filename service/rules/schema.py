"""The JSON schema (draft 2020-12) of a rule file, for completion and checks in editors.

Made from the same models that the loader reads with, and from the vocabulary in force: event types, their fields and values are
enumerated. It says what may stand where; what only the whole set can tell (ids, entities, examples) is the loader's.
"""

from collections.abc import Collection, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from service.marked_yaml.schemas import DURATION, tidy
from service.model.rule import Severity
from service.rules.building import TEXTS_SCHEMA, Allowed, Scope
from service.rules.conditions.event import known_names
from service.rules.conditions.field import NumberTest, fields_of
from service.rules.conditions.moment import Calendar, DuringOptions, TimeOptions
from service.rules.conditions.origin import SourceOptions
from service.rules.conditions.subject import SubjectOptions
from service.rules.conditions.text import TextOptions
from service.rules.file import NAME_PATTERN, ListsText, RuleText
from service.rules.novelty import NoveltyText
from service.rules.severity import ELSE
from service.rules.windows import MODELS

Schema = dict[str, Any]
_NONE: Mapping[str, Calendar] = {}
_CONDITIONS: Schema = {"$ref": "#/$defs/When"}
_MODELS: tuple[type[BaseModel], ...] = (
    RuleText, ListsText, NumberTest, SubjectOptions, TextOptions, SourceOptions, TimeOptions, DuringOptions, NoveltyText,
    *MODELS.values(),
)  # fmt: skip
NUMBER: Schema = {"type": "integer", "minimum": 2, "maximum": 1000}

_STARTER = {
    "label": "a rule",
    "description": "id, severity, title, when and two examples",
    "body": {
        "id": "$1",
        "severity": "${2|info,low,medium,high,critical|}",
        "title": "{{ subject }} $3",
        "when": {"event": "$4", "subject": "any"},
        "examples": {"match": ["$5"], "no_match": ["$6"]},
    },
}


def json_schema(
    event_fields: Mapping[str, Mapping[str, Allowed]], calendars: Mapping[str, Calendar] = _NONE, tags: Collection[str] = ()
) -> Schema:
    """The schema for rules/alerts/*.yaml with this vocabulary and these calendars; `tags` are offered, others allowed."""
    _, models = models_json_schema([(model, "validation") for model in _MODELS])
    definitions: Schema = tidy(models["$defs"])
    definitions["When"] = _when(event_fields)
    definitions["During"] = _during(calendars)
    models_of: Mapping[str, type[BaseModel]] = {**MODELS, "novelty": NoveltyText}
    whole = {**definitions["When"]["properties"], **{key: {"$ref": f"#/$defs/{one.__name__}"} for key, one in models_of.items()}}
    for name in ("SubjectOptions", "ListEntry"):
        _offer(definitions[name]["properties"]["tag"], tags)
    definitions["RuleWhen"] = {**definitions["When"], "properties": whole}
    definitions["RuleText"]["properties"] |= {
        "when": {"$ref": "#/$defs/RuleWhen", "description": "All keys given here hold together."},
        "during": {"$ref": "#/$defs/During"},
        "severity": _severity(),
    }
    for key, model in models_of.items():
        definitions["RuleText"]["properties"][key] |= {"$ref": f"#/$defs/{model.__name__}"}
    definitions["SequenceText"]["properties"]["after"] |= {"$ref": "#/$defs/When"}
    definitions["AbsenceText"]["properties"]["during"] |= {"$ref": "#/$defs/During"}
    for name in ("AbsenceText", "FirstTimeText"):  # which may be written as a duration alone
        options = definitions[name]
        definitions[name] = {"anyOf": [DURATION, options], "description": options["description"]}
    several = [definitions["ExamplesText"]["properties"][key] for key in ("match", "no_match")]
    for many in (*several, *definitions["ListsText"]["patternProperties"].values()):
        items, kind = many["items"], {key: many.pop(key) for key in ("type", "items", "minItems") if key in many}
        many["anyOf"] = [items, kind]
    reports = {"anyOf": [NUMBER, definitions.pop("_Reports")], "examples": [2, {"publishers": 3, "within": "2h"}]}
    definitions["CorroboratedText"] = {"description": "So many different publishers report the same.", **reports}
    rules = {"type": "array", "items": {"$ref": "#/$defs/RuleText"}, "defaultSnippets": [_STARTER]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Tapewatch alert rules",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "rules": {**rules, "description": "Alert rules."},
            "lists": {"$ref": "#/$defs/ListsText"},
            "macros": _macros(),
        },
        "$defs": dict(sorted(definitions.items())),
    }


def _offer(schema: Schema, words: Collection[str]) -> None:
    """Let editors complete what may also be something else."""
    if words:
        schema["anyOf"] = [_one_or_more({"enum": sorted(words)}), *schema["anyOf"]]


def _when(vocabulary: Mapping[str, Mapping[str, Allowed]]) -> Schema:
    nested = {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/When"}}
    properties: Schema = {
        "event": {
            **_one_or_more({"enum": list(known_names(vocabulary))}),
            "description": "The item asserts an event of this type. Fields beside it speak of the same event.",
        },
        "subject": {
            "anyOf": [{"enum": ["any", "named"]}, {"$ref": "#/$defs/SubjectOptions"}],
            "description": "Whom the event is about; `named`: whoever it is, if the text says a name.",
            "examples": ["any", {"tag": "optical"}, {"entity": "601869.SH"}, {"list": "my-stocks"}, {"name": "Moore Threads"}],
        },
        "text": {
            "anyOf": [TEXTS_SCHEMA, {"$ref": "#/$defs/TextOptions"}],
            "description": "Words in the item; a list means any of them.",
            "examples": [["prospectus", "招股书"], {"all": ["CPO"], "none": ["rumour"]}],
        },
        "source": {
            "anyOf": [TEXTS_SCHEMA, {"$ref": "#/$defs/SourceOptions"}],
            "description": "The source that brought the item.",
            "examples": ["example-wire", {"publisher": "example.com"}],
        },
        "publisher": {**TEXTS_SCHEMA, "description": "The outlet, or a host name of it; one is enough."},
        "language": {**_one_or_more({"enum": ["en", "zh"]}), "description": "What the item is written in."},
        "time": {"$ref": "#/$defs/TimeOptions"},
        "during": {"$ref": "#/$defs/During"},
        "use": {**TEXTS_SCHEMA, "description": "Names of `macros`; all of them hold together."},
        "all": {**nested, "description": "Every one of these conditions holds."},
        "any": {**nested, "description": "At least one of these conditions holds."},
        "none": {**nested, "description": "None of these conditions holds."},
    }
    for name, types in _types_by_field(vocabulary).items():
        field = _field(types)
        properties[name] = _either(field, properties[name]) if name in properties else field
    return {
        "type": "object",
        "description": "Conditions; all keys given here hold together.",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": properties,
    }


def _severity() -> Schema:
    words = {"enum": list(Severity)}
    rest = {**words, "description": "The severity of all others."}
    graver = {str(severity): _CONDITIONS for severity in list(Severity)[1:]}
    by_event = {
        "type": "object",
        "additionalProperties": False,
        "required": [ELSE],
        "properties": {**graver, ELSE: rest},
        "description": "The gravest whose conditions hold; they speak of the event that fired.",
    }
    examples = ["high", {"critical": {"move": {"at_least": 20}}, ELSE: "high"}]
    return {"anyOf": [words, by_event], "description": "How urgent an alert is.", "examples": examples}


def _during(calendars: Mapping[str, Calendar]) -> Schema:
    """A calendar's name, or options whose calendars and sessions are named for completion."""
    names = _one_or_more({"enum": sorted(calendars)}) if calendars else dict(TEXTS_SCHEMA)
    about = DuringOptions.model_fields
    sessions = list(dict.fromkeys(name for calendar in calendars.values() for name in calendar.sessions))
    options = {"calendar": names, "session": _one_or_more({"enum": sessions}) if sessions else dict(TEXTS_SCHEMA)}
    for name, option in options.items():
        option["description"] = about[name].description or ""
    short = {"enum": sorted(calendars)} if calendars else {"type": "string"}
    return {
        "description": "A market's session, days of the week, times of day.",
        "anyOf": [short, {"allOf": [{"$ref": "#/$defs/DuringOptions"}, {"properties": options}]}],
        "examples": ["XSHG", {"calendar": "XSHG", "session": "call_auction"}],
    }


def _macros() -> Schema:
    return {
        "type": "object",
        "description": "Named conditions, for `use:` in any file.",
        "patternProperties": {NAME_PATTERN: _CONDITIONS},
        "additionalProperties": False,
    }


def _types_by_field(vocabulary: Mapping[str, Mapping[str, Allowed]]) -> dict[str, dict[str, Allowed]]:
    """Field → the event types that have it, and what it may be in each."""
    found: dict[str, dict[str, Allowed]] = {}
    for event_type in vocabulary:
        for name, allowed in fields_of(Scope((event_type,)), vocabulary).items():
            found.setdefault(name, {})[event_type] = allowed
    return dict(sorted(found.items()))


def _field(types: Mapping[str, Allowed]) -> Schema:
    schemas: list[Schema] = []
    words = {word: None for allowed in types.values() if not isinstance(allowed, str) for word in allowed}
    if words:
        schemas.append(_one_or_more({"enum": list(words)}))
    if "number" in types.values():
        schemas.append({"$ref": "#/$defs/NumberTest"})
    if "text" in types.values():
        schemas.append(TEXTS_SCHEMA)
    description = f"Field of {', '.join(types)}."
    return {**schemas[0], "description": description} if len(schemas) == 1 else {"anyOf": schemas, "description": description}


def _either(field: Schema, own: Schema) -> Schema:
    return {"anyOf": [field, own], "description": f"{own['description']} {field['description']}"}


def _one_or_more(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "array", "items": schema, "minItems": 1}]}
