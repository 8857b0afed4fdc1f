// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pipes: anonymous and named, bytes and messages, states and their errors, many
 * instances, and requests that end later: by event, by APC, by port, cancelled.
 */
#include "ktap.h"

#define NAME	L"\\\\.\\pipe\\persona-test-%lu-%u"
#define DUPLEX	PIPE_ACCESS_DUPLEX
#define MESSAGE	(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE)

static wchar_t name[64];

/* A name nobody has used. */
static const wchar_t *fresh(void)
{
	static unsigned int n;

	swprintf(name, ARRAY_SIZE(name), NAME, GetCurrentProcessId(), n++);
	return name;
}

static HANDLE server(DWORD open, DWORD mode, DWORD max)
{
	return CreateNamedPipeW(name, open, mode, max, 4096, 4096, 100, NULL);
}

static HANDLE client(DWORD access, DWORD flags)
{
	return CreateFileW(name, access, 0, NULL, OPEN_EXISTING, flags, NULL);
}

#define RW	(GENERIC_READ | GENERIC_WRITE)

static void anonymous(void)
{
	HANDLE r, w;
	char buf[100];
	DWORD n, avail;

	if (!is_done(CreatePipe(&r, &w, NULL, 0), "CreatePipe"))
		return;
	is_int(GetFileType(r), FILE_TYPE_PIPE, "its type");
	ok(WriteFile(w, "hello", 5, &n, NULL) && n == 5, "write");
	ok(WriteFile(w, " world", 6, &n, NULL) && n == 6, "write more");
	ok(PeekNamedPipe(r, NULL, 0, NULL, &avail, NULL) && avail == 11, "11 bytes are there");
	memset(buf, 0, sizeof(buf));
	ok(PeekNamedPipe(r, buf, 5, &n, &avail, NULL) && n == 5 && !memcmp(buf, "hello", 5),
	   "a look at 5 of them");
	memset(buf, 0, sizeof(buf));
	ok(ReadFile(r, buf, 3, &n, NULL) && n == 3 && !memcmp(buf, "hel", 3), "read 3");
	ok(ReadFile(r, buf, sizeof(buf), &n, NULL) && n == 8 && !memcmp(buf, "lo world", 8),
	   "read the rest, of two writes");
	is_error(!ReadFile(w, buf, 1, &n, NULL), ERROR_ACCESS_DENIED, "the writing end is not read");
	is_error(!WriteFile(r, buf, 1, &n, NULL), ERROR_ACCESS_DENIED, "nor the other written");
	WriteFile(w, "x", 1, &n, NULL);
	CloseHandle(w);
	ok(ReadFile(r, buf, sizeof(buf), &n, NULL) && n == 1, "what was written before the end");
	is_error(!ReadFile(r, buf, sizeof(buf), &n, NULL), ERROR_BROKEN_PIPE, "the end");
	is_error(!PeekNamedPipe(r, NULL, 0, NULL, &avail, NULL), ERROR_BROKEN_PIPE,
		 "the end, looked at");
	CloseHandle(r);
	CreatePipe(&r, &w, NULL, 0);
	CloseHandle(r);
	is_error(!WriteFile(w, buf, 1, &n, NULL), ERROR_NO_DATA, "nobody reads");
	CloseHandle(w);
}

static DWORD WINAPI write_much(void *arg)
{
	static char block[100000];
	DWORD n, i;

	for (i = 0; i < sizeof(block); i++)
		block[i] = i * 7;
	for (i = 0; i < 10; i++)
		if (!WriteFile(arg, block, sizeof(block), &n, NULL) || n != sizeof(block))
			break;
	CloseHandle(arg);
	return i;
}

static void stream(void)
{
	HANDLE r, w, thread;
	char buf[3000];
	DWORD n, i, total = 0, code;
	bool good = true;

	CreatePipe(&r, &w, NULL, 0);
	thread = CreateThread(NULL, 0, write_much, w, 0, NULL);
	while (ReadFile(r, buf, sizeof(buf), &n, NULL)) {
		for (i = 0; i < n; i++)
			good &= buf[i] == (char)((total + i) % 100000 * 7);
		total += n;
	}
	is_error(true, ERROR_BROKEN_PIPE, "a long stream ends");
	is_int(total, 1000000, "after a million bytes");
	ok(good, "which are the right ones");
	WaitForSingleObject(thread, INFINITE);
	GetExitCodeThread(thread, &code);
	is_int(code, 10, "its writer saw no error");
	CloseHandle(thread);
	CloseHandle(r);
}

