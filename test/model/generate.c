// SPDX-License-Identifier: GPL-2.0-only
#include "lmctl/base/block.h"
#include "test/model/chance.h"
#include "test/model/generate.h"
#include "test/model/open.h"

#define QUIET_EVERY 8
/* A kind that is open is drawn again so often. */
#define TRIES 20

struct draw {
	uint64_t seed;
	uint64_t n;
};

static int64_t below(struct draw *draw, int64_t bound)
{
	return chance_below(draw->seed, CHANCE_HISTORY, draw->n++, bound);
}

static int64_t between(struct draw *draw, int64_t min, int64_t max)
{
	return min + below(draw, max - min + 1);
}

static bool happens(struct draw *draw, int64_t percent)
{
	return below(draw, 100) < percent;
}

/* As often small as large: the exponent is drawn first. */
static int64_t any_size(struct draw *draw, int64_t max)
{
	int bits = 0;

	while (max >> bits)
		bits++;
	return below(draw, max >> below(draw, bits) ?: 1);
}

static void draw_network(struct draw *draw, int64_t *param)
{
	int64_t band_us = param[PARAM_PERIOD] * param[PARAM_BAND];

	/* Offset, delay and jitter fit the band together. */
	param[PARAM_DELAY] = any_size(draw, band_us / 4);
	param[PARAM_JITTER] = happens(draw, 50) ? any_size(draw, band_us / 4) :
						   0;
	param[PARAM_OFFSET] = between(draw, -band_us / 2, band_us / 2);
	param[PARAM_SLEW] = happens(draw, 30) ? between(draw, -500, 500) : 0;
	param[PARAM_WANDER] = happens(draw, 30) ? any_size(draw, band_us / 4) :
						  0;
	param[PARAM_LOSS] = happens(draw, 75) ? any_size(draw, 1000) : 0;
	param[PARAM_COPIES] = happens(draw, 10) ? any_size(draw, 300) : 0;
}

static void draw_params(struct draw *draw, struct history *history, bool quiet)
{
	int64_t *param = history->param;
	int64_t period_us;

	if (happens(draw, 20))
		param[PARAM_PERIOD] = happens(draw, 50) ? 1000 : 10000;
	if (happens(draw, 20)) {
		param[PARAM_BAND] = between(draw, 20, 140);
		param[PARAM_GUARD] = between(draw, 150, 850);
	}
	period_us = param[PARAM_PERIOD] * (BLOCK_NS_PER_MS / BLOCK_NS_PER_US);
	param[PARAM_BLOCKS] = between(draw, 7, 16);
	param[PARAM_FLOWS] = happens(draw, 30) ? between(draw, 2, 3) : 1;
	param[PARAM_PACKETS] = between(draw, 2, 20);
	param[PARAM_IDLE] = happens(draw, 30) ? between(draw, 50, 900) : 0;
	draw_network(draw, param);
	if (happens(draw, 70))
		param[PARAM_LATENCY] = any_size(draw, period_us / 100);
	if (happens(draw, 30) && !quiet)
		param[PARAM_BUSY] = any_size(draw, 200);
	param[PARAM_DUMP] = 1 + any_size(draw, period_us / 500);
	if (happens(draw, 30) && !quiet)
		param[PARAM_MESSAGE_LOSS] = any_size(draw, 1000);
	if (happens(draw, 30) && !quiet)
		param[PARAM_MESSAGE_JITTER] = any_size(draw, 3 * period_us);
	if (happens(draw, 10) && !quiet)
		param[PARAM_DELAY] = any_size(draw, 3 * period_us);
	param[PARAM_MESSAGE_COPIES] = happens(draw, 20) ? below(draw, 500) : 0;
	param[PARAM_AUTH] = happens(draw, 20);
	param[PARAM_STATEFUL] = happens(draw, 20);
	param[PARAM_WRAP] = happens(draw, 10);
	param[PARAM_SOURCE] = happens(draw, 50);
	/* Whole periods, or what the network does not allow for. */
	if (!quiet && happens(draw, 8))
		param[PARAM_OFFSET] = happens(draw, 50) ?
				      between(draw, -3, 3) * period_us :
				      between(draw, -3 * period_us,
					      3 * period_us);
}

