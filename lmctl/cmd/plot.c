// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "lmctl/base/duration.h"
#include "lmctl/base/flowkey.h"
#include "lmctl/cmd/plot.h"
#include "lmctl/sinks/figures.h"

#define TIME_LEN 64
/* Different in lightness, too: for grey printers and colour-blind readers. */
#define GRID_COLOUR "#ebebeb"
#define INVALID_COLOUR "#a8a8a8"
#define ANOMALY_COLOUR "#ffd9a0"
/* A bin of one block can be little wider than half of the maximum. */
#define BINS_MAX (2 * PLOT_BINS + 2)

/**
 * struct bin - one or more blocks
 * @from_ms: start of the first
 * @to_ms: end of the last
 * @exact_ms: length of the exact ones
 * @exact: number of those
 * @invalid: number of invalid ones
 * @anomalies: number of those with more received than sent
 * @sent: packets of the exact ones
 * @received: likewise
 * @worst: highest loss ratio of an exact one
 */
struct bin {
	int64_t from_ms;
	int64_t to_ms;
	int64_t exact_ms;
	uint64_t exact;
	uint64_t invalid;
	uint64_t anomalies;
	uint64_t sent;
	uint64_t received;
	double worst;
};

struct plot {
	int64_t since_ms;
	int64_t until_ms;
	int64_t width_ms;
	uint32_t period_ms;
	/* Local time less UTC, one for the whole axis. */
	int64_t east_ms;
	char zone[16];
	char measurement[RESULT_NAME_LEN];
	struct sr6flow_flow flow;
	struct bin sum;
	size_t nbins;
	struct bin bins[BINS_MAX];
};

struct plot *plot_new(int64_t since_ms, int64_t until_ms)
{
	struct plot *plot = calloc(1, sizeof(*plot));
	time_t since = (time_t)(since_ms / 1000);
	struct tm tm;

	if (!plot)
		return NULL;
	localtime_r(&since, &tm);
	plot->since_ms = since_ms;
	plot->until_ms = until_ms;
	plot->width_ms = (until_ms - since_ms + PLOT_BINS - 1) / PLOT_BINS;
	plot->east_ms = tm.tm_gmtoff * 1000;
	snprintf(plot->zone, sizeof(plot->zone), "%s", tm.tm_zone);
	return plot;
}

void plot_free(struct plot *plot)
{
	free(plot);
}

uint64_t plot_blocks(const struct plot *plot)
{
	return plot->sum.exact + plot->sum.invalid + plot->sum.anomalies;
}

/* Bin in which a block begins; the last bin if no other is left. */
static struct bin *find_bin(struct plot *plot, int64_t start_ms,
			    uint32_t period_ms)
{
	struct bin *last = plot->nbins ? &plot->bins[plot->nbins - 1] : NULL;

	if (period_ms > plot->width_ms)
		plot->width_ms = period_ms;
	if (last && (start_ms + period_ms - last->from_ms <= plot->width_ms ||
		     plot->nbins == BINS_MAX))
		return last;
	last = &plot->bins[plot->nbins++];
	last->from_ms = start_ms;
	return last;
}

static void count(struct bin *bin, const struct segment *total,
		  int64_t start_ms, uint32_t period_ms)
{
	double ratio;

	bin->to_ms = start_ms + period_ms;
	if (total->status == RESULT_INVALID)
		bin->invalid++;
	if (total->status == RESULT_ANOMALY)
		bin->anomalies++;
	if (total->status != RESULT_EXACT)
		return;
	bin->exact++;
	bin->exact_ms += period_ms;
	bin->sent += total->sent;
	bin->received += total->received;
	ratio = total->sent ? (double)total->lost / (double)total->sent : 0;
	if (ratio > bin->worst)
		bin->worst = ratio;
}

int plot_add(struct plot *plot, const struct result *result)
{
	const struct segment total = result_total(result);
	int64_t start_ms = result->block * result->period_ms;

	if (!plot->nbins) {
		plot->flow = *result->flow;
		strcpy(plot->measurement, result->of->name);
	} else if (!flowkey_equal(&plot->flow, result->flow) ||
		   strcmp(plot->measurement, result->of->name)) {
		return -EEXIST;
	}
	/* The time of its losses is unknown. */
	if (result->gap) {
		if (total.status == RESULT_EXACT) {
			plot->sum.sent += total.sent;
			plot->sum.received += total.received;
		}
		return 0;
	}
	plot->period_ms = result->period_ms;
	count(find_bin(plot, start_ms, result->period_ms), &total, start_ms,
	      result->period_ms);
	count(&plot->sum, &total, start_ms, result->period_ms);
	return 0;
}

static bool binned(const struct plot *plot)
{
	return plot->width_ms >= 2 * (int64_t)plot->period_ms;
}

