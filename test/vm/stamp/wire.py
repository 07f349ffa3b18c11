# SPDX-License-Identifier: GPL-2.0-only
"""STAMP messages as RFC 8762 and RFC 8972 draw them, for tests.

Written from the figures of the RFCs and from the comment on the block TLV; it
shares nothing with lmctl, so that lmctl is compared with something else.
"""
import hashlib
import hmac
import socket
import struct
import time

PORT = 862
NTP_ERA = 2208988800
U, M, I = 0x80, 0x40, 0x20
PADDING, COS, DIRECT, HMAC, DESTINATION, BLOCK = 1, 4, 5, 8, 9, 240

# (offset, format) of what is not zero
SENDER = {
    False: {"seq": (0, "I"), "time": (4, "Q"), "error": (12, "H"),
            "ssid": (14, "H")},
    True: {"seq": (0, "I"), "time": (16, "Q"), "error": (24, "H"),
           "ssid": (26, "H")},
}
REFLECTOR = {
    False: {**SENDER[False], "received": (16, "Q"), "sender_seq": (24, "I"),
            "sender_time": (28, "Q"), "sender_error": (36, "H"),
            "ttl": (40, "B")},
    True: {**SENDER[True], "received": (32, "Q"), "sender_seq": (48, "I"),
           "sender_time": (64, "Q"), "sender_error": (72, "H"),
           "ttl": (80, "B")},
}
BASE = {False: 44, True: 112}


def digest(key, data):
    return hmac.new(key, data, hashlib.sha256).digest()[:16]


def base(layout, auth, fields):
    data = bytearray(BASE[auth])
    for name, value in fields.items():
        offset, form = layout[auth][name]
        struct.pack_into("!" + form, data, offset, value)
    return bytes(data)


def parse(layout, auth, data):
    return {name: struct.unpack_from("!" + form, data, offset)[0]
            for name, (offset, form) in layout[auth].items()}


def seal(key, data):
    """The HMAC of an authenticated base packet."""
    return data[:96] + digest(key, data[:96]) + data[112:]


def tlv(kind, value=b"", flags=U, length=None):
    length = len(value) if length is None else length
    return struct.pack("!BBH", flags, kind, length) + value


def hmac_tlv(key, data, auth, flags=U):
    """For a message that ends where it will stand."""
    return tlv(HMAC, digest(key, data[:4] + data[BASE[auth]:]), flags)


def tlvs(data, auth):
    """[(flags, type, value)]; the last one may be cut short."""
    found, at = [], BASE[auth]
    while len(data) - at >= 4:
        flags, kind, length = struct.unpack_from("!BBH", data, at)
        found.append((flags, kind, data[at + 4:at + 4 + length]))
        at += 4 + length
    return found


def block_value(block, sids, mask=0x00030000, period=1000, guard=0x8000,
                band=0x199a, sent=(0, 0), received=(0, 0), status=0,
                version=2, source="::", prefix=0, sent_total=(0, 0),
                received_total=(0, 0), identity=bytes(16)):
    """Version 1 knows no source and no cumulative counters."""
    value = struct.pack("!BBBBIIHHq4Q", version, len(sids), status, prefix,
                        mask, period, guard, band, block, *sent, *received)
    if version > 1:
        value += socket.inet_pton(socket.AF_INET6, source) + struct.pack(
            "!4Q", *sent_total, *received_total) + identity
    return value + b"".join(socket.inet_pton(socket.AF_INET6, s) for s in sids)


def request(auth, key, seq, *parts, when=None, ssid=0, error=1):
    """A sender's message; with TLVs in authenticated mode, their HMAC too."""
    data = base(SENDER, auth, {
        "seq": seq, "time": ntp(time.time_ns() if when is None else when),
        "error": error, "ssid": ssid}) + b"".join(parts)
    if auth and parts:
        data += hmac_tlv(key, data, True)
    return seal(key, data) if auth else data


def reply(auth, data, received, ttl=255, extra=b""):
    """What a reflector makes of a request; without HMAC."""
    asked = parse(SENDER, auth, data)
    return base(REFLECTOR, auth, {
        "seq": asked["seq"], "time": ntp(time.time_ns()), "error": 1,
        "ssid": asked["ssid"], "received": ntp(received),
        "sender_seq": asked["seq"], "sender_time": asked["time"],
        "sender_error": asked["error"], "ttl": ttl}) + extra


def ntp(ns):
    seconds, rest = divmod(ns, 10**9)
    return (seconds + NTP_ERA & 0xffffffff) << 32 | (rest << 32) // 10**9


def ntp_ns(stamp):
    return ((stamp >> 32) - NTP_ERA) * 10**9 + (
        (stamp & 0xffffffff) * 10**9 >> 32)


def ptp(ns):
    seconds, rest = divmod(ns, 10**9)
    return seconds << 32 | rest


def ptp_ns(stamp):
    return (stamp >> 32) * 10**9 + (stamp & 0xffffffff)


def ip6_udp(source, sport, to, dport, data):
    """A whole packet, whoever it claims to be from."""
    addresses = b"".join(socket.inet_pton(socket.AF_INET6, a)
                         for a in (source, to))
    length = 8 + len(data)
    udp = struct.pack("!HHHH", sport, dport, length, 0) + data
    text = addresses + struct.pack("!II", length, 17) + udp + b"\0" * (
        length % 2)
    total = sum(struct.unpack(f"!{len(text) // 2}H", text))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    udp = udp[:6] + struct.pack("!H", (~total & 0xffff) or 0xffff) + data
    return struct.pack("!IHBB", 6 << 28, length, 17, 255) + addresses + udp
