#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Wine's cmd.exe: its own commands, pipes, redirection, batch files, and starting
# Windows and Linux programs.

. "$(dirname "$0")/shell.inc"
cmd=$system32/cmd.exe
[ -e "$cmd" ] || skip_all "no cmd.exe in $system32"
cd "$work" || exit 1
cp "$agent" agent.exe

# c COMMAND - its output as Linux text, exit status of cmd
c() { $run "$cmd" /c "$1" > "$work/.out" 2> "$work/.err" < /dev/null; status=$?; unix < "$work/.out"; return $status; }

# b COMMAND - the same as a batch file: the only way to say quotes, which cmd does
# not read like others do
b() { printf '@%s\r\n' "$1" > cmd.bat; c cmd.bat; }

is "$(c 'echo hello')" hello "echo"
is "$(c 'echo one& echo two')" "one
two" "two commands"
is "$(c 'exit 7'; echo $?)" 7 "exit 7"
is "$(c 'cd')" "$(zpath "$work")" "cd"
printf 'first\r\nsecond\r\n' > text.txt
is "$(c 'type text.txt')" "first
second" "type"
is "$(c 'type nothing.txt'; echo $?)" 1 "type of nothing: exit status"
is "$(c 'set NAME=value&& call echo %NAME%')" value "set"
is "$(FROM_LINUX=here c 'echo %FROM_LINUX%')" here "a variable of Linux"
is "$(c 'for %i in (a b c) do @echo [%i]')" "[a]
[b]
[c]" "for"
is "$(c 'for /l %i in (1,2,7) do @echo %i' | tr '\n' ' ')" "1 3 5 7 " "for /l"
is "$(b 'for /f "tokens=1" %%i in (text.txt) do @echo =%%i=')" "=first=
=second=" "for /f"
is "$(c 'if exist text.txt (echo yes) else echo no')" yes "if exist"
is "$(c 'if not exist nothing echo no')" no "if not exist"
is "$(b 'if "a"=="b" (echo same) else (echo differ)')" differ "if =="
c 'echo written> new.txt'
is "$(unix < new.txt)" written "redirection"
c 'echo more>> new.txt'
is "$(unix < new.txt)" "written
more" "appending"
is "$(c 'agent cat < text.txt')" "first
second" "redirection of input"
is "$(c 'echo piped| agent cat')" piped "a pipe"
is "$(c 'type text.txt | agent cat | agent cat')" "first
second" "a longer one"
is "$(c 'type nothing.txt 2> err.txt'; test -s err.txt; echo $?)" 0 "redirection of errors"
mkdir "some dir"
: > "some dir/one.txt"; : > "some dir/two.txt"; : > "some dir/three.dat"
is "$(b 'dir /b "some dir"' | sort | tr '\n' ' ')" "one.txt three.dat two.txt " "dir /b"
is "$(b 'dir /b "some dir\*.txt"' | sort | tr '\n' ' ')" "one.txt two.txt " "dir /b *.txt"
is "$(b 'dir "some dir"' | grep -c 'one.txt')" 1 "dir"
is "$(c 'dir' | grep -ci '<DIR> *some dir')" 1 "dir with a folder"
c 'copy text.txt copy.txt'
cmp -s text.txt copy.txt
result $? "copy"
c 'ren copy.txt renamed.txt'
is "$(ls copy.txt renamed.txt 2>/dev/null)" renamed.txt "ren"
b 'move renamed.txt "some dir"'
is "$(ls "some dir/renamed.txt")" "some dir/renamed.txt" "move"
b 'del "some dir\renamed.txt"'
[ ! -e "some dir/renamed.txt" ]
result $? "del"
c 'mkdir made\deep\er'
[ -d made/deep/er ]
result $? "mkdir"
c 'rmdir /s /q made'
[ ! -e made ]
result $? "rmdir /s"
c 'attrib +r new.txt'
is "$(stat -c %A new.txt | tr -d -c w)" "" "attrib +r"
c 'attrib -r new.txt'

printf '%s\r\n' '@echo off' 'echo %~1,%2,%~nx0' 'set N=0' ':again' 'set /a N=N+1' \
	'if %N% LSS 3 goto again' 'echo N is %N%' 'call :sub x y' 'agent args "from batch" %*' \
	'exit /b 5' ':sub' 'echo sub %1 %2' 'goto :eof' > batch.bat
is "$(b 'batch.bat "a b" c'; echo $?)" 'a b,c,batch.bat
N is 3
sub x y
[from batch]
[a b]
[c]
5' "a batch file"
is "$(c 'call batch.bat q > nul & echo done')" "done" "call, and NUL"
is "$(c 'agent exit 9'; echo $?)" 9 "a Windows program's exit status"
is "$(c 'agent exit 3 || echo failed')" failed "||"
is "$(c 'agent exit 0 && echo worked')" worked "&&"
printf '%s\r\n' '@agent exit 6' '@echo %ERRORLEVEL%' > level.bat
is "$(c level.bat)" 6 "ERRORLEVEL"
is "$(b 'agent args "a b" c""d')" '[a b]
[cd]' "arguments"

# Programs of Linux have no extension. Wine 8's cmd finds them if PATHEXT has an empty one.
printf '%s\r\n' '@set PATHEXT=.EXE;.' '@Z:\bin\sh -c "echo from Linux; exit 4"' > linux.bat
printf '%s\r\n' '@start /wait /unix /bin/sh -c "echo from Linux; exit 4"' '@exit %ERRORLEVEL%' > unix.bat
if [ -z "$wine" ]; then
	case $PERSONA_DLLS in
	8.*)	is "$(c linux.bat; echo $?)" "from Linux
4" "a Linux program" ;;
	*)	skip "a Linux program" "this cmd starts none without extension" ;;
	esac
	is "$(c unix.bat; echo $?)" "from Linux
4" "a Linux program by start"
fi
is "$(printf 'echo typed\r\nexit 3\r\n' | $run "$cmd" 2>/dev/null | unix | grep -c '>typed$')" 1 \
	"commands from a pipe"
finish
