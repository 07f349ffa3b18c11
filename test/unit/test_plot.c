// SPDX-License-Identifier: GPL-2.0-only
/*
 * lmctl plot on a generated history, with the real gnuplot: what is not known
 * is a gap in the line and a band behind it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>
#include "lmctl/cmd/cmd.h"
#include "lmctl/cmd/plot.h"
#include "test/unit/capture.h"
#include "test/unit/history_bench.h"
#include "test/unit/result_make.h"
#include "test/unit/unit.h"

#define BLOCKS 60
#define START_MS (MADE_BLOCK * 10000)
/* As gnuplot's SVG writes the colours of plot.c. */
#define LOSS_LINE "stroke='rgb(197,  34,  31)'"
#define INVALID_BAND "<polygon fill = 'rgb(168, 168, 168)'"
#define ANOMALY_BAND "<polygon fill = 'rgb(255, 217, 160)'"

static char picture[80];

static bool between(int i, int first, int last)
{
	return i >= first && i <= last;
}

/*
 * Invalid at 10 and from 20 to 24, anomalies at 30 and 31, nothing from 40 to
 * 44: four gaps. The flow twice has two SID lists.
 */
static void generate(void)
{
	struct measurement of = make_measurement(false, 1);
	struct sr6flow_flow flow[3];
	int i, f;

	flow[0] = make_flow("gold=fcff::1,fcff::2");
	flow[1] = make_flow("twice=fcff::3");
	flow[2] = make_flow("twice=fcff::4");
	bench_open(BENCH_FOREVER);
	for (i = 0; i < BLOCKS; i++) {
		for (f = 0; f < 3; f++) {
			struct result result = make_result(&of, &flow[f],
							   MADE_BLOCK + i, 1000,
							   1000 - i % 7);

			if (i == 10)
				result.reason = REASON_COLOUR_LATE;
			if (between(i, 20, 24))
				result.peer[0].answer.status = ANSWER_NO_ANSWER;
			if (between(i, 30, 31))
				make_received(&result, 0, 1001);
			if (!between(i, 40, 44))
				bench_sink.ops->result(bench_sink.self, &result);
		}
		bench_sink.ops->block_end(bench_sink.self, &of, MADE_BLOCK + i);
	}
	bench_close();
}

static int setup(void **state)
{
	history_setup(state);
	generate();
	return 0;
}

static void name_picture(const char *suffix)
{
	snprintf(picture, sizeof(picture), "%s.%s", bench_file, suffix);
}

