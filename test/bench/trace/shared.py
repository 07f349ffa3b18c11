# SPDX-License-Identifier: GPL-2.0-only
"""Which memory the type writes per packet, and whether anybody else uses it.

Packets of one flow are counted on two CPUs. Of each access that the type makes
on the way is asked where it is: on the stack, in the packet, or elsewhere. A
line elsewhere that one CPU writes may be neither read nor written by the other.
"""

import re
import subprocess

import x86
from gdbstub import GS_BASE, READ, WRITE

LINE = 64
STACK = 16384

MEMBER = re.compile(r"(\w+)(?:\[\d+\])?; +/\* +(\d+) +\d+ \*/")


class Layout:
    """Sizes of structures, and where their members are."""

    def __init__(self, file, names):
        out = subprocess.run(["pahole", "-C", ",".join(names), file],
                             check=True, capture_output=True, text=True).stdout
        self.size, self.offset = {}, {}
        for part in re.split(r"^(?=struct )", out, flags=re.M)[1:]:
            name = part.split()[1]
            self.size[name] = int(re.search(r"/\* size: (\d+)", part)[1])
            for member, offset in MEMBER.findall(part):
                self.offset.setdefault((name, member), int(offset))


class Access:
    """What the type did on one CPU with one packet.

    places[READ] and places[WRITE] have address and instruction of each access
    that is neither to the stack nor to the packet; objects is what objects()
    found of the set: lists of (start, end) by name.
    """

    def __init__(self, guest, entry, command, passes, layout, objects):
        self.guest = guest
        self.layout = layout
        self.find_objects = objects
        self.objects = {}
        self.places = {}
        for kind in (READ, WRITE):
            self.places[kind] = self.collect(entry, command, passes, kind)

    def collect(self, entry, command, passes, kind):
        found, code, seen = self.guest.accesses(entry, command, passes, kind,
                                                self.look)
        gs_base, self.objects, transient = seen
        text = x86.disassemble(code)
        places = []
        for registers in found:
            pc = registers["rip"]
            for address in x86.addresses(*text[pc], registers, gs_base,
                                         kind == WRITE):
                if not any(a <= address < b for a, b in transient):
                    places.append((address, pc))
        return places

    def look(self, registers):
        """Objects of the set, and what is the packet's alone: arguments of
        the type's function are the set and the packet."""
        stub, layout = self.guest.stub, self.layout
        skb, stack = registers["rsi"], registers["rsp"] & -STACK
        head = stub.number(skb + layout.offset["sk_buff", "head"])
        end = stub.number(skb + layout.offset["sk_buff", "end"], 4)
        transient = [(stack, stack + STACK),
                     (skb, skb + layout.size["sk_buff"]),
                     (head, head + end + layout.size["skb_shared_info"])]
        return (stub.register(GS_BASE),
                self.find_objects(stub, layout, registers["rdi"]), transient)

    def lines(self, kind):
        return {a // LINE for a, _ in self.places[kind]}

    def written(self):
        return sorted({a for a, _ in self.places[WRITE]})


def set_object(stub, layout, ip_set):
    """What the ipset core knows of a set."""
    return {"set": [(ip_set, ip_set + layout.size["ip_set"])]}


def type_objects(stub, layout, ip_set):
    """The set, and the one flow that is in it."""
    objects = set_object(stub, layout, ip_set)
    data = stub.number(ip_set + layout.offset["ip_set", "data"])
    flow = stub.number(data + layout.offset["sr6flow_htype", "flows"]) - \
        layout.offset["sr6flow_elem", "list"]
    objects["set"].append((data, data + layout.size["sr6flow_htype"]))
    objects["flow"] = [(flow, flow + layout.size["sr6flow_elem"])]
    return objects


def stores_to(access, ranges):
    return sum(low <= address < high for address, _ in access.places[WRITE]
               for low, high in ranges)


def compare(accesses):
    """Figures of the accesses on several CPUs."""
    figures = {f"{name}.stores": sum(stores_to(a, a.objects[name])
                                     for a in accesses)
               for name in accesses[0].objects}
    figures.update({"shared.stores": 0, "shared.loads": 0, "own.stores": 0,
                    "own.lines": 0})
    for one in accesses:
        others = set()
        for other in accesses:
            if other is not one:
                others |= other.lines(READ) | other.lines(WRITE)
        stores = [a // LINE in others for a, _ in one.places[WRITE]]
        figures["shared.stores"] += sum(stores)
        figures["own.stores"] += len(stores) - sum(stores)
        figures["own.lines"] += len(one.lines(WRITE) - others)
        figures["shared.loads"] += sum(a // LINE in others
                                       for a, _ in one.places[READ])
    return figures
