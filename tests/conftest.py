"""What holds for every test: the settings of the person who runs them are out of sight, and databases are fixtures."""

import os

pytest_plugins = ["tests.support.databases"]

OURS = {"TAPEWATCH_TEST_POSTGRES", "TAPEWATCH_SHARED"}
"""What the tests themselves are told by their environment."""

for name in [name for name in os.environ if name.startswith("TAPEWATCH_")]:
    if name not in OURS:
        del os.environ[name]
