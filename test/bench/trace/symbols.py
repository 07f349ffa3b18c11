# SPDX-License-Identifier: GPL-2.0-only
"""Names of the guest's code."""

import bisect
import re
import subprocess
from collections import Counter

# Whose part of a packet's way an instruction is: the further down, the deeper.
# What a part calls in the rest of the kernel is its own.
REST, BACKEND, XT_SET, IP_SET, TYPE = range(5)
LAYERS = ("rest", "backend", "xt_set", "ip_set", "ours")
MODULES = {
    "nf_tables": BACKEND, "nft_compat": BACKEND, "ip6_tables": BACKEND,
    "x_tables": BACKEND, "ip6table_mangle": BACKEND,
    "xt_set": XT_SET, "ip_set": IP_SET,
    "ip_set_hash_sr6flow": TYPE, "sr6flow_floor": TYPE, "ip_set_hash_ip": TYPE,
}
FUNCTIONS = {"nf_hook_slow": BACKEND}


class Symbols:
    """From the text of /proc/kallsyms."""

    def __init__(self, lines):
        names = {}
        for line in lines:
            address, kind, name, *module = line.split()
            if kind in "tTwW":
                # Of several names for one address a global one.
                key = int(address, 16)
                if key not in names or kind in "TW":
                    names[key] = (name, module[0][1:-1] if module else "")
        self.order = sorted(names)
        self.names = [names[a] for a in self.order]
        self.by_name = {}
        for address, (name, _) in zip(self.order, self.names):
            self.by_name.setdefault(name, address)

    def address(self, name):
        return self.by_name[name]

    def find(self, address):
        """Function and module; the module of the kernel itself is ""."""
        i = bisect.bisect_right(self.order, address) - 1
        return self.names[i]

    def layer(self, address):
        name, module = self.find(address)
        return FUNCTIONS.get(name, REST) if not module else \
            MODULES.get(module, REST)


class Source:
    """Functions and lines of a module's source, inlined ones too."""

    def __init__(self, file, sections):
        self.file = file
        self.sections = sections

    def lines(self, addresses):
        """Counter of (function, inlined function, file:line)."""
        counts = Counter(addresses)
        found = Counter()
        for section, base in self.sections:
            mine = sorted(a for a in counts if self.section_of(a) == section)
            if not mine:
                continue
            out = subprocess.run(
                ["addr2line", "-e", self.file, "-j", section, "-f", "-i", "-a"]
                + [hex(a - base) for a in mine],
                check=True, capture_output=True, text=True).stdout
            for address, frames in zip(mine, self.frames(out)):
                inner, outer = frames[0], frames[-1]
                found[outer[0], inner[0], inner[1]] += counts[address]
        return found

    def section_of(self, address):
        below = [(b, s) for s, b in self.sections if b <= address]
        return max(below)[1] if below else None

    @staticmethod
    def frames(out):
        """For each address its (function, file:line), the innermost first."""
        for part in re.split(r"^0x[0-9a-f]+\n", out, flags=re.M)[1:]:
            lines = part.splitlines()
            yield [(lines[i], place(lines[i + 1]))
                   for i in range(0, len(lines), 2)]


def place(text):
    """file:line without folders and remarks"""
    return text.split(" (")[0].rsplit("/", 1)[-1]
