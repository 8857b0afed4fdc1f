#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# More command-line tools of the npm registry, each beside its Linux brother:
# lightningcss (minifies style sheets), ast-grep (searches and rewrites by syntax,
# in parallel).

. "$(dirname "$0")/shell.inc"
. "$(dirname "$0")/project.inc"
w=$cache/npm/lightningcss-cli-win32-x64-msvc-1.33.0/lightningcss.exe
l=$cache/npm/lightningcss-cli-linux-x64-gnu-1.33.0/lightningcss
sgw=$cache/npm/ast-grep-cli-win32-x64-msvc-0.51.1/ast-grep.exe
sgl=$cache/npm/ast-grep-cli-linux-x64-gnu-0.51.1/ast-grep
[ -x "$w" ] && [ -x "$sgw" ] || skip_all "no lightningcss or ast-grep in $cache/npm (needs the network once)"
export LC_ALL=C.UTF-8

mkdir "$work/linux" "$work/windows"
project "$work/linux" 120
cd "$work/linux" || exit 1
mkdir css
for i in $(seq 40); do
	cat > "css/part$i.css" <<-CSS
	.a$i { color: rgb(255, 0, $i); & .b { display: flex; transition: all .2s } }
	@media (min-width: ${i}px) and (max-width: 200px) { .c$i { width: calc(1px + ${i}px) } }
	.ä$i::before { content: "\\201c $i" } @supports (display: grid) { .g { inset: 0 } }
	CSS
	echo "@import './part$i.css' layer(l$((i % 3)));"
done > css/all.css
cp -r "$work/linux/." "$work/windows"

# both WHAT LINUX WINDOWS OPTION... - the same exit status, words and files
both()
{
	what=$1 linux=$2 windows=$3
	shift 3
	(cd "$work/linux" && "$linux" "$@" > "$work/linux.txt" 2>&1)
	want=$?
	(cd "$work/windows" && $run "$windows" "$@" > "$work/windows.txt" 2>&1)
	is $? $want "$what: exit status"
	is "$(unix < "$work/windows.txt" | tr '\\' / | sort)" "$(tr '\\' / < "$work/linux.txt" | sort)" \
		"$what: the same words"
	is "$(cd "$work/windows" && find . -type f | sort | xargs sha256sum)" \
		"$(cd "$work/linux" && find . -type f | sort | xargs sha256sum)" "$what: the same files"
}

both "minified for old browsers" "$l" "$w" --minify --targets '>= 0.25%' css/part7.css
both "bundle" "$l" "$w" --bundle --minify css/all.css -o out.css
both "to a folder" "$l" "$w" css/part1.css css/part2.css -d built
(cd "$work/windows" && $run "$w" --minify nothing.css > "$work/out" 2>&1)
[ $? -ne 0 ]
result $? "no such file: exit status"
both "search" "$sgl" "$sgw" run -p '$A.concat($$$B)' -l js --color never src
both "rewrite" "$sgl" "$sgw" run -p 'this.a + this.b' -r 'this.b + this.a' -l js -U src
is "$(echo 'f(1, 2)' | $run "$sgw" run -p 'f($A, $B)' -r 'g($B, $A)' -l js --stdin --json=compact |
	grep -o '"replacement":"[^"]*"')" '"replacement":"g(2, 1)"' "from a pipe"
finish
