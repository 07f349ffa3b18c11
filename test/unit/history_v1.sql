-- SPDX-License-Identifier: GPL-2.0-only
-- What lmctl wrote before flows had a source, with two results of a flow.
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA journal_mode = WAL;
CREATE TABLE measurements (id INTEGER PRIMARY KEY, name TEXT NOT NULL, set_name TEXT NOT NULL, grouped INTEGER NOT NULL);
CREATE TABLE peers (measurement_id INTEGER NOT NULL REFERENCES measurements, peer INTEGER NOT NULL, name TEXT NOT NULL, PRIMARY KEY (measurement_id, peer)) WITHOUT ROWID;
CREATE TABLE flows (id INTEGER PRIMARY KEY, sids TEXT NOT NULL, name TEXT NOT NULL, last_ms INTEGER NOT NULL, UNIQUE (sids, name));
CREATE INDEX flows_last ON flows (last_ms);
CREATE TABLE blocks (id INTEGER PRIMARY KEY, measurement_id INTEGER NOT NULL REFERENCES measurements, period_ms INTEGER NOT NULL, number INTEGER NOT NULL, start_ms INTEGER NOT NULL, mask INTEGER NOT NULL, UNIQUE (measurement_id, period_ms, number));
CREATE INDEX blocks_start ON blocks (start_ms);
CREATE TABLE results (block_id INTEGER NOT NULL REFERENCES blocks, flow_id INTEGER NOT NULL REFERENCES flows, status INTEGER NOT NULL, word TEXT, reason TEXT, sent INTEGER, sent_bytes INTEGER, received INTEGER, received_bytes INTEGER, PRIMARY KEY (block_id, flow_id)) WITHOUT ROWID;
CREATE TABLE answers (block_id INTEGER NOT NULL, flow_id INTEGER NOT NULL, peer INTEGER NOT NULL, answer TEXT, packets INTEGER, bytes INTEGER, mask INTEGER, period_ms INTEGER, round_trip_ns INTEGER, forward_ns INTEGER, backward_ns INTEGER, error_ns INTEGER, PRIMARY KEY (block_id, flow_id, peer)) WITHOUT ROWID;
INSERT INTO measurements VALUES (1, 'core', 'lm-tx', 0);
INSERT INTO peers VALUES (1, 0, 'p1');
INSERT INTO flows VALUES (7, 'fcff:2::1,fcff:8::100', 'gold', 1700000000000);
INSERT INTO blocks VALUES (1, 1, 10000, 170000000, 1700000000000, 0x30000), (2, 1, 10000, 170000001, 1700000010000, 0x30000);
INSERT INTO results VALUES (1, 7, 0, NULL, NULL, 10, 1000, 9, 900), (2, 7, 1, 'no-answer', NULL, 20, 2000, NULL, NULL);
INSERT INTO answers VALUES (1, 7, 0, NULL, 9, 900, NULL, NULL, NULL, NULL, NULL, NULL), (2, 7, 0, 'no-answer', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
PRAGMA application_id = 0x73723668;
PRAGMA user_version = 1;
