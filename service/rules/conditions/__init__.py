"""The conditions of the rule language, one module per family, and the one map that says which key reads which.

A new condition is a dataclass with `evaluate`, `explain` and `keys`, a parser that reports instead of raising, and a line here.
"""

from collections.abc import Callable, Mapping
from functools import partial

from service.rules.building import Builder, Path, Scope
from service.rules.condition import Condition
from service.rules.conditions import event, logic, moment, origin, subject, text, use

Parse = Callable[[Builder, Path, Scope | None], Condition | None]

CONDITIONS: Mapping[str, Parse] = {
    "event": event.parse,
    "subject": subject.parse,
    "text": text.parse,
    "source": origin.parse_source,
    "publisher": origin.parse_publisher,
    "language": origin.parse_language,
    "time": moment.parse_time,
    "during": moment.parse_during,
    "use": use.parse,
    "all": partial(logic.parse, "all"),
    "any": partial(logic.parse, "any"),
    "none": partial(logic.parse, "none"),
}
"""Key → its parser. Any other key is a field of the event that is spoken of."""
