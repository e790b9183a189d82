"""What SemiGDA's modules share and what needs Slicer: nodes, requirements, the engine's process.

The engine itself (``semigda``) runs in a child process. Slicer's own process uses only the parts of
it that need the standard library: errors, job folders, model cards.
"""

import time

LOADED = time.time()  # Slicer was still starting: nothing in its scene was read earlier
LOADED_TICKS = time.monotonic()  # the same by a clock that nobody sets
