/* SPDX-License-Identifier: GPL-2.0-only */
/* KUSER_SHARED_DATA: one page that all NT processes can read. */
#ifndef _NT_SHARED_DATA_H
#define _NT_SHARED_DATA_H

#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/types.h>

#include "nt.h"

#define NT_UNIX_CALL_PAGE	(NT_KUSER_SHARED_DATA + 0x1000)

#define NT_TICK_SHIFT		24	/* of TickCountMultiplier: a tick is 1 ms */

/* KSYSTEM_TIME: written from the top down, read from the bottom up. */
struct nt_ksystem_time {
	u32 low;
	s32 high1;
	s32 high2;
};

/* XSTATE_CONFIGURATION */
struct nt_xstate_config {
	u64 enabled;
	u64 enabled_volatile;
	u32 size;
	u32 control;				/* not optimized, not compacted */
	struct {
		u32 offset;
		u32 size;
	} features[64];
	u64 enabled_supervisor;
	u64 aligned;
	u32 all_features_size;
	u32 all_features[64];
	u64 enabled_user_supervisor;
};

static_assert(offsetof(struct nt_xstate_config, all_features) == 0x22c);
static_assert(sizeof(struct nt_xstate_config) == 0x338);

struct nt_shared_data {
	u32 tick_count_low_deprecated;
	u32 tick_count_multiplier;
	struct nt_ksystem_time interrupt_time;		/* 0x008 */
	struct nt_ksystem_time system_time;		/* 0x014 */
	struct nt_ksystem_time time_zone_bias;		/* 0x020 */
	u16 image_low, image_high;
	u16 system_root[260];				/* 0x030 */
	u32 max_stack_trace_depth;			/* 0x238 */
	u32 crypto_exponent;
	u32 time_zone_id;
	u32 large_page_minimum;
	u8 pad1[0x260 - 0x248];
	u32 build;					/* 0x260 */
	u32 product_type;				/* 0x264 */
	u8 product_type_valid;				/* 0x268 */
	u8 pad2;
	u16 processor_architecture;			/* 0x26a */
	u32 major_version;				/* 0x26c */
	u32 minor_version;				/* 0x270 */
	u8 features[64];				/* 0x274 */
	u8 pad3[0x2d5 - 0x2b4];
	u8 nx_policy;					/* 0x2d5 */
	u8 pad4[0x2d8 - 0x2d6];
	u32 active_console;				/* 0x2d8 */
	u8 pad5[0x2e8 - 0x2dc];
	u32 physical_pages;				/* 0x2e8 */
	u8 pad6[0x300 - 0x2ec];
	u64 qpc_frequency;				/* 0x300 */
	u32 system_call;				/* 0x308: 0: the syscall instruction */
	u8 pad7[0x320 - 0x30c];
	union {						/* 0x320 */
		struct nt_ksystem_time tick_count;
		u64 tick_count_quad;
	};
	u8 pad8[0x3b0 - 0x330];
	u64 interrupt_time_bias;			/* 0x3b0 */
	u64 qpc_bias;					/* 0x3b8 */
	u32 active_processors;				/* 0x3c0 */
	u8 active_groups;				/* 0x3c4 */
	u8 pad9[0x3d8 - 0x3c5];
	struct nt_xstate_config xstate;			/* 0x3d8 */
};

static_assert(offsetof(struct nt_shared_data, system_root) == 0x30);
static_assert(offsetof(struct nt_shared_data, build) == 0x260);
static_assert(offsetof(struct nt_shared_data, features) == 0x274);
static_assert(offsetof(struct nt_shared_data, nx_policy) == 0x2d5);
static_assert(offsetof(struct nt_shared_data, physical_pages) == 0x2e8);
static_assert(offsetof(struct nt_shared_data, system_call) == 0x308);
static_assert(offsetof(struct nt_shared_data, tick_count) == 0x320);
static_assert(offsetof(struct nt_shared_data, interrupt_time_bias) == 0x3b0);
static_assert(offsetof(struct nt_shared_data, active_processors) == 0x3c0);
static_assert(offsetof(struct nt_shared_data, xstate) == 0x3d8);

int nt_shared_data_map(void);

#endif /* _NT_SHARED_DATA_H */
