// SPDX-License-Identifier: GPL-2.0-only
/*
 * lmctl: loss monitoring control. Nothing but main() is here, so that the
 * tests can link everything else.
 */
#include "lmctl/cmd/cmd.h"

int main(int argc, char **argv)
{
	return lmctl_main(argc, argv);
}
