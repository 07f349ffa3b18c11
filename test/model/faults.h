/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Faults: what the events of a history do to a world.
 */
#ifndef TEST_MODEL_FAULTS_H
#define TEST_MODEL_FAULTS_H

struct world;

/**
 * faults_plan() - put all events of its history on a world's agenda
 * @world: world, at the start of its first block
 */
void faults_plan(struct world *world);

#endif /* TEST_MODEL_FAULTS_H */
