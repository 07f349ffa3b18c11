# SPDX-License-Identifier: GPL-2.0-only
"""STAMP reflectors that know no block TLV.

    reflector.py KIND PORT [HEXKEY]

    base      answers with the base packet alone, whatever came behind it
    zeros     replies as long as requests, zeros behind the base packet
    copies    what is behind the base packet as it came: RFC 8762 without 8972
    unknown   TLVs with U set: RFC 8972, of which it knows none
    refuses   TLVs with I set: what it says of an HMAC it has no key for

Or programs that are none:

    short     20 bytes of text
    foreign   text as long as the request
    elsewhere right answers, from another port

With HEXKEY in authenticated mode. Prints a line per request: its length.
"""
import socket
import sys
import time

sys.path.insert(0, __file__.rsplit("/", 1)[0])
import wire  # noqa: E402

kind, port = sys.argv[1], int(sys.argv[2])
auth = len(sys.argv) > 3
key = bytes.fromhex(sys.argv[3]) if auth else b""


def behind(data):
    extra = data[wire.BASE[auth]:]
    if kind == "base":
        return b""
    if kind == "zeros":
        return bytes(len(extra))
    if kind == "copies":
        return extra
    flag = wire.I if kind == "refuses" else wire.U
    return b"".join(wire.tlv(t, value, flag)
                    for _, t, value in wire.tlvs(data, auth))


other = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
server = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
server.bind(("::", port))
while True:
    data, sender = server.recvfrom(65536)
    received = time.time_ns()
    if len(data) < wire.BASE[auth] or auth and wire.seal(key, data) != data:
        print("bad", data.hex(), flush=True)
        continue
    if kind in ("short", "foreign"):
        server.sendto(b"x" * (20 if kind == "short" else len(data)), sender)
        continue
    answer = wire.reply(auth, data, received, extra=behind(data))
    (other if kind == "elsewhere" else server).sendto(wire.seal(key, answer) if auth else answer, sender)
    print(len(data), flush=True)
