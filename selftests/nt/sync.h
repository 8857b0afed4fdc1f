/* SPDX-License-Identifier: GPL-2.0-only */
/* Times and threads for the tests of waits; after ktap.h. */
#ifndef _NT_SYNC_H
#define _NT_SYNC_H

static UNUSED LARGE_INTEGER now(void)
{
	LARGE_INTEGER t;

	GetSystemTimeAsFileTime((FILETIME *)&t);
	return t;
}

static UNUSED LARGE_INTEGER ms(int n)
{
	LARGE_INTEGER t = { .QuadPart = -10000ll * n };

	return t;
}

static UNUSED DWORD poll_one(HANDLE h)
{
	return WaitForSingleObject(h, 0);
}

static UNUSED HANDLE thread(DWORD (WINAPI *fn)(void *), void *arg)
{
	HANDLE h = CreateThread(NULL, 0, fn, arg, 0, NULL);

	if (!h)
		bail("CreateThread: %lu", GetLastError());
	return h;
}

static UNUSED void join(HANDLE h)
{
	if (WaitForSingleObject(h, 30000) != WAIT_OBJECT_0)
		bail("a thread does not end");
	CloseHandle(h);
}

#endif /* _NT_SYNC_H */