static DWORD WINAPI answer(void *arg)
{
	char buf[10];
	DWORD n;

	if (ReadFile(arg, buf, sizeof(buf), &n, NULL) && n == 1)
		WriteFile(arg, "answer", 6, &n, NULL);
	return 0;
}

static void messages(void)
{
	HANDLE s, c, thread;
	char buf[100];
	DWORD n, avail, left, mode, state, instances;

	fresh();
	s = server(DUPLEX, MESSAGE, 3);
	if (!is_done(s != INVALID_HANDLE_VALUE, "CreateNamedPipe, messages"))
		return;
	c = client(RW, 0);
	is_done(c != INVALID_HANDLE_VALUE, "a client");
	is_error(!ConnectNamedPipe(s, NULL), ERROR_PIPE_CONNECTED, "it has come already");
	WriteFile(s, "one", 3, &n, NULL);
	WriteFile(s, "three", 5, &n, NULL);
	ok(ReadFile(c, buf, sizeof(buf), &n, NULL) && n == 8, "a client reads bytes at first");
	mode = PIPE_READMODE_MESSAGE;
	is_done(SetNamedPipeHandleState(c, &mode, NULL, NULL), "it wants messages");
	ok(GetNamedPipeHandleStateW(c, &state, &instances, NULL, NULL, NULL, 0) &&
	   state == PIPE_READMODE_MESSAGE && instances == 1, "GetNamedPipeHandleState");
	WriteFile(s, "one", 3, &n, NULL);
	WriteFile(s, "", 0, &n, NULL);
	WriteFile(s, "three", 5, &n, NULL);
	ok(ReadFile(c, buf, sizeof(buf), &n, NULL) && n == 3, "one message");
	ok(ReadFile(c, buf, sizeof(buf), &n, NULL) && n == 0, "an empty one");
	is_error(!ReadFile(c, buf, 2, &n, NULL), ERROR_MORE_DATA, "a part of one");
	is_int(n, 2, "2 bytes of it");
	ok(PeekNamedPipe(c, buf, 1, &n, &avail, &left) && n == 1 && avail == 3 && left == 2,
	   "a look at the rest");
	ok(ReadFile(c, buf, sizeof(buf), &n, NULL) && n == 3 && !memcmp(buf, "ree", 3),
	   "the rest");
	WriteFile(c, "request", 7, &n, NULL);
	ok(ReadFile(s, buf, sizeof(buf), &n, NULL) && n == 7, "the other direction");
	thread = CreateThread(NULL, 0, answer, s, 0, NULL);
	ok(TransactNamedPipe(c, "q", 1, buf, sizeof(buf), &n, NULL) && n == 6 &&
	   !memcmp(buf, "answer", 6), "TransactNamedPipe");
	WaitForSingleObject(thread, INFINITE);
	CloseHandle(thread);
	WriteFile(s, "early", 5, &n, NULL);
	is_error(!TransactNamedPipe(c, "q", 1, buf, sizeof(buf), &n, NULL), ERROR_PIPE_BUSY,
		 "not while there is something to read");
	ReadFile(c, buf, sizeof(buf), &n, NULL);
	mode = PIPE_READMODE_MESSAGE | PIPE_NOWAIT;
	is_done(SetNamedPipeHandleState(c, &mode, NULL, NULL), "without waiting");
	is_error(!ReadFile(c, buf, sizeof(buf), &n, NULL), ERROR_NO_DATA, "nothing there");
	WriteFile(s, "last", 4, &n, NULL);
	CloseHandle(s);
	ok(ReadFile(c, buf, sizeof(buf), &n, NULL) && n == 4, "the last message");
	is_error(!ReadFile(c, buf, sizeof(buf), &n, NULL), ERROR_BROKEN_PIPE, "and the end");
	CloseHandle(c);
	is_error(client(RW, 0) == INVALID_HANDLE_VALUE, ERROR_FILE_NOT_FOUND,
		 "without a server there is no name");
}

