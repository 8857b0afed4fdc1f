// SPDX-License-Identifier: GPL-2.0-only
/* Calls numbers that are no call. */
#include "../macho/ktap.h"

int main(int argc, char **argv, char **envp, char **apple)
{
	int i, bad = 0;

	for (i = 0; i < 3; i++) {
		bad += bsd(8).rax != ENOSYS;
		bad += bsd(65432).rax != ENOSYS;
	}
	return bad;
}
