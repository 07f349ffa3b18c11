// SPDX-License-Identifier: GPL-2.0-only
/*
 * A look at a history of lmctl with SQLite alone, and somebody who locks it:
 *
 *   history_probe check FILE        what SQLite's integrity check says ("ok"),
 *                                   results, and how many of them are about a
 *                                   flow and block that has another one
 *   history_probe rows FILE FLOW    "BLOCK STATUS SENT RECEIVED" of each result
 *                                   of the flow of that name, in order of blocks
 *   history_probe lock FILE         BEGIN EXCLUSIVE; says "locked" and holds it
 *                                   until it is ended
 *   history_probe own FILE          the same, and nobody can even read; no other
 *                                   program may have it open
 */
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int print_row(void *arg, int columns, char **value, char **name)
{
	int i;

	(void)arg;
	(void)name;
	for (i = 0; i < columns; i++)
		printf("%s%s", i ? " " : "", value[i] ? value[i] : "-");
	putchar('\n');
	return 0;
}

static int query(sqlite3 *sql, const char *text)
{
	char *error = NULL;

	if (!sqlite3_exec(sql, text, print_row, NULL, &error))
		return EXIT_SUCCESS;
	fprintf(stderr, "history_probe: %s\n", error);
	sqlite3_free(error);
	return EXIT_FAILURE;
}

static int check(sqlite3 *sql)
{
	return query(sql, "PRAGMA integrity_check;"
			  "SELECT count(*) FROM results;"
			  "SELECT count(*) - count(DISTINCT"
			  " m.name || ' ' || b.period_ms || ' ' || b.number ||"
			  " ' ' || f.sids)"
			  " FROM results AS r JOIN blocks AS b ON b.id = r.block_id"
			  " JOIN measurements AS m ON m.id = b.measurement_id"
			  " JOIN flows AS f ON f.id = r.flow_id");
}

static int rows(sqlite3 *sql, const char *flow)
{
	char *text = sqlite3_mprintf(
		"SELECT b.number, CASE r.status WHEN 0 THEN 'exact'"
		" WHEN 1 THEN 'invalid' ELSE 'anomaly' END, r.sent, r.received"
		" FROM results AS r JOIN blocks AS b ON b.id = r.block_id"
		" JOIN flows AS f ON f.id = r.flow_id WHERE f.name = %Q"
		" ORDER BY b.number", flow);
	int status = text ? query(sql, text) : EXIT_FAILURE;

	sqlite3_free(text);
	return status;
}

static int lock(sqlite3 *sql, bool own)
{
	if ((own && query(sql, "PRAGMA locking_mode = EXCLUSIVE")) ||
	    query(sql, "BEGIN EXCLUSIVE"))
		return EXIT_FAILURE;
	puts("locked");
	fflush(stdout);
	pause();
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";
	int status = EXIT_FAILURE;
	sqlite3 *sql;

	if (sqlite3_open_v2(argc > 2 ? argv[2] : "", &sql,
			    SQLITE_OPEN_READWRITE, NULL)) {
		fprintf(stderr, "history_probe: %s\n", sqlite3_errmsg(sql));
		return EXIT_FAILURE;
	}
	sqlite3_busy_timeout(sql, 5000);
	if (argc == 3 && !strcmp(what, "check"))
		status = check(sql);
	else if (argc == 4 && !strcmp(what, "rows"))
		status = rows(sql, argv[3]);
	else if (argc == 3 && (!strcmp(what, "lock") || !strcmp(what, "own")))
		status = lock(sql, *what == 'o');
	else
		fprintf(stderr, "usage: history_probe check|rows|lock|own FILE [FLOW]\n");
	sqlite3_close(sql);
	return status;
}
