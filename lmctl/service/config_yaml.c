// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "lmctl/service/config_yaml.h"

/*
 * libyaml looks at every open bracket for each token, so that its time grows with
 * the square of their depth. A configuration needs two.
 */
#define BRACKETS_MAX 8

/* Return: false. */
__attribute__((format(printf, 3, 4)))
static bool refuse(struct config_problem *problem, const yaml_token_t *token,
		   const char *format, ...)
{
	va_list args;

	problem->line = (int)token->start_mark.line + 1;
	va_start(args, format);
	vsnprintf(problem->text, sizeof(problem->text), format, args);
	va_end(args);
	return false;
}

/* @depth: number of open brackets before @token, and after it. */
static bool accept(const yaml_token_t *token, unsigned int *depth,
		   struct config_problem *problem)
{
	switch (token->type) {
	case YAML_FLOW_SEQUENCE_START_TOKEN:
	case YAML_FLOW_MAPPING_START_TOKEN:
		if (++*depth <= BRACKETS_MAX)
			return true;
		return refuse(problem, token, "more than %d open brackets and braces; close them, or put text with '[' or '{' between quotes",
			      BRACKETS_MAX);
	case YAML_FLOW_SEQUENCE_END_TOKEN:
	case YAML_FLOW_MAPPING_END_TOKEN:
		*depth -= *depth > 0;
		return true;
	case YAML_TAG_TOKEN:
		return refuse(problem, token, "the tag '%s%s' has no meaning here; remove it, or put text with '!' between quotes",
			      token->data.tag.handle, token->data.tag.suffix);
	case YAML_TAG_DIRECTIVE_TOKEN:
		return refuse(problem, token, "tags have no meaning here; remove '%%TAG'");
	/* libyaml compares each anchor with all others. */
	case YAML_ANCHOR_TOKEN:
		return refuse(problem, token, "the anchor '&%s' has no meaning here; remove it, or put text that begins with '&' between quotes",
			      token->data.anchor.value);
	case YAML_ALIAS_TOKEN:
		return refuse(problem, token, "the alias '*%s' has no meaning here; put text that begins with '*' between quotes",
			      token->data.alias.value);
	default:
		return true;
	}
}

bool config_yaml_open(yaml_parser_t *parser, const char *text, size_t len)
{
	if (!yaml_parser_initialize(parser))
		return false;
	yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(parser, (const unsigned char *)text, len);
	return true;
}

bool config_yaml_check(const char *text, size_t len,
		       struct config_problem *problem)
{
	yaml_parser_t parser;
	yaml_token_t token;
	unsigned int depth = 0;
	bool end = false, good = true;

	*problem = (struct config_problem){ .line = 0 };
	if (!config_yaml_open(&parser, text, len)) {
		strcpy(problem->text, strerror(ENOMEM));
		return false;
	}
	while (good && !end) {
		good = yaml_parser_scan(&parser, &token);
		if (!good) {
			config_yaml_problem(&parser, text, problem);
			break;
		}
		good = accept(&token, &depth, problem);
		end = token.type == YAML_STREAM_END_TOKEN;
		yaml_token_delete(&token);
	}
	yaml_parser_delete(&parser);
	return good;
}

void config_yaml_problem(const yaml_parser_t *parser, const char *text,
			 struct config_problem *problem)
{
	int line = (int)parser->problem_mark.line + 1;
	size_t i;

	if (parser->error == YAML_MEMORY_ERROR) {
		problem->line = 0;
		strcpy(problem->text, strerror(ENOMEM));
		return;
	}
	/* Where a text begins that does not end. */
	if (parser->error == YAML_SCANNER_ERROR && parser->context)
		line = (int)parser->context_mark.line + 1;
	if (parser->error == YAML_READER_ERROR)
		for (i = 0, line = 1; i < parser->problem_offset; i++)
			line += text[i] == '\n';
	problem->line = line;
	snprintf(problem->text, sizeof(problem->text), "%s%s%s; put text with special characters and addresses that begin or end with ':' between quotes, and indent with spaces only, see lmctl.conf(5)",
		 parser->problem, parser->context ? " " : "",
		 parser->context ? parser->context : "");
}
