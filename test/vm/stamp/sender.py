# SPDX-License-Identifier: GPL-2.0-only
"""A standard STAMP sender: unauthenticated messages are built and their
replies dissected by scapy.contrib.stamp, which has no authenticated ones.

    sender.py ADDRESS[,ADDRESS] [auth=HEXKEY] [stateful] [set]

Says "ok NAME" or "not ok NAME: WHY" per check.
"""
import socket
import struct
import sys
import time

sys.path.insert(0, __file__.rsplit("/", 1)[0])
import wire  # noqa: E402

HOPS = 1
options = dict(a.partition("=")[::2] for a in sys.argv[2:])
auth = "auth" in options
key = bytes.fromhex(options.get("auth", ""))
stateful, reads_set = "stateful" in options, "set" in options
if not auth:
    # takes seconds
    from scapy.contrib.stamp import (
        ErrorEstimate, STAMPSessionReflectorTestUnauthenticated,
        STAMPSessionSenderTestUnauthenticated, STAMPTestTLV)
    from scapy.layers.inet import UDP


class Sender:
    def __init__(self, address, ttl=255, traffic_class=0):
        family = socket.getaddrinfo(address, None)[0][0]
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.settimeout(60)
        if family == socket.AF_INET6:
            level, *names = (
                socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS,
                socket.IPV6_TCLASS, socket.IPV6_RECVHOPLIMIT,
                socket.IPV6_RECVTCLASS)
        else:
            level, *names = (socket.IPPROTO_IP, socket.IP_TTL, socket.IP_TOS,
                             12, socket.IP_RECVTOS)  # IP_RECVTTL
        for name, value in zip(names, (ttl, traffic_class, 1, 1)):
            self.socket.setsockopt(level, name, value)
        self.socket.connect((address, wire.PORT))
        self.ttl, self.traffic_class = ttl, traffic_class
        # by SSID, which is part of a session's identity
        self.replies = {}

    def ask(self, data):
        before = time.time_ns()
        self.socket.send(data)
        answer, headers, *_ = self.socket.recvmsg(65536, 256)
        # hop limit and Traffic Class; that of IPv4 is one byte
        self.headers = sorted(int.from_bytes(data, sys.byteorder)
                              for _, _, data in headers)
        self.asked, self.answer = data, answer
        self.before, self.after = before, time.time_ns()
        ssid = wire.parse(wire.SENDER, auth, data)["ssid"]
        self.replies[ssid] = self.replies.get(ssid, 0) + 1


def dissect(sender):
    """Base packet and TLVs. Its dissector of a whole message looks for the
    length in a "parent" that no packet has (2.5.0), so TLVs come one by one."""
    data, base = sender.answer, wire.BASE[False]
    packet = UDP(struct.pack("!HHHH", wire.PORT, 1234, 8 + base, 0) +
                 data[:base])[STAMPSessionReflectorTestUnauthenticated]
    parts, rest = [], data[base:]
    while rest:
        parts.append(STAMPTestTLV(rest))
        rest = rest[4 + parts[-1].len:]
    return packet, parts


def build(seq, stamp, error, ssid, parts):
    """A request: scapy's, or authenticated by the figures of the RFC."""
    if auth:
        data = wire.base(wire.SENDER, True, {
            "seq": seq, "time": stamp, "error": error, "ssid": ssid})
        return data + b"".join(parts)
    data = bytes(STAMPSessionSenderTestUnauthenticated(
        seq=seq, ssid=ssid,
        err_estimate=ErrorEstimate(S=error >> 15, Z=error >> 14 & 1,
                                   scale=error >> 8 & 63,
                                   multiplier=error & 255),
        tlv_objects=[STAMPTestTLV(flags=p[0], type=p[1],
                                  len=int.from_bytes(p[2:4], "big"),
                                  value=p[4:]) for p in parts]))
    # scapy computes with times as floating-point numbers
    return data[:4] + struct.pack("!Q", stamp) + data[12:]


def exchange(sender, seq=7, *parts, error=1, ssid=0, tlv_key=None):
    now = time.time_ns()
    stamp = wire.ptp(now) if error & 0x4000 else wire.ntp(now)
    data = build(seq, stamp, error, ssid, parts)
    if auth and parts:
        data += wire.hmac_tlv(tlv_key or key, data, True)
    if auth:
        data = wire.seal(key, data)
    sender.ask(data)
    return wire.parse(wire.REFLECTOR, auth, sender.answer)


def check_base(sender, got):
    """Every byte of the base packet; returns what is wrong."""
    asked = wire.parse(wire.SENDER, auth, sender.asked)
    size = wire.BASE[auth]
    if len(sender.answer) != len(sender.asked):
        return f"{len(sender.answer)} bytes for {len(sender.asked)}"
    want = wire.base(wire.REFLECTOR, auth, {
        "seq": sender.replies[asked["ssid"]] - 1 if stateful
        else asked["seq"],
        "time": got["time"], "error": got["error"], "ssid": asked["ssid"],
        "received": got["received"], "sender_seq": asked["seq"],
        "sender_time": asked["time"], "sender_error": asked["error"],
        "ttl": sender.ttl - HOPS})
    if auth:
        want = wire.seal(key, want)
    if sender.answer[:size] != want:
        return f"{sender.answer[:size].hex()} is not {want.hex()}"
    # the DSCP comes back, ECN does not
    if sender.headers != [sender.traffic_class & 0xfc, 255 - HOPS]:
        return f"Traffic Class and hop limit {sender.headers}"
    return None


