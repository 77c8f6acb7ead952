"""Whatever is read, the answer is a Document or InvalidFiles, with places inside the file."""

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from service.errors import InvalidFiles
from service.marked_yaml import Document, load
from tests.support.corpora import members

YAMLISH = st.text(st.sampled_from("ab:-?#&*!|>'\"%@`{}[],\n\t \\<\r\ufeff长\0~.=1"), max_size=60)
SCALARS = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=12).filter(lambda text: text != "<<")
VALUES = st.recursive(
    SCALARS, lambda below: st.lists(below, max_size=4) | st.dictionaries(SCALARS, below, max_size=4), max_leaves=20
)


def read(text: str | bytes) -> Document | None:
    try:
        return load(text, "f.yaml")
    except InvalidFiles as refused:
        assert all(problem.file == "f.yaml" and problem.message for problem in refused.problems)
        return None


@settings(deadline=None, max_examples=500)
@given(YAMLISH | st.text() | st.binary())
def test_nothing_but_invalid_files(text: str | bytes) -> None:
    read(text)


@settings(deadline=None)
@given(st.dictionaries(SCALARS, VALUES, max_size=4))
def test_what_a_yaml_writer_writes_is_read_back(value: dict[str, object]) -> None:
    text = yaml.safe_dump(value, allow_unicode=True)
    document = read(text)
    assert document is not None
    assert document.value == value


@settings(deadline=None)
@given(st.dictionaries(SCALARS, VALUES, max_size=4), st.integers(0, 400))
def test_a_half_written_file_is_read_or_refused(value: dict[str, object], cut: int) -> None:
    read(yaml.safe_dump(value).encode()[:cut])


@pytest.mark.corpora
def test_the_yaml_test_suite() -> None:
    """Each file of the suite and each text that it quotes."""
    texts = 0
    for content in members("corpora/hostile.tar.gz", "yaml/").values():
        read(content)
        document = read(content)
        for case in document.value if document and isinstance(document.value, list) else []:
            if isinstance(case, dict) and isinstance(case.get("yaml"), str):
                shown = case["yaml"]
                for mark, meant in (
                    ("␣", " "),
                    ("———»", "\t"),
                    ("——»", "\t"),
                    ("—»", "\t"),
                    ("»", "\t"),
                    ("←", "\r"),
                    ("⇔", "\ufeff"),
                    ("↵", ""),
                    ("∎\n", ""),
                ):
                    shown = shown.replace(mark, meant)
                read(shown)
                texts += 1
    assert texts > 200


@pytest.mark.corpora
@pytest.mark.parametrize("folder", ["json/", "payloads/blns", "xml/", "regex/"])
def test_files_that_are_something_else(folder: str) -> None:
    for content in members("corpora/hostile.tar.gz", folder).values():
        read(content)
