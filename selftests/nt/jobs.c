// SPDX-License-Identifier: GPL-2.0-only
/* Jobs: who is in one, what is told and limited, how all of them end. */
#include "ktap.h"

static wchar_t *command(const wchar_t *args)
{
	static wchar_t line[2048];

	swprintf(line, ARRAY_SIZE(line), L"\"%ls\" %ls", beside(NULL), args);
	return line;
}

static bool start(const wchar_t *args, DWORD flags, PROCESS_INFORMATION *pi)
{
	STARTUPINFOW si = { .cb = sizeof(si) };

	return CreateProcessW(beside(NULL), command(args), NULL, NULL, TRUE, flags, NULL, NULL,
			      &si, pi);
}

static DWORD join(PROCESS_INFORMATION *pi)
{
	DWORD code = 0xbad;

	WaitForSingleObject(pi->hProcess, 60000);
	GetExitCodeProcess(pi->hProcess, &code);
	CloseHandle(pi->hProcess);
	CloseHandle(pi->hThread);
	return code;
}

static bool limit(HANDLE job, DWORD flags, DWORD processes)
{
	JOBOBJECT_EXTENDED_LIMIT_INFORMATION info = {
		.BasicLimitInformation = {
			.LimitFlags = flags,
			.ActiveProcessLimit = processes,
		},
	};

	return SetInformationJobObject(job, JobObjectExtendedLimitInformation, &info,
				       sizeof(info));
}

static DWORD active(HANDLE job)
{
	JOBOBJECT_BASIC_ACCOUNTING_INFORMATION info = { };

	QueryInformationJobObject(job, JobObjectBasicAccountingInformation, &info, sizeof(info),
				  NULL);
	return info.ActiveProcesses;
}

static void told(HANDLE port, DWORD message, DWORD pid, const char *what)
{
	OVERLAPPED *who = NULL;
	ULONG_PTR key = 0;
	DWORD got = 0;

	GetQueuedCompletionStatus(port, &got, &key, &who, 10000);
	ok(got == message && key == 77 && (DWORD)(ULONG_PTR)who == pid, "%s", what);
}

static void members(void)
{
	struct {
		JOBOBJECT_BASIC_PROCESS_ID_LIST list;
		ULONG_PTR more[7];
	} ids = { };
	JOBOBJECT_ASSOCIATE_COMPLETION_PORT tell = { .CompletionKey = (void *)77 };
	JOBOBJECT_BASIC_ACCOUNTING_INFORMATION info = { };
	PROCESS_INFORMATION a, b;
	DWORD a_id, b_id;
	HANDLE job, other;
	BOOL in = TRUE;

	job = CreateJobObjectW(NULL, L"Local\\persona job");
	is_done(job != NULL, "CreateJobObject");
	other = OpenJobObjectW(JOB_OBJECT_ALL_ACCESS, FALSE, L"Local\\persona job");
	is_done(other != NULL, "OpenJobObject");
	CloseHandle(other);
	tell.CompletionPort = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
	is_done(SetInformationJobObject(job, JobObjectAssociateCompletionPortInformation, &tell,
					sizeof(tell)), "a completion port");
	is_done(start(L"pause 60000", 0, &a) && start(L"pause 60000", CREATE_SUSPENDED, &b),
		"two processes");
	a_id = a.dwProcessId;
	b_id = b.dwProcessId;
	IsProcessInJob(a.hProcess, NULL, &in);
	is_int(in, FALSE, "they are in no job");
	is_done(AssignProcessToJobObject(job, a.hProcess), "assigned");
	is_done(AssignProcessToJobObject(job, b.hProcess), "so is one that has not run");
	IsProcessInJob(a.hProcess, NULL, &in);
	is_int(in, TRUE, "in some job");
	IsProcessInJob(b.hProcess, job, &in);
	is_int(in, TRUE, "in this job");
	told(tell.CompletionPort, JOB_OBJECT_MSG_NEW_PROCESS, a_id, "the port hears of one");
	told(tell.CompletionPort, JOB_OBJECT_MSG_NEW_PROCESS, b_id, "and of the other");
	is_done(QueryInformationJobObject(job, JobObjectBasicProcessIdList, &ids, sizeof(ids),
					  NULL), "their numbers");
	is_int(ids.list.NumberOfProcessIdsInList, 2, "two of them");
	ok(ids.list.ProcessIdList[0] == a_id && ids.list.ProcessIdList[1] == b_id, "these");
	other = CreateJobObjectW(NULL, NULL);
	ok(!AssignProcessToJobObject(other, a.hProcess), "not into a second one");
	is_int(GetLastError(), ERROR_ACCESS_DENIED, "access denied");
	CloseHandle(other);
	TerminateProcess(a.hProcess, 5);
	is_int(join(&a), 5, "one ends by itself");
	told(tell.CompletionPort, JOB_OBJECT_MSG_EXIT_PROCESS, a_id, "the port hears of it");
	is_int(active(job), 1, "one is left");
	is_done(TerminateJobObject(job, 9), "TerminateJobObject");
	is_int(join(&b), 9, "ends the other");
	told(tell.CompletionPort, JOB_OBJECT_MSG_EXIT_PROCESS, b_id, "the port hears of it");
	told(tell.CompletionPort, JOB_OBJECT_MSG_ACTIVE_PROCESS_ZERO, 0, "and of the last one");
	QueryInformationJobObject(job, JobObjectBasicAccountingInformation, &info, sizeof(info),
				  NULL);
	is_int(info.TotalProcesses, 2, "there were two");
	is_int(info.ActiveProcesses, 0, "there is none");
	CloseHandle(tell.CompletionPort);
	CloseHandle(job);
}

