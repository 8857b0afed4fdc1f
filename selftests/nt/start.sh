#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Windows programs as a shell sees them: arguments, environment, directory,
# streams and exit codes, and Linux programs as they see them.

. "$(dirname "$0")/shell.inc"
a() { $run "$agent" "$@"; }

is "$(a args one two)" "[one]
[two]" "two arguments"
is "$(a args)" "" "no argument"
quoting=('' ' ' 'a b' 'c"d' '"' '""' 'e\f' 'g\' 'h\\' 'i\"j' 'k\\"l' 'm n\' 'o p\\' '\"' "q'r" '%PATH%'
	'^s' 't&u|v<w>x' '*.c' '?' $'y\tz' 'ä ö' '日本' '🙂' '/c' '--x=y z' '$HOME' '`' '!')
is "$(a args "${quoting[@]}")" "$(printf '[%s]\n' "${quoting[@]}")" \
	"${#quoting[@]} arguments with quotes, backslashes, blanks and other alphabets"
many=($(seq 1 2000))
is "$(a args "${many[@]}" | md5sum)" "$(printf '[%s]\n' "${many[@]}" | md5sum)" "2000 arguments"
is "$(a self)" "$(zpath "$(readlink -f "$agent")")" "its own path"

# Exit codes, see Documentation/nt.rst
for pair in 0:0 1:1 42:42 255:255 256:1 257:1 0x1000000:1 0x80000000:1 0xffffffff:255; do
	a exit ${pair%:*}
	is $? ${pair#*:} "exit code ${pair%:*}"
	[ -z "$wine" ] || [ ${pair%:*} != 42 ] || break	# Wine truncates
done
a terminate 43
is $? 43 "TerminateProcess with 43"
a threadexit 44
is $? 44 "ExitProcess by a thread, with nine others"
for pair in 0xc0000005:139 0xc000001d:132 0xc0000094:136 0x80000003:133 0xc000013a:130 \
	    0xc0000100:1; do
	[ -z "$wine" ] || break
	a exit ${pair%:*}
	is $? ${pair#*:} "exit code ${pair%:*}"
done
for pair in av:139 ud2:132 div0:136 int3:133; do
	[ -z "$wine" ] || break
	(ulimit -c 0; a crash ${pair%:*} > /dev/null 2>&1)
	is $? ${pair#*:} "unhandled exception: ${pair%:*}"
done
if [ -z "$wine" ]; then
	(ulimit -c 0; a crash raise > /dev/null 2>&1)
	is $? $((0x34)) "unhandled exception 0xe0001234"
	a crash stack > /dev/null 2>&1
	[ $? -ne 0 ]
	result $? "stack overflow"
fi

# Streams
head -c 1000000 /dev/urandom > "$work/in"
a cat < "$work/in" > "$work/out"
same "$work/out" "$work/in" "a million bytes from a file to a file"
cat "$work/in" | a cat | cat > "$work/out"
same "$work/out" "$work/in" "the same through pipes with a Linux program at each end"
a cat < "$work/in" | a cat | a cat > "$work/out"
same "$work/out" "$work/in" "the same through three of them"
is "$(printf 'abc' | a cat)" "abc" "a few bytes"
is "$(a cat < /dev/null)" "" "end of file at once"
is "$(a types < "$work/in" 2> /dev/null | cat)" "1 3 2" "types of file, pipe and null device"
a args x >&- 2>&-
is $? 0 "without standard output"
a cat < "$work/in" > /dev/full
is $? 4 "a device that only has the old way to write"
if [ -z "$wine" ]; then
	mkfifo "$work/fifo"
	exec 9<> "$work/fifo"
	"$agent" hush <&9 9<&- | { cat; echo seen >&9; }
	is ${PIPESTATUS[0]} 0 "standard output is closed, and its reader sees it"
	"$agent" spawn "\"$(zpath "$(readlink -f "$agent")")\" hush" <&9 9<&- > "$work/out"
	is "$(cat "$work/out")" "ended with 0" "peeked at by a child"
	exec 9<&-
fi
yes | head -c 10000000 | a cat | head -c 10 > "$work/out"
is "$(cat "$work/out" | tr -d '\n')" yyyyy "a reader that goes away"

# Environment
is "$(FROM_LINUX='a "b" c=d' a env FROM_LINUX)" 'a "b" c=d' "a variable"
is "$(FROM_LINUX='日本' a env from_linux)" '日本' "names are compared without case"
FROM_LINUX= a env NOT_THERE
is $? 1 "a variable that is not there"
is "$(a env SystemRoot | tr A-Z a-z)" 'c:\windows' "SystemRoot"
is "$(a env windir | tr A-Z a-z)" 'c:\windows' "windir"
is "$(a env COMSPEC | tr A-Z a-z)" 'c:\windows\system32\cmd.exe' "COMSPEC"
is "$(a env SystemDrive | tr A-Z a-z)" 'c:' "SystemDrive"
a env PATH | tr A-Z a-z | grep -q '^c:\\windows\\system32;'
result $? "PATH begins with the Windows folders"
if [ -z "$wine" ]; then
	a env PATH | grep -q ';Z:\\usr\\bin'
	result $? "and goes on with Linux folders"
	is "$(HOME=/root a env USERPROFILE)" 'Z:\root' "USERPROFILE is HOME"
	is "$(USER=someone a env USERNAME)" 'someone' "USERNAME is USER"
	is "$(TMPDIR=/tmp a env TEMP)" 'Z:\tmp' "TEMP is TMPDIR"
fi

# Current directory
mkdir -p "$work/Some Folder/ü"
is "$(cd "$work/Some Folder/ü" && a cwd)" "$(zpath "$work/Some Folder/ü")" "current directory"
is "$(cd / && a cwd)" 'Z:\' "the root"
cp "$agent" "$work/Some Folder/copy.exe"
is "$(cd "$work/Some Folder" && $run ./copy.exe self)" "$(zpath "$work/Some Folder/copy.exe")" \
	"started by a relative path"
[ -n "$wine" ] ||
	is "$(PATH="$work/Some Folder:$PATH" copy.exe args found)" "[found]" "found in PATH"

# Linux programs and Windows programs start each other
is "$(a spawn 'Z:\bin\sh -c "echo from Linux; exit 7"'; echo $?)" "from Linux
ended with 0x7
7" "CreateProcess of a Linux program"
self=$(zpath "$(readlink -f "$agent")")
is "$(a spawn "\"$self\" args \"a b\" c")" "[a b]
[c]
ended with 0" "CreateProcess of a Windows program"
[ -n "$wine" ] ||
	is "$(a spawn "\"$self\" exit 0x12345678")" "ended with 0x12345678" \
		"the whole exit code between Windows programs"
is "$(a spawn "\"$self\" spawn \"Z:\\bin\\sh -c \\\"exit 9\\\"\""; echo $?)" "ended with 0x9
ended with 0x9
9" "a Linux program of a Windows program of a Windows program"
if [ -z "$wine" ]; then
	is "$(bash -c 'exec "$0" args execve' "$agent")" "[execve]" "execve of a Windows program"
	is "$(env A=1 nice "$agent" env A)" 1 "by other programs"
	is "$("$agent" spawn 'Z:\nothing\there.exe' 2>&1 | unix)" "CreateProcess: error 2" \
		"CreateProcess of nothing"
	pid=$("$agent" pid)
	[ "$pid" -gt 1 ]
	result $? "its process id is one ($pid)"
	"$agent" sleep > "$work/out" & pid=$!
	for i in $(seq 100); do grep -q ready "$work/out" && break; sleep 0.1; done
	is "$(readlink "/proc/$pid/exe")" "$(readlink -f "$agent")" "/proc/PID/exe"
	is "$(tr '\0' ' ' < "/proc/$pid/cmdline")" "$agent sleep " "/proc/PID/cmdline"
	is "$(cat "/proc/$pid/comm")" agent.exe "/proc/PID/comm"
	kill -9 $pid
	wait $pid 2> /dev/null
	is $? 137 "kill -9"
fi
finish
