// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lmctl/base/html.h"
#include "lmctl/sinks/figures.h"
#include "lmctl/sinks/view/view_page_parts.h"

/* Size of a sparkline in pixels: a block is one step wide. */
#define STEP 4
#define HEIGHT 24
#define BAR_MIN 5

#define XSTR(x) STR(x)
#define STR(x) #x

const char view_page_style[] =
	":root{color-scheme:light dark;--bad:#b3261e;--dim:#6b7280;--ok:#1a7f37;--line:#d0d7de;--back:#f6f8fa;--flat:#9aa4b0}\n"
	"@media(prefers-color-scheme:dark){:root{--bad:#ff8a80;--dim:#9aa4b0;--ok:#56d364;--line:#3d444d;--back:#161b22;--flat:#6b7280}}\n"
	"body{font:15px/1.45 system-ui,sans-serif;margin:1.2rem auto;max-width:75rem;padding:0 1rem}\n"
	"header{display:flex;flex-wrap:wrap;gap:0 1rem;align-items:baseline;justify-content:space-between}\n"
	"h1{font-size:1.5rem;margin:0;overflow-wrap:anywhere}h2{font-size:1.05rem;margin:1.6rem 0 .4rem}header p,.legend,footer{color:var(--dim);margin:.2rem 0}\n"
	".wrong,.ok{border-left:4px solid var(--bad);background:var(--back);padding:.55rem .9rem;margin:.8rem 0;list-style:none}\n"
	".wrong li+li{margin-top:.3rem}.wrong li:first-child{font-weight:600}.ok{border-color:var(--ok)}\n"
	".totals{display:flex;flex-wrap:wrap;gap:.2rem 2.2rem;margin:.8rem 0}.totals div{display:flex;flex-direction:column-reverse}\n"
	".totals dt{color:var(--dim)}.totals dd{margin:0;font-size:1.6rem;font-variant-numeric:tabular-nums}.totals .bad dd{color:var(--bad)}\n"
	".scroll{overflow-x:auto}table{border-collapse:collapse;width:100%}\n"
	"th,td{padding:.28rem .6rem;text-align:left;border-bottom:1px solid var(--line);white-space:nowrap}\n"
	"th{color:var(--dim);font-weight:500;font-size:.85rem}.n{text-align:right;font-variant-numeric:tabular-nums}\n"
	".name{white-space:normal;overflow-wrap:anywhere;min-width:9rem}tr.bad .f,tr.bad .status{color:var(--bad);font-weight:600}tr.dim td{color:var(--dim)}\n"
	"svg{display:block;stroke-width:3;fill:none}.g{stroke:var(--flat)}.l{stroke:var(--bad)}.x{stroke:currentColor;stroke-width:1}\n"
	"footer{margin-top:1.6rem}.legend svg{display:inline;vertical-align:middle}\n"
	"@media(max-width:46rem){.wide{display:none}svg{width:7.5rem}th,td{padding:.28rem .35rem}}\n";

const char view_page_headings[] =
	"<div class=\"scroll\"><table>\n<thead><tr><th>Flow</th><th class=\"wide\">Peer</th><th class=\"n wide\">Rate/s</th><th class=\"n\">Lost</th><th class=\"n wide\">Ratio</th><th class=\"n\">Last 60</th><th>Blocks</th><th>Status</th></tr></thead>\n<tbody>\n";

const char view_page_legend[] =
	"<p class=\"legend\">Rate, Lost, Ratio and Status are those of the last block. Last 60 is the loss ratio of the last 60 blocks, which Blocks shows, the last one on the right: "
	"a dash without loss, a bar with loss (eight heights, from below 0.01 % to 10 % and more), \303\227 if the figure is not exact, + if more was received than sent. ! marks a raised alarm.</p>\n";

static void put_cell(struct text *text, const char *class, const char *value)
{
	text_string(text, "<td class=\"");
	text_string(text, class);
	text_string(text, "\">");
	html_text(text, value);
	text_string(text, "</td>");
}

/* A part of a path for each block of one kind. */
static void put_blocks(struct text *text, const struct view_flow *flow,
		       const char *class, enum view_kind kind, bool lossy)
{
	unsigned int i = VIEW_BLOCKS;
	bool any = false;
	char part[64];

	while (i--) {
		const struct view_past *past = &flow->past[i];
		unsigned int x = (VIEW_BLOCKS - 1 - i) * STEP;
		unsigned int level = view_level(past);

		if (past->kind != kind || lossy != !!level ||
		    (kind == VIEW_EXACT && !past->sent))
			continue;
		if (kind == VIEW_EXACT)
			snprintf(part, sizeof(part), "M%u %dv-%u", x + 2,
				 HEIGHT, level ? BAR_MIN + level * (HEIGHT - BAR_MIN) / VIEW_LEVELS : 2);
		else if (kind == VIEW_INVALID)
			snprintf(part, sizeof(part), "M%u 9l3 6m0-6l-3 6", x);
		else
			snprintf(part, sizeof(part), "M%u 12h4m-2-3v6", x);
		if (!any) {
			text_string(text, "<path class=\"");
			text_string(text, class);
			text_string(text, "\" d=\"");
		}
		any = true;
		text_string(text, part);
	}
	if (any)
		text_string(text, "\"/>");
}

