#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Images as Linux sees them: programs whose sections lie on no page of their file are
# mapped from it all the same, share their pages, and keep them while the file goes.

. "$(dirname "$0")/shell.inc"
[ -z "$wine" ] || skip_all "about /proc"
program=$work/laid.exe
cp "$agent" "$program"
sleep 0.1

# begin NAME - sets $pid once the program runs
begin()
{
	mkfifo "$work/$1"
	"$program" pause > "$work/$1" &
	pid=$!
	read -r _ < "$work/$1"
}

# kilobytes PID FIELD - of the program's mappings
kilobytes()
{
	awk -v program="$program" -v field="$2:" '
		/^[0-9a-f]+-/ { on = $6 == program }
		on && $1 == field { sum += $2 }
		END { print sum + 0 }' "/proc/$1/smaps"
}

# text PID - the address and offset of the mapping that has its code
text()
{
	awk -v program="$program" '$2 == "r-xp" && $6 == program {
		split($1, a, "-"); print a[1], $3; exit }' "/proc/$1/maps"
}

begin first
first=$pid
[ -n "$(text $first)" ]
result $? "its code is a mapping of its file"
is "$(readlink "/proc/$first/exe")" "$program" "and the file is what it executes"
[ "$(kilobytes $first Rss)" -lt "$(kilobytes $first Size)" ]
result $? "not all of it is in memory"
begin second
second=$pid
[ "$(kilobytes $second Shared_Clean)" -gt 0 ]
result $? "a second one shares its pages"
cp "$program" "$work/other.exe"
mv "$work/other.exe" "$program"
is "$("$program" args new)" "[new]" "its name may become another file's"
kill -9 $first
wait $first 2> /dev/null
rm "$program"
grep -q "$program (deleted)" "/proc/$second/maps"
result $? "the second goes on without the file"
echo 3 > /proc/sys/vm/drop_caches
kill -0 $second
result $? "and without cached pages"
kill -9 $second
wait $second 2> /dev/null

# Starts and ends in a crowd, each with a file of its own and one for all.
cp "$agent" "$program"
for i in $(seq 4); do
	(
		cp "$agent" "$work/own$i.exe"
		for j in 1 2; do
			"$program" exit 3
			[ $? -eq 3 ] || exit 1
			"$work/own$i.exe" args $i > "$work/says$i" || exit 1
			grep -qx "\[$i\]" "$work/says$i" || exit 1
			cp "$agent" "$work/new$i.exe" && mv "$work/new$i.exe" "$work/own$i.exe"
		done
	) &
	crowd[i]=$!
done
bad=0
for i in $(seq 4); do
	wait ${crowd[i]} || bad=$((bad + 1))
done
is $bad 0 "four that start and end it, and change their own"

# Pages outlive the last process; they keep neither a file system nor a file's space,
# and they are not those of a file that changes.
mkdir "$work/mnt"
mount -t tmpfs -o size=64m kept "$work/mnt"
free() { df --output=avail "$work/mnt" | tail -n 1; }
before=$(free)
cp "$agent" "$obj/hello.exe" "$work/mnt"
sleep 0.1
for i in 1 2; do
	is "$("$work/mnt/agent.exe" args $i)" "[$i]" "start $i of a program on another file system"
done
cat "$work/mnt/hello.exe" > "$work/mnt/agent.exe"
sleep 0.1
is "$("$work/mnt/agent.exe" args 3 | unix | head -n 1)" "KTAP version 1" \
	"the file has become another program"
rm "$work/mnt/agent.exe" "$work/mnt/hello.exe"
is "$(free)" "$before" "what was deleted takes no space"
cp "$agent" "$work/mnt"
sleep 0.1
"$work/mnt/agent.exe" exit 4
is $? 4 "another one"
umount "$work/mnt"
result $? "and the file system can be unmounted at once"
mountpoint -q "$work/mnt" && umount -l "$work/mnt"

# ntdll crashes without its tables; the log says what is missing.
unshare -m sh -c 'mount -t tmpfs none "$1" && "$2" exit 0' sh "$view/nls" "$program" 2> /dev/null
[ $? -ne 0 ] && dmesg | tail -n 20 | grep -q "$view/nls/locale.nls cannot be used (error 2): run"
result $? "one without the tables of its language is told of"
"$program" exit 0 &
kill -9 $!
wait $! 2> /dev/null
"$program" exit 5
is $? 5 "one is killed as it starts"
finish
