-- SPDX-License-Identifier: Apache-2.0
-- A history of version 1, as sharkreg made it: one run of two steps, whose directory may be gone.
CREATE TABLE runs(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, time TEXT, host TEXT, system TEXT, sku TEXT, version TEXT, shard TEXT, finished INTEGER NOT NULL, size INTEGER NOT NULL, inode INTEGER NOT NULL, modified INTEGER NOT NULL, imported INTEGER NOT NULL);
CREATE TABLE subjects(id INTEGER PRIMARY KEY, model TEXT NOT NULL, submodel TEXT NOT NULL, step TEXT NOT NULL, stage TEXT, backend TEXT, target TEXT, UNIQUE(model, submodel, step));
CREATE TABLE tools(id INTEGER PRIMARY KEY, versions TEXT NOT NULL UNIQUE);
CREATE TABLE steps(run INTEGER NOT NULL, position INTEGER NOT NULL, subject INTEGER NOT NULL, time TEXT NOT NULL, verdict TEXT NOT NULL, wall INTEGER NOT NULL, user INTEGER NOT NULL, system INTEGER NOT NULL, peak_memory INTEGER NOT NULL, tools INTEGER NOT NULL, PRIMARY KEY(run, position)) WITHOUT ROWID;
CREATE INDEX steps_in_time ON steps(subject, time);
CREATE TABLE actions(run INTEGER NOT NULL, position INTEGER NOT NULL, number INTEGER NOT NULL, subject INTEGER NOT NULL, name TEXT NOT NULL, sku TEXT NOT NULL, time TEXT NOT NULL, wall INTEGER NOT NULL, user INTEGER NOT NULL, system INTEGER NOT NULL, peak_memory INTEGER NOT NULL, succeeded INTEGER NOT NULL, PRIMARY KEY(run, position, number)) WITHOUT ROWID;
INSERT INTO runs VALUES(1, 'old', '2026-01-01T00:00:00.000Z', 'workbench', 'Linux 6.1', 'big', '0.1.0', '', 1, 900, 77, 1767225600000000000, 900);
INSERT INTO subjects VALUES(1, 'm', 's', 'compile acme', 'compile', 'acme', ''), (2, 'm', 's', 'run acme', 'run', 'acme', '');
INSERT INTO tools VALUES(1, 'acme-compile 1.9');
INSERT INTO steps VALUES(1, 300, 1, '2026-01-01T00:00:05.000Z', 'pass', 5000000, 4000000, 100000, 7000, 1);
INSERT INTO steps VALUES(1, 600, 2, '2026-01-01T00:00:06.000Z', 'fail', 1000000, 900000, 100000, 3000, 1);
INSERT INTO actions VALUES(1, 300, 0, 1, 'compile', 'big', '2026-01-01T00:00:05.000Z', 5000000, 4000000, 100000, 7000, 1);
INSERT INTO actions VALUES(1, 600, 0, 2, 'run', 'big', '2026-01-01T00:00:06.000Z', 1000000, 900000, 100000, 3000, 0);
PRAGMA user_version = 1;
