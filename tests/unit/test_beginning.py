"""A command that has begun collects its garbage."""

import gc

import service.cli
from service.beginning import begun


def test_after_the_imports_garbage_is_collected() -> None:
    assert service.cli.app is not None
    assert gc.isenabled()
    gc.disable()
    begun()
    assert gc.isenabled()
