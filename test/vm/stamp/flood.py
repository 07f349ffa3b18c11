# SPDX-License-Identifier: GPL-2.0-only
"""Sends a reflector RATE messages a second for SECONDS, and waits for no reply.

    flood.py ADDRESS PORT RATE SECONDS SOURCES SEED HEXKEY SIDS

Of four messages one each is

    right    sealed with the key, from one of 4 busy sources, so that each of these
             reaches its limit
    new      the same, from one of SOURCES addresses and with a new session
    forged   sealed with another key, from a busy source
    broken   bytes of a right one flipped, cut off anywhere, or random bytes

Right ones ask for the flow with SIDS. Sources are 2001:db8::N. Prints "KIND COUNT" of
what was sent. All messages are made before the first is sent.
"""
import itertools
import random
import socket
import sys
import time

sys.path.insert(0, __file__.rsplit("/", 1)[0])
import wire  # noqa: E402

address, port, rate, seconds, sources, seed = (
    sys.argv[1], *map(int, sys.argv[2:7]))
key, strange = bytes.fromhex(sys.argv[7]), b"not the key at all"
PERIOD, BUSY, LONGEST = 500, 4, 1024
# Sent between two looks at the clock.
TURN = 16
KINDS = ("right", "new", "forged", "broken")
chance = random.Random(seed)
numbers = itertools.count()


def message(secret=key, ssid=0):
    """Asks for the last block but one."""
    block = wire.block_value(time.time_ns() // 10**6 // PERIOD - 2,
                             sys.argv[8].split(","), period=PERIOD)
    return wire.request(True, secret, next(numbers),
                        wire.tlv(wire.BLOCK, block), ssid=ssid)


def broken():
    data = bytearray(message())
    what = chance.randrange(3)
    if what == 0:
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(len(data))] ^= chance.randint(1, 255)
    elif what == 1:
        del data[chance.randrange(len(data)):]
    else:
        data = chance.randbytes(chance.randrange(LONGEST))
    return bytes(data)


def packet(kind):
    source = chance.randrange(BUSY)
    if kind == "new":
        source = BUSY + chance.randrange(sources)
        data = message(ssid=chance.randrange(65536))
    elif kind == "broken":
        data = broken()
    else:
        data = message(key if kind == "right" else strange)
    return wire.ip6_udp(f"2001:db8::{source + 1 >> 16:x}:{source + 1 & 65535:x}",
                        5000, address, port, data)


kinds = [chance.choice(KINDS) for _ in range(rate * seconds)]
packets = [packet(kind) for kind in kinds]
raw = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW)
print("ready", flush=True)
sys.stdin.readline()
began = time.monotonic()
for n, data in enumerate(packets):
    if n % TURN == 0:
        time.sleep(max(0, began + n / rate - time.monotonic()))
    raw.sendto(data, (address, 0))
for kind in KINDS:
    print(kind, kinds.count(kind))
