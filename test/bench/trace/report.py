# SPDX-License-Identifier: GPL-2.0-only
"""What was recorded, added up and as Markdown."""

from collections import Counter

import symbols
import x86


class Record:
    """One packet: instructions by part and function, and what they lock."""

    def __init__(self, addresses, code, names):
        self.addresses = addresses
        self.functions = Counter()
        self.layers = Counter()
        self.locks = Counter()
        # executed in the type's own module
        self.own = []
        for address, layer in self.walk(addresses, code, names):
            name, module = names.find(address)
            self.functions[layer, module, name] += 1
            self.layers[layer] += 1
            if x86.locks(code[address]):
                self.locks[layer, module, name] += 1
            if names.layer(address) == symbols.TYPE:
                self.own.append(address)
        self.entry = self.own[0] if self.own else None

    @staticmethod
    def walk(addresses, code, names):
        """Each instruction and its part: from the call of a deeper part to
        its return everything is that part's."""
        depth, part, callers = 0, symbols.REST, []
        for address in addresses:
            while callers and depth < callers[-1][0]:
                part = callers.pop()[1]
            layer = names.layer(address)
            if layer > part:
                callers.append((depth, part))
                part = layer
            yield address, part
            depth += x86.depth(code[address])
        if depth != -1:
            raise x86.CodeError("calls and returns do not match")

    def total(self):
        return len(self.addresses)

    def rule(self):
        """All that is in the hooks."""
        return self.total() - self.layers[symbols.REST]

    def lock_count(self, layer=None):
        return sum(n for key, n in self.locks.items()
                   if layer in (None, key[0]))


def table(head, rows):
    yield "| " + " | ".join(head) + " |"
    yield "| --- |" + " ---: |" * (len(head) - 1)
    for row in rows:
        yield "| " + " | ".join(str(cell) for cell in row) + " |"
    yield ""


def function_table(records):
    """Instructions of each function in the hooks; records by case."""
    keys = sorted({k for r in records.values() for k in r.functions
                   if k[0] != symbols.REST},
                  key=lambda k: (-k[0], -max(r.functions[k] for r in
                                             records.values()), k))
    rows = []
    for layer in range(symbols.TYPE, symbols.REST, -1):
        for key in keys:
            if key[0] == layer:
                rows.append([f"`{key[2]}`" + (f" ({key[1]})" if key[1] else "")]
                            + [r.functions[key] or "" for r in records.values()])
        rows.append([f"**{symbols.LAYERS[layer]}**"] +
                    [f"**{r.layers[layer]}**" for r in records.values()])
    rows.append(["the rest of the path"] +
                [r.layers[symbols.REST] for r in records.values()])
    rows.append(["**all**"] + [f"**{r.total()}**" for r in records.values()])
    rows.append(["locked, ours"] +
                [r.lock_count(symbols.TYPE) for r in records.values()])
    rows.append(["locked, all"] + [r.lock_count() for r in records.values()])
    return table(["function"] + list(records), rows)


def rest_table(records):
    """The functions outside of the hooks."""
    keys = sorted({k for r in records.values() for k in r.functions
                   if k[0] == symbols.REST},
                  key=lambda k: (-max(r.functions[k] for r in
                                      records.values()), k))
    return table(["function"] + list(records),
                 [[f"`{k[2]}`"] + [r.functions[k] or "" for r in
                                   records.values()] for k in keys])


def source_table(records, source, lines):
    """The type's own code by function, or line, of its source."""
    found = {name: Counter() for name in records}
    for name, record in records.items():
        for (outer, inner, line), n in source.lines(record.own).items():
            key = f"`{outer}`" if inner == outer else f"`{outer}`: `{inner}`"
            found[name][f"{key} {line}" if lines else key] += n
    keys = sorted({k for c in found.values() for k in c})
    return table(["source"] + list(records),
                 [[k] + [c[k] or "" for c in found.values()] for k in keys])


def summary_table(records):
    """A line for each case."""
    rows = []
    for (back, side), cases in records.items():
        for case, record in cases.items():
            rows.append([f"{back}, {side}, {case}"] +
                        [record.layers[layer] for layer in
                         range(symbols.TYPE, symbols.REST - 1, -1)] +
                        [record.total(), record.lock_count(symbols.TYPE),
                         record.lock_count()])
    return table(["case"] + list(reversed(symbols.LAYERS)) +
                 ["all", "locked, ours", "locked, all"], rows)


def everything(records, sources):
    """The lines of the report."""
    yield "# Instructions of one packet"
    yield ""
    yield from summary_table(records)
    for (back, side), cases in records.items():
        source = sources[back, side]
        yield f"## {back}, {side}"
        yield ""
        yield from function_table(cases)
        yield "The type's own code, by function and what is inlined there:"
        yield ""
        yield from source_table(cases, source, lines=False)
        yield "By line:"
        yield ""
        yield from source_table(cases, source, lines=True)
        yield "Outside of the hooks:"
        yield ""
        yield from rest_table(cases)
