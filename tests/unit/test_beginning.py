"""A command that has begun collects its garbage."""

import gc

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
