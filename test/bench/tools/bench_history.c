// SPDX-License-Identifier: GPL-2.0-only
/*
 * A history for userspace.sh: bench_history FILE FLOWS BLOCKS. Blocks of 10 s
 * with a flow that loses a packet now and then.
 */
#include <stdio.h>
#include <stdlib.h>
#include "lmctl/sinks/history/history_db.h"

#define FIRST INT64_C(170000000)
#define PERIOD_MS 10000

static const struct measurement of = {
	.name = "core", .set = "lm-tx", .npeers = 1, .peer = { "egress" },
};

static int write_result(struct history_db *db, unsigned long f, int64_t block)
{
	struct sr6flow_flow flow;
	struct result result = {
		.of = &of, .flow = &flow, .block = block,
		.period_ms = PERIOD_MS, .mask = SR6FLOW_MASK_DEFAULT,
		.sent = 12345, .sent_bytes = 1234500,
	};
	struct result_peer *peer = &result.peer[0];
	char text[64], error[128];

	snprintf(text, sizeof(text), "flow-%lu=fc00::%lx,fcff:8::100", f, f);
	if (sr6flow_flow_parse(&flow, text, error, sizeof(error)))
		return -1;
	peer->answer.status = ANSWER_VALID;
	peer->packets = result.sent - !(block % 10);
	peer->bytes = 100 * peer->packets;
	peer->delay = (struct delay){ .known = true, .round_trip = 1500000 };
	return history_db_result(db, &result);
}

int main(int argc, char **argv)
{
	char error[256] = "bench_history FILE FLOWS BLOCKS";
	unsigned long flows = argc == 4 ? strtoul(argv[2], NULL, 10) : 0, f;
	int64_t blocks = argc == 4 ? strtol(argv[3], NULL, 10) : 0, block;
	struct history_db *db;
	int err = 0;

	if (!flows || blocks < 1 ||
	    history_db_open(argv[1], &db, error, sizeof(error))) {
		fprintf(stderr, "bench_history: %s\n", error);
		return EXIT_FAILURE;
	}
	err = history_db_begin(db);
	for (block = FIRST; !err && block < FIRST + blocks; block++) {
		err = history_db_block(db, &of, block, PERIOD_MS,
				       SR6FLOW_MASK_DEFAULT);
		for (f = 1; !err && f <= flows; f++)
			err = write_result(db, f, block);
	}
	if (!err)
		err = history_db_commit(db);
	if (err)
		fprintf(stderr, "bench_history: %s\n", history_db_error(db));
	history_db_close(db);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
