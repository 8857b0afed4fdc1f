#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Real macOS programs: ibazel 0.1.1 and 0.5.0 (npm @bazel/ibazel, Go, no dylib)
# print their usage and exit with 0, RUNS times in a row, and under load with
# all processors busy. They are looked for in $PERSONA_CACHE/ibazel/VERSION.

runs=${RUNS:-50}
cache=${PERSONA_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/persona}
out=$(mktemp -d) || exit 1
busy=
trap 'kill $busy 2>/dev/null; rm -rf "$out"' EXIT
test=0
failed=0

result()
{
	test=$((test + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $test $2"
	else
		failed=1
		echo "not ok $test $2"
	fi
}

# usage VERSION TIMES WHAT: runs it, all must print the same usage and exit with 0
usage()
{
	bad=0
	i=0
	while [ $i -lt "$2" ]; do
		i=$((i + 1))
		"$cache/ibazel/$1/ibazel" >"$out/text" 2>&1
		status=$?
		[ -e "$out/$1" ] || cp "$out/text" "$out/$1"
		if [ $status -ne 0 ] || ! cmp -s "$out/text" "$out/$1"; then
			bad=$((bad + 1))
			echo "# run $i: status $status, $(wc -c <"$out/text") bytes"
			head -n 5 "$out/text" | sed 's/^/# /'
			[ $bad -lt 3 ] || break
		fi
	done
	grep -q '^Usage:' "$out/$1" && grep -q 'ibazel build' "$out/$1" || bad=$((bad + 1))
	result $bad "ibazel $1 prints its usage, $2 times$3"
}

versions=
for v in 0.1.1 0.5.0; do
	[ -x "$cache/ibazel/$v/ibazel" ] && versions="$versions $v"
done
if [ -z "$versions" ]; then
	echo "1..0 # SKIP no ibazel in $cache/ibazel (needs the network once)"
	exit 4
fi
echo "KTAP version 1"
for v in 0.1.1 0.5.0; do
	case $versions in
	*$v*)	usage $v "$runs" "" ;;
	*)	test=$((test + 1)); echo "ok $test ibazel $v # SKIP not in $cache/ibazel" ;;
	esac
done
i=0
while [ $i -lt $(($(nproc) * 2)) ]; do
	i=$((i + 1))
	sh -c 'while :; do :; done' &
	busy="$busy $!"
done
for v in $versions; do
	usage "$v" 5 ", with all processors busy"
done
echo "1..$test"
exit $failed
