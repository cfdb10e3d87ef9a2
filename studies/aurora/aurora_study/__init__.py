# SPDX-License-Identifier: GPL-2.0-only
"""The page and the figures of the Aurora study, from its CSV."""
