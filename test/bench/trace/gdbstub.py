# SPDX-License-Identifier: GPL-2.0-only
"""The part of gdb's remote protocol that a trace of a QEMU guest needs.

QEMU's numbers: thread n is virtual CPU n - 1; registers as in REGISTERS.
"""

import socket

# In the order of QEMU's answer to "g", eight bytes each.
REGISTERS = ("rax rbx rcx rdx rsi rdi rbp rsp r8 r9 r10 r11 r12 r13 r14 r15"
             " rip").split()
EFLAGS = 17
GS_BASE = 25
INTERRUPTS_ON = 1 << 9

BREAK, WRITE, READ = 0, 2, 3

# Most bytes that one answer of QEMU carries.
CHUNK = 1024


class StubError(Exception):
    """The guest, or QEMU, did not do what was asked."""


class Stop:
    """Why the guest stopped: on which CPU, and whether by a watchpoint."""

    def __init__(self, reply):
        if not reply.startswith(b"T"):
            raise StubError(f"unexpected stop: {reply!r}")
        fields = dict(f.split(b":", 1) for f in reply[3:].split(b";") if f)
        self.cpu = int(fields[b"thread"].split(b".")[-1], 16) - 1
        self.watched = any(k in fields for k in (b"watch", b"rwatch"))


class Stub:
    """A connection; the guest stands still from then on."""

    def __init__(self, path, timeout):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(timeout)
        self.sock.connect(path)
        self.buffer = b""
        self.ack = b""
        # Being connected stops the guest, and it says so.
        self.receive()
        # QEMU gives single registers only to those who read its description.
        self.ask(b"qXfer:features:read:target.xml:0,ffb")
        # In a step: no interrupt and no timer.
        bits = dict(f.split(b"=") for f in self.ask(b"qqemu.sstepbits").split(b","))
        steps = sum(int(bits[f], 16) for f in (b"ENABLE", b"NOIRQ", b"NOTIMER"))
        self.command(b"Qqemu.sstep=%x" % steps)

    def send(self, data):
        packet = b"$%s#%02x" % (data, sum(data) & 0xff)
        self.sock.sendall(self.ack + packet)
        self.ack = b""

    def receive(self):
        """The next packet; its receipt goes out with the next command, as
        QEMU would take a single byte for a wish to stop."""
        while True:
            start = self.buffer.find(b"$")
            end = self.buffer.find(b"#", start)
            if start >= 0 and 0 <= end <= len(self.buffer) - 3:
                break
            data = self.sock.recv(65536)
            if not data:
                raise StubError("the guest is gone")
            self.buffer += data
        packet = self.buffer[start + 1:end]
        self.buffer = self.buffer[end + 3:]
        self.ack = b"+"
        return packet

    def ask(self, data):
        self.send(data)
        return self.receive()

    def command(self, data):
        reply = self.ask(data)
        if reply != b"OK":
            raise StubError(f"{data!r}: {reply!r}")

    def register(self, number):
        return int.from_bytes(bytes.fromhex(
            self.ask(b"p%x" % number).decode()), "little")

    def write_register(self, number, value, size):
        data = value.to_bytes(size, "little").hex().encode()
        self.command(b"P%x=%s" % (number, data))

    def registers(self):
        data = bytes.fromhex(self.ask(b"g")[:16 * len(REGISTERS)].decode())
        return {name: int.from_bytes(data[8 * i:8 * i + 8], "little")
                for i, name in enumerate(REGISTERS)}

    def memory(self, address, size):
        data = b""
        while len(data) < size:
            part = min(size - len(data), CHUNK)
            reply = self.ask(b"m%x,%x" % (address + len(data), part))
            if reply.startswith(b"E") or len(reply) != 2 * part:
                raise StubError(f"cannot read {address:#x}: {reply!r}")
            data += bytes.fromhex(reply.decode())
        return data

    def number(self, address, size=8):
        return int.from_bytes(self.memory(address, size), "little")

    def insert(self, kind, address, size=1):
        self.command(b"Z%x,%x,%x" % (kind, address, size))

    def remove(self, kind, address, size=1):
        self.command(b"z%x,%x,%x" % (kind, address, size))

    def resume(self, cpu=None):
        """Everything runs, or one CPU; stopped() tells when it stands still."""
        self.send(b"vCont;c" if cpu is None else b"vCont;c:%x" % (cpu + 1))

    def halt(self):
        self.sock.sendall(self.ack + b"\x03")
        self.ack = b""
        return self.stopped()

    def stopped(self):
        return Stop(self.receive())

    def step(self, cpu):
        """One instruction of one CPU, the others stand still."""
        self.send(b"vCont;s:%x" % (cpu + 1))
        return self.stopped()
