#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Other users of the hooked functions: function tracer, function graph, kprobe
# events, BPF fentry. They work beside the hooks, or the hooks take their slower
# way, or the module refuses to load; foreign programs work as long as it is
# loaded.

here=$(cd "$(dirname "$0")" && pwd)
agent=$here/../mixed/agent
out=$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d) || exit 1
tracing=/sys/kernel/tracing
[ -e $tracing/trace ] || tracing=/sys/kernel/debug/tracing
hooked="syscall_user_dispatch arch_do_signal_or_restart fixup_vdso_exception __x64_sys_prctl"
holder=
test=0
failed=0

finish()
{
	release
	echo nop >$tracing/current_tracer
	echo >$tracing/set_ftrace_filter
	for e in $tracing/events/personatest/*/enable; do
		[ -w "$e" ] && echo 0 >"$e"
	done
	[ -e $tracing/kprobe_events ] && echo >$tracing/kprobe_events
	rm -rf "$out"
} 2>/dev/null
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

skip()
{
	test=$((test + 1))
	echo "ok $test $1 # SKIP $2"
}

# Calls, signals, threads, exec: all that goes through the hooks.
foreign_works()
{
	"$agent" spawn "$agent" threads 4 >/dev/null && "$agent" exec /bin/sh -c 'exit 0' &&
		"$agent" sigcount 14 0 >/dev/null
	result $? "$1: foreign programs work"
}

tracer()
{
	if ! echo "$1" >$tracing/current_tracer 2>/dev/null; then
		skip "$1" "no such tracer"
		return
	fi
	: >$tracing/trace
	foreign_works "$1 tracer"
	grep -q syscall_user_dispatch $tracing/trace
	result $? "$1 tracer: sees the hooked function"
	echo nop >$tracing/current_tracer
}

# hold FUNCTION...: fentry programs; what came of them is in $out/held
hold()
{
	mkfifo "$out/fifo"
	"$here/fentry" "$@" <"$out/fifo" >"$out/held" 2>&1 &
	holder=$!
	exec 8>"$out/fifo"
	rm "$out/fifo"
	n=0
	while kill -0 $holder 2>/dev/null && ! grep -q ready "$out/held" && [ $n -lt 300 ]; do
		sleep 0.1
		n=$((n + 1))
	done
}

release()
{
	[ -n "$holder" ] || return 0
	exec 8>&-
	wait "$holder"
	status=$?
	holder=
	return $status
}

unload()
{
	n=0
	until rmmod "$1" 2>"$out/rmmod" || [ $n -ge 50 ]; do
		sleep 0.2
		n=$((n + 1))
	done
	[ $n -lt 50 ]
}

nt_params=
[ -e /sys/module/persona_nt/parameters/view_root ] &&
	nt_params=view_root=$(cat /sys/module/persona_nt/parameters/view_root)

unload_all()
{
	for m in persona_nt persona_darwin persona; do
		[ ! -d "/sys/module/$m" ] || unload $m || return
	done
}

# load [MODULE]...: what is built of them and not there, with the parameters they had
load()
{
	for m; do
		params=
		[ "$m" = persona_nt ] && params=$nt_params
		# shellcheck disable=SC2086 # none, or one word
		[ -d "/sys/module/$m" ] || [ ! -e "$PERSONA_MODULES/$m.ko" ] ||
			insmod "$PERSONA_MODULES/$m.ko" $params || return
	done
}

echo "KTAP version 1"
foreign_works "nothing traced"
echo "$hooked" >$tracing/set_ftrace_filter
tracer function
tracer function_graph
echo >$tracing/set_ftrace_filter

if [ -e $tracing/kprobe_events ]; then
	n=0
	for f in $hooked; do
		n=$((n + 1))
		echo "p:personatest/p$n $f" >>$tracing/kprobe_events
		result $? "kprobe on $f"
	done
	for e in $tracing/events/personatest/*/enable; do
		echo 1 >"$e"
	done
	: >$tracing/trace
	foreign_works "kprobes"
	grep -q ' p1: ' $tracing/trace
	result $? "kprobes: one is hit"
	for e in $tracing/events/personatest/*/enable; do
		echo 0 >"$e"
	done
	echo >$tracing/kprobe_events
else
	skip "kprobes" "no kprobe events here"
fi

if echo 0 >/proc/sys/kernel/ftrace_enabled 2>/dev/null; then
	foreign_works "ftrace_enabled=0"
	echo 1 >/proc/sys/kernel/ftrace_enabled
else
	result 0 "ftrace_enabled=0 is refused"
	foreign_works "after that"
fi

# shellcheck disable=SC2086 # a list of words
hold $hooked
if kill -0 "$holder" 2>/dev/null; then
	sed 's/^/# /' "$out/held"
	foreign_works "fentry beside the hooks (attached, or refused)"
	# EBUSY, and on 7.2 EINVAL: the function has its direct trampoline already
	! grep -v -e attached -e ' 16$' -e ' 22$' -e ready "$out/held"
	result $? "fentry: no other error"
	release
	if [ -n "$PERSONA_MODULES" ] && unload_all; then
		# shellcheck disable=SC2086 # a list of words
		hold $hooked
		grep -q attached "$out/held"
		result $? "fentry first"
		load persona
		result $? "then the module loads all the same"
		load persona_darwin
		foreign_works "hooks beside fentry"
		unload_all
		result $? "and it can be unloaded"
		release
		load persona persona_darwin persona_nt
		result $? "loaded again without fentry"
		foreign_works "without fentry"
	else
		load persona persona_darwin persona_nt
		skip "fentry first" "PERSONA_MODULES is not set, or the modules are in use"
	fi
else
	release
	skip "fentry" "no BPF type information in this kernel"
fi
echo "1..$test"
exit $failed
