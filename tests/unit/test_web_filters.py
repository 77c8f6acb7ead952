import pytest
from fastapi import HTTPException

from service.model.rule import Severity
from service.web.filters import MAX_TEXT, Filters, read_filters


def test_nothing_asked_is_no_filter() -> None:
    asked = read_filters(severity="", rule="", span="")
    assert asked == Filters()
    assert not asked.active
    assert asked.url() == "/"
    assert asked.question == ""


def test_filters_stay_in_the_links_and_can_be_changed_one_by_one() -> None:
    asked = read_filters(severity="high", rule="limit up&x=1", span="7d")
    assert asked.active
    assert asked.url(before="abc") == "/?severity=high&rule=limit+up%26x%3D1&span=7d&before=abc"
    assert asked.url(severity=None, rule="") == "/?span=7d"
    assert asked.url(severity=Severity.LOW) == "/?severity=low&rule=limit+up%26x%3D1&span=7d"
    assert asked.question == "severity=high&rule=limit+up%26x%3D1"


@pytest.mark.parametrize("query", [{"severity": "<b>"}, {"span": "9y"}, {"rule": "x" * (MAX_TEXT + 1)}])
def test_what_does_not_exist_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(HTTPException) as refused:
        read_filters(**query)
    assert refused.value.status_code == 400
