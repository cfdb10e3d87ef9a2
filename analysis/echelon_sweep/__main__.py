# SPDX-License-Identifier: GPL-2.0-only
"""`python3 -m echelon_sweep`: see cli.py."""

import sys

from echelon_sweep.cli import main

sys.exit(main())