static int plot(const char *flow)
{
	const char *words[] = {
		"lmctl", "plot", flow, "-o", picture, "--file", bench_file,
		"--since", "2023-11-14T22:13:20Z",
		"--until", "2023-11-14T22:23:20Z", NULL
	};
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (!pid)
		exit(lmctl_main(ARRAY_SIZE(words) - 1, (char **)words));
	assert_true(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	return WEXITSTATUS(status);
}

static const char *read_picture(size_t *size)
{
	static char bytes[1 << 20];
	FILE *stream = fopen(picture, "r");

	assert_non_null(stream);
	*size = fread(bytes, 1, sizeof(bytes) - 1, stream);
	assert_true(feof(stream));
	fclose(stream);
	bytes[*size] = '\0';
	return bytes;
}

/* Pieces of the lines of a colour; the sample in the legend is one. */
static unsigned int pieces(const char *svg, const char *colour)
{
	unsigned int n = 0;

	while ((svg = strstr(svg, colour))) {
		for (; *svg != '>'; svg++)
			n += *svg == 'M';
	}
	return n;
}

TEST_WITH(setup, history_teardown, test_svg)
{
	size_t size;
	const char *svg;

	name_picture("svg");
	assert_int_equal(plot("gold"), 0);
	svg = read_picture(&size);
	assert_non_null(strstr(svg, "<svg"));
	assert_non_null(strstr(svg, "gold   fcff::1,fcff::2"));
	assert_non_null(strstr(svg, "47 exact blocks;  6 invalid, 2 anomalies"));
	assert_int_equal(pieces(svg, LOSS_LINE), 1 + 5);
	/* Two panels with two bands and one, and the legend. */
	assert_int_equal(count(svg, INVALID_BAND), 2 * 2 + 1);
	assert_int_equal(count(svg, ANOMALY_BAND), 2 * 1 + 1);
}

TEST_WITH(setup, history_teardown, test_png)
{
	static const unsigned char wanted[] = {
		/* signature, IHDR, 1200 x 720 */
		0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13,
		'I', 'H', 'D', 'R', 0, 0, 0x04, 0xb0, 0, 0, 0x02, 0xd0,
	};
	size_t size;
	const char *png;

	name_picture("png");
	assert_int_equal(plot("fcff::1,fcff::2"), 0);
	png = read_picture(&size);
	assert_true(size > 5000);
	assert_memory_equal(png, wanted, sizeof(wanted));
}

/* One line that says what to do, and no picture. */
static void fails(const char *flow, const char *why)
{
	const char *text;

	capture(STDERR_FILENO);
	assert_int_equal(plot(flow), 1);
	text = capture_end();
	if (!strstr(text, why) || count(text, "\n") != 1)
		fail_msg("'%s' instead of '%s'", text, why);
	assert_int_equal(access(picture, F_OK), -1);
}

TEST_WITH(setup, history_teardown, test_failures)
{
	char *path = strdup(getenv("PATH"));

	name_picture("svg");
	fails("silver", "no flow 'silver'");
	fails("twice", "use its SID list");
	setenv("PATH", "/nonexistent", 1);
	/* See TEST_NATIVE. */
	fails("gold", RUNNING_ON_VALGRIND ? "lmctl: gnuplot" :
					 "install the package gnuplot-nox");
	setenv("PATH", path, 1);
	free(path);
	strcpy(picture, "/nonexistent/picture.png");
	fails("gold", "cannot write '/nonexistent/picture.png'");
}

/* What gnuplot gets; frees the plot. */
static char *script_of(struct plot *drawn, enum plot_format format)
{
	capture(STDOUT_FILENO);
	plot_script(drawn, format, stdout);
	plot_free(drawn);
	return capture_end();
}

/* Read the script as gnuplot reads strings: nothing runs out of its quotes. */
TEST(test_hostile)
{
	struct measurement of = make_measurement(false, 1);
	struct sr6flow_flow flow = make_flow("fcff::1");
	struct plot *drawn = plot_new(START_MS, START_MS + 10000);
	struct result result;
	char *script;

	strcpy(of.name, "a'.system(\"touch x\").'\n!touch y\n`touch z`$(w)@v\\");
	result = make_result(&of, &flow, MADE_BLOCK, 10, 9);
	assert_int_equal(plot_add(drawn, &result), 0);
	script = script_of(drawn, PLOT_SVG);
	assert_non_null(strstr(script, "'measurement a''.system(\"touch x\").''"
				       "?!touch y?`touch z`$(w)@v\\:"));
	assert_null(strstr(script, "\n!"));
}

/* The colour after a text of the script, its three parts. */
static void colour_after(const char *script, const char *text, int rgb[3])
{
	const char *at = strstr(script, text);
	unsigned int r, g, b;

	assert_non_null(at);
	at = strstr(at, "rgb '#");
	assert_non_null(at);
	assert_int_equal(sscanf(at, "rgb '#%2x%2x%2x'", &r, &g, &b), 3);
	rgb[0] = (int)r;
	rgb[1] = (int)g;
	rgb[2] = (int)b;
}

/* How light it looks, of 255. */
static int lightness(const int rgb[3])
{
	return (299 * rgb[0] + 587 * rgb[1] + 114 * rgb[2]) / 1000;
}

/* Bands, grid and paper can be told from each other, on a grey printer, too. */
TEST(test_colours)
{
	static const char *const texts[] = {
		"set grid", "NaN with boxes fillstyle solid noborder linecolor",
		"title 'invalid', NaN",
	};
	struct measurement of = make_measurement(false, 1);
	struct sr6flow_flow flow = make_flow("fcff::1");
	struct plot *drawn = plot_new(START_MS, START_MS + 30000);
	int rgb[4][3] = { { 255, 255, 255 } };
	char *script;
	int i, k;

	for (i = 0; i < 3; i++) {
		struct result result = make_result(&of, &flow, MADE_BLOCK + i,
						   10, i == 1 ? 11 : 10);

		if (i == 2)
			result.reason = REASON_COLOUR_LATE;
		assert_int_equal(plot_add(drawn, &result), 0);
	}
	script = script_of(drawn, PLOT_SVG);
	for (i = 0; i < 3; i++)
		colour_after(script, texts[i], rgb[i + 1]);
	for (i = 0; i < 4; i++)
		for (k = 0; k < i; k++)
			if (abs(lightness(rgb[i]) - lightness(rgb[k])) <
			    (i == 1 ? 15 : 12))
				fail_msg("'%s' and '%s'", texts[i - 1],
					 k ? texts[k - 1] : "paper");
	/* The band of what is not known is no accident of the grid. */
	assert_true(lightness(rgb[1]) - lightness(rgb[2]) >= 50);
}

/* A month is no larger than an hour, and what was lost stays in the sum. */
TEST(test_bins)
{
	struct measurement of = make_measurement(false, 1);
	struct sr6flow_flow flow = make_flow("fcff::1");
	const int64_t blocks = 100000;
	struct plot *drawn = plot_new(START_MS, START_MS + blocks * 10000);
	char *script, *end;
	int64_t i;

	for (i = 0; i < blocks; i++) {
		struct result result = make_result(&of, &flow, MADE_BLOCK + i,
						   100, 99);

		assert_int_equal(plot_add(drawn, &result), 0);
	}
	assert_int_equal(plot_blocks(drawn), blocks);
	script = script_of(drawn, PLOT_PNG);
	assert_non_null(strstr(script, "100000 of 10000000 packets lost (1 %)"));
	end = strstr(script, "\nEND\n");
	assert_non_null(end);
	*end = '\0';
	assert_true(count(script, "\n") <= 2 * PLOT_BINS + 2);
	assert_true(count(script, "\n") > PLOT_BINS);
}