static void instances(void)
{
	HANDLE s[2], c[2], x;
	char buf[10];
	DWORD n, type, max;

	fresh();
	s[0] = server(DUPLEX, 0, 2);
	s[1] = server(DUPLEX, 0, 2);
	is_done(s[1] != INVALID_HANDLE_VALUE, "a second instance");
	x = server(DUPLEX, 0, 2);
	is_error(x == INVALID_HANDLE_VALUE, ERROR_PIPE_BUSY, "no third of two");
	x = server(DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE, 0, 2);
	/* Wine does not tell the kernel that it should be the first. */
	ok(x == INVALID_HANDLE_VALUE && (GetLastError() == ERROR_ACCESS_DENIED ||
					 GetLastError() == ERROR_PIPE_BUSY), "nor a first one");
	ok(GetNamedPipeInfo(s[0], &type, NULL, NULL, &max) && max == 2 &&
	   type == PIPE_SERVER_END, "GetNamedPipeInfo");
	c[0] = client(RW, 0);
	c[1] = client(RW, 0);
	is_done(c[1] != INVALID_HANDLE_VALUE, "two clients");
	is_error(client(RW, 0) == INVALID_HANDLE_VALUE, ERROR_PIPE_BUSY, "a third finds it busy");
	is_error(!WaitNamedPipeW(name, 20), ERROR_SEM_TIMEOUT, "and waits in vain");
	WriteFile(c[1], "b", 1, &n, NULL);
	WriteFile(c[0], "a", 1, &n, NULL);
	ok(ReadFile(s[0], buf, 10, &n, NULL) && n == 1 && *buf == 'a', "the first one's data");
	ok(ReadFile(s[1], buf, 10, &n, NULL) && n == 1 && *buf == 'b', "the second one's data");
	WriteFile(s[0], "lost", 4, &n, NULL);
	is_done(DisconnectNamedPipe(s[0]), "DisconnectNamedPipe");
	is_error(!ReadFile(c[0], buf, 10, &n, NULL), ERROR_PIPE_NOT_CONNECTED, "its client's read");
	is_error(!WriteFile(c[0], buf, 1, &n, NULL), ERROR_PIPE_NOT_CONNECTED, "its client's write");
	is_error(!ReadFile(s[0], buf, 10, &n, NULL), ERROR_PIPE_NOT_CONNECTED, "its own read");
	is_error(client(RW, 0) == INVALID_HANDLE_VALUE, ERROR_PIPE_BUSY, "it does not listen yet");
	CloseHandle(c[0]);
	CloseHandle(c[1]);
	CloseHandle(s[0]);
	CloseHandle(s[1]);
	is_error(!WaitNamedPipeW(name, 20), ERROR_FILE_NOT_FOUND, "nothing to wait for");
}

static void directions(void)
{
	HANDLE s, c;
	DWORD n;

	fresh();
	s = server(PIPE_ACCESS_INBOUND, 0, 1);
	is_error(client(GENERIC_READ, 0) == INVALID_HANDLE_VALUE, ERROR_ACCESS_DENIED,
		 "an inbound pipe is not read by clients");
	c = client(GENERIC_WRITE, 0);
	is_done(c != INVALID_HANDLE_VALUE, "but written");
	is_error(!WriteFile(s, "x", 1, &n, NULL), ERROR_ACCESS_DENIED, "and not by the server");
	CloseHandle(c);
	CloseHandle(s);
}

static DWORD WINAPI connect_later(void *arg)
{
	HANDLE c;
	DWORD n;

	Sleep(30);
	c = client(RW, 0);
	if (c == INVALID_HANDLE_VALUE)
		return 1;
	WriteFile(c, "later", 5, &n, NULL);
	if (arg)
		WaitForSingleObject(arg, INFINITE);
	CloseHandle(c);
	return 0;
}

static void waiting(void)
{
	HANDLE s, thread;
	char buf[10];
	DWORD n;

	fresh();
	s = server(DUPLEX, 0, 1);
	thread = CreateThread(NULL, 0, connect_later, NULL, 0, NULL);
	ok(ConnectNamedPipe(s, NULL) || GetLastError() == ERROR_PIPE_CONNECTED,
	   "ConnectNamedPipe waits for a client");
	ok(ReadFile(s, buf, 10, &n, NULL) && n == 5, "and a read for its data");
	is_error(!ReadFile(s, buf, 10, &n, NULL), ERROR_BROKEN_PIPE, "and for its end");
	WaitForSingleObject(thread, INFINITE);
	CloseHandle(thread);
	is_done(DisconnectNamedPipe(s), "a pipe is used again");
	thread = CreateThread(NULL, 0, connect_later, NULL, 0, NULL);
	ok(ConnectNamedPipe(s, NULL) || GetLastError() == ERROR_PIPE_CONNECTED,
	   "for another client");
	ok(ReadFile(s, buf, 10, &n, NULL) && n == 5, "and its data");
	WaitForSingleObject(thread, INFINITE);
	CloseHandle(thread);
	CloseHandle(s);
}

static int apcs;
static DWORD apc_error, apc_bytes;

static void CALLBACK on_read(DWORD error, DWORD bytes, OVERLAPPED *o)
{
	apcs++;
	apc_error = error;
	apc_bytes = bytes;
}

