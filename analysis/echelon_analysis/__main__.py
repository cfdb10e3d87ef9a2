# SPDX-License-Identifier: GPL-2.0-only
"""`python3 -m echelon_analysis`: see cli.py."""

import sys

from echelon_analysis.cli import main

sys.exit(main())
