"""YAML whose every value remembers its place, so that every error can name file:line:column.

Guarantees: `load` answers with a Document or raises InvalidFiles with all problems it found, and nothing else; hostile text
(alias and merge bombs, deep nesting, huge files) is refused by its size or its events, before anything is built from it. Every
scalar is text: the ticker `ON` stays ON, `012` stays 012, and the schema that reads it decides. `validate` holds a Document
against a pydantic model and puts each error at its place.
It must not open files, know any schema of its own, or let an exception of the YAML library out.
"""

from service.marked_yaml.document import Document, Mark, Path
from service.marked_yaml.formatting import formatted
from service.marked_yaml.reader import MAX_BYTES, MAX_DEPTH, MAX_NODES, load
from service.marked_yaml.validation import did_you_mean, unknown_key, validate

__all__ = [
    "MAX_BYTES",
    "MAX_DEPTH",
    "MAX_NODES",
    "Document",
    "Mark",
    "Path",
    "did_you_mean",
    "formatted",
    "load",
    "unknown_key",
    "validate",
]