static void overlapped(void)
{
	HANDLE s, c, event = CreateEventW(NULL, TRUE, FALSE, NULL), stop, thread;
	OVERLAPPED o = { .hEvent = event }, o2 = { };
	char buf[10], buf2[10];
	DWORD n;

	fresh();
	stop = CreateEventW(NULL, TRUE, FALSE, NULL);
	s = server(DUPLEX | FILE_FLAG_OVERLAPPED, 0, 1);
	is_error(!ConnectNamedPipe(s, &o), ERROR_IO_PENDING, "a listen is under way");
	is_int(WaitForSingleObject(event, 0), WAIT_TIMEOUT, "not signalled");
	thread = CreateThread(NULL, 0, connect_later, stop, 0, NULL);
	is_int(WaitForSingleObject(event, 10000), 0, "signalled by a client");
	ok(GetOverlappedResult(s, &o, &n, FALSE), "its result");
	ok(ReadFile(s, buf, 10, &n, &o) || GetLastError() == ERROR_IO_PENDING, "a read");
	ok(GetOverlappedResult(s, &o, &n, TRUE) && n == 5 && !memcmp(buf, "later", 5),
	   "has the data");
	is_error(!ReadFile(s, buf, 10, &n, &o), ERROR_IO_PENDING, "a read waits");
	is_int(WaitForSingleObject(event, 20), WAIT_TIMEOUT, "not signalled");
	ok(!HasOverlappedIoCompleted(&o), "not completed");
	is_error(!GetOverlappedResult(s, &o, &n, FALSE), ERROR_IO_INCOMPLETE, "no result yet");
	SetEvent(stop);
	is_int(WaitForSingleObject(event, 10000), 0, "the end of the pipe ends it");
	is_error(!GetOverlappedResult(s, &o, &n, FALSE), ERROR_BROKEN_PIPE, "with that error");
	WaitForSingleObject(thread, INFINITE);
	CloseHandle(thread);
	CloseHandle(s);

	fresh();
	s = server(DUPLEX | FILE_FLAG_OVERLAPPED, 0, 1);
	c = client(RW, FILE_FLAG_OVERLAPPED);
	ResetEvent(event);
	is_error(!ReadFile(s, buf, 10, &n, &o), ERROR_IO_PENDING, "another read");
	is_error(!ReadFile(s, buf2, 10, &n, &o2), ERROR_IO_PENDING, "and one more");
	o.Offset = 0;
	is_done(WriteFile(c, "first", 5, &n, &(OVERLAPPED){ }), "a write");
	ok(GetOverlappedResult(s, &o, &n, TRUE) && n == 5, "goes to the first");
	ok(!HasOverlappedIoCompleted(&o2), "and not to the second");
	WriteFile(c, "second", 6, &n, &(OVERLAPPED){ });
	is_int(WaitForSingleObject(s, 10000), 0, "the file is signalled");
	ok(GetOverlappedResult(s, &o2, &n, FALSE) && n == 6, "by the second");

	ReadFile(s, buf, 10, &n, &o);
	is_done(CancelIo(s), "CancelIo");
	is_error(!GetOverlappedResult(s, &o, &n, TRUE), ERROR_OPERATION_ABORTED, "its result");
	ReadFile(s, buf, 10, &n, &o);
	ReadFile(s, buf2, 10, &n, &o2);
	is_done(CancelIoEx(s, &o2), "CancelIoEx of one");
	is_error(!GetOverlappedResult(s, &o2, &n, TRUE), ERROR_OPERATION_ABORTED, "its result");
	ok(!HasOverlappedIoCompleted(&o), "the other one waits");
	WriteFile(c, "go on", 5, &n, &(OVERLAPPED){ });
	ok(GetOverlappedResult(s, &o, &n, TRUE) && n == 5, "and ends");
	is_error(!CancelIoEx(s, NULL), ERROR_NOT_FOUND, "nothing left to cancel");

	memset(&o2, 0, sizeof(o2));
	is_done(ReadFileEx(s, buf2, 10, &o2, on_read), "ReadFileEx");
	is_int(SleepEx(10, TRUE), 0, "no APC yet");
	WriteFile(c, "apc", 3, &n, &(OVERLAPPED){ });
	is_int(SleepEx(10000, TRUE), WAIT_IO_COMPLETION, "an APC");
	ok(apcs == 1 && !apc_error && apc_bytes == 3, "with the result");
	CloseHandle(c);
	CloseHandle(s);
	CloseHandle(event);
	CloseHandle(stop);
}

