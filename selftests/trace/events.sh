#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Foreign calls in foreign names: the trace events persona_sys_enter and
# persona_sys_exit, and the counters and unknown numbers in debugfs.

here=$(cd "$(dirname "$0")" && pwd)
agent=$here/../mixed/agent
out=$(mktemp -d) || exit 1
tracing=/sys/kernel/tracing
[ -e $tracing/trace ] || tracing=/sys/kernel/debug/tracing
debugfs=/sys/kernel/debug/persona/darwin
events=$tracing/events/persona
test=0
failed=0

finish()
{
	for e in "$events"/*/enable; do
		[ -w "$e" ] && echo 0 >"$e"
	done
	rm -rf "$out"
}
trap finish EXIT

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

has() { grep -q -- "$1" "$out/trace"; }

traced()
{
	echo >$tracing/trace
	"$agent" "$@" >"$out/said" 2>&1
	status=$?
	cat $tracing/trace >"$out/trace"
	return $status
}

# counter NAME
counter() { sed -n "s/^$1 //p" $debugfs/counters; }

if [ ! -d "$events" ]; then
	echo "1..0 # SKIP no trace events here"
	exit 4
fi
echo "KTAP version 1"

traced try open /nonexistent
[ $? -eq 2 ]
result $? "events off: the program runs"
! has persona_sys
result $? "events off: nothing is traced"

echo 1 >"$events/persona_sys_enter/enable"
echo 1 >"$events/persona_sys_exit/enable"
traced try open /nonexistent
[ $? -eq 2 ]
result $? "events on: the program runs as before"
has 'persona_sys_enter: darwin bsd:5 open(.*"/nonexistent"'
result $? "entry: class, number, name and the path"
has 'persona_sys_exit: darwin bsd:5 open = -2 '
result $? "exit: the result"
has 'persona_sys_enter: darwin bsd:1 exit(2)'
result $? "entry: of exit, with its argument"
has '^ *agent-'
result $? "the task is named"
traced threads 2
has 'bsdthread_create('
result $? "bsdthread_create of a thread"
has 'persona_sys_enter: darwin bsd:20 getpid()'
result $? "calls of the fast path are seen, too"
echo 0 >"$events/persona_sys_enter/enable"
echo 0 >"$events/persona_sys_exit/enable"

if [ -r $debugfs/counters ]; then
	before=$(counter calls)
	execs=$(counter execs)
	"$agent" step 1000 </dev/null >/dev/null
	after=$(counter calls)
	[ $((after - before)) -ge 1000 ]
	result $? "debugfs: calls are counted ($before, $after)"
	[ "$(counter execs)" -eq $((execs + 1)) ]
	result $? "debugfs: execs are counted"
	before=$(counter unknown)
	echo 1 >"$events/persona_unknown/enable"
	"$here/unknown" >"$out/said"
	result $? "a program calls numbers that nobody has"
	cat $tracing/trace >"$out/trace"
	after=$(counter unknown)
	[ $((after - before)) -ge 6 ]
	result $? "debugfs: unknown numbers are counted ($before, $after)"
	grep -q '^bsd	8	.*	\([3-9]\|[1-9][0-9]\)' $debugfs/unknown ||
		[ "$(wc -l <$debugfs/unknown)" -ge 128 ]
	result $? "debugfs: lists number 8 with its count, unless the list is full"
	grep -q '^bsd	65432	?	' $debugfs/unknown || [ "$(wc -l <$debugfs/unknown)" -ge 128 ]
	result $? "debugfs: and one behind the table, unless the list is full"
	has 'persona_unknown: darwin bsd:65432 '
	result $? "event persona_unknown"
	[ "$(counter threads)" -eq 0 ]
	result $? "debugfs: no thread is left"
else
	test=$((test + 1))
	echo "ok $test debugfs # SKIP not mounted"
fi
echo "1..$test"
exit $failed
