// SPDX-License-Identifier: GPL-2.0-only
/* I/O completion ports: packets that are posted, and those of overlapped I/O. */
#include "ktap.h"

#define THREADS	4
#define PACKETS	4000

static HANDLE port;
static LONG taken, sum;

static bool take(DWORD ms, DWORD *bytes, ULONG_PTR *key, OVERLAPPED **ov)
{
	*bytes = 0xbad;
	*key = 0xbad;
	*ov = (void *)0xbad;
	return GetQueuedCompletionStatus(port, bytes, key, ov, ms);
}

static DWORD WINAPI worker(void *arg)
{
	OVERLAPPED *ov;
	ULONG_PTR key;
	DWORD bytes;

	while (take(30000, &bytes, &key, &ov) && key) {
		InterlockedIncrement(&taken);
		InterlockedAdd(&sum, bytes);
	}
	return key;
}

static DWORD WINAPI poster(void *arg)
{
	Sleep(100);
	PostQueuedCompletionStatus(port, 7, 8, (void *)9);
	return 0;
}

static void posted(void)
{
	OVERLAPPED_ENTRY entries[8];
	HANDLE t[THREADS];
	OVERLAPPED *ov;
	ULONG_PTR key;
	DWORD bytes;
	ULONG n = 0;
	int i;

	port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
	ok(port, "a port");
	is_error(!take(0, &bytes, &key, &ov) && !ov, WAIT_TIMEOUT, "nothing in it");
	is_int(WaitForSingleObject(port, 0), WAIT_TIMEOUT, "nor signalled");
	is_error(!take(50, &bytes, &key, &ov) && !ov, WAIT_TIMEOUT, "nor after 50 ms");
	ok(PostQueuedCompletionStatus(port, 1, 2, (void *)3), "one posted");
	is_int(WaitForSingleObject(port, 0), WAIT_OBJECT_0, "signalled");
	ok(take(0, &bytes, &key, &ov) && bytes == 1 && key == 2 && ov == (void *)3, "and taken");
	is_error(!take(0, &bytes, &key, &ov), WAIT_TIMEOUT, "once");
	t[0] = CreateThread(NULL, 0, poster, NULL, 0, NULL);
	ok(take(10000, &bytes, &key, &ov) && bytes == 7 && key == 8, "by another thread");
	WaitForSingleObject(t[0], INFINITE);
	CloseHandle(t[0]);
	for (i = 0; i < 10; i++)
		PostQueuedCompletionStatus(port, i, i, NULL);
	ok(GetQueuedCompletionStatusEx(port, entries, 8, &n, 0, FALSE) && n == 8, "eight at once");
	ok(entries[0].lpCompletionKey == 0 && entries[7].lpCompletionKey == 7, "in their order");
	ok(GetQueuedCompletionStatusEx(port, entries, 8, &n, 0, FALSE) && n == 2, "and two");
	is_error(!GetQueuedCompletionStatusEx(port, entries, 8, &n, 10, FALSE), WAIT_TIMEOUT,
		 "and none");

	for (i = 0; i < THREADS; i++)
		t[i] = CreateThread(NULL, 0, worker, NULL, 0, NULL);
	for (i = 0; i < PACKETS; i++)
		PostQueuedCompletionStatus(port, 2, 1, NULL);
	for (i = 0; i < THREADS; i++)
		PostQueuedCompletionStatus(port, 0, 0, NULL);
	is_int(WaitForMultipleObjects(THREADS, t, TRUE, 60000), WAIT_OBJECT_0, "threads end");
	is_int(taken, PACKETS, "each packet is taken once");
	is_int(sum, 2 * PACKETS, "as it was posted");
	for (i = 0; i < THREADS; i++)
		CloseHandle(t[i]);
}

static void overlapped(void)
{
	static const wchar_t name[] = L"\\\\.\\pipe\\persona-ports";
	OVERLAPPED read = { 0 }, write = { 0 }, *ov;
	HANDLE server, client;
	char buf[16] = "";
	ULONG_PTR key;
	DWORD bytes;

	server = CreateNamedPipeW(name, PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED, 0, 1, 4096, 4096,
				  0, NULL);
	client = CreateFileW(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
			     FILE_FLAG_OVERLAPPED, NULL);
	if (!ok(server != INVALID_HANDLE_VALUE && client != INVALID_HANDLE_VALUE, "a pipe"))
		return;
	is_done(CreateIoCompletionPort(server, port, 0x55, 0) == port, "associated");
	is_error(!CreateIoCompletionPort(server, port, 0x56, 0), ERROR_INVALID_PARAMETER, "once");
	is_error(!ReadFile(server, buf, sizeof(buf), NULL, &read), ERROR_IO_PENDING,
		 "a read waits");
	is_error(!take(50, &bytes, &key, &ov), WAIT_TIMEOUT, "nothing yet");
	WriteFile(client, "hello", 5, NULL, &write);
	ok(take(10000, &bytes, &key, &ov) && bytes == 5 && key == 0x55 && ov == &read,
	   "its packet");
	is_str(buf, "hello", "what was read");
	memset(&write, 0, sizeof(write));
	WriteFile(server, "x", 1, NULL, &write);
	ok(take(10000, &bytes, &key, &ov) && bytes == 1 && ov == &write, "a write's packet");
	memset(&read, 0, sizeof(read));
	ReadFile(server, buf, sizeof(buf), NULL, &read);
	ok(CancelIoEx(server, &read), "a read is cancelled");
	is_error(!take(10000, &bytes, &key, &ov) && ov == &read, ERROR_OPERATION_ABORTED,
		 "its packet says so");
	CloseHandle(client);
	CloseHandle(server);
}

/* What is told of a call that has failed at once. */
static void failed(void)
{
	NTSTATUS(NTAPI *remove_ex)(HANDLE, void *, ULONG, ULONG *, LARGE_INTEGER *, BOOLEAN);
	OVERLAPPED_ENTRY entry;
	ULONG n = 0xbad;

	remove_ex = ntdll("NtRemoveIoCompletionEx");
	is_status(remove_ex(port, &entry, 1, &n, (void *)8, FALSE), 0xc0000005, "a bad timeout");
	ok(n == 1 || n == 0xbad, "nothing odd in the count (%lu)", n);
}

int wmain(void)
{
	plan(0);
	posted();
	failed();
	overlapped();
	CloseHandle(port);
	return done();
}
