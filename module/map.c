// SPDX-License-Identifier: GPL-2.0-only
/*
 * Engines for the number and flag maps that mktable.awk generates.
 *
 * A number that has no counterpart maps to 0 and an unknown flag bit comes
 * back in *rest: what to do about either is the caller's decision, never a
 * silent guess.
 */
#include <linux/export.h>
#include <linux/nospec.h>

#include "persona.h"

/**
 * persona_map_to_foreign() - foreign number of a native one
 * @map: the map
 * @native: native number, any value
 *
 * Context: any.
 * Return: the foreign number, 0 if there is none.
 */
unsigned int persona_map_to_foreign(const struct persona_map *map, unsigned int native)
{
	if (native >= map->nr_to_foreign)
		return 0;
	return map->to_foreign[array_index_nospec(native, map->nr_to_foreign)];
}
EXPORT_SYMBOL_GPL(persona_map_to_foreign);

/**
 * persona_map_to_native() - native number of a foreign one
 * @map: the map
 * @foreign: foreign number, any value
 *
 * Context: any.
 * Return: the native number, 0 if there is none.
 */
unsigned int persona_map_to_native(const struct persona_map *map, unsigned int foreign)
{
	if (foreign >= map->nr_to_native)
		return 0;
	return map->to_native[array_index_nospec(foreign, map->nr_to_native)];
}
EXPORT_SYMBOL_GPL(persona_map_to_native);

/**
 * persona_flags_to_native() - converts a foreign flag word
 * @tbl: the flags
 * @n: number of entries
 * @word: foreign word
 * @rest: set to the bits of @word that no entry is about, or whose field has
 *	a value that no entry names. Not NULL; nonzero is an error
 *
 * Context: any.
 * Return: the native word.
 */
u64 persona_flags_to_native(const struct persona_flag *tbl, size_t n, u64 word, u64 *rest)
{
	u64 native = 0, known = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		if ((word & tbl[i].mask) == tbl[i].foreign) {
			native |= tbl[i].native;
			known |= tbl[i].mask;
		}
	}
	*rest = word & ~known;
	return native;
}
EXPORT_SYMBOL_GPL(persona_flags_to_native);

/**
 * persona_flags_to_foreign() - converts a native flag word
 * @tbl: the flags
 * @n: number of entries
 * @word: native word
 * @rest: set to the bits of @word that have no foreign counterpart. Not NULL
 *
 * Entries that Linux has no bit for (native_mask 0) are never reported.
 *
 * Context: any.
 * Return: the foreign word.
 */
u64 persona_flags_to_foreign(const struct persona_flag *tbl, size_t n, u64 word, u64 *rest)
{
	u64 foreign = 0, known = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		if (tbl[i].native_mask && (word & tbl[i].native_mask) == tbl[i].native) {
			foreign |= tbl[i].foreign;
			known |= tbl[i].native_mask;
		}
	}
	*rest = word & ~known;
	return foreign;
}
EXPORT_SYMBOL_GPL(persona_flags_to_foreign);