/* Half of them near a boundary, or near what is done at the readings. */
static int64_t draw_time(struct draw *draw, const int64_t *param)
{
	int64_t guard = param[PARAM_GUARD], band = param[PARAM_BAND];
	int64_t window = HISTORY_PARTS - band - guard;
	const int64_t near[] = {
		0, guard - band, guard, guard + window / 2,
		guard + window * 3 / 4, HISTORY_PARTS - band,
	};
	int64_t block = below(draw, param[PARAM_BLOCKS] - 1);
	int64_t at;

	if (happens(draw, 50))
		return block * HISTORY_PARTS + below(draw, HISTORY_PARTS);
	at = block * HISTORY_PARTS + near[below(draw, 6)] +
	     between(draw, -10, 10);
	return at < 0 ? 0 : at;
}

static int64_t draw_value(struct draw *draw, const struct kind_info *kind)
{
	int64_t value = between(draw, kind->value_min, kind->value_max);

	/* A step, or a delay, of whole periods, or a small one. */
	if (kind->value_max > HISTORY_PARTS && happens(draw, 50))
		return happens(draw, 50) ?
		       value / HISTORY_PARTS * HISTORY_PARTS : value / 16;
	return value;
}

static void draw_event(struct draw *draw, const int64_t *param,
		       struct event *event)
{
	const struct kind_info *kind;

	event->kind = (enum kind)below(draw, KINDS_DRAWN);
	kind = &kind_table[event->kind];
	do {
		event->node = (enum node_id)below(draw, NODES);
	} while (kind->nodes && !(kind->nodes & 1u << event->node));
	if (!kind->nodes)
		event->node = INGRESS;
	event->at = draw_time(draw, param);
	event->value = draw_value(draw, kind);
	event->length = any_size(draw, kind->length_max + 1);
}

/* Who finds a clock wrong sets it right: by all that its steps have made it wrong. */
static void draw_correction(struct draw *draw, struct history *history)
{
	struct event *event = &history->event[history->n];
	const int64_t *param = history->param;
	unsigned int i;

	*event = (struct event){
		.kind = KIND_STEP,
		.node = happens(draw, 70) ? EGRESS : INGRESS,
		.at = draw_time(draw, param),
	};
	if (event->node == EGRESS)
		event->value = -param[PARAM_OFFSET] / param[PARAM_PERIOD];
	for (i = 0; i < history->n; i++)
		if (history->event[i].kind == KIND_STEP &&
		    history->event[i].node == event->node)
			event->value -= history->event[i].value;
	if (event->value >= kind_table[KIND_STEP].value_min &&
	    event->value <= kind_table[KIND_STEP].value_max && event->value)
		history->n++;
}

/* Longer than peers are asked, and short enough to see what comes after. */
static void draw_gap(struct draw *draw, struct history *history)
{
	history->param[PARAM_BLOCKS] = between(draw, 20, 26);
	history->event[history->n++] = (struct event){
		.kind = happens(draw, 50) ? KIND_CUT : KIND_OUTAGE,
		.at = between(draw, 3000, 8000),
		.length = between(draw, 6000, kind_table[KIND_CUT].length_max),
	};
}

/* Both ingresses send into one flow, and packets of the first one do not arrive. */
static void draw_alone(struct draw *draw, struct history *history)
{
	int64_t at = between(draw, 1000, 4000);

	history->param[PARAM_SOURCE] = 0;
	history->event[history->n++] = (struct event){
		.kind = KIND_OTHER,
		.node = OTHER,
		.at = happens(draw, 50) ? 0 : draw_time(draw, history->param),
		.length = between(draw, 500, kind_table[KIND_OTHER].length_max),
		.value = happens(draw, 50),
	};
	history->event[history->n++] = (struct event){
		.kind = KIND_DROP,
		.at = at,
		.length = between(draw, 1000, kind_table[KIND_DROP].length_max),
		.value = 1,
	};
}

static void draw_events(struct draw *draw, struct history *history, bool open)
{
	int64_t i, n = 1 + below(draw, 4);
	unsigned int before;
	int tries;

	if (happens(draw, 10))
		draw_gap(draw, history);
	if (happens(draw, 10))
		draw_alone(draw, history);
	for (i = 0; i < n; i++) {
		for (tries = 0; tries < TRIES; tries++) {
			before = history->n;
			if (happens(draw, 10))
				draw_correction(draw, history);
			else
				draw_event(draw, history->param,
					   &history->event[history->n++]);
			if (open || !open_find(history))
				break;
			history->n = before;
		}
	}
}

void generate(struct history *history, uint64_t seed, bool open)
{
	struct draw draw = { .seed = seed };
	bool quiet = !(seed % QUIET_EVERY);

	history_calm(history);
	history->param[PARAM_SEED] = (int64_t)(seed & INT64_MAX);
	draw_params(&draw, history, quiet);
	if (!quiet)
		draw_events(&draw, history, open);
}
