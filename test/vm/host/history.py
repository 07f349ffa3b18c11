# SPDX-License-Identifier: GPL-2.0-only
"""Reads a history of lmctl with SQLite alone, or locks it.

    history.py check FILE        SQLite's integrity check, results, and how many of
                                 them are about a flow and block that has another one
    history.py rows FILE FLOW    "BLOCK STATUS SENT RECEIVED" of each result of the
                                 flow with that name, in order of blocks
    history.py lock FILE         BEGIN EXCLUSIVE; prints "locked" and holds it until
                                 it is ended
    history.py own FILE          the same, and nobody else can read
"""
import signal
import sqlite3
import sys

JOINED = """FROM results AS r JOIN blocks AS b ON b.id = r.block_id
    JOIN measurements AS m ON m.id = b.measurement_id
    JOIN flows AS f ON f.id = r.flow_id"""
CHECK = ("PRAGMA integrity_check", "SELECT count(*) FROM results",
         "SELECT count(*) - count(DISTINCT m.name || ' ' || b.period_ms || ' '"
         f" || b.number || ' ' || f.sids) {JOINED}")
ROWS = f"""SELECT b.number, CASE r.status WHEN 0 THEN 'exact'
    WHEN 1 THEN 'invalid' ELSE 'anomaly' END, r.sent, r.received
    {JOINED} WHERE f.name = ? ORDER BY b.number"""

what, file, *arguments = sys.argv[1:]
sql = sqlite3.connect(f"file:{file}?mode=rw", uri=True, isolation_level=None)
for query in {"check": CHECK, "rows": (ROWS,), "lock": ("BEGIN EXCLUSIVE",),
              "own": ("PRAGMA locking_mode = EXCLUSIVE",
                      "BEGIN EXCLUSIVE")}[what]:
    for row in sql.execute(query, arguments):
        print(*("-" if value is None else value for value in row))
if what in ("lock", "own"):
    print("locked", flush=True)
    signal.pause()
