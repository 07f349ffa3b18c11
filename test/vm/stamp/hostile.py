# SPDX-License-Identifier: GPL-2.0-only
"""Messages that a reflector must survive: it drops and counts them, and no
reply is longer than its request.

    hostile.py ADDRESS PORT PID MODE [KEY]

PID is the reflector's, for its memory. MODE is

    stranger HEXKEY    knows no key, but has an authentic message; HEXKEY is
                       used only for that
    insider HEXKEY     has the key and abuses it
    open               unauthenticated mode

In authenticated mode the reflector's metrics are at port 9862, and each message
must be in exactly one of them. Says "ok NAME" or "not ok NAME: WHY".
"""
import random
import re
import socket
import sys
import time
import urllib.request

sys.path.insert(0, __file__.rsplit("/", 1)[0])
import wire  # noqa: E402

ADDRESS, PORT, PID, MODE = (sys.argv[1], int(sys.argv[2]), sys.argv[3],
                            sys.argv[4])
auth = MODE != "open"
key = bytes.fromhex(sys.argv[5]) if auth else b""
strange = b"not the key at all"
# A flow that the reflector's set has, and nobody measures.
DECOY = ["fcff:2::1", "fcff:3::7"]
SO_RCVBUFFORCE = 33
# The rate limit of the reflector's configuration.
RATE, BURST = 1000, 200
SESSIONS_MAX = 4096
WINDOW = 1024
chance = random.Random(8762)
numbers = iter(range(1 << 30))


def say(name, wrong=None):
    print(f"not ok {name}: {wrong}" if wrong else f"ok {name}", flush=True)


def rss():
    """Kilobytes."""
    with open(f"/proc/{PID}/status") as status:
        return int(re.search(r"VmRSS:\s*(\d+)", status.read())[1])


def metrics():
    """{reason or flag: number}"""
    if not auth:
        return {}
    with urllib.request.urlopen(f"http://[{ADDRESS}]:9862/metrics") as answer:
        text = answer.read().decode()
    return {name: int(n) for name, n in re.findall(
        r"^sr6flow_reflector_(?:dropped_requests|flagged_replies)_total"
        r'{(?:reason|flag)="([a-z-]+)"} (\d+)', text, re.M)}


