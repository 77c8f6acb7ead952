"""How long: a duration where a rule needs one."""

from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

from service.marked_yaml.schemas import DURATION
from service.model.duration import parse_duration

LONGEST = timedelta(days=366)


def _duration(text: object) -> timedelta:
    value = parse_duration(text) if isinstance(text, str) else timedelta(0)
    if not timedelta(0) < value <= LONGEST:
        raise ValueError("write a duration of more than 0s and at most 366d, for instance 30m")
    return value


Duration = Annotated[timedelta, BeforeValidator(_duration), WithJsonSchema(DURATION)]
