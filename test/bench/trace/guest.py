# SPDX-License-Identifier: GPL-2.0-only
"""A guest that is told what to do, and whose steps can be recorded."""

import os
import re
import socket
import subprocess
import time

from gdbstub import (BREAK, EFLAGS, INTERRUPTS_ON, REGISTERS, Stub,
                     StubError)

RSP = REGISTERS.index("rsp")

# All that the kernel can address, for a watchpoint.
KERNEL = (0xffff800000000000, 0x7fffffffff00)

# Seconds for anything that the guest does at once.
PATIENCE = 120

TRACE = re.compile(r"Trace (\d+): 0x[0-9a-f]+ \[[0-9a-f]+/([0-9a-f]+)/")
UNDONE = re.compile(r"Stopped execution of TB chain before 0x[0-9a-f]+"
                    r" \[([0-9a-f]+)\]")


class GuestError(Exception):
    """A command failed in the guest."""


def connect(path):
    end = time.monotonic() + PATIENCE
    while True:
        sock = socket.socket(socket.AF_UNIX)
        sock.settimeout(PATIENCE)
        try:
            sock.connect(path)
            return sock
        except OSError:
            sock.close()
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


class Guest:
    """Sockets "agent", "monitor" and "gdb" and the log are in the folder."""

    def __init__(self, command, folder):
        self.folder = folder
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        self.agent = connect(f"{folder}/agent")
        self.said = self.agent.makefile("rb")
        self.monitor = connect(f"{folder}/monitor")
        self.prompt()
        self.answer()
        self.stub = Stub(f"{folder}/gdb", PATIENCE)
        self.stub.resume()

    def end(self):
        self.process.kill()
        self.process.wait()

    # --- the shell in the guest

    def answer(self):
        lines = []
        while True:
            line = self.said.readline().decode(errors="replace")
            if not line:
                raise GuestError("the guest is gone")
            line = line.rstrip()
            if line.startswith("@status "):
                return int(line[8:]), lines
            lines.append(line)

    def begin(self, command):
        self.agent.sendall(command.encode() + b"\n")

    def finish(self, command):
        status, lines = self.answer()
        if status:
            raise GuestError("\n".join([f"status {status}: {command}"] + lines))
        return lines

    def run(self, command):
        self.begin(command)
        return self.finish(command)

    # --- QEMU's monitor

    def prompt(self):
        said = b""
        while not said.endswith(b"(qemu) "):
            said += self.monitor.recv(4096)
        return said

    def qemu(self, command):
        self.monitor.sendall(command.encode() + b"\n")
        if b"unknown command" in self.prompt():
            raise GuestError(f"QEMU does not know {command}")

    # --- memory

    def words(self, addresses):
        """The 64-bit word at each address."""
        self.stub.halt()
        words = [self.stub.number(a) for a in addresses]
        self.stub.resume()
        return words

    def code(self, addresses):
        """The 15 bytes at each address, as many as an instruction can have."""
        pages = {}
        for number in {a >> 12 for a in addresses}:
            for page in (number, number + 1):
                if page not in pages:
                    pages[page] = self.page(page)
        return {a: (pages[a >> 12] + pages[(a >> 12) + 1])[a & 4095:][:15]
                for a in set(addresses)}

    def page(self, number):
        try:
            return self.stub.memory(number << 12, 4096)
        except StubError:
            # Behind the last page of a module; no instruction goes there.
            return bytes(4096)

    # --- steps

    def reach(self, address, command, passes):
        """Begins a command and lets it pass an address so many times; the
        CPU stands there then."""
        self.stub.halt()
        self.stub.insert(BREAK, address)
        self.stub.resume()
        self.begin(command)
        cpu = self.stub.stopped().cpu
        for _ in range(passes):
            self.stub.step(cpu)
            self.stub.resume()
            cpu = self.stub.stopped().cpu
        self.stub.remove(BREAK, address)
        return cpu

    def record(self, entry, command, passes):
        """Addresses of all instructions from a function's entry to its
        return, with the code there."""
        cpu = self.reach(entry, command, passes)
        stub = self.stub
        rsp = stub.register(RSP)
        back = stub.number(rsp)
        flags = stub.register(EFLAGS)
        log = f"{self.folder}/log"
        # The trace is of the packet's path alone.
        stub.write_register(EFLAGS, flags & ~INTERRUPTS_ON, 4)
        self.qemu("singlestep on")
        self.qemu(f"logfile {log}")
        self.qemu("log exec,nochain")
        stub.insert(BREAK, back)
        stub.resume(cpu)
        stub.stopped()
        self.qemu("log none")
        self.qemu("singlestep off")
        stub.remove(BREAK, back)
        if stub.register(RSP) != rsp + 8:
            raise StubError("the return was another call's")
        now = stub.register(EFLAGS)
        if now & INTERRUPTS_ON:
            raise StubError("something let interrupts in")
        stub.write_register(EFLAGS, now | flags & INTERRUPTS_ON, 4)
        addresses = self.executed(log, cpu)
        os.unlink(log)
        code = self.code(addresses)
        stub.resume()
        self.finish(command)
        return addresses, code

    @staticmethod
    def executed(log, cpu):
        addresses = []
        with open(log, encoding="ascii") as lines:
            for line in lines:
                match = TRACE.match(line)
                if match:
                    if int(match[1]) != cpu:
                        raise GuestError("another CPU ran")
                    addresses.append(int(match[2], 16))
                    continue
                match = UNDONE.match(line)
                if not match or addresses.pop() != int(match[1], 16):
                    raise GuestError(f"unexpected in the log: {line}")
        return addresses

    def accesses(self, entry, command, passes, kind, look):
        """Steps from a function's entry to its return. Gives the registers
        before each instruction that wrote to memory, or read from it (kind
        WRITE or READ), and what look() made of the guest at the entry."""
        cpu = self.reach(entry, command, passes)
        stub = self.stub
        now = stub.registers()
        back, rsp = stub.number(now["rsp"]), now["rsp"] + 8
        seen, found = look(now), []
        stub.insert(kind, *KERNEL)
        while (now["rip"], now["rsp"]) != (back, rsp):
            if stub.step(cpu).watched:
                found.append(now)
            now = stub.registers()
        stub.remove(kind, *KERNEL)
        # QEMU may still have a stop to report for the last access, without
        # going on: a step takes it.
        stub.step(cpu)
        code = self.code([r["rip"] for r in found])
        stub.resume()
        self.finish(command)
        return found, code, seen
