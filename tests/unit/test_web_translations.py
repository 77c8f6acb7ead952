"""Every word of the interface is there in every language, and no catalogue says what nobody asks."""

import re
from collections import defaultdict

import pytest
from babel.messages.catalog import Message
from babel.messages.checkers import checkers

from service.web import i18n
from service.web.i18n import LANGUAGES, Reader, catalogue_files, gettext, ngettext, read_file, reader, reading
from tests.support.messages import everything

PLACE = re.compile(r"%%|%\(\w+\)s")
"""What is filled in; any other per cent sign breaks the page that shows the message."""
OTHERS = [language for language in LANGUAGES if language != "en"]


def translated(language: str) -> dict[str | tuple[str, str], list[tuple[str, Message]]]:
    """Each message of the catalogue with the files that translate it."""
    found = defaultdict(list)
    for path in catalogue_files(language):
        for message in read_file(path, language):
            if message.id:
                found[_key(message)].append((path.name, message))
    return found


def _key(message: Message) -> str | tuple[str, str]:
    return (message.id[0], message.id[1]) if isinstance(message.id, tuple | list) else message.id


@pytest.mark.parametrize("language", OTHERS)
def test_every_message_is_translated(language: str) -> None:
    known = translated(language)
    missing = {message: place for message, place in everything().items() if message not in known}
    assert missing == {}


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_holds_nothing_that_nobody_says(language: str) -> None:
    used = everything()
    assert {message: files[0][0] for message, files in translated(language).items() if message not in used} == {}


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_is_whole_the_same_in_all_files_and_keeps_the_values(language: str) -> None:
    for message, places in translated(language).items():
        texts = {str(one.string) for _, one in places}
        assert len(texts) == 1, (message, texts)
        for name, one in places:
            assert not one.fuzzy, (name, message)
            strings = one.string if isinstance(one.string, tuple | list) else (one.string,)
            assert all(strings), (name, message)
            assert "%" not in PLACE.sub("", "".join(map(str, strings))), (name, message)
            one.flags.add("python-format")
            catalogue = read_file(catalogue_files(language)[0], language)
            for check in checkers:
                check(catalogue, one)


@pytest.fixture(autouse=True)
def english_again() -> None:
    reading(Reader())


def test_messages_are_said_in_the_language_of_the_reader() -> None:
    assert (gettext("Alerts"), gettext(""), gettext("nobody has translated this")) == ("Alerts", "", "nobody has translated this")
    reading(Reader("zh"))
    assert (gettext("Alerts"), gettext(""), gettext("nobody has translated this")) == ("提醒", "", "nobody has translated this")
    assert ngettext("%(count)s alert", "%(count)s alerts", 2) == "%(count)s 条提醒"
    assert (reader().tag, str(reader().locale)) == ("zh-Hans", "zh_Hans_CN")


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("fr-FR,fr;q=0.9,zh;q=0.2", "zh"),
        ("de", "en"),
        ("zh;q=0", "en"),
        ("zh;q=nonsense", "en"),
        ("en;q=0.1,ZH-Hant-TW;q=0.9", "zh"),
        ("*" * 5000, "en"),
        (";;;,,,q=1", "en"),
    ],
)
def test_the_browser_says_which_language_it_likes(accepted: str, language: str) -> None:
    assert i18n.negotiated(accepted) == language
