#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Records packets in a guest and says what they cost, function by function.

Called by run.sh: trace.py FOLDER MODULE OUT PATTERN... -- QEMU...
"""

import fnmatch
import sys

import report
import shared
from guest import Guest
from symbols import LAYERS, TYPE, Source, Symbols

TYPE_MODULE = "ip_set_hash_sr6flow"
ENTRY = "netif_receive_skb"

# The injector sends two packets ahead of a case; of the case's four the third
# is recorded, when nothing happens for the first time.
AHEAD, PACKETS, PASSES = 2, 4, 4

BACKENDS = ("nft", "legacy")
SENT = {"src": "steered", "dst": "srv6"}
# case: kind of packet (None: the side's), SIDs, number of the flow.  Flow 0 is
# in the set, flow 1 is not.
CASES = {
    "2": (None, 2, 0),
    "16": (None, 16, 0),
    "miss": (None, 2, 1),
    "nosrh": ("plain", 2, 0),
}
HITS = ("2", "16")
# CPUs that count the same flow, of which run.sh gives the guest so many.
CPUS = range(4)
STOCK_SID = "fcff:1:0:0::1"


class Run:
    """Cases in one guest."""

    def __init__(self, guest, module, patterns):
        self.guest = guest
        self.module = module
        self.patterns = patterns
        self.names = None
        self.records = {}
        self.sources = {}
        self.wrong = []

    def figure(self, key, value, unit, good=True):
        """A figure, and whether it is as it must be."""
        print(f"figure trace.{key} {value} {unit}", flush=True)
        self.check(key, value, good)

    def check(self, key, value, good):
        if not good:
            self.wrong.append(f"{key} is {value}")

    def wants(self, case):
        return any(fnmatch.fnmatch(case, p) for p in self.patterns)

    def learn(self):
        """Modules came or went."""
        self.guest.run("cat /proc/kallsyms >/share/kallsyms")
        with open(f"{self.guest.folder}/share/kallsyms",
                  encoding="ascii") as lines:
            self.names = Symbols(lines)

    def command(self, side, case, cpu=0, packets=PACKETS):
        kind, sids, flow = CASES[case]
        return f"inject_on {cpu} {kind or SENT[side]} {sids} {flow} {packets}"

    def record(self, side, case):
        addresses, code = self.guest.record(
            self.names.address(ENTRY), self.command(side, case), PASSES)
        return report.Record(addresses, code, self.names)

    # --- first proof: what is executed

    def with_type(self, state, back, side, cases):
        """The packets with the rule, and a type: "real" or "floor"."""
        run, found = self.guest.run, {}
        run(f"type_is {state} 1 && set_make")
        if state == "real":
            run("set_fill 2 1 && set_fill 16 1")
        run(f"rule_on {back} {side}")
        self.learn()
        for case in cases:
            if state == "floor":
                run(f"type_is floor {int(case in HITS)}")
            found[case] = self.record(side, case)
        if state == "real":
            sections = [line.split() for line in
                        run(f"text_sections {TYPE_MODULE}")]
            self.sources[back, side] = Source(
                self.module, [(s, int(a, 16)) for s, a in sections])
        run(f"rule_off {back} {side} && set_gone")
        return found

    def path(self, back, side, cases):
        """The packets with empty hooks, with a type that returns at once,
        and with the type."""
        self.guest.run(f"hooks_on {back} {side}")
        self.learn()
        empty = {case: self.record(side, case) for case in cases}
        floor = self.with_type("floor", back, side, cases)
        real = self.with_type("real", back, side, cases)
        self.guest.run(f"type_is none && hooks_off {back}")
        for case in cases:
            self.tell(f"{back}.{side}.{case}", empty[case], floor[case],
                      real[case])
        self.records[back, side] = real

    def tell(self, key, empty, floor, real):
        counts = {"total": real.total()}
        for layer, name in reversed(list(enumerate(LAYERS))):
            counts[name] = real.layers[layer]
        counts["empty"] = empty.rule()
        counts["floor"] = floor.rule() - empty.rule()
        counts["own"] = real.rule() - floor.rule()
        for name, value in counts.items():
            self.figure(f"{key}.{name}", value, "instructions",
                        good=value > 0)
        value = real.lock_count(TYPE)
        self.figure(f"{key}.locked.ours", value, "instructions",
                    good=value == 0)
        value = real.lock_count()
        # that others lock shows that it would be seen
        self.figure(f"{key}.locked.all", value, "instructions",
                    good=value > 0)

    def paths(self):
        for back in BACKENDS:
            for side in SENT:
                cases = [c for c in CASES if self.wants(f"{back}.{side}.{c}")]
                if cases:
                    self.path(back, side, cases)

    # --- second proof: what is written

    def accesses(self, side, cpus, layout, objects):
        self.learn()
        entry = self.record(side, "2").entry
        return [shared.Access(self.guest, entry, self.command(side, "2", cpu),
                              PASSES, layout, objects) for cpu in cpus]

    def counters(self, side, accesses):
        """How many of the words that were written grew by the number of
        packets when packets were sent, on each CPU."""
        packets = AHEAD + PACKETS
        before = [self.guest.words(a.written()) for a in accesses]
        for cpu in CPUS:
            self.guest.run(self.command(side, "2", cpu))
        return [sum(now == then + packets for then, now in
                    zip(old, self.guest.words(a.written())))
                for old, a in zip(before, accesses)]

    def sharing(self):
        run = self.guest.run
        layout = shared.Layout(self.module, (
            "ip_set", "sr6flow_htype", "sr6flow_elem", "sk_buff", "skb_shared_info"))
        run("type_is real")
        for side in SENT:
            run(f"set_make && set_fill 2 1 && rule_on nft {side}")
            accesses = self.accesses(side, CPUS, layout, shared.type_objects)
            self.tell_shared(side, shared.compare(accesses),
                             self.counters(side, accesses))
            run(f"rule_off nft {side} && set_gone")
        run(f"stock_set {STOCK_SID} && stock_rule nft -A")
        accesses = self.accesses("dst", CPUS[:2], layout, shared.set_object)
        value = shared.compare(accesses)["shared.stores"]
        self.figure("shared.stock.shared.stores", value, "accesses",
                    good=value > 0)

    def tell_shared(self, side, figures, counters):
        # no figure: how many depends on where the allocator puts things
        loads = figures.pop("shared.loads")
        self.check(f"shared.{side}.shared.loads", loads, loads > 0)
        for name, value in figures.items():
            own = name.startswith("own.")
            self.figure(f"shared.{side}.{name}", value,
                        "lines" if name.endswith("lines") else "accesses",
                        good=value >= len(CPUS) if own else value == 0)
        # each CPU's store to its packet counter was among those seen
        self.figure(f"shared.{side}.own.counters", sum(counters), "words",
                    good=all(n == 1 for n in counters))


def main():
    folder, module, out = sys.argv[1:4]
    end = sys.argv.index("--")
    guest = Guest(sys.argv[end + 1:], folder)
    try:
        run = Run(guest, module, sys.argv[4:end])
        guest.run("share && router_up && steer 2 2 && steer 16 1")
        run.paths()
        if run.wants("shared"):
            run.sharing()
    finally:
        guest.end()
    if run.records:
        with open(out, "w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in
                            report.everything(run.records, run.sources))
    for line in run.wrong:
        print(f"trace: not as it must be: {line}", file=sys.stderr)
    return 1 if run.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
