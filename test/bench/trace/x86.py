# SPDX-License-Identifier: GPL-2.0-only
"""What x86-64 instructions are, as far as a trace asks."""

import os
import re
import subprocess
import tempfile

PREFIXES = bytes.fromhex("66 67 2e 36 3e 26 64 65 f2 f3 f0")
LOCK = 0xf0

# Each instruction is disassembled alone, so that no wrong guess of a length
# goes on to the next.
SLOT = 32
NOP = b"\x90"

LINE = re.compile(r"^ *([0-9a-f]+):\t((?:[0-9a-f]{2} )+) *\t(.*)$")
MEMORY = re.compile(r"(%[defgs]s:)?(-?0x[0-9a-f]+|)"
                    r"\((%\w+|)(?:,(%\w+)(?:,([1248]))?)?\)")
FIXED = re.compile(r"(%[defgs]s:)?(0x[0-9a-f]+)(?:,|$)")
WORDS = "lock rep repz repnz data16 addr32 notrack bnd ds es cs ss".split()
STACK_WRITES = ("push", "call", "pushf", "enter")
STACK_READS = ("pop", "ret", "popf", "leave")


class CodeError(Exception):
    """An instruction that this does not know."""


def split(code):
    """The prefixes, and the instruction from its operation code on."""
    i = 0
    while code[i] in PREFIXES:
        i += 1
    rest = code[i:]
    if 0x40 <= rest[0] <= 0x4f:
        rest = rest[1:]
    return code[:i], rest


def locks(code):
    """Whether it holds the bus: a lock prefix, or an exchange with memory."""
    prefixes, rest = split(code)
    return LOCK in prefixes or rest[0] in (0x86, 0x87) and rest[1] >> 6 != 3


def depth(code):
    """1 for a call, -1 for a return, otherwise 0."""
    rest = split(code)[1]
    if rest[0] == 0xe8 or rest[0] == 0xff and (rest[1] >> 3 & 7) in (2, 3):
        return 1
    return -1 if rest[0] in (0xc2, 0xc3) else 0


def disassemble(code):
    """Length and text of the instruction at each address."""
    order = sorted(code)
    with tempfile.NamedTemporaryFile() as file:
        for address in order:
            file.write(code[address].ljust(SLOT, NOP))
        file.flush()
        listing = subprocess.run(
            ["objdump", "-D", "-w", "-b", "binary", "-m", "i386:x86-64",
             file.name], check=True, capture_output=True, text=True,
            env={**os.environ, "LC_ALL": "C"}).stdout
    found = {}
    for line in listing.splitlines():
        match = LINE.match(line)
        if match and int(match[1], 16) % SLOT == 0:
            found[order[int(match[1], 16) // SLOT]] = (
                len(match[2].split()), match[3].split("#")[0].strip())
    if len(found) != len(order):
        raise CodeError("the disassembler did not keep to the slots")
    return found


def operands(length, text, registers, gs_base):
    """Addresses of all memory operands that are written out."""
    found = []
    for segment, offset, base, index, scale in MEMORY.findall(text):
        address = int(offset, 16) if offset else 0
        if base == "%rip":
            address += registers["rip"] + length
        elif base:
            address += registers[base[1:]]
        if index and index != "%riz":
            address += registers[index[1:]] * int(scale or 1)
        found.append((segment, address))
    if not found:
        found = [(segment, int(offset, 16)) for segment, offset
                 in FIXED.findall(text.split(None, 1)[-1])]
    return [(a + (gs_base if s == "%gs:" else 0)) & (1 << 64) - 1
            for s, a in found]


def addresses(length, text, registers, gs_base, write):
    """Where an instruction that wrote, or read, did so."""
    words = [w for w in text.split() if w not in WORDS]
    name = words[0]
    if write and name.startswith(STACK_WRITES):
        return [registers["rsp"] - 8]
    found = operands(length, text, registers, gs_base)
    if not write and name.startswith(STACK_READS) and not found:
        return [registers["rbp" if name == "leave" else "rsp"]]
    if not found:
        raise CodeError(f"no address: {text}")
    if write:
        return found[-1:]
    return found if name.startswith("cmps") else found[:1]
