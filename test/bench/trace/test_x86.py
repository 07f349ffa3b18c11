#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Tests of x86.py: instructions of which objdump's text is known, too."""

import sys

import x86

REGISTERS = {"rip": 0x1000, "rsp": 0x8000, "rbp": 0x9000, "rax": 0x100,
             "rcx": 3, "rsi": 0x200, "rdi": 0x300}
GS_BASE = 0x50000

# code, locks, depth, reads at, writes at (None: no such access)
CASES = {
    "f0 48 83 00 01": (True, 0, [0x100], [0x100]),          # lock addq $1,(%rax)
    "48 87 08": (True, 0, [0x100], [0x100]),                # xchg %rcx,(%rax)
    "86 4c 88 04": (True, 0, [0x110], [0x110]),             # xchg %cl,4(%rax,%rcx,4)
    "48 87 c8": (False, 0, None, None),                     # xchg %rcx,%rax
    "f0 0f b1 08": (True, 0, [0x100], [0x100]),             # lock cmpxchg
    "65 48 0f c7 08": (False, 0, [0x50100], [0x50100]),     # %gs: without lock
    "3e 48 83 00 01": (False, 0, [0x100], [0x100]),         # as on one CPU
    "48 b8 f0 f0 f0 f0 f0 f0 f0 f0": (False, 0, None, None),
    "e8 10 00 00 00": (False, 1, None, [0x7ff8]),           # call
    "ff d0": (False, 1, None, [0x7ff8]),                    # call *%rax
    "ff 50 08": (False, 1, [0x108], [0x7ff8]),              # call *8(%rax)
    "3e ff 10": (False, 1, [0x100], [0x7ff8]),              # notrack call
    "ff e0": (False, 0, None, None),                        # jmp *%rax
    "ff 24 c8": (False, 0, [0x118], None),                  # jmp *(%rax,%rcx,8)
    "c3": (False, -1, [0x8000], None),
    "f3 c3": (False, -1, [0x8000], None),                   # rep ret
    "c9": (False, 0, [0x9000], None),                       # leave
    "41 54": (False, 0, None, [0x7ff8]),                    # push %r12
    "ff 70 08": (False, 0, [0x108], [0x7ff8]),              # push 8(%rax)
    "5d": (False, 0, [0x8000], None),                       # pop %rbp
    "f3 48 ab": (False, 0, None, [0x300]),                  # rep stos
    "48 a5": (False, 0, [0x200], [0x300]),                  # movsq
    "f3 a6": (False, 0, [0x300, 0x200], None),              # repz cmpsb
    "48 8b 05 f0 00 00 00": (False, 0, [0x10f7], None),     # mov 0xf0(%rip),%rax
    "65 ff 05 10 00 00 00": (False, 0, [0x51017], [0x51017]),
    "65 48 03 04 25 40 00 00 00": (False, 0, [0x50040], None),
    "48 89 44 24 f8": (False, 0, None, [0x7ff8]),           # mov %rax,-8(%rsp)
    "48 8b 04 cd 00 00 00 ff": (False, 0, [0xffffffffff000018], None),
}


def check(name, got, wanted):
    if got != wanted:
        print(f"x86: {name}: got {got}, wanted {wanted}", file=sys.stderr)
    return got == wanted


def main():
    start = REGISTERS["rip"]
    codes = {16 * i + start: bytes.fromhex(c).ljust(15, x86.NOP)
             for i, c in enumerate(CASES)}
    texts = x86.disassemble(codes)
    good = True
    for (address, code), (name, wanted) in zip(codes.items(), CASES.items()):
        locks, depth, reads, writes = wanted
        length, text = texts[address]
        good &= check(f"{name} length", length, len(bytes.fromhex(name)))
        good &= check(f"{name} locks", x86.locks(code), locks)
        good &= check(f"{name} depth", x86.depth(code), depth)
        for places, write in ((reads, False), (writes, True)):
            if places is not None:
                good &= check(f"{name} ({text})", x86.addresses(
                    length, text, REGISTERS, GS_BASE, write), places)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
