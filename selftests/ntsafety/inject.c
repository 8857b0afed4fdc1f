// SPDX-License-Identifier: GPL-2.0-only
/* Random NT calls while allocations and copies fail, on kernels that can do that. */
#define INJECT
#include "fuzz.c"
