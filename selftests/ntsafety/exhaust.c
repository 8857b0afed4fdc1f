// SPDX-License-Identifier: GPL-2.0-only
/* exhaust KIND: as many as there are, or a sufficient number (less of them where each is
 * written down by a debug kernel); then one more after one was given back.
 */
#include "../nt/ktap.h"

static HANDLE h[200000];

static int result(const char *what, long n, bool again)
{
	printf("%ld %s%s\n", n, what, again ? "" : ", and none after one was closed");
	return n > 0 && again ? 0 : 1;
}

static volatile LONG sleeping;

static DWORD WINAPI sleeps(void *arg)
{
	InterlockedIncrement(&sleeping);
	Sleep(INFINITE);
	return 0;
}

int wmain(int argc, wchar_t **argv)
{
	const wchar_t *kind = argc > 1 ? argv[1] : L"";
	wchar_t name[64];
	long n = 0, i, enough = ARRAY_SIZE(h);

	if (GetEnvironmentVariableW(L"PERSONA_KERNEL", name, ARRAY_SIZE(name)) &&
	    !wcscmp(name, L"debug"))
		enough /= 10;
	if (!wcscmp(kind, L"handles")) {
		h[0] = CreateEventW(NULL, FALSE, FALSE, NULL);
		for (n = 1; n < enough; n++)
			if (!DuplicateHandle(GetCurrentProcess(), h[n & 1 ? 0 : n - 1],
					     GetCurrentProcess(), &h[n], 0, FALSE,
					     DUPLICATE_SAME_ACCESS))
				break;
		CloseHandle(h[n - 1]);
		return result("handles", n, CreateEventW(NULL, FALSE, FALSE, NULL));
	}
	if (!wcscmp(kind, L"names")) {
		for (n = 0; n < enough / 4; n++) {
			_snwprintf(name, ARRAY_SIZE(name), L"Local\\exhaust %ld", n);
			h[n] = CreateMutexW(NULL, FALSE, name);
			if (!h[n])
				break;
		}
		CloseHandle(h[n - 1]);
		return result("names", n, CreateMutexW(NULL, FALSE, L"Local\\another"));
	}
	if (!wcscmp(kind, L"threads")) {
		for (n = 0; n < 1000; n++) {
			h[n] = CreateThread(NULL, 65536, sleeps, NULL,
					    STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
			if (!h[n])
				break;
		}
		/* One that is ended while it starts takes the loader's lock with it. */
		for (i = 0; sleeping != n && i < 6000; i++)
			Sleep(10);
		TerminateThread(h[n - 1], 0);
		WaitForSingleObject(h[n - 1], INFINITE);
		Sleep(200);
		return result("threads", n, CreateThread(NULL, 65536, sleeps, NULL, 0, NULL));
	}
	if (!wcscmp(kind, L"memory")) {
		void *last = NULL, *p;
		size_t size;

		for (size = 1ULL << 40; size >= 65536; size /= 2)
			while ((p = VirtualAlloc(NULL, size, MEM_RESERVE, PAGE_READWRITE)) &&
			       n < 100000) {
				last = p;
				n++;
			}
		VirtualFree(last, 0, MEM_RELEASE);
		return result("regions", n, VirtualAlloc(NULL, 65536, MEM_RESERVE, PAGE_READWRITE));
	}
	if (!wcscmp(kind, L"keys")) {
		HKEY k;

		for (n = 0; n < enough / 400; n++) {
			_snwprintf(name, ARRAY_SIZE(name), L"Software\\exhaust\\%ld\\a", n);
			if (RegCreateKeyW(HKEY_CURRENT_USER, name, &k))
				break;
		}
		return result("keys", n, !RegDeleteTreeW(HKEY_CURRENT_USER, L"Software\\exhaust"));
	}
	return 98;
}
