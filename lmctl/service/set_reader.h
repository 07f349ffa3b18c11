/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reader: reads a set once per block when the recorder asks for it, and hands
 * out the recorder's records.
 */
#ifndef LMCTL_SERVICE_SET_READER_H
#define LMCTL_SERVICE_SET_READER_H

#include <stdbool.h>
#include <stdint.h>
#include "lmctl/engine/recorder.h"
#include "lmctl/service/loop.h"
#include "sr6flow.h"

struct set_reader;

/**
 * struct set_reader_ops - who gets what a reader finds
 * @set: the set as it is, once per block; NULL if not wanted
 * @flow: every flow of every dump, an interrupted dump's, too; NULL if not
 *	  wanted
 * @record: a record; valid until the function returns
 * @block_end: a block has all its records
 * @stepped: the clock was set or the machine was suspended, so that no block before
 *	     may be trusted; NULL if that does not matter
 * @failed: the set is gone or cannot be read, said by lmctl_error() before;
 *	    NULL: the reader warns once, tries again and says once that it goes
 *	    on
 *
 * A function that returns a negative errno has said why; the reader then ends
 * the loop with EXIT_FAILURE.
 */
struct set_reader_ops {
	void (*set)(void *arg, const struct sr6flow_set *set);
	int (*flow)(void *arg, const struct sr6flow_set *set,
		    const struct sr6flow_record *record);
	int (*record)(void *arg, const struct record *record);
	int (*block_end)(void *arg, int64_t block);
	void (*stepped)(void *arg);
	void (*failed)(void *arg);
};

/**
 * set_reader_open() - prepare to read a set
 * @set: name of the set, which must exist
 * @node: name of this node, for the records
 * @timing: blocks and reading window; copied
 * @ops: who gets what it finds; must live as long
 * @arg: for @ops
 *
 * Return: reader for set_reader_close(), or NULL after a message.
 */
struct set_reader *set_reader_open(const char *set, const char *node,
			   const struct block_timing *timing,
			   const struct set_reader_ops *ops, void *arg);

/**
 * set_reader_marks() - the set is a marking one: see recorder_marks()
 * @reader: reader
 */
void set_reader_marks(struct set_reader *reader);

/**
 * set_reader_start() - begin to read
 * @reader: reader
 * @loop: loop
 *
 * Return: 0, or a negative errno after a message.
 */
int set_reader_start(struct set_reader *reader, struct loop *loop);

/**
 * set_reader_close() - stop
 * @reader: reader or NULL
 */
void set_reader_close(struct set_reader *reader);

/**
 * set_reader_set() - which set
 * @reader: reader
 *
 * Return: its name.
 */
const char *set_reader_set(const struct set_reader *reader);

/**
 * set_reader_fails() - is it unable to read the set
 * @reader: reader
 *
 * Return: true from the message about it until it is read again.
 */
bool set_reader_fails(const struct set_reader *reader);

#endif /* LMCTL_SERVICE_SET_READER_H */
