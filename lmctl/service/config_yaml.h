/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The part of YAML that a configuration file may have.
 */
#ifndef LMCTL_SERVICE_CONFIG_YAML_H
#define LMCTL_SERVICE_CONFIG_YAML_H

#include <stdbool.h>
#include <stddef.h>
#include <yaml.h>

/**
 * struct config_problem - why a text is refused
 * @line: line, 0 for the text as a whole
 * @text: a sentence
 */
struct config_problem {
	int line;
	char text[512];
};

/**
 * config_yaml_check() - refuse what has no meaning in a configuration, or takes long
 * @text: the file
 * @len: its length in bytes
 * @problem: filled when it is refused
 *
 * A text that passes has only tokens that libyaml knows, no tags, anchors and aliases,
 * and few nested brackets: libyaml loads it in a time proportional to @len.
 *
 * Return: false if it is refused.
 */
bool config_yaml_check(const char *text, size_t len,
		       struct config_problem *problem);

/**
 * config_yaml_open() - make a parser
 * @parser: filled, for yaml_parser_delete()
 * @text: the file, lives as long as @parser
 * @len: its length in bytes
 *
 * Return: false when memory is short.
 */
bool config_yaml_open(yaml_parser_t *parser, const char *text, size_t len);

/**
 * config_yaml_problem() - describe the error of a parser
 * @parser: parser of config_yaml_open() that has failed
 * @text: its text
 * @problem: filled
 */
void config_yaml_problem(const yaml_parser_t *parser, const char *text,
			 struct config_problem *problem);

#endif /* LMCTL_SERVICE_CONFIG_YAML_H */