static void port(void)
{
	HANDLE s, c, p = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
	OVERLAPPED o = { }, *got;
	ULONG_PTR key;
	char buf[10];
	DWORD n;

	fresh();
	s = server(DUPLEX | FILE_FLAG_OVERLAPPED, 0, 1);
	c = client(RW, 0);
	is_done(CreateIoCompletionPort(s, p, 1234, 0) == p, "a pipe at a completion port");
	is_error(!ReadFile(s, buf, 10, &n, &o), ERROR_IO_PENDING, "a read");
	is_error(!GetQueuedCompletionStatus(p, &n, &key, &got, 10), WAIT_TIMEOUT,
		 "nothing at the port");
	WriteFile(c, "port", 4, &n, NULL);
	ok(GetQueuedCompletionStatus(p, &n, &key, &got, 10000) && n == 4 && key == 1234 &&
	   got == &o, "a packet");
	WriteFile(c, "at once", 7, &n, NULL);
	ok(ReadFile(s, buf, 10, &n, &o) && n == 7, "a read that ends at once");
	ok(GetQueuedCompletionStatus(p, &n, &key, &got, 10000) && n == 7, "a packet, too");
	ReadFile(s, buf, 10, &n, &o);
	CloseHandle(c);
	ok(!GetQueuedCompletionStatus(p, &n, &key, &got, 10000) && got == &o &&
	   GetLastError() == ERROR_BROKEN_PIPE, "an error comes as a packet");
	CloseHandle(s);
	CloseHandle(p);
}

/* The thread has left the loader, and reads or is about to. */
static HANDLE reading;

static DWORD WINAPI blocked(void *arg)
{
	char c;
	DWORD n;

	SetEvent(reading);
	return ReadFile(arg, &c, 1, &n, NULL) ? 0 : GetLastError();
}

static void synchronous(void)
{
	HANDLE r, w, thread;
	DWORD code, n;
	int i;

	reading = CreateEventW(NULL, FALSE, FALSE, NULL);
	CreatePipe(&r, &w, NULL, 0);
	thread = CreateThread(NULL, 0, blocked, r, 0, NULL);
	WaitForSingleObject(reading, INFINITE);
	for (i = 0; i < 500; i++) {
		Sleep(10);
		if (CancelSynchronousIo(thread))
			break;
	}
	ok(i < 500, "CancelSynchronousIo");
	is_int(WaitForSingleObject(thread, 10000), 0, "the thread goes on");
	GetExitCodeThread(thread, &code);
	is_int(code, ERROR_OPERATION_ABORTED, "its read was aborted");
	CloseHandle(thread);
	is_error(!CancelSynchronousIo(GetCurrentThread()), ERROR_NOT_FOUND, "nothing to cancel");
	thread = CreateThread(NULL, 0, blocked, r, 0, NULL);
	WaitForSingleObject(reading, INFINITE);
	for (i = 0; i < 500; i++) {
		Sleep(10);
		if (CancelIoEx(r, NULL))
			break;
	}
	ok(i < 500, "CancelIoEx of a synchronous read in another thread");
	is_int(WaitForSingleObject(thread, 10000), 0, "the thread goes on");
	GetExitCodeThread(thread, &code);
	is_int(code, ERROR_OPERATION_ABORTED, "its read was aborted");
	CloseHandle(thread);
	is_error(!CancelIoEx(r, NULL), ERROR_NOT_FOUND, "nothing to cancel any more");
	thread = CreateThread(NULL, 0, blocked, r, 0, NULL);
	WaitForSingleObject(reading, INFINITE);
	Sleep(30);
	SuspendThread(thread);
	Sleep(30);
	ResumeThread(thread);
	WriteFile(w, "x", 1, &n, NULL);
	is_int(WaitForSingleObject(thread, 10000), 0, "suspended in a read, and resumed");
	GetExitCodeThread(thread, &code);
	is_int(code, 0, "it has read");
	CloseHandle(thread);
	thread = CreateThread(NULL, 0, blocked, r, 0, NULL);
	WaitForSingleObject(reading, INFINITE);
	Sleep(30);
	TerminateThread(thread, 5);
	is_int(WaitForSingleObject(thread, 10000), 0, "terminated in a read");
	CloseHandle(thread);
	CloseHandle(r);
	CloseHandle(w);
	CloseHandle(reading);
}

int wmain(void)
{
	plan(0);
	anonymous();
	stream();
	messages();
	instances();
	directions();
	waiting();
	overlapped();
	port();
	synchronous();
	return done();
}
