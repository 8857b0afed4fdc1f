// SPDX-License-Identifier: GPL-2.0-only
/*
 * bcryptprimitives.dll for sets of DLLs that have none: programs in Rust and Go
 * take their random numbers from its one function that matters.
 *
 *	x86_64-w64-mingw32-gcc -O2 -shared -nostdlib -o bcryptprimitives.dll \
 *		bcryptprimitives.c -Wl,--entry=DllMain -lntdll
 *
 * The class SystemInterruptInformation is Windows' own source of raw randomness;
 * this kernel fills it from its random number generator.
 */
typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;

#define SYSTEM_INTERRUPT_INFORMATION	23
#define INFO_LENGTH_MISMATCH		((int)0xc0000004)
#define CHUNK				2048
#define CHUNK_MAX			(1 << 20)
#define CURRENT_PROCESS			((void *)-1LL)
#define MEM_COMMIT_RESERVE		0x3000
#define MEM_RELEASE			0x8000
#define PAGE_READWRITE			4

__declspec(dllimport) int NtQuerySystemInformation(u32 what, void *buf, u32 len, u32 *got);
__declspec(dllimport) int NtAllocateVirtualMemory(void *process, void **addr, u64 zero_bits,
						  u64 *size, u32 type, u32 protect);
__declspec(dllimport) int NtFreeVirtualMemory(void *process, void **addr, u64 *size, u32 type);

/* One round of random bytes, as many as there are; 0 if there are none. */
static u32 draw(u8 *buf, u32 room)
{
	u32 got = 0;

	if (NtQuerySystemInformation(SYSTEM_INTERRUPT_INFORMATION, buf, room, &got) < 0)
		return 0;
	return got < room ? got : room;
}

static int fill(u8 *to, u64 len, u8 *buf, u32 room)
{
	volatile u8 *wipe = buf;
	u32 got, i;

	while (len) {
		got = draw(buf, room);
		if (!got)
			return 0;
		for (i = 0; i < got && len; i++, len--)
			*to++ = buf[i];
		for (i = 0; i < got; i++)
			wipe[i] = 0;
	}
	return 1;
}

/* For machines with so many processors that the answer is long. */
static int fill_large(u8 *to, u64 len)
{
	u64 size = CHUNK_MAX;
	void *buf = 0;
	int done;

	if (NtAllocateVirtualMemory(CURRENT_PROCESS, &buf, 0, &size, MEM_COMMIT_RESERVE,
				    PAGE_READWRITE) < 0)
		return 0;
	done = fill(to, len, buf, CHUNK_MAX);
	size = 0;
	NtFreeVirtualMemory(CURRENT_PROCESS, &buf, &size, MEM_RELEASE);
	return done;
}

__declspec(dllexport) int ProcessPrng(u8 *to, u64 len)
{
	u8 buf[CHUNK];

	return fill(to, len, buf, sizeof(buf)) || fill_large(to, len);
}

int DllMain(void *module, u32 reason, void *reserved)
{
	return 1;
}