class Exchange:
    """Sends messages, collects replies and checks what has to hold always."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 16 << 20)
        self.socket.connect((ADDRESS, PORT))
        self.socket.setblocking(False)
        self.lengths, self.replies, self.wrong = {}, 0, None

    def send(self, data):
        self.lengths.setdefault(data[:4], set()).add(len(data))
        self.socket.send(data)

    def collect(self):
        while True:
            try:
                data = self.socket.recv(65536)
            except BlockingIOError:
                return
            self.replies += 1
            self.last = data
            if auth and wire.seal(key, data) != data:
                self.wrong = "a reply without the right HMAC"
            if len(data) not in self.lengths.get(data[:4], ()):
                self.wrong = f"a reply of {len(data)} bytes"


def account(before, sent, exchange):
    """{what: number} once every message is in it, or after a while."""
    end = time.monotonic() + 60
    while True:
        exchange.collect()
        now = metrics()
        grown = {k: n - before.get(k, 0) for k, n in now.items()
                 if n != before.get(k, 0)}
        drops = sum(n for k, n in grown.items()
                    if k not in ("malformed", "integrity"))
        if exchange.replies + drops >= sent or time.monotonic() > end:
            break
        time.sleep(0.05)
    if exchange.replies:
        grown["replies"] = exchange.replies
    return grown


def phase(name, messages, want, pause=0.002):
    """want: what becomes of the messages; a function of the account to be
    looser than that."""
    before, exchange, sent = metrics(), Exchange(), 0
    for data in messages:
        exchange.send(data)
        sent += 1
        if pause or not sent % 64:
            time.sleep(pause or 0.0005)
        exchange.collect()
    got = account(before, sent, exchange)
    wrong = exchange.wrong
    if not wrong and (not want(got, sent) if callable(want) else got != want):
        wrong = f"of {sent} messages {got}" + (
            "" if callable(want) else f", wanted {want}")
    say(f"{name} ({sent} messages)", wrong)
    return exchange


def block_tlv(number=None, **more):
    now = int(time.time()) - 2 if number is None else number
    return wire.tlv(wire.BLOCK, wire.block_value(now, DECOY, **more))


def message(*parts, secret=None, **more):
    return wire.request(auth, key if secret is None else secret,
                        next(numbers), *(parts or (block_tlv(),)), **more)


def truncated(data):
    """All lengths; with the key, each is a message of its own."""
    for length in range(len(data)):
        part = data[:length]
        if MODE == "insider" and length >= 112:
            part = wire.seal(key, next(numbers).to_bytes(4, "big") + part[4:])
        yield part


def flipped(n):
    """Some bytes of valid messages are wrong, anywhere."""
    for _ in range(n):
        data = bytearray(message(block_tlv(), wire.tlv(wire.COS, bytes(4))))
        # the number tells which request a reply belongs to
        first = 0 if auth else 4
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(first, len(data))] ^= chance.randint(1, 255)
        yield bytes(data)


def tlvs_fit(data):
    """All but the flags of the HMAC TLV is covered by an HMAC."""
    good = wire.hmac_tlv(key, data[:-20], True)
    return data[-19:] == good[1:]


def odd_tlv():
    kinds = [wire.PADDING, wire.COS, wire.DIRECT, wire.HMAC, wire.DESTINATION,
             wire.BLOCK, chance.randrange(256)]
    kind = chance.choice(kinds)
    if kind == wire.BLOCK and chance.random() < 0.8:
        value = bytearray(block_tlv(chance.choice(
            [None, 0, -1, (1 << 63) - 1, -1 << 63]))[4:])
        for _ in range(chance.randint(0, 3)):
            value[chance.randrange(len(value))] = chance.randrange(256)
        value = value[:len(value) - chance.choice([0, 0, 0, 1, 16, 40])]
    else:
        value = chance.randbytes(chance.choice([0, 4, 12, 16, 60]))
    length = chance.choice([None] * 6 + [0, 1, len(value) + 1, 65535])
    return wire.tlv(kind, bytes(value), chance.randrange(256), length)


def odd(n):
    """Any TLVs in any order; in authenticated mode all HMACs are right."""
    for _ in range(n):
        data = message(*(odd_tlv() for _ in range(chance.randint(1, 6))))
        cut = chance.choice([0] * 4 + [1, 3, 20])
        data = data[:len(data) - cut] if cut else data
        yield wire.seal(key, data) if auth else data


def sessions(n):
    for ssid in range(n):
        yield wire.request(auth, key, next(numbers), ssid=ssid % 65536)


def sources(n):
    """One authentic message from many addresses."""
    raw = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW)
    data = wire.request(True, key, next(numbers))
    for i in range(n):
        raw.sendto(wire.ip6_udp(f"2001:db8::{i + 1:x}", 5000, ADDRESS, PORT,
                                data), (ADDRESS, 0))
        if not i % 64:
            time.sleep(0.0005)


def spoofed(n):
    """Messages without a key that claim to be from the measuring node."""
    raw = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW)
    before = metrics()
    for i in range(n):
        raw.sendto(wire.ip6_udp("fd00:c::1", 5000 + i % 100, ADDRESS, PORT,
                                message(secret=strange)), (ADDRESS, 0))
        if not i % 64:
            time.sleep(0.0005)
    got = account(before, n, Exchange())
    say(f"spoofed without a key ({n} messages)",
        None if got == {"unauthenticated": n} else str(got))


def stranger():
    phase("another key", (message(secret=strange) for _ in range(300)),
          {"unauthenticated": 300})
    phase("no key", (wire.request(False, b"", next(numbers), block_tlv())
                     for _ in range(300)), {"unauthenticated": 300})
    phase("no key and no TLV", (wire.request(False, b"", next(numbers))
                                for _ in range(100)), {"short": 100})
    whole = message(secret=strange)
    phase("cut at every length", truncated(whole),
          {"short": 112, "unauthenticated": len(whole) - 112})
    phase("longer than anything",
          (message(wire.tlv(200, bytes(n)), secret=strange)
           for n in (9100, 20000, 60000)), {"oversized": 3})
    first = message()
    seen = phase("an authentic message", [first], {"replies": 1})
    phase("the reply to it", [seen.last] * 50, {"loop": 50})
    phase("as fast as it goes",
          [message(secret=strange) for _ in range(3000)],
          {"unauthenticated": 3000}, pause=0)
    spoofed(2000)


def insider():
    whole = message()
    phase("cut at every length", truncated(whole),
          lambda got, sent: got.pop("malformed") > 60 and got == {
              "short": 112, "replies": len(whole) - 112,
              "integrity": len(whole) - 113})
    again = [message() for _ in range(200)]
    phase("the same bytes twice", again + again,
          {"replies": 200, "replayed": 200})
    past = [message() for _ in range(WINDOW + 10)]
    phase("numbers from before the window", past[-1:] + past[:10],
          {"replies": 1, "replayed": 10})
    now = time.time_ns()
    phase("times of yesterday and tomorrow",
          (message(when=now + s * 10**9) for s in
           (-86400, -70, 70, 86400, -1 << 30, 1 << 30, 0)),
          lambda got, sent: got.keys() == {"replies", "stale"} and
          2 <= got["replies"] < 7 and got["replies"] + got["stale"] == 7)
    phase("longer than anything", (message(wire.tlv(200, bytes(n)))
                                   for n in (9100, 20000, 60000)),
          {"oversized": 3})
    flips = list(flipped(2000))
    good = [data for data in flips if wire.seal(key, data) == data]
    fit = sum(tlvs_fit(data) for data in good)
    phase("bytes flipped", flips,
          lambda got, sent: got.pop("malformed") > 20 and got == {
              "replies": len(good), "integrity": len(good) - fit,
              "unauthenticated": sent - len(good)})
    phase("any TLVs", odd(2000), lambda got, sent: got["replies"] == sent and
          got["malformed"] > 100 and got["integrity"] > 100)
    flood = [message() for _ in range(4000)]
    began = time.monotonic()
    phase("more than the rate limit allows", flood,
          lambda got, sent: got.keys() == {"replies", "rate-limit"} and
          got["replies"] + got["rate-limit"] == sent and
          BURST <= got["replies"] <=
          BURST + RATE * (time.monotonic() - began), pause=0)
    # More than there is room for, again and again. Without a bound a session
    # or a source would cost some 150 bytes each.
    fill, sizes = SESSIONS_MAX + 100, []
    for turn in range(1, 5):
        phase(f"more sessions than it remembers, turn {turn}", sessions(fill),
              lambda got, sent: got["replies"] + got["rate-limit"] == sent,
              pause=0)
        sources(fill)
        sizes.append(rss())
    say("its memory does not grow any more",
        None if sizes[-1] - sizes[0] <= 512 else f"kB by turn: {sizes}")


def opened():
    whole = message()
    phase("cut at every length", truncated(whole),
          {"replies": len(whole) - 44})
    phase("bytes flipped", flipped(2000), {"replies": 2000})
    messages = list(odd(2000))
    phase("any TLVs", messages,
          {"replies": sum(len(data) >= 44 for data in messages)})


before = rss()
{"stranger": stranger, "insider": insider, "open": opened}[MODE]()
after = rss()
say("its memory is bounded",
    None if after - before <= 6144 else f"{before} kB, then {after} kB")
