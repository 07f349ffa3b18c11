#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""feeder.py SOCKET: a daemon's socket with made results, for lmctl top.

Everybody who connects gets 25 flows with their last blocks and the state of the node,
and the state again each second. SIGUSR1 sends everybody one more block of a flow.
"""
import json
import os
import signal
import socket
import sys

BLOCK = 170000000


def past(i):
    """Blocks of flow i, oldest first: most without loss."""
    blocks = []
    for at in range(60):
        lost = 0
        if i % 6 == 1 and at % 9 > 4:
            lost = (1, 2, 4, 10, 25, 90)[at // 10]
        if i % 8 == 3 and 20 < at < 26:
            blocks.append("invalid")
        elif i == 7 and at == 50:
            blocks.append("anomaly")
        else:
            blocks.append([1000 + 37 * i, lost])
    return blocks


def flow(i):
    """The line of flow i."""
    blocks = past(i)
    if i in (3, 19):
        blocks[-1] = "invalid"
    exact = blocks[-1] != "invalid"
    sent, lost = blocks[-1] if exact else (1000 + 37 * i, None)
    name = None if i == 20 else "customer-%d-%s" % (i, ("gold", "silver")[i % 2])
    return {
        "v": 1, "type": "past", "measurement": "to-egress" if i % 5 else "to-core",
        "name": name, "source": "fc00:12::1/128",
        "sids": ["fc00:%x::1" % i, "fc00:c::3"],
        "peer": ("egress-2", "egress-1")[i % 3 == 0] if i % 5 else "core\x1b[31m\x9b",
        "block": BLOCK, "period_ms": 10000,
        "status": "exact" if exact else "invalid",
        "reason": None if exact else ("no-answer", "rule-changed")[i % 2],
        "sent": sent, "received": sent - lost if exact else None, "lost": lost,
        "round_trip_us": 84.2 + i if exact else None,
        "alarms": int(i == 1), "past": blocks,
    }


def state(flows):
    """The line of the node."""
    lossy = sum(1 for f in flows if f["lost"])
    inexact = sum(1 for f in flows if f["status"] != "exact")
    return {
        "v": 1, "type": "state", "node": "ingress", "time_ms": BLOCK * 10000 + 16000,
        "period_ms": 10000, "measurement": None, "block": BLOCK, "measurements": 2,
        "flows": len(flows), "lossy": lossy, "inexact": inexact, "kept": len(flows),
        "wrong": ["alarm 'loss' is raised for 1 flow",
                  "%d of %d flows have no exact figure: %d no-answer" %
                  (inexact, len(flows), inexact)],
    }


def more():
    """The line of the next block of flow 2, which loses much."""
    line = flow(2)
    line.update(type="loss", gap=False, block=BLOCK + 1, sent=1000, received=500,
                lost=500, segments=[], peers=[{"peer": line.pop("peer")}])
    del line["past"]
    return line


def main():
    """Serve until killed."""
    clients = []

    def send(lines, to):
        text = "".join(json.dumps(line) + "\n" for line in lines)
        for client in to:
            try:
                client.sendall(text.encode())
            except OSError:
                pass

    signal.signal(signal.SIGUSR1, lambda *_: send([more()], clients))
    signal.signal(signal.SIGALRM, lambda *_: send([state(flows)], clients))
    signal.setitimer(signal.ITIMER_REAL, 1, 1)
    flows = [flow(i) for i in range(1, 26)]
    server = socket.socket(socket.AF_UNIX)
    # With its name, it can be connected to.
    server.bind(sys.argv[1] + ".new")
    server.listen()
    os.rename(sys.argv[1] + ".new", sys.argv[1])
    while True:
        client = server.accept()[0]
        send(flows + [state(flows)], [client])
        clients.append(client)


main()
