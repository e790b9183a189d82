"""``python -m semigda``: the command line."""

import sys

from semigda.cli import main

sys.exit(main())
