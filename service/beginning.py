"""How a command begins and ends quickly: nothing of what it imports is garbage, so nobody looks for any in the meantime.

Guarantee: from the import of this module until `begun` no garbage is collected; what is there then counts as old. At the end
nobody looks through what is left, since the system takes it back as a whole: that was a third of what a short command took.
For the command line alone, which imports it before all that is large: a library must not switch this for its user.
"""

import atexit
import gc

THRESHOLDS = (20_000, 20, 20)
"""As `gc.set_threshold` takes them: items and messages are many small objects that die at once, and with Python's own 700 one in
seven of all instructions looked for garbage among them."""

gc.disable()
atexit.register(gc.freeze)


def begun() -> None:
    """All is imported: from now on garbage is collected."""
    gc.freeze()
    gc.unfreeze()
    gc.set_threshold(*THRESHOLDS)
    gc.enable()
