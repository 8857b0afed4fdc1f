/* SPDX-License-Identifier: GPL-2.0-only */
/* Random numbers that follow from a seed, and numbers that break range checks. */
#ifndef _NTSAFETY_RANDOM_H
#define _NTSAFETY_RANDOM_H

#include <stdint.h>

struct random {
	uint64_t state;
};

static inline uint64_t next(struct random *r)
{
	uint64_t z = r->state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static inline uint64_t below(struct random *r, uint64_t n)
{
	return next(r) % n;
}

#endif /* _NTSAFETY_RANDOM_H */
