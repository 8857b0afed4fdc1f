#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# npm @esbuild/win32-x64 bundles a project of several hundred files; the Linux
# esbuild of the same version makes the same of it, to the byte.

. "$(dirname "$0")/shell.inc"
. "$(dirname "$0")/project.inc"
windows=$cache/npm/esbuild-win32-x64-0.21.5/esbuild.exe
linux=$cache/npm/esbuild-linux-x64-0.21.5/bin/esbuild
[ -x "$windows" ] && [ -x "$linux" ] || skip_all "no esbuild in $cache/npm (needs the network once)"

cd "$work" && project . 400
is "$($run "$windows" --version | unix)" "0.21.5" "--version"

# bundle NAME OPTION... - by both, and compares
bundle()
{
	name=$1
	shift
	"$linux" src/index.ts --bundle --outdir=linux "$@" > linux.txt 2>&1
	want=$?
	$run "$windows" src/index.ts --bundle --outdir=windows "$@" > windows.txt 2>&1
	is $? $want "$name: exit status"
	is "$(cd windows && find . -type f | sort | xargs sha256sum)" \
		"$(cd linux && find . -type f | sort | xargs sha256sum)" "$name: the same files"
	rm -rf linux windows
}

bundle "bundle"
bundle "minified, with a source map" --minify --sourcemap --target=es2017
bundle "split" --splitting --format=esm
echo 'export const x = = 1' > src/dir3/module60.ts
"$linux" src/index.ts --bundle --outfile=linux.js > linux.txt 2>&1
want=$?
$run "$windows" src/index.ts --bundle --outfile=windows.js > windows.txt 2>&1
is $? $want "a syntax error: exit status"
is "$(unix < windows.txt | tr '\\' /)" "$(sed 's/^✘/X/' linux.txt)" "a syntax error: the same message"
is "$(echo 'let a: number = 1 + 2' | $run "$windows" --loader=ts --minify)" 'let a=3;' "from a pipe"
finish
