"""What the process that others are forked from loads, see `forked`: their work, and the vocabulary they would all compile."""

import gc

from tests.support import crashing, kept, workers

__all__ = ["crashing", "workers"]

kept.remember()
crashing.load()
gc.freeze()  # what lies still is shared with those who are forked from here
