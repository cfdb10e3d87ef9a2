# SPDX-License-Identifier: GPL-2.0-only
"""The runs, the data, the page and the figures of the study of finish-time targets."""
