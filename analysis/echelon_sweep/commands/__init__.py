# SPDX-License-Identifier: GPL-2.0-only
"""There is one module for each command, with run(options) -> exit code."""
