// SPDX-License-Identifier: GPL-2.0-only
/* What costs of starting a Windows program are measured with. */
#include <stdio.h>

int wmain(void)
{
	printf("hello\n");
	return 0;
}
