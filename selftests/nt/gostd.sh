#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The tests of Go's own packages, compiled for Windows. gostd.known says which of
# them fail here, and why.

. "$(dirname "$0")/shell.inc"
dir=$cache/go/go
[ -x "$dir/tests/strings.test.exe" ] || skip_all "no Go tests in $cache/go (needs the network once)"
known=$src/selftests/nt/gostd.known
[ "$PERSONA_KERNEL" != debug ] || short="strings io path/filepath sync"

for package in ${1:-${short:-strings io os path/filepath time sync os/exec}}; do
	mkdir -p "$work/$package"
	cp -R "$dir/src/$package/." "$work/$package"
	cd "$work/$package" || exit 1
	# cmd.exe is to start it again: without blanks and equals signs in its path
	cp "$dir/tests/${package//\//-}.test.exe" "$work/go.test.exe"
	TMPDIR=$work USER=root timeout 300 ${wine:+$run} "$work/go.test.exe" \
		-test.v -test.short -test.timeout 280s > "$work/log" 2>&1 < /dev/null
	status=$?
	unix < "$work/log" > "$work/text"
	passed=$(grep -c '^--- PASS' "$work/text")
	skipped=$(grep -c '^--- SKIP' "$work/text")
	bad=$(sed -n 's/^--- FAIL: \([^ ]*\).*/\1/p' "$work/text" | sort -u)
	unknown=
	for t in $bad; do
		grep -q "^$package $t " "$known" || unknown="$unknown $t"
	done
	# A panic ends all of it, so the last line counts, too.
	if ! grep -qE '^(PASS|FAIL)$' "$work/text"; then
		unknown="$unknown (no end: status $status)"
	fi
	[ -z "$unknown" ]
	result $? "$package: $passed tests, $skipped skipped, $(echo $bad | wc -w) fail as expected"
	if [ -n "$unknown" ]; then
		echo "# failed:$unknown"
		grep -B 2 -A 12 -E '^(--- FAIL|panic:|fatal error)' "$work/text" | head -n 60 | sed 's/^/#   /'
	fi
	cd "$work" && rm -rf "${work:?}/$package"
done
finish
