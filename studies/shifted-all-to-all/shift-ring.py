#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Crowds of a shifted all-to-all on an ideal switch: the fluid model beside ns3-all-to-all shifts.

    studies/shifted-all-to-all/shift-ring.py                  # hosts go on at once: about 12 senders, twice the bound
    studies/shifted-all-to-all/shift-ring.py --wait 0.0159    # k senders: 0.0159 k messages' time later; they condense

Host s sends one message each to s + 1, s + 2, …; the senders of a receiver share its port equally.
A message takes one unit of time alone; hosts start at random times within --jitter units. Prints
the largest number of senders at one receiver, and completion over hosts − 1 units. Exact, event by
event, O(hosts² log hosts).
"""

import argparse
import heapq
import random


class Port:
    """A receiver's port: equal shares. Its clock shows what each sender has sent since ever."""

    def __init__(self):
        self.clock = 0.0
        self.updated = 0.0
        self.senders = []  # (clock at the end, host), a heap
        self.version = 0

    def advance(self, now):
        if self.senders:
            self.clock += (now - self.updated) / len(self.senders)
        self.updated = now

    def next_end(self):
        return self.updated + (self.senders[0][0] - self.clock) * len(self.senders)


def simulate(hosts, jitter, seed, wait, delay):
    """The most senders at a receiver, and the completion."""
    stream = random.Random(seed)
    ports = [Port() for _ in range(hosts)]
    sent = [0] * hosts
    events = [(stream.random() * jitter, 0, host, 0) for host in range(hosts)]
    heapq.heapify(events)
    most = 0
    end = 0.0

    def expect(index):
        port = ports[index]
        port.version += 1
        if port.senders:
            heapq.heappush(events, (port.next_end(), 1, index, port.version))

    while events:
        now, kind, index, version = heapq.heappop(events)
        if kind == 0:
            receiver = (index + 1 + sent[index]) % hosts
            port = ports[receiver]
            port.advance(now)
            heapq.heappush(port.senders, (port.clock + 1, index))
            most = max(most, len(port.senders))
            expect(receiver)
        elif version == ports[index].version:
            port = ports[index]
            port.advance(now)
            while port.senders and port.senders[0][0] <= port.clock + 1e-9:
                crowd = len(port.senders)
                _, host = heapq.heappop(port.senders)
                sent[host] += 1
                end = now
                if sent[host] < hosts - 1:
                    heapq.heappush(events, (now + delay + wait * crowd, 0, host, 0))
            expect(index)
    return most, end


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hosts", type=int, default=512)
    parser.add_argument("--jitter", type=float, default=10, help="messages' times")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--wait", type=float, default=0, help="before the next, per sender there")
    parser.add_argument("--delay", type=float, default=0, help="before the next, besides")
    wanted = parser.parse_args()
    most, end = simulate(wanted.hosts, wanted.jitter, wanted.seed, wanted.wait, wanted.delay)
    print(f"senders {most}, completion {end / (wanted.hosts - 1):.2f}")


if __name__ == "__main__":
    main()
