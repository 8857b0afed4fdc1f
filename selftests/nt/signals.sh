#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Linux signals to Windows programs: SIGINT is Ctrl-C, SIGTERM and others end.

. "$(dirname "$0")/shell.inc"
set -m	# background jobs do not ignore SIGINT

# start WHAT... - in the background, until it says that it is ready: $pid
start()
{
	: > "$work/out"
	"$agent" "$@" > "$work/out" 2> "$work/err" & pid=$!
	for i in $(seq 300); do
		grep -q ready "$work/out" && return
		sleep 0.1
	done
	echo "# $* does not get ready"
}

# ended WANTED WHAT
ended()
{
	wait $pid 2> /dev/null
	is $? "$1" "$2"
}

start sleep 60000
kill -INT $pid
ended 130 "SIGINT ends a program"
start sleep 60000
kill -TERM $pid
ended 143 "SIGTERM ends it"
start sleep 60000
kill -HUP $pid
ended 129 "SIGHUP ends it"
start sleep 60000
kill -QUIT $pid
wait $pid 2> /dev/null
[ $? -ne 0 ]
result $? "SIGQUIT ends it"
start control
kill -INT $pid
ended 41 "a handler gets CTRL_C_EVENT"
is "$(cat "$work/out" | unix)" "ready
event 0" "once"
start ignore 5000
kill -INT $pid
ended 6 "Ctrl-C is ignored"
start sleep 8000
kill -STOP $pid
for i in $(seq 50); do
	[ "$(sed "s/.*) //" "/proc/$pid/stat" | cut -c 1)" = T ] && break
	sleep 0.1
done
is "$(sed 's/.*) //' "/proc/$pid/stat" | cut -c 1)" T "SIGSTOP stops it"
kill -CONT $pid
sleep 0.5	# until the shell has heard of it
ended 0 "SIGCONT continues it"
start sleep 700
for i in $(seq 50); do
	kill -WINCH $pid 2> /dev/null
	kill -CHLD $pid 2> /dev/null
	kill -URG $pid 2> /dev/null
done
ended 0 "signals that mean nothing do not end a sleep"
"$agent" threadexit 3 &
kill -TERM $! 2> /dev/null
wait $!
case $? in
3|143)	result 0 "SIGTERM while it ends" ;;
*)	result 1 "SIGTERM while it ends" ;;
esac
wait
is "$(pgrep -c agent.exe)" 0 "nothing is left"
finish
