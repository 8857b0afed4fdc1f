// SPDX-License-Identifier: GPL-2.0-only
/* The least static Mach-O program: exits. */
#include "../macho/sys.h"

int main(int argc, char **argv, char **envp, char **apple)
{
	return 0;
}
