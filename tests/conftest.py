"""What holds for every test: the settings of the person who runs them are out of sight, and databases are fixtures."""

import os
from collections.abc import Generator

import pytest

pytest_plugins = ["tests.support.databases"]

OURS = {"TAPEWATCH_TEST_POSTGRES", "TAPEWATCH_SHARED"}
"""What the tests themselves are told by their environment."""

for name in [name for name in os.environ if name.startswith("TAPEWATCH_")]:
    if name not in OURS:
        del os.environ[name]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What a test logged goes from its process to the one that reports, which takes no lone surrogates."""
    report = yield
    report.sections = [(name, text.encode("utf-8", "backslashreplace").decode("utf-8")) for name, text in report.sections]
    return report
