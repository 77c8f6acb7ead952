import pytest
from fastapi import HTTPException

from service.model.entity import Entity, EntityKind
from service.model.rule import Severity
from service.storage.alert_lists import AlertState
from service.web.directory import Directories, Directory
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


@pytest.mark.parametrize(
    "query", [{"severity": "<b>"}, {"span": "9y"}, {"rule": "x" * (MAX_TEXT + 1)}, {"state": "x"}, {"entity": "x" * 999}]
)
def test_what_does_not_exist_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(HTTPException) as refused:
        read_filters(**query)
    assert refused.value.status_code == 400


def test_names_and_tags_stand_for_the_ids_of_entities() -> None:
    catalog = {
        one.id: one
        for one in (
            Entity("600999.SH", EntityKind.STOCK, ("Harbour Fibre",), ("港湾光纤",), frozenset({"optical"})),
            Entity("600998.SH", EntityKind.STOCK, ("Quay Optics",), tags=frozenset({"optical"})),
            Entity("600997.SH", EntityKind.STOCK, ("Harbour Fibre",)),
        )
    }
    directory = Directory(catalog)

    def meant(**asked: str) -> list[str] | None:
        ids = read_filters(**asked).asked(directory)["entities"]
        return None if ids is None else sorted(ids)

    assert meant() is None
    assert meant(entity="港湾光纤") == meant(entity=" 600999.sh ") == ["600999.SH"]
    assert meant(entity="harbour fibre") == ["600997.SH", "600999.SH"]
    assert meant(tag="optical") == ["600998.SH", "600999.SH"]
    assert meant(tag="optical", entity="harbour fibre") == ["600999.SH"]
    assert meant(tag="nothing") == []
    assert meant(entity="GONE.SH") == ["GONE.SH"]
    assert directory.tags == ("optical",)


def test_the_directory_is_made_again_for_another_catalog() -> None:
    directories, catalog = Directories(), {"a": Entity("a", EntityKind.COMPANY)}
    assert directories.of(catalog) is directories.of(catalog)
    assert directories.of({}) is not directories.of(catalog)


def test_all_filters_stay_in_the_links_and_the_span_narrows_nothing() -> None:
    asked = read_filters(severity="low", q="晶圆 AI", source="wire", entity="A & B", tag="t", state="held", span="30d")
    assert asked.url() == "/?severity=low&span=30d&q=%E6%99%B6%E5%9C%86+AI&source=wire&entity=A+%26+B&tag=t&state=held"
    assert asked.question == "severity=low&q=%E6%99%B6%E5%9C%86+AI&source=wire&entity=A+%26+B&tag=t&state=held"
    assert asked.further
    assert not read_filters(span="7d").active
    assert read_filters(state="new").asked(Directory({})) == {
        "severity": None,
        "rule": "",
        "source": "",
        "entities": None,
        "state": AlertState.NEW,
        "words": None,
    }
