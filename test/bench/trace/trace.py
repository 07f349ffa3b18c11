# SPDX-License-Identifier: GPL-2.0-only
"""One packet, instruction by instruction: run by gdb, see README.md.

An instruction belongs to the deepest of LAYERS that is on the stack, so the kernel
functions that a layer calls count as its own.
"""
import bisect
import collections
import fnmatch
import os
import re
import socket
import time

import gdb

# From the outside in.
LAYERS = ("rest", "backend", "xt_set", "ip_set", "type")
MODULES = {"nf_tables": 1, "nft_compat": 1, "ip6_tables": 1, "x_tables": 1,
           "ip6table_mangle": 1, "xt_set": 2, "ip_set": 3,
           "ip_set_hash_sr6flow": 4, "ip_set_hash_ip": 4}
FUNCTIONS = {"nf_hook_slow": 1}
ENTRY = "netif_receive_skb"
# Packets that go by before the one that is recorded: the injector's own two, and
# two for which caches are filled.
PASSES = 4
SIDES = {"src": "steered", "dst": "srv6"}
# Kind of the packet (None: the side's), SIDs, and number of its flow. Flow 0 is in
# the set, flow 1 is not.
CASES = {"2": (None, 2, 0), "16": (None, 16, 0), "miss": (None, 2, 1),
         "nosrh": ("plain", 2, 0)}
# CPUs that count the same flow, of which run.sh gives the guest so many.
CPUS = range(4)
STOCK_SID = "fcff:1:0:0::1"
LINE, STACK = 64, 16384
PATIENCE = 120
# gdb's own words go to its stdout.
OUT = os.fdopen(3, "w")
FOLDER = os.environ["TRACE_FOLDER"]
PATTERNS = os.environ["TRACE_CASES"].split()
KALLSYMS = "grep -i ' [tw] ' /proc/kallsyms"
EXECUTED = re.compile(r"Trace \d+: 0x[0-9a-f]+ \[[0-9a-f]+/([0-9a-f]+)/")
UNDONE = re.compile(r"Stopped execution of TB chain before")
OPERAND = re.compile(r"(%gs:)?(-?0x[0-9a-f]+)?"
                     r"(?:\((%\w+)?(?:,(%\w+)(?:,([1248]))?)?\))?")
# Instructions that do not access their memory operand, and that only read it.
NO_ACCESS = ("lea", "nop", "prefetch", "call", "jmp")
NO_STORE = ("cmp", "test", "bt ", "mul", "div", "push")


class Guest:
    """The shell in the guest (agent.sh)"""

    def __init__(self):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(PATIENCE)
        end = time.monotonic() + PATIENCE
        while self.socket.connect_ex(f"{FOLDER}/agent"):
            if time.monotonic() > end:
                raise gdb.GdbError("no guest")
            time.sleep(0.05)
        self.said = self.socket.makefile("rb")
        self.wait("boot")

    def send(self, command):
        """Begin a command"""
        self.socket.sendall(command.encode() + b"\n")

    def wait(self, command):
        """The lines that a command has printed, when it has ended"""
        lines = []
        while not (line := self.said.readline().decode()).startswith("@status "):
            if not line:
                raise gdb.GdbError(f"the guest is gone: {command}")
            lines.append(line)
        if line != "@status 0\n":
            raise gdb.GdbError(f"{command}: {line}{''.join(lines)}")
        return lines

    def run(self, command):
        """A command while gdb is away"""
        self.send(command)
        return self.wait(command)


class Symbols:
    """Functions by address"""

    def __init__(self, lines):
        names = {}
        for address, kind, name, *module in map(str.split, lines):
            # Of several names for one address a global one.
            if kind in "TW" or kind in "tw" and int(address, 16) not in names:
                names[int(address, 16)] = (name, module[0][1:-1] if module else "")
        self.order = sorted(names)
        self.names = [names[address] for address in self.order]

    def address(self, name):
        """Where a function of the kernel begins"""
        return self.order[self.names.index((name, ""))]

    def find(self, address):
        """Layer, function and module of an instruction"""
        name, module = self.names[bisect.bisect_right(self.order, address) - 1]
        layer = MODULES.get(module, 0) if module else FUNCTIONS.get(name, 0)
        return layer, f"{name} [{module}]" if module else name


def register(name):
    """A number"""
    return int(gdb.parse_and_eval(f"(unsigned long)${name}"))


def word(address):
    """The number at an address"""
    return int(gdb.parse_and_eval(f"*(unsigned long *){address}"))


