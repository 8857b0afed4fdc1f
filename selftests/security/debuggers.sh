#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# strace -f and gdb on foreign processes: they see native calls and registers,
# and attaching, stepping and detaching do the process no harm.

here=$(cd "$(dirname "$0")" && pwd)
agent=$here/../mixed/agent
# fifos are not possible everywhere
out=$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d) || exit 1
pid=
trap 'kill -9 $pid 2>/dev/null; rm -rf "$out"' EXIT
trap '' PIPE
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

skip()
{
	test=$((test + 1))
	echo "ok $test $1 # SKIP $2"
}

has() { grep -q "$1" "$2"; }

# A foreign process that waits for a byte; its output goes to $out/said.
start_step()
{
	rm -f "$out/fifo"
	mkfifo "$out/fifo"
	"$agent" step "$1" <"$out/fifo" >"$out/said" 2>&1 &
	pid=$!
	exec 9>"$out/fifo"
	n=0
	until has ready "$out/said" 2>/dev/null || [ $n -ge 100 ]; do
		sleep 0.1
		n=$((n + 1))
	done
}

# It goes on and ends as if nothing had happened.
goes_on()
{
	echo 2>/dev/null >&9
	exec 9>&-
	wait "$pid"
	status=$?
	pid=
	result $status "$2: exits with 0"
	has "^sum $1\$" "$out/said"
	result $? "$2: the sum is right"
}

strace_tests()
{
	strace -f -o "$out/trace" "$agent" echo hello >"$out/said" 2>&1
	result $? "strace: a foreign program runs"
	has '^hello$' "$out/said"
	result $? "strace: and writes"
	has 'write(1, "hello\\n", 6) *= 6' "$out/trace"
	result $? "strace: shows the native write"
	strace -f -o "$out/trace" "$agent" threads 4 >"$out/said" 2>&1
	result $? "strace -f: threads"
	strace -f -o "$out/trace" "$agent" spawn "$agent" exec /bin/sh -c 'exit 6' >/dev/null 2>&1
	[ $? -eq 6 ]
	result $? "strace -f: fork, exec of both kinds, wait"
	has 'exit_group(6)' "$out/trace"
	result $? "strace -f: follows into the native program"
	strace -f -e inject=write:error=EPERM -o "$out/trace" "$agent" try write >/dev/null 2>&1
	[ $? -eq 1 ]
	result $? "strace: an injected EPERM arrives as Darwin's"
	start_step 1000
	strace -f -p "$pid" -o "$out/trace" &
	tracer=$!
	n=0
	until has '^TracerPid:[[:space:]]*[1-9]' "/proc/$pid/status" 2>/dev/null || [ $n -ge 100 ]; do
		sleep 0.1
		n=$((n + 1))
	done
	goes_on 500500 "strace -p"
	wait $tracer
	has getpid "$out/trace"
	result $? "strace -p: shows the calls"
	start_step 1000
	strace -f -p "$pid" -o "$out/trace" &
	tracer=$!
	sleep 1
	kill -INT $tracer
	wait $tracer
	goes_on 500500 "strace -p, then detach"
}

gdb_tests()
{
	start_step 1000
	timeout 120 gdb -nx -batch -p "$pid" -ex 'info registers rip' -ex 'x/2i $pc' \
		-ex 'p/x $rsp' -ex detach >"$out/gdb" 2>&1
	result $? "gdb: attach, registers, detach"
	has '^rip  *0x' "$out/gdb"
	result $? "gdb: shows rip"
	goes_on 500500 "gdb"
	start_step 1000
	timeout 120 gdb -nx -batch -p "$pid" -ex "shell echo >$out/fifo" -ex 'stepi 200' \
		-ex detach >"$out/gdb" 2>&1
	goes_on 500500 "gdb, stepping over 200 instructions"
}

echo "KTAP version 1"
if command -v strace >/dev/null; then
	strace_tests
else
	skip strace "not installed"
fi
if command -v gdb >/dev/null; then
	gdb_tests
else
	skip gdb "not installed"
fi
echo "1..$test"
exit $failed
