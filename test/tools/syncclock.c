// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tells the kernel that the clock is synchronised, as an NTP daemon does, with
 * the error that is given in microseconds; or that it is not ("off").
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>

int main(int argc, char **argv)
{
	struct timex timex = { .modes = ADJ_STATUS };

	if (argc != 2) {
		fputs("usage: syncclock MICROSECONDS|off\n", stderr);
		return 2;
	}
	if (!strcmp(argv[1], "off")) {
		timex.status = STA_UNSYNC;
	} else {
		timex.modes |= ADJ_MAXERROR | ADJ_ESTERROR;
		timex.maxerror = strtol(argv[1], NULL, 10);
		timex.esterror = timex.maxerror;
	}
	if (adjtimex(&timex) >= 0)
		return 0;
	perror("syncclock: adjtimex");
	return 1;
}
