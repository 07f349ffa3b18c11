/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Flows of a set over a planned stop: saved when the set is removed, added when it is
 * created again. Their counters are not saved: packets that pass while there is no
 * set are not counted, so that the counters of the two ends would never agree again.
 */
#ifndef LMCTL_CMD_SAVED_H
#define LMCTL_CMD_SAVED_H

#include "sr6flow.h"

/**
 * saved_write() - save the flows of a set
 * @handle: library handle
 * @folder: folder of the files
 * @set: name of the set; without such a set nothing is done
 *
 * The file is complete or not there, and has the form of 'lmctl add --file'.
 *
 * Return: 0, or a negative errno after a message.
 */
int saved_write(struct sr6flow *handle, const char *folder, const char *set);

/**
 * saved_forget() - remove the file of a set that was not removed after all
 * @folder: folder of the files
 * @set: name of the set
 */
void saved_forget(const char *folder, const char *set);

/**
 * saved_restore() - add the saved flows to a set
 * @handle: library handle
 * @folder: folder of the files
 * @set: name of the set; a repair may have created it without them
 *
 * The file is removed: it is of the last stop only. A file that is not of this user, or
 * that has a mistake, is refused as a whole after a message, and left there.
 */
void saved_restore(struct sr6flow *handle, const char *folder, const char *set);

#endif /* LMCTL_CMD_SAVED_H */
