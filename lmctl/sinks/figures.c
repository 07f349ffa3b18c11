// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lmctl/base/block.h"
#include "lmctl/sinks/figures.h"

#define GAP "..."
#define DAY_MS INT64_C(86400000)
/* No offset lasts less than days: one check per day suffices, even for centuries. */
#define STEPS_MAX 100000

const char *figure_sids(const struct sr6flow_flow *flow, char *text)
{
	struct sr6flow_flow nameless = *flow;

	*nameless.name = '\0';
	nameless.netmask = 0;
	return sr6flow_flow_format(&nameless, text);
}

const char *figure_source(const struct sr6flow_flow *flow, char *text)
{
	char address[INET6_ADDRSTRLEN];

	*text = '\0';
	if (flow->netmask)
		snprintf(text, FIGURE_SOURCE_LEN, "%s/%u",
			 inet_ntop(AF_INET6, &flow->source, address,
				   sizeof(address)), flow->netmask);
	return text;
}

const char *figure_flow(const struct sr6flow_flow *flow, char *text)
{
	const size_t half = (FIGURE_FLOW_LEN - sizeof(GAP)) / 2;
	char whole[SR6FLOW_FLOW_STRLEN];
	size_t len;

	if (*flow->name) {
		snprintf(text, FIGURE_FLOW_LEN, "%s", flow->name);
		return text;
	}
	len = strlen(sr6flow_flow_format(flow, whole));
	if (len < FIGURE_FLOW_LEN)
		memcpy(text, whole, len + 1);
	else
		snprintf(text, FIGURE_FLOW_LEN, "%.*s" GAP "%s", (int)half,
			 whole, whole + len - half);
	return text;
}

const char *figure_count(const struct known *count, char *text)
{
	if (!count->known)
		return "-";
	snprintf(text, FIGURE_LEN, "%" PRIu64, count->packets);
	return text;
}

const char *figure_ratio(uint64_t sent, uint64_t lost, char *text)
{
	return sent ? figure_percent((double)lost / (double)sent, text) : "-";
}

/* Without an exponent: all ratios of a column are in one unit. */
const char *figure_percent(double ratio, char *text)
{
	double percent = ratio * 100;
	int decimals = percent > 0 ? 3 - (int)floor(log10(percent)) : 0;
	int len = snprintf(text, FIGURE_LEN, "%.*f",
			   decimals > 0 ? decimals : 0, percent);

	if (strchr(text, '.')) {
		while (text[len - 1] == '0')
			len--;
		if (text[len - 1] == '.')
			len--;
	}
	snprintf(text + len, FIGURE_LEN - (size_t)len, " %%");
	return text;
}

const char *figure_delay(int64_t ns, char *text)
{
	snprintf(text, FIGURE_LEN, "%.3f ms",
		 (double)ns / (double)BLOCK_NS_PER_MS);
	return text;
}

long figure_offset(int64_t ms)
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;

	return localtime_r(&seconds, &tm) ? tm.tm_gmtoff : 0;
}

bool figure_offset_changes(int64_t since_ms, int64_t until_ms)
{
	long offset = figure_offset(since_ms);
	int64_t step = (until_ms - since_ms) / STEPS_MAX, at;

	if (step < DAY_MS)
		step = DAY_MS;
	for (at = since_ms; at < until_ms; at += step)
		if (figure_offset(at) != offset)
			return true;
	return figure_offset(until_ms - 1) != offset;
}

/* Literals, so that the compiler checks the formats. */
static size_t format_time(const struct tm *tm, unsigned int form, char *text)
{
	if (form & FIGURE_UTC)
		return strftime(text, FIGURE_LEN, "%FT%T", tm);
	if (form & FIGURE_SHORT)
		return strftime(text, FIGURE_LEN, "%m-%d %T", tm);
	return strftime(text, FIGURE_LEN, "%F %T", tm);
}

const char *figure_start(int64_t block, uint32_t period_ms, unsigned int form,
			 char *text)
{
	const struct block_timing timing = {
		.period = period_ms * BLOCK_NS_PER_MS,
	};
	int64_t start = block_start(&timing, block);
	int64_t rest = start % BLOCK_NS_PER_S;
	bool utc = form & FIGURE_UTC;
	time_t seconds;
	struct tm tm;
	size_t len;

	if (rest < 0)
		rest += BLOCK_NS_PER_S;
	seconds = (time_t)((start - rest) / BLOCK_NS_PER_S);
	if (utc)
		gmtime_r(&seconds, &tm);
	else
		localtime_r(&seconds, &tm);
	len = format_time(&tm, form, text);
	if (utc || period_ms % 1000)
		len += (size_t)snprintf(text + len, FIGURE_LEN - len,
					".%03d%s",
					(int)(rest / BLOCK_NS_PER_MS),
					utc ? "Z" : "");
	if (form & FIGURE_OFFSET)
		strftime(text + len, FIGURE_LEN - len, "%z", &tm);
	return text;
}