/* Write a literal string; gnuplot ends it at a quote or a newline. */
static void put_string(const char *text, FILE *stream)
{
	putc('\'', stream);
	for (; *text; text++) {
		if (*text == '\'')
			putc('\'', stream);
		putc((unsigned char)*text < ' ' || *text == 0x7f ? '?' : *text,
		     stream);
	}
	putc('\'', stream);
}

/* Seconds since 1970 as if local time was UTC: gnuplot knows no time zones. */
static double at(const struct plot *plot, int64_t ms)
{
	return (double)(ms + plot->east_ms) / 1000;
}

static void put_point(const struct plot *plot, const struct bin *bin,
		      int64_t ms, FILE *stream)
{
	double seconds = (double)bin->exact_ms / 1000;
	double lost = (double)(bin->sent - bin->received);

	fprintf(stream, "%.3f %.9g %.9g %.9g %.9g\n", at(plot, ms),
		bin->sent ? lost * 100 / (double)bin->sent : 0,
		bin->worst * 100, (double)bin->sent / seconds,
		(double)bin->received / seconds);
}

/* A blank line is a gap, for bins without blocks or without exact ones. */
static void put_data(const struct plot *plot, FILE *stream)
{
	const struct bin *before = NULL;
	size_t i;

	fputs("$data << END\n", stream);
	for (i = 0; i < plot->nbins; i++) {
		const struct bin *bin = &plot->bins[i];

		if (!bin->exact)
			continue;
		if (before && before->to_ms != bin->from_ms)
			putc('\n', stream);
		put_point(plot, bin, bin->from_ms, stream);
		put_point(plot, bin, bin->to_ms, stream);
		before = bin;
	}
	fputs("END\n", stream);
}

/* One band per run of bins that have such blocks. */
static void put_bands(const struct plot *plot, bool anomaly, const char *colour,
		      FILE *stream)
{
	size_t i, end;

	for (i = 0; i < plot->nbins; i = end) {
		const struct bin *bin = &plot->bins[i];

		end = i + 1;
		if (!(anomaly ? bin->anomalies : bin->invalid))
			continue;
		while (end < plot->nbins &&
		       plot->bins[end].from_ms == plot->bins[end - 1].to_ms &&
		       (anomaly ? plot->bins[end].anomalies :
				  plot->bins[end].invalid))
			end++;
		fprintf(stream, "set object rectangle from first %.3f, graph 0 to first %.3f, graph 1 behind fillcolor rgb '%s' fillstyle solid noborder\n",
			at(plot, bin->from_ms),
			at(plot, plot->bins[end - 1].to_ms), colour);
	}
}

static void put_title(const struct plot *plot, FILE *stream)
{
	char title[512], flow[FIGURE_FLOW_LEN], sids[FIGURE_FLOW_LEN];
	struct sr6flow_flow nameless = plot->flow;
	const struct bin *sum = &plot->sum;
	uint64_t lost = sum->sent - sum->received;
	char ratio[FIGURE_LEN];

	*nameless.name = '\0';
	snprintf(title, sizeof(title), "%s%s%s", figure_flow(&plot->flow, flow),
		 *plot->flow.name ? "   " : "",
		 *plot->flow.name ? figure_flow(&nameless, sids) : "");
	fputs("set label 1 ", stream);
	put_string(title, stream);
	fputs(" at screen 0.075, screen 0.955 font ',15' noenhanced\n", stream);
	snprintf(title, sizeof(title), "measurement %s:  %" PRIu64
		 " of %" PRIu64 " packets lost (%s) in %" PRIu64
		 " exact blocks;  %" PRIu64 " invalid, %" PRIu64 " %s",
		 plot->measurement, lost, sum->sent,
		 figure_ratio(sum->sent, lost, ratio), sum->exact, sum->invalid,
		 sum->anomalies, sum->anomalies == 1 ? "anomaly" : "anomalies");
	fputs("set label 2 ", stream);
	put_string(title, stream);
	fputs(" at screen 0.075, screen 0.912 font ',11' textcolor rgb '#555555' noenhanced\n",
	      stream);
}

/* Print dates only if there is more than one, seconds only where needed. */
static const char *tics_format(const struct plot *plot)
{
	int64_t range = plot->until_ms - plot->since_ms;

	if (range <= 600 * 1000)
		return "%H:%M:%S";
	if (range <= 12 * 3600 * 1000)
		return "%H:%M";
	if (range <= 4 * 86400 * INT64_C(1000))
		return "%b %d\\n%H:%M";
	return "%b %d";
}

