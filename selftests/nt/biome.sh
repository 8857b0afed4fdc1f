#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# npm @biomejs/cli-win32-x64 formats and lints a project as the Linux biome of the
# same version does.

. "$(dirname "$0")/shell.inc"
. "$(dirname "$0")/project.inc"
windows=$cache/npm/biomejs-cli-win32-x64-1.9.4/biome.exe
linux=$cache/npm/biomejs-cli-linux-x64-1.9.4/biome
[ -x "$windows" ] && [ -x "$linux" ] || skip_all "no biome in $cache/npm (needs the network once)"
export BIOME_LOG_PATH=

# What says how long it took, and how Windows writes paths, is no difference.
plain()
{
	unix | sed -e 's/ in [0-9.]*[mµ]*s\./ in TIME./' -e 's/\x1b\[[0-9;]*m//g' | tr '\\' / | sort
}

mkdir "$work/linux" "$work/windows"
project "$work/linux" 150
cp -r "$work/linux/src" "$work/windows/"
is "$($run "$windows" --version | unix)" "$("$linux" --version)" "--version"

# both WHAT OPTION... - runs both; the same exit status and output
both()
{
	what=$1
	shift
	(cd "$work/linux" && "$linux" "$@" --colors=off > "$work/linux.txt" 2>&1)
	want=$?
	(cd "$work/windows" && $run "$windows" "$@" --colors=off > "$work/windows.txt" 2>&1)
	is $? $want "$what: exit status"
	plain < "$work/linux.txt" > "$work/linux.plain"
	plain < "$work/windows.txt" > "$work/windows.plain"
	same "$work/windows.plain" "$work/linux.plain" "$what: the same words"
}

both "lint" lint --max-diagnostics=500 src
both "check of the format" format --max-diagnostics=5 src/dir0/module1.js
both "format" format --write src
is "$(cd "$work/windows" && find src -type f | sort | xargs sha256sum)" \
	"$(cd "$work/linux" && find src -type f | sort | xargs sha256sum)" "format: the same files"
both "lint with fixes" lint --write --unsafe src
is "$(cd "$work/windows" && find src -type f | sort | xargs sha256sum)" \
	"$(cd "$work/linux" && find src -type f | sort | xargs sha256sum)" "fixes: the same files"
is "$(echo 'let  a=1' | $run "$windows" format --stdin-file-path=a.js)" "let a = 1;" "from a pipe"
finish
