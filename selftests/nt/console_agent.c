// SPDX-License-Identifier: GPL-2.0-only
/* What a Windows program finds at a console; console.sh types and looks. */
#include "ktap.h"

static HANDLE in, out;

static void say(const wchar_t *text)
{
	DWORD n;

	WriteConsoleW(out, text, wcslen(text), &n, NULL);
}

static int number(const char *what, DWORD value)
{
	printf("%s=%lx\n", what, value);
	fflush(stdout);
	return 0;
}

static int modes(void)
{
	DWORD mode = 0, raw;

	number("input", GetConsoleMode(in, &mode) ? mode & 7 : 0xbad);
	raw = mode & ~(ENABLE_LINE_INPUT | ENABLE_ECHO_INPUT);
	SetConsoleMode(in, raw);
	number("raw", GetConsoleMode(in, &raw) ? raw & 7 : 0xbad);
	SetConsoleMode(in, mode);
	number("again", GetConsoleMode(in, &mode) ? mode & 7 : 0xbad);
	number("output", GetConsoleMode(out, &mode) ? mode & 7 : 0xbad);
	number("nonsense", SetConsoleMode(out, 0x80000000));
	number("type", GetFileType(in) << 4 | GetFileType(out));
	return number("pages", GetConsoleCP() == GetConsoleOutputCP());
}

static int size(void)
{
	CONSOLE_SCREEN_BUFFER_INFO info;

	if (!GetConsoleScreenBufferInfo(out, &info))
		return number("error", GetLastError());
	number("width", info.srWindow.Right - info.srWindow.Left + 1);
	return number("height", info.srWindow.Bottom - info.srWindow.Top + 1);
}

/* A line, in UTF-16. */
static int line(void)
{
	wchar_t buf[100];
	DWORD n, i;

	say(L"ready\n");
	if (!ReadConsoleW(in, buf, ARRAY_SIZE(buf), &n, NULL))
		return number("error", GetLastError());
	for (i = 0; i < n; i++)
		printf("%04x ", buf[i]);
	printf(".\n");
	return 0;
}

/* Two lines, as bytes, in small pieces; without the echo, which would come in between. */
static int bytes(void)
{
	char buf[4];
	DWORD n, i, lines = 0, mode;

	GetConsoleMode(in, &mode);
	SetConsoleMode(in, mode & ~ENABLE_ECHO_INPUT);
	say(L"ready\n");
	while (lines < 2 && ReadFile(in, buf, sizeof(buf), &n, NULL) && n) {
		for (i = 0; i < n; i++) {
			printf("%02x ", (unsigned char)buf[i]);
			lines += buf[i] == '\n';
		}
	}
	printf(".\n");
	return 0;
}

static int eof(void)
{
	char c;
	DWORD n = 7;

	say(L"ready\n");
	number("read", ReadFile(in, &c, 1, &n, NULL));
	return number("bytes", n);
}

static int keys(void)
{
	INPUT_RECORD r;
	DWORD n, mode;

	GetConsoleMode(in, &mode);
	SetConsoleMode(in, mode & ~(ENABLE_LINE_INPUT | ENABLE_ECHO_INPUT));
	say(L"ready\n");
	for (;;) {
		if (!ReadConsoleInputW(in, &r, 1, &n) || n != 1)
			break;
		if (r.EventType != KEY_EVENT || !r.Event.KeyEvent.bKeyDown)
			continue;
		printf("%02x:%04x ", r.Event.KeyEvent.wVirtualKeyCode,
		       r.Event.KeyEvent.uChar.UnicodeChar);
		if (r.Event.KeyEvent.uChar.UnicodeChar == 'q')
			break;
	}
	printf(".\n");
	SetConsoleMode(in, mode);
	return 0;
}

static int names(void)
{
	const DWORD both = GENERIC_READ | GENERIC_WRITE;
	HANDLE i = CreateFileW(L"CONIN$", both, 3, NULL, OPEN_EXISTING, 0, NULL);
	HANDLE o = CreateFileW(L"CONOUT$", both, 3, NULL, OPEN_EXISTING, 0, NULL);
	DWORD n;

	number("CONIN$", GetConsoleMode(i, &n));
	number("CONOUT$", GetConsoleMode(o, &n));
	WriteConsoleW(o, L"through CONOUT$\n", 16, &n, NULL);
	return number("written", n);
}

static int output(void)
{
	say(L"\x00e4\x20ac\xd83d\xde42 ");
	say(L"\xd83d");		/* a character in two halves */
	say(L"\xde42\n");
	SetConsoleTextAttribute(out, FOREGROUND_RED);
	say(L"red");
	SetConsoleTextAttribute(out, 7);
	say(L"\n");
	return 0;
}

int wmain(int argc, wchar_t **argv)
{
	static const struct {
		const wchar_t *name;
		int (*fn)(void);
	} tests[] = {
		{ L"modes", modes }, { L"size", size }, { L"line", line }, { L"bytes", bytes },
		{ L"eof", eof }, { L"keys", keys }, { L"names", names }, { L"output", output },
	};
	size_t i;

	in = GetStdHandle(STD_INPUT_HANDLE);
	out = GetStdHandle(STD_OUTPUT_HANDLE);
	for (i = 0; argc > 1 && i < ARRAY_SIZE(tests); i++) {
		if (!wcscmp(argv[1], tests[i].name))
			return tests[i].fn();
	}
	return 2;
}
