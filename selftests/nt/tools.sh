#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Programs that come with Wine: hostname, whoami, find, xcopy, reg and others.

. "$(dirname "$0")/shell.inc"
[ -e "$system32/reg.exe" ] || skip_all "no reg.exe in $system32"
cd "$work" || exit 1

# t PROGRAM ARGUMENT...
t() { program=$1; shift; $run "$system32/$program.exe" "$@" 2> "$work/.err" < /dev/null | unix; return ${PIPESTATUS[0]}; }

is "$(t hostname | tr A-Z a-z)" "$(hostname | cut -d . -f 1 | tr A-Z a-z)" "hostname"
is "$(USER=root t whoami | tr A-Z a-z | sed 's/.*\\//')" root "whoami"
if [ -z "$wine" ] && t whoami /user > out && grep -q 'SID' out; then
	is "$(grep -c 'S-1-' out)" 1 "whoami /user"
else
	skip "whoami /user" "this whoami has no options"
fi

# find wants quotes around its text, which only cmd can give it
b()
{
	printf '@%s\r\n' "$1" > test.bat
	$run "$system32/cmd.exe" /c test.bat 2> "$work/.err" < /dev/null | unix
	return ${PIPESTATUS[0]}
}

printf 'first line\r\nsecond Line\r\nthird\r\n' > text.txt
is "$(b 'find "line" text.txt' | grep -v -e --- -e '^$')" "first line" "find"
b 'find "nothing" text.txt' > /dev/null
is $? 1 "find of nothing: exit status"
is "$(b 'type text.txt | find "third"')" third "find in a pipe"

mkdir -p from/sub/deep from/empty
for i in 1 2 3; do echo $i > from/$i.txt; echo $i > from/sub/deep/$i.dat; done
head -c 100000 /dev/urandom > from/sub/random
t xcopy /s /e /i from to > out
is $? 0 "xcopy"
is "$(cd to && find . | sort && find . -type f | sort | xargs sha256sum)" \
	"$(cd from && find . | sort && find . -type f | sort | xargs sha256sum)" "everything"
t xcopy /i 'from\*.txt' flat > out
is "$(ls flat | tr '\n' ' ')" "1.txt 2.txt 3.txt " "xcopy of a pattern"
t xcopy nothing to > out
[ $? -ne 0 ]
result $? "xcopy of nothing: exit status"

key='HKCU\Software\persona test'
t reg delete "$key" /f > /dev/null
is "$(t reg add "$key" /v text /t REG_SZ /d 'some text' /f > /dev/null; echo $?)" 0 "reg add"
t reg add "$key" /v number /t REG_DWORD /d 0x1234 /f > /dev/null
t reg add "$key" /v many /t REG_MULTI_SZ /d 'a\0b\0c' /f > /dev/null
t reg add "$key" /v bytes /t REG_BINARY /d 0badcafe /f > /dev/null
t reg add "$key\\sub" /ve /d default /f > /dev/null
is "$(t reg query "$key" /v text | sed -n 's/.*REG_SZ *//p')" "some text" "reg query of a text"
is "$(t reg query "$key" /v number | sed -n 's/.*REG_DWORD *//p')" 0x1234 "of a number"
is "$(t reg query "$key" /v many | sed -n 's/.*REG_MULTI_SZ *//p')" 'a\0b\0c' "of several texts"
is "$(t reg query "$key" /v bytes | sed -n 's/.*REG_BINARY *//p' | tr A-F a-f)" 0badcafe "of bytes"
is "$(t reg query "$key" | grep -c REG_)" 4 "of all"
is "$(t reg query "$key" | grep -c 'sub$')" 1 "and the key below"
is "$(t reg query "$key\\sub" /ve | sed -n 's/.*REG_SZ *//p')" default "the default value"
t reg copy "$key" "$key copy" /s /f > /dev/null
is "$(t reg query "$key copy\\sub" /ve | sed -n 's/.*REG_SZ *//p')" default "reg copy"
t reg export "$key" export.reg /y > /dev/null
is "$(iconv -f UTF-16 -t UTF-8 export.reg | unix | grep -c '^"text"="some text"$')" 1 "reg export"
t reg delete "$key copy" /f > /dev/null
t reg import export.reg > /dev/null 2>&1
is $? 0 "reg import"
is "$(t reg delete "$key" /v number /f > /dev/null; echo $?)" 0 "reg delete of a value"
is "$(t reg query "$key" /v number > /dev/null; echo $?)" 1 "it is gone"
is "$(t reg delete "$key" /f > /dev/null; echo $?)" 0 "of the key"
is "$(t reg query "$key" > /dev/null; echo $?)" 1 "it is gone, too"
$run "$agent" sleep 60000 > /dev/null & sleep 2
pid=$(pgrep -n agent.exe)
if [ -z "$wine" ]; then
	t taskkill /f /pid $pid > /dev/null
	is $? 0 "taskkill /pid"
	wait
	is "$(pgrep -c agent.exe)" 0 "it is gone, too"
	t taskkill /f /pid $pid > /dev/null
	is $? 128 "taskkill of nothing"
fi
is "$(t start /wait /b cmd /c 'echo started&exit 5'; echo $?)" "started
5" "start /wait"
is "$(t winepath -w "$work/from")" "$(zpath "$work/from")" "winepath -w"
mkdir unpacked
cp from/1.txt from/2.txt .
t cabarc n test.cab 1.txt 2.txt > /dev/null
(cd unpacked && t cabarc x ../test.cab > /dev/null)
is "$(cat unpacked/1.txt unpacked/2.txt)" "1
2" "cabarc"

# The others are stubs in Wine 8.
t sort text.txt > out.txt
if grep -q first out.txt; then
	is "$(t sort /r text.txt | head -n 1)" third "sort /r"
	is "$(t findstr line text.txt)" "first line" "findstr"
	is "$(t findstr /i LINE text.txt)" "first line
second Line" "findstr /i"
	t findstr nothing text.txt > /dev/null
	is $? 1 "findstr of nothing: exit status"
	is "$(t fc text.txt text.txt | grep -c 'no differences')" 1 "fc of one file"
	is "$(t fc text.txt 1.txt > /dev/null; echo $?)" 1 "of two: exit status"
	is "$(t where cmd | head -n 1 | tr A-Z a-z)" 'c:\windows\system32\cmd.exe' "where"
	t tasklist | grep -q '^tasklist.exe'
	result $? "tasklist"
fi
t reg query 'HKLM\Software\Microsoft\Windows NT\CurrentVersion' > /dev/null
is $? 0 "HKLM has Windows NT"
finish