static void limits(void)
{
	JOBOBJECT_EXTENDED_LIMIT_INFORMATION info = { };
	PROCESS_INFORMATION pi;
	HANDLE job = CreateJobObjectW(NULL, NULL);

	is_done(limit(job, JOB_OBJECT_LIMIT_ACTIVE_PROCESS, 1), "one process at a time");
	QueryInformationJobObject(job, JobObjectExtendedLimitInformation, &info, sizeof(info),
				  NULL);
	is_hex(info.BasicLimitInformation.LimitFlags, JOB_OBJECT_LIMIT_ACTIVE_PROCESS, "flags");
	is_int(info.BasicLimitInformation.ActiveProcessLimit, 1, "and number are kept");
	ok(!limit(job, JOB_OBJECT_LIMIT_PROCESS_MEMORY, 0), "a limit that is not enforced fails");
	if (!is_done(start(L"spawns", CREATE_SUSPENDED, &pi), "a process"))
		return;
	AssignProcessToJobObject(job, pi.hProcess);
	ResumeThread(pi.hThread);
	is_int(join(&pi), ERROR_NOT_ENOUGH_QUOTA, "its child would be one too many");
	limit(job, 0, 0);
	start(L"spawns", CREATE_SUSPENDED, &pi);
	AssignProcessToJobObject(job, pi.hProcess);
	ResumeThread(pi.hThread);
	is_int(join(&pi), 1, "without the limit its child is in the job");
	limit(job, JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK, 0);
	start(L"spawns", CREATE_SUSPENDED, &pi);
	AssignProcessToJobObject(job, pi.hProcess);
	ResumeThread(pi.hThread);
	is_int(join(&pi), 0, "with silent breakaway it is in none");
	CloseHandle(job);
}

static void close_kills(void)
{
	HANDLE job = CreateJobObjectW(NULL, NULL), dup;
	PROCESS_INFORMATION pi, native;
	STARTUPINFOW si = { .cb = sizeof(si) };
	wchar_t line[] = L"sleep 60";

	is_done(limit(job, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE, 0), "KILL_ON_JOB_CLOSE");
	start(L"pause 60000", 0, &pi);
	is_done(AssignProcessToJobObject(job, pi.hProcess), "a process");
	if (is_done(CreateProcessW(L"Z:\\bin\\sleep", line, NULL, NULL, FALSE, 0, NULL, NULL, &si,
				   &native), "a Linux program"))
		is_done(AssignProcessToJobObject(job, native.hProcess), "in the job, too");
	DuplicateHandle(GetCurrentProcess(), job, GetCurrentProcess(), &dup, 0, FALSE,
			DUPLICATE_SAME_ACCESS);
	CloseHandle(job);
	is_int(WaitForSingleObject(pi.hProcess, 200), WAIT_TIMEOUT, "one handle is left");
	CloseHandle(dup);
	is_int(WaitForSingleObject(pi.hProcess, 20000), WAIT_OBJECT_0, "none: it ends");
	is_int(WaitForSingleObject(native.hProcess, 20000), WAIT_OBJECT_0, "so does the other");
	join(&pi);
	join(&native);
	/* What libuv does: a process in its own job. */
	start(L"own", 0, &pi);
	is_int(join(&pi), 33, "a process that ends in a job of its own has its exit code");
}

static int spawns(void)
{
	PROCESS_INFORMATION pi;

	if (!start(L"injob", 0, &pi))
		return GetLastError();
	return join(&pi);
}

static int own(void)
{
	HANDLE job = CreateJobObjectW(NULL, NULL);

	if (!limit(job, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE, 0) ||
	    !AssignProcessToJobObject(job, GetCurrentProcess()))
		return 1;
	return 33;
}

int wmain(int argc, wchar_t **argv)
{
	BOOL in = 7;

	if (argc > 1 && !wcscmp(argv[1], L"pause")) {
		Sleep(_wtoi(argv[2]));
		return 0;
	}
	if (argc > 1 && !wcscmp(argv[1], L"injob")) {
		IsProcessInJob(GetCurrentProcess(), NULL, &in);
		return in;
	}
	if (argc > 1 && !wcscmp(argv[1], L"spawns"))
		return spawns();
	if (argc > 1 && !wcscmp(argv[1], L"own"))
		return own();
	plan(0);
	members();
	limits();
	close_kills();
	return done();
}