def text_of(addresses):
    """The instruction at each address, as the guest has it in memory"""
    code = gdb.selected_inferior().architecture()
    return {a: code.disassemble(a)[0]["asm"] for a in set(addresses)}


def reach(guest, address, command):
    """Begin a command and stop where it has passed an address a few times"""
    gdb.execute(f"target remote {FOLDER}/gdb", to_string=True)
    # No interrupt and no timer within a step.
    gdb.execute("maintenance packet Qqemu.sstep=0x7", to_string=True)
    entry = gdb.Breakpoint(f"*{address}", internal=True)
    entry.ignore_count = PASSES
    guest.send(command)
    gdb.execute("continue", to_string=True)
    entry.delete()


def leave(guest, command):
    """Let the guest go on and end the command"""
    gdb.execute("detach", to_string=True)
    guest.wait(command)


def record(guest, symbols, command):
    """Addresses from the entry of a packet to its return, and their text"""
    reach(guest, symbols.address(ENTRY), command)
    cpu, stack = gdb.selected_thread().num, register("rsp")
    back = gdb.Breakpoint(f"*{word(stack)}", internal=True)
    flags = int(gdb.execute("output/x $eflags", to_string=True), 0)
    # The packet's path alone: without interrupts and other CPUs.
    gdb.execute(f"set $eflags = {flags & ~0x200}")
    gdb.execute("set scheduler-locking on")
    for line in ("singlestep on", f"logfile {FOLDER}/log", "log exec,nochain"):
        gdb.execute(f"monitor {line}", to_string=True)
    gdb.execute("continue", to_string=True)
    for line in ("log none", "singlestep off"):
        gdb.execute(f"monitor {line}", to_string=True)
    back.delete()
    gdb.execute("set scheduler-locking off")
    if register("rsp") != stack + 8 or gdb.selected_thread().num != cpu:
        raise gdb.GdbError("the return was another call's")
    gdb.execute(f"set $eflags = {flags}")
    addresses = executed(f"{FOLDER}/log")
    text = text_of(addresses)
    leave(guest, command)
    return addresses, text


def executed(log):
    """Addresses of a log of QEMU, which is removed"""
    addresses = []
    with open(log, encoding="ascii") as lines:
        for line in lines:
            if match := EXECUTED.match(line):
                addresses.append(int(match[1], 16))
            elif UNDONE.match(line):
                addresses.pop()
    os.unlink(log)
    return addresses


def locks(text):
    """An instruction that holds the bus: xchg with memory does without a prefix"""
    return text.startswith("lock ") or text.startswith("xchg") and "(" in text


def count(addresses, text, symbols):
    """Instructions by layer and function, and those of them that lock"""
    counts, locked = collections.Counter(), collections.Counter()
    depth, layer, callers = 0, 0, []
    for address in addresses:
        while callers and depth < callers[-1][0]:
            layer = callers.pop()[1]
        own, name = symbols.find(address)
        if own > layer:
            callers.append((depth, layer))
            layer = own
        counts[layer, name] += 1
        locked[layer] += locks(text[address])
        word = re.sub(r"^(rep|repz|notrack|bnd|cs) ", "", text[address]).split()[0]
        depth += word.startswith("call") - word.startswith("ret")
    if depth != -1:
        raise gdb.GdbError("calls and returns do not match")
    return counts, locked


def print_case(case, counts, locked):
    """The table of a case; whether nothing of the type locks"""
    OUT.write(f"\n{case}: {sum(counts.values())} instructions\n")
    for layer in reversed(range(len(LAYERS))):
        of_layer = {k: n for k, n in counts.items() if k[0] == layer}
        OUT.write(f"  {sum(of_layer.values()):5} {LAYERS[layer]},"
                  f" {locked[layer]} with a lock\n")
        for (_, name), n in sorted(of_layer.items(), key=lambda item: -item[1]):
            OUT.write(f"  {n:11} {name}\n")
    # That others lock shows that a lock is seen.
    return not locked[4] and sum(locked.values())


def operand(text):
    """The address of the memory operand, and whether it is written"""
    name, _, operands = text.partition(" ")
    for match in OPERAND.finditer(operands):
        segment, offset, base, index, scale = match.groups()
        # A number alone is a constant, unless a segment goes with it.
        if not (base or index or segment) or name.startswith(NO_ACCESS):
            continue
        address = int(offset or "0", 0) + (register("gs_base") if segment else 0)
        if base:
            address += register(base[1:])
        if index:
            address += register(index[1:]) * int(scale or 1)
        last = match.end() == len(operands.rstrip().split("#")[0].rstrip())
        return address % 2**64, last and not name.startswith(NO_STORE)
    return None, False


