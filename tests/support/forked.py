"""Processes of tests, forked from one clean process that has loaded all they need.

A test process has one such process, and whoever starts it says what it loads: so it is started here alone.
"""

import multiprocessing
from contextlib import chdir
from functools import cache
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext
from pathlib import Path

ROOT = Path(__file__).parents[2]


@cache
def clean() -> ForkServerContext:
    """Where such processes, and what they share, are made."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.support.preloaded"])
    with chdir(ROOT):  # where it finds that
        forkserver.ensure_running()
    return context