def check_times(sender, got):
    z = wire.parse(wire.SENDER, auth, sender.asked)["error"] & 0x4000
    if got["error"] & 0x4000 != z or not got["error"] & 0xff:
        return f"Error Estimate {got['error']:#x}"
    decode = wire.ptp_ns if z else wire.ntp_ns
    times = [sender.before, decode(got["received"]), decode(got["time"]),
             sender.after]
    # a nanosecond each for the rounding of either format
    if any(a > b + 2 for a, b in zip(times, times[1:])):
        return f"not in this order: {times}"
    return None


def check_scapy(sender, got):
    if auth:
        return None
    seen, parts = dissect(sender)
    names = {"seq": "seq", "ssid": "ssid", "sender_seq": "seq_sender",
             "ttl": "ttl_sender"}
    for name, field in names.items():
        if getattr(seen, field) != got[name]:
            return f"scapy reads {field}={getattr(seen, field)}"
    if seen.mbz1 or seen.mbz2:
        return "scapy reads fields that are not zero"
    found = [(int(t.flags), t.type, t.value) for t in parts]
    if found != wire.tlvs(sender.answer, auth):
        return f"scapy reads the TLVs {found}"
    return None


def say(name, wrong):
    print(f"not ok {name}: {wrong}" if wrong else f"ok {name}", flush=True)


def check_all(name, sender, got, more=None):
    say(name, check_base(sender, got) or check_times(sender, got) or
        check_scapy(sender, got) or more)


def check_tlvs(name, sender, got, want):
    """want: (flags, type, value) without the HMAC TLV"""
    found = wire.tlvs(sender.answer, auth)
    wrong = None
    if auth:
        *found, seal = found
        good = wire.hmac_tlv(key, sender.answer[:-20], True, flags=0)
        if seal != (0, wire.HMAC, good[4:]):
            wrong = f"HMAC TLV {seal}"
    if found != want:
        wrong = f"TLVs {found}, wanted {want}"
    check_all(name, sender, got, wrong)


def base_packets(address):
    sender = Sender(address)
    check_all("base packet", sender, exchange(sender, 0))
    check_all("sequence number near its end", sender,
              exchange(sender, 0xfffffffe, ssid=0xbeef))
    check_all("PTP timestamps", sender,
              exchange(sender, 0xffffffff, error=0xc107, ssid=1))
    check_all("another Error Estimate", sender, exchange(sender, 1, error=0x1855))
    for ttl in (64, 2):
        sender = Sender(address, ttl)
        check_all(f"TTL {ttl}", sender, exchange(sender, 3))


def extensions(address):
    sender = Sender(address, traffic_class=46 << 2 | 1)
    tail = (0, wire.PADDING, bytes(range(100)))
    exchange(sender, 1, wire.tlv(*tail[1:]))
    check_tlvs("Extra Padding", sender,
               wire.parse(wire.REFLECTOR, auth, sender.answer), [tail])
    got = exchange(sender, 2, wire.tlv(200, b"unknown"), wire.tlv(*tail[1:]),
                   wire.tlv(201))
    check_tlvs("unknown TLVs", sender, got,
               [(wire.U, 200, b"unknown"), tail, (wire.U, 201, b"")])
    # whatever flags were sent, reserved ones too
    got = exchange(sender, 5, wire.tlv(200, b"unknown", 0x7f),
                   wire.tlv(*tail[1:], 0xff))
    check_tlvs("flags of a sender's own", sender, got,
               [(wire.U, 200, b"unknown"), tail])
    got = exchange(sender, 3, wire.tlv(wire.COS, struct.pack("!I", 10 << 26)))
    check_tlvs("Class of Service", sender, got, [
        (0, wire.COS,
         struct.pack("!I", 10 << 26 | 46 << 20 | 1 << 18 | 1 << 16))])
    # what follows a malformed TLV comes back as it was sent
    got = exchange(sender, 4, wire.tlv(wire.COS, bytes(8)),
                   wire.tlv(200, b"rest"))
    check_tlvs("TLV of a length that its type does not have", sender, got,
               [(wire.M, wire.COS, bytes(8)), (wire.U, 200, b"rest")])


def destination(address):
    """RFC 9503: is it the node with that address?"""
    family = socket.getaddrinfo(address, None)[0][0]
    own = socket.inet_pton(family, address)
    other = own[:-1] + bytes((own[-1] ^ 1,))
    sender = Sender(address)
    got = exchange(sender, 1, wire.tlv(wire.DESTINATION, own),
                   wire.tlv(wire.DESTINATION, other))
    check_tlvs("Destination Node Address, its own and another", sender, got,
               [(0, wire.DESTINATION, own), (wire.U, wire.DESTINATION, other)])
    got = exchange(sender, 2, wire.tlv(wire.DESTINATION, own[:-1]))
    check_tlvs("Destination Node Address cut short", sender, got,
               [(wire.M, wire.DESTINATION, own[:-1])])


