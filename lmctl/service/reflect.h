/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reflecting: the socket of a reflector.
 */
#ifndef LMCTL_SERVICE_REFLECT_H
#define LMCTL_SERVICE_REFLECT_H

#include "lmctl/engine/ledger.h"
#include "lmctl/service/config.h"
#include "lmctl/service/loop.h"

struct reflect;

/**
 * reflect_open() - listen and answer
 * @config: section reflect and keys
 * @loop: loop
 *
 * Return: reflect for reflect_close(), or NULL after a message.
 */
struct reflect *reflect_open(const struct config *config, struct loop *loop);

/**
 * reflect_close() - stop listening
 * @reflect: reflect or NULL; its ledgers are not freed
 */
void reflect_close(struct reflect *reflect);

/**
 * reflect_listens() - compare its address with that of a configuration
 * @reflect: reflect
 * @config: section reflect
 *
 * Return: true if reflect_reload() can follow that configuration.
 */
bool reflect_listens(const struct reflect *reflect,
		     const struct config_reflect *config);

/**
 * reflect_reload() - continue with other settings and keys
 * @reflect: reflect
 * @config: section reflect and keys
 */
void reflect_reload(struct reflect *reflect, const struct config *config);

/**
 * reflect_ledgers() - set the ledgers to answer from
 * @reflect: reflect
 * @ledgers: at most CONFIG_SETS_MAX ledgers; the array is copied
 * @n: their number
 */
void reflect_ledgers(struct reflect *reflect, struct ledger *const *ledgers,
		     unsigned int n);

/**
 * reflect_reflector() - the engine, for its clock and its metrics
 * @reflect: reflect
 *
 * Return: valid as long as @reflect.
 */
struct reflector *reflect_reflector(struct reflect *reflect);

#endif /* LMCTL_SERVICE_REFLECT_H */
