"""JSON schemas (draft 2020-12) of files, for completion and checks in editors, made from the models that read them.

Guarantee: what a model takes as one thing or as a list of it, its schema takes as both. It must not say more than the model: what
only the whole file can tell is the reader's.
"""

from typing import Any

from pydantic import BaseModel, GetJsonSchemaHandler
from pydantic_core import CoreSchema

Schema = dict[str, Any]
DURATION: Schema = {"type": "string", "pattern": r"^(\d{1,9}(ms|[smhdw]))+$", "examples": ["30m"]}


class OneOrMore:
    """Marks a list whose validator takes one thing as a list of it."""

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> Schema:
        """One of them, or several."""
        several = handler(core)
        return {"anyOf": [several["items"], several]}


ONE_OR_MORE = OneOrMore()


def schema_of(model: type[BaseModel], title: str) -> Schema:
    """The schema of a file that this model reads."""
    whole = tidy(model.model_json_schema(by_alias=True))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title, **whole}


def tidy(schema: Any) -> Any:
    """Without what only a machine made: titles, nulls (an absent key is absent), names that no pattern allows."""
    if isinstance(schema, list):
        return [tidy(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {
        key: tidy(value) for key, value in schema.items() if not (key == "title" and isinstance(value, str)) and value is not None
    }
    choices = [one for one in kept.get("anyOf", []) if one != {"type": "null"}]
    if len(choices) == 1:
        kept.pop("anyOf")
        return choices[0] | kept
    if choices:
        kept["anyOf"] = choices
    return kept | ({"additionalProperties": False} if "patternProperties" in kept else {})
