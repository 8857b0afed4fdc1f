#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Programs of Debian's Go, compiled for Windows: go/*.go here.

. "$(dirname "$0")/shell.inc"
dir=$cache/go/go/tests
[ -x "$dir/hello.exe" ] || skip_all "no Go programs in $cache/go (needs the network once)"
cd "$work" || exit 1

is "$($run "$dir/hello.exe"; echo $?)" "hello from windows amd64
0" "hello"
is "$($run "$dir/hello.exe" 'a "b"' '' ü; echo $?)" 'hello from windows amd64
1: "a \"b\""
2: ""
3: "ü"
4' "arguments and exit status"
for i in 1 2 3; do
	is "$($run "$dir/goroutines.exe" 2>&1)" "100000 100000 499500
timeout
recovered: runtime error: invalid memory address or nil pointer dereference" "goroutines, $i"
done
is "$($run "$dir/files.exe" 2>&1)" '160000 true
data 160005 -rw-rw-rw- false
10 "hello, app"
2020-02-29 12:00:00 +0000 UTC
98
[a a/b a/b/c a/b/data a/b/moved]
true
true
true
true' "files"
is "$(ls)" "" "nothing is left of them"
finish