static void put_sparkline(struct text *text, const struct view_flow *flow)
{
	char ratio[FIGURE_LEN];

	text_string(text, "<td><svg width=\"240\" height=\"" XSTR(HEIGHT) "\" viewBox=\"0 0 240 " XSTR(HEIGHT) "\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"loss of the last 60 blocks: ");
	html_text(text, figure_ratio(flow->sent, flow->lost, ratio));
	text_string(text, "\">");
	put_blocks(text, flow, "g", VIEW_EXACT, false);
	put_blocks(text, flow, "l", VIEW_EXACT, true);
	put_blocks(text, flow, "x", VIEW_INVALID, false);
	put_blocks(text, flow, "x", VIEW_ANOMALY, false);
	text_string(text, "</svg></td>");
}

_Static_assert(VIEW_BLOCKS * STEP == 240, "width of a sparkline");

static const char *class_of(const struct view_flow *flow)
{
	if (flow->alarms || (flow->last.kind == VIEW_EXACT && flow->last.lost))
		return " class=\"bad\"";
	return flow->last.kind == VIEW_EXACT ? "" : " class=\"dim\"";
}

/* The whole flow is in a title: the cell may have its name only. */
static void put_name(struct text *text, const struct view_flow *flow)
{
	char label[SR6FLOW_FLOW_STRLEN];

	text_string(text, "<td class=\"name\" title=\"");
	html_text(text, sr6flow_flow_format(&flow->entry.flow, label));
	text_string(text, " of ");
	html_text(text, flow->last.measurement);
	text_string(text, "\">");
	html_text(text, view_label(flow, label));
	text_string(text, "</td>");
}

void view_page_row(struct text *text, const struct view_flow *flow)
{
	const struct view_row *last = &flow->last;
	bool exact = last->kind == VIEW_EXACT;
	const struct known lost = { exact, last->lost, 0 };
	char figure[FIGURE_LEN], status[VIEW_WORD_LEN + 2];

	text_string(text, "<tr");
	text_string(text, class_of(flow));
	text_string(text, ">");
	put_name(text, flow);
	put_cell(text, "wide", flow->peer);
	put_cell(text, "n wide", view_rate(flow, figure));
	put_cell(text, "n f", figure_count(&lost, figure));
	put_cell(text, "n f wide", exact ?
		 figure_ratio(last->sent.packets, last->lost, figure) : "-");
	put_cell(text, "n f", figure_ratio(flow->sent, flow->lost, figure));
	put_sparkline(text, flow);
	snprintf(status, sizeof(status), "%s%s", flow->alarms ? "! " : "",
		 exact ? "exact" : flow->word);
	put_cell(text, "status", status);
	text_string(text, "</tr>\n");
}

void view_page_peers(struct text *text, const struct view_state *state)
{
	char answers[64];
	unsigned int i;

	if (!state->npeers)
		return;
	text_string(text, "<h2>Peers</h2>\n<div class=\"scroll\"><table>\n<thead><tr><th>Peer</th><th>Measurement</th><th>Answers</th></tr></thead>\n<tbody>\n");
	for (i = 0; i < state->npeers; i++) {
		const struct view_peer_state *peer = &state->peer[i];

		strcpy(answers, "yes");
		if (peer->silent)
			snprintf(answers, sizeof(answers), "not for %" PRIu64 " blocks",
				 peer->silent);
		text_string(text, peer->silent ? "<tr class=\"bad\">" : "<tr>");
		put_cell(text, "name", peer->name);
		put_cell(text, "name", peer->measurement);
		put_cell(text, "status", answers);
		text_string(text, "</tr>\n");
	}
	text_string(text, "</tbody></table></div>\n");
}

void view_page_sets(struct text *text, const struct view_state *state)
{
	const struct view_set *set;
	char flows[FIGURE_LEN];
	unsigned int i;

	if (!state->nsets)
		return;
	text_string(text, "<h2>Sets</h2>\n<div class=\"scroll\"><table>\n<thead><tr><th>Set</th><th class=\"n\">Flows</th><th>State</th></tr></thead>\n<tbody>\n");
	for (i = 0; i < state->nsets; i++) {
		const struct known known = {
			state->set[i].known, state->set[i].flows, 0
		};

		set = &state->set[i];
		text_string(text, *set->problem ? "<tr class=\"bad\">" : "<tr>");
		put_cell(text, "name", set->name);
		put_cell(text, "n", figure_count(&known, flows));
		put_cell(text, "status", *set->problem ? set->problem :
			 set->known ? "ok" : "-");
		text_string(text, "</tr>\n");
	}
	text_string(text, "</tbody></table></div>\n");
}
