"""What holds for every test: the settings of the person who runs them are out of sight, and databases are fixtures.

Property tests draw the same examples each time, so that a change alone turns a run red (and `make test` shuffles tests the same
way). `HYPOTHESIS_PROFILE=explore` draws new ones, and many of them.
"""

import gc
import os
import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

pytest_plugins = ["tests.support.databases", "tests.support.kept"]

settings.register_profile("steady", derandomize=True, deadline=None, database=None)
settings.register_profile("explore", deadline=None, max_examples=2_000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

OURS = {"TAPEWATCH_TEST_POSTGRES", "TAPEWATCH_SHARED"}
"""What the tests themselves are told by their environment."""

for name in [name for name in os.environ if name.startswith("TAPEWATCH_")]:
    if name not in OURS:
        del os.environ[name]
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
"""Hundreds of processes are started here: compiling the program anew in each takes longer than what most of them do."""

MANY_OBJECTS = (20_000, 10, 10)
"""Vocabulary and plugins are millions of objects: by the defaults they would be looked through all the time."""

SLOWEST_FIRST = ("acceptance", "browser", "integration", "contract", "property", "unit")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Nothing of what is collected is garbage, and all of it stays: looking through it again and again takes longer."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(*MANY_OBJECTS)
        gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Folders whose files take long come first, so that no process is left alone with one at the end."""
    here = Path(__file__).parent
    items.sort(key=lambda item: SLOWEST_FIRST.index(item.path.relative_to(here).parts[0]))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What a test logged goes from its process to the one that reports, which takes no lone surrogates."""
    report = yield
    report.sections = [(name, text.encode("utf-8", "backslashreplace").decode("utf-8")) for name, text in report.sections]
    return report
