# SPDX-License-Identifier: GPL-2.0-only
"""The data, the page and the figures of the study of oversubscription."""