static void put_time_label(const struct plot *plot, FILE *stream)
{
	char from[TIME_LEN], to[TIME_LEN], block[2 * DURATION_STRLEN + 32] = "";
	char period[DURATION_STRLEN], width[DURATION_STRLEN];
	char label[2 * TIME_LEN + sizeof(block) + 32];
	time_t since = (time_t)((plot->since_ms + plot->east_ms) / 1000);
	time_t until = (time_t)((plot->until_ms + plot->east_ms) / 1000);
	struct tm tm;

	strftime(from, sizeof(from), "%F %T", gmtime_r(&since, &tm));
	strftime(to, sizeof(to), "%F %T", gmtime_r(&until, &tm));
	duration_format(plot->period_ms, period);
	if (binned(plot))
		snprintf(block, sizeof(block), "blocks of %s, %s each point",
			 period, duration_format((uint64_t)plot->width_ms,
						 width));
	else
		snprintf(block, sizeof(block), "blocks of %s", period);
	snprintf(label, sizeof(label), "%s to %s (%s);  %s", from, to,
		 plot->zone, block);
	fputs("set xlabel ", stream);
	put_string(label, stream);
	fputs(" offset 0, -0.3 textcolor rgb '#555555' noenhanced\n", stream);
}

static void put_frame(const struct plot *plot, enum plot_format format,
		      FILE *stream)
{
	fputs(format == PLOT_PNG ?
	      "set terminal pngcairo size 1200, 720 font 'sans,11' noenhanced\n" :
	      "set terminal svg size 1200, 720 font 'sans,13' noenhanced background rgb '#ffffff'\n",
	      stream);
	fputs("set encoding utf8\n"
	      "set lmargin at screen 0.075\n"
	      "set rmargin at screen 0.975\n"
	      "set border 3 linecolor rgb '#888888'\n"
	      "set tics nomirror textcolor rgb '#333333'\n"
	      "set grid linecolor rgb '" GRID_COLOUR "' linetype 1\n"
	      "set key at graph 1, graph 1.01 right bottom horizontal samplen 2 maxrows 1 textcolor rgb '#333333'\n"
	      "set xdata time\n"
	      "set format y '%.6g'\n",
	      stream);
	fprintf(stream, "set xrange [%.3f:%.3f]\n", at(plot, plot->since_ms),
		at(plot, plot->until_ms));
	put_bands(plot, false, INVALID_COLOUR, stream);
	put_bands(plot, true, ANOMALY_COLOUR, stream);
	put_title(plot, stream);
}

/* Entries of the legend for the bands, if any. */
static void put_legend(const struct plot *plot, FILE *stream)
{
	if (plot->sum.invalid)
		fputs(", NaN with boxes fillstyle solid noborder linecolor rgb '" INVALID_COLOUR "' title 'invalid'",
		      stream);
	if (plot->sum.anomalies)
		fputs(", NaN with boxes fillstyle solid noborder linecolor rgb '" ANOMALY_COLOUR "' title 'anomaly'",
		      stream);
	putc('\n', stream);
}

static void put_loss_panel(const struct plot *plot, FILE *stream)
{
	bool lost = plot->sum.worst > 0;

	fputs("set tmargin at screen 0.85\n"
	      "set bmargin at screen 0.51\n"
	      "set format x ''\n"
	      "set ylabel 'loss (%)' textcolor rgb '#333333'\n", stream);
	fprintf(stream, "set yrange [0:%s]\n", lost ? "*" : "1");
	if (plot->sum.exact) {
		fputs("plot $data using ($1):2 with filledcurves y1=0 fillcolor rgb '#f2b8b5' notitle, ",
		      stream);
		if (binned(plot))
			fputs("$data using ($1):3 with lines linewidth 1 linecolor rgb '#e39a96' title 'worst block', ",
			      stream);
		fputs("$data using ($1):2 with lines linewidth 2 linecolor rgb '#c5221f' title 'loss ratio'",
		      stream);
	} else {
		fputs("plot NaN notitle", stream);
	}
	put_legend(plot, stream);
}

static void put_rate_panel(const struct plot *plot, FILE *stream)
{
	fprintf(stream, "unset label 1\n"
			"unset label 2\n"
			"set tmargin at screen 0.44\n"
			"set bmargin at screen 0.12\n"
			"set format x \"%s\"\n"
			"set ylabel 'packets per second' textcolor rgb '#333333'\n"
			"set yrange [0:%s]\n",
		tics_format(plot), plot->sum.sent ? "*" : "1");
	put_time_label(plot, stream);
	if (plot->sum.exact)
		fputs("plot $data using ($1):4 with filledcurves y1=0 fillcolor rgb '#d2e3fc' notitle, "
		      "$data using ($1):4 with lines linewidth 3 linecolor rgb '#8ab4f8' title 'sent', "
		      "$data using ($1):5 with lines linewidth 1.2 linecolor rgb '#137333' title 'received'\n",
		      stream);
	else
		fputs("plot NaN notitle\n", stream);
}

void plot_script(const struct plot *plot, enum plot_format format, FILE *stream)
{
	put_data(plot, stream);
	put_frame(plot, format, stream);
	fputs("set multiplot\n", stream);
	put_loss_panel(plot, stream);
	put_rate_panel(plot, stream);
	fputs("unset multiplot\n", stream);
}