def cut_short(address):
    """TLVs longer than the message: no place for a valid HMAC TLV."""
    flags = wire.U | wire.M | (wire.I if auth else 0)
    whole = wire.U | wire.I if auth else wire.U
    for name, parts, want in (
            ("TLV longer than the message",
             [wire.tlv(200, b"x"), wire.tlv(wire.PADDING, bytes(9), length=10)],
             [(whole, 200, b"x"), (flags, wire.PADDING, bytes(9))]),
            ("half a TLV header", [wire.tlv(200, b"x"), b"\x80\x01\0"],
             [(whole, 200, b"x")])):
        sender = Sender(address)
        data = wire.base(wire.SENDER, auth, {
            "seq": 9, "time": wire.ntp(time.time_ns()), "error": 1,
            "ssid": 4}) + b"".join(parts)
        sender.ask(wire.seal(key, data) if auth else data)
        got = wire.parse(wire.REFLECTOR, auth, sender.answer)
        found, rest = wire.tlvs(sender.answer, auth), sender.answer[-3:]
        wrong = None if found == want else f"TLVs {found}, wanted {want}"
        if name.startswith("half") and rest != bytes((flags, 1, 0)):
            wrong = f"ends in {rest.hex()}"
        say(name, check_base(sender, got) or check_times(sender, got) or
            wrong)


def wrong_hmac(address):
    """The base packet is right, the HMAC of the TLVs is not."""
    sender = Sender(address)
    got = exchange(sender, 1, wire.tlv(wire.COS, bytes(4)),
                   tlv_key=b"another secret...")
    was = wire.tlvs(sender.asked, auth)
    found = wire.tlvs(sender.answer, auth)
    check_all("TLVs with a wrong HMAC", sender, got, None if found == [
        (flags | wire.I, kind, value) for flags, kind, value in was]
        else f"TLVs {found}")
    sender = Sender(address)
    data = build(2, wire.ntp(time.time_ns()), 1, 0,
                 [wire.tlv(wire.COS, bytes(4))])
    sender.ask(wire.seal(key, data))
    got = wire.parse(wire.REFLECTOR, auth, sender.answer)
    found = wire.tlvs(sender.answer, auth)
    check_all("TLVs without an HMAC", sender, got, None if found == [
        (wire.U | wire.I, wire.COS, bytes(4))] else f"TLVs {found}")


def from_set(address):
    """What only a reflector with a set knows; the set has counted 2^32 + 5."""
    sids = ["fcff:2::1", "fcff:3::99"]

    def asked(version, status=0):
        return wire.block_value(12345, sids, sent=(3, 4), status=status,
                                version=version)

    later = bytes([3, 200, 0]) + b"of tomorrow"
    sender = Sender(address)
    if not reads_set:
        got = exchange(sender, 1, wire.tlv(wire.BLOCK, asked(2)),
                       wire.tlv(wire.DIRECT, bytes(12)))
        check_tlvs("block and Direct Measurement TLV without a set", sender,
                   got, [(wire.U, wire.BLOCK, asked(2)),
                         (wire.U, wire.DIRECT, bytes(12))])
        return
    direct = struct.pack("!III", 77, 0, 0)
    end = time.monotonic() + 60
    while True:
        got = exchange(sender, 1, wire.tlv(wire.BLOCK, asked(2)),
                       wire.tlv(wire.BLOCK, asked(1)),
                       wire.tlv(wire.BLOCK, later),
                       wire.tlv(wire.DIRECT, direct))
        # "too old" until it has read its set for a whole block
        status = wire.tlvs(sender.answer, auth)[0][2][2]
        if status != 3 or time.monotonic() > end:
            break
        sender = Sender(address)
        time.sleep(0.1)
    # 1: the flow is unknown; 11: the version is
    check_tlvs("block TLV of two versions, one of tomorrow, and Direct "
               "Measurement TLV of a set", sender, got, [
                   (0, wire.BLOCK, asked(2, 1)), (0, wire.BLOCK, asked(1, 1)),
                   (0, wire.BLOCK, later[:2] + bytes([11]) + later[3:]),
                   (0, wire.DIRECT, struct.pack("!III", 77, 5, 0))])
    # what follows a source with bits behind its prefix is not looked at
    wrong = wire.block_value(12345, sids, source="fd00::1", prefix=127)
    sender = Sender(address)
    got = exchange(sender, 2, wire.tlv(wire.BLOCK, wrong),
                   wire.tlv(wire.BLOCK, asked(2)))
    check_tlvs("block TLV whose source is longer than its prefix", sender, got,
               [(wire.M, wire.BLOCK, wrong), (wire.U, wire.BLOCK, asked(2))])


for where in sys.argv[1].split(","):
    base_packets(where)
    extensions(where)
    destination(where)
    cut_short(where)
    if auth:
        wrong_hmac(where)
    from_set(where)
