# SPDX-License-Identifier: GPL-2.0-only
"""One module per command, with run(options) -> exit code."""
