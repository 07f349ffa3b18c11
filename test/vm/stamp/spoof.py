# SPDX-License-Identifier: GPL-2.0-only
"""Sees every message of the measuring node and the replies to it, and is
faster than the replies: for each request it sends that node replies of its own.

    spoof.py DEVICE HEXKEY SECONDS

HEXKEY is used only where a reply is to be wrong in one thing alone. All of them
say that nothing was received. The request is also sent to the reflector again.
Prints "spoofed N" (those that claim to be from the peer), "elsewhere N" and
"repeated N".
"""
import socket
import struct
import sys
import time

sys.path.insert(0, __file__.rsplit("/", 1)[0])
import wire  # noqa: E402

device, seconds = sys.argv[1], float(sys.argv[3])
key, strange = bytes.fromhex(sys.argv[2]), b"not the key at all"
NODE, PEER, OTHER = "fd00:c::1", "fd00:c::3", "fd00:c::99"
raw = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW)
# All protocols: with another number the kernel shows only what comes in.
tap = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
tap.bind((device, 3))
tap.settimeout(0.2)
sent = {"spoofed": 0, "elsewhere": 0, "repeated": 0}


def inject(what, packet, to):
    raw.sendto(packet, (to, 0))
    sent[what] += 1


def lie(request, changes, secret, tlv_secret):
    """A reply that says, of each flow, that nothing was received."""
    answer = wire.reply(True, request, time.time_ns())
    for name, add in changes.items():
        offset, form = wire.REFLECTOR[True][name]
        value, = struct.unpack_from("!" + form, answer, offset)
        answer = answer[:offset] + struct.pack(
            "!" + form, value + add) + answer[offset + struct.calcsize(
                "!" + form):]
    for _, kind, value in wire.tlvs(request, True):
        if kind != wire.HMAC:
            answer += wire.tlv(kind, value, flags=0)
    return wire.seal(secret, answer + wire.hmac_tlv(tlv_secret, answer, True,
                                                    flags=0))


def replies(request, old):
    """(source, port, data) of each lie about a request."""
    yield PEER, wire.PORT, lie(request, {}, strange, strange)
    yield PEER, wire.PORT, lie(request, {}, key, strange)
    yield PEER, wire.PORT, lie(request, {"sender_seq": 1}, key, key)
    yield PEER, wire.PORT, lie(request, {"sender_time": 1}, key, key)
    yield PEER, wire.PORT, lie(request, {"ssid": 1}, key, key)
    yield PEER, wire.PORT, lie(request, {}, key, key)[:111]
    yield OTHER, wire.PORT, lie(request, {}, key, key)
    yield PEER, wire.PORT + 1, lie(request, {}, key, key)
    # its own message, which has the right HMACs, and authentic old replies
    yield PEER, wire.PORT, request
    for data in old:
        yield PEER, wire.PORT, data


seen, old = set(), []
end = time.monotonic() + seconds
while time.monotonic() < end:
    try:
        packet, address = tap.recvfrom(65536)
    except TimeoutError:
        continue
    if address[1] != 0x86dd or packet[6] != 17:
        continue
    source, to = (socket.inet_ntop(socket.AF_INET6, packet[a:a + 16])
                  for a in (8, 24))
    sport, dport = struct.unpack_from("!HH", packet, 40)
    data = packet[48:]
    if data in seen:
        continue
    if dport == wire.PORT and source == NODE:
        seen.add(data)
        for where, port, answer in replies(data, old):
            inject("spoofed" if (where, port) == (PEER, wire.PORT) else
                   "elsewhere", wire.ip6_udp(where, port, NODE, sport, answer),
                   NODE)
        inject("repeated", wire.ip6_udp(NODE, sport, PEER, wire.PORT, data),
               PEER)
    elif sport == wire.PORT and to == NODE:
        seen.add(data)
        # again at once, and the last two again with every later request
        inject("spoofed", wire.ip6_udp(PEER, wire.PORT, NODE, dport, data),
               NODE)
        old = (old + [data])[-2:]
for what, n in sent.items():
    print(what, n)
