# SPDX-License-Identifier: GPL-2.0-only
"""How far a scheduler is from the least possible sum of tardiness, on small random instances.

problem.py      the problem as numbers: flows, links, ideal finish times
instances.py    seeded random instances, and as scenarios of the emulator
events.py       the linear program for one order of events: upper bounds
relaxation.py   the linear program on a grid of times: lower bounds
lower_bound.py  the LP bound that results are compared with
exact.py        the optimum: both of the above, refined until they meet
store.py        keeps optima in a file
compare.py      runs schedulers on all instances; report.py: table and figure; cli.py: the command line
"""