def lines_of(guest, entry, command):
    """Cache lines that the type accesses with one packet, and those that it writes,
    but for the stack and the packet"""
    reach(guest, entry, command)
    gdb.execute("set scheduler-locking on")
    stack, skb = register("rsp"), register("rsi")
    head = f"((struct sk_buff *){skb})->head"
    sizes = "sizeof(struct sk_buff)", "sizeof(struct skb_shared_info)"
    skb_size, info_size = (int(gdb.parse_and_eval(size)) for size in sizes)
    start = int(gdb.parse_and_eval(f"(unsigned long){head}"))
    end = start + int(gdb.parse_and_eval(f"((struct sk_buff *){skb})->end")) + info_size
    used, written = set(), set()
    while register("rsp") <= stack:
        text = gdb.selected_inferior().architecture().disassemble(register("pc"))[0]
        address, store = operand(text["asm"])
        if "%rip" in text["asm"] and address is not None:
            address += text["length"]
        if address is not None and address // STACK != stack // STACK and \
                not skb <= address < skb + skb_size and not start <= address < end:
            used.add(address // LINE)
            if store:
                written.add(address // LINE)
        gdb.execute("stepi", to_string=True)
    gdb.execute("set scheduler-locking off")
    leave(guest, command)
    return used, written


def shared(guest, side, cpus):
    """Lines that one CPU writes and another accesses, and those of one CPU only"""
    symbols = Symbols(guest.run(KALLSYMS))
    addresses, _ = record(guest, symbols, f"inject_one 0 {SIDES[side]} 2 0")
    entry = next(a for a in addresses if symbols.find(a)[0] == len(LAYERS) - 1)
    lines = [lines_of(guest, entry, f"inject_one {cpu} {SIDES[side]} 2 0")
             for cpu in cpus]
    both, own = set(), []
    for i, (_, written) in enumerate(lines):
        others = set().union(*(used for j, (used, _) in enumerate(lines) if j != i))
        both |= written & others
        own.append(len(written - others))
    OUT.write(f"\n{side}, {len(lines)} CPUs: {len(both)} lines are written by one and"
              f" accessed by another, {own} by one only\n")
    return both, own


def check_shared(guest):
    """Whether the type writes to no shared line, and a stock set does"""
    good = True
    for side in SIDES:
        guest.run(f"hooks_on nft {side} && rule_on nft {side}")
        both, own = shared(guest, side, CPUS)
        good &= not both and all(own)
        guest.run(f"rule_off nft {side} && hooks_off nft")
    guest.run(f"stock_set {STOCK_SID}")
    return good and shared(guest, "dst", CPUS[:2])[0]


def main():
    """All cases that are wanted"""
    gdb.execute("set confirm off")
    gdb.execute("set pagination off")
    gdb.execute("set architecture i386:x86-64", to_string=True)
    gdb.execute("set disassembly-flavor att")
    gdb.execute(f"file {os.environ['TRACE_MODULE']}", to_string=True)
    guest = Guest()
    guest.run("router_up && steer 2 2 && steer 16 1 && type_is real && set_make"
              " && set_fill 2 1 && set_fill 16 1")
    wrong = []
    for back in ("nft", "legacy"):
        for side, kind in SIDES.items():
            cases = [f"{back}.{side}.{c}" for c in CASES]
            wanted = [c for c in cases
                      if any(fnmatch.fnmatch(c, p) for p in PATTERNS)]
            if not wanted:
                continue
            guest.run(f"hooks_on {back} {side} && rule_on {back} {side}")
            symbols = Symbols(guest.run(KALLSYMS))
            for case in wanted:
                own_kind, sids, flow = CASES[case.split(".")[2]]
                command = f"inject_one 0 {own_kind or kind} {sids} {flow}"
                if not print_case(case, *count(*record(guest, symbols, command),
                                               symbols)):
                    wrong.append(case)
            guest.run(f"rule_off {back} {side} && hooks_off {back}")
    if any(fnmatch.fnmatch("shared", p) for p in PATTERNS) and not check_shared(guest):
        wrong.append("shared")
    gdb.execute(f"target remote {FOLDER}/gdb", to_string=True)
    gdb.execute("kill")
    if wrong:
        raise gdb.GdbError(f"locks, or shared lines: {wrong}")


main()
