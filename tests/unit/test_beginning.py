"""A command that has begun collects its garbage."""

import gc
import subprocess
import sys

import service.cli
from service.beginning import THRESHOLDS, begun


def test_after_the_imports_garbage_is_collected() -> None:
    assert service.cli.app is not None
    assert gc.isenabled()
    before = gc.get_threshold()
    gc.disable()
    begun()
    assert gc.isenabled()
    assert gc.get_threshold() == THRESHOLDS
    gc.set_threshold(*before)


def test_at_the_end_nobody_looks_through_what_is_left() -> None:
    look = "import atexit, gc; atexit.register(lambda: print(gc.get_freeze_count() > 0)); import service.beginning"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "True\n"
