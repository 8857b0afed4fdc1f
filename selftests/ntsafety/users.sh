#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# One user's named objects, processes and registry are out of reach of another's,
# and who may only read a file does not keep others from using it.

. "$(dirname "$0")/../nt/shell.inc"
[ "$(id -u)" = 0 ] || skip_all "needs root to become two users"
chmod 755 "$work"
cp "$(dirname "$0")/other.exe" "$work" && chmod 755 "$work/other.exe"
other=$work/other.exe

# as UID COMMAND...: setpriv itself still has capabilities when it executes something
as()
{
	uid=$1
	shift
	mkdir -p "$work/home$uid" && chown "$uid" "$work/home$uid"
	(cd "$work/home$uid" && HOME=$work/home$uid TMPDIR=$work/home$uid USER=user$uid exec \
		setpriv --reuid "$uid" --regid "$uid" --clear-groups env "$@")
}

# What users can do with the first user's process $pid
processes()
{
	is "$(as 1002 "$other" process "$pid" | unix)" "all 5
terminate 5
read 5
duplicate 5" "the other user cannot open the process"
	is "$(as 1001 "$other" process "$pid" | unix | grep -c opened)" 4 "the first one can"
	is "$(as 1002 "$other" more "$pid" | unix)" "process opened
thread opened
all 5
context 5
token opened
adjust 5
default 5
memory unknown
io c0000022" "nor do more with a handle that lets it look"
}

for name in 'Local\shared' 'Global\shared' 'plain'; do
	: > "$work/out"
	as 1001 "$other" hold "$name" > "$work/out" 2>&1 &
	for i in $(seq 300); do grep -q . "$work/out" && break; sleep 0.1; done
	is "$(unix < "$work/out")" ready "the first user has objects named $name"
	is "$(as 1001 "$other" open "$name" | unix)" "event opened
mutex opened
section opened
key opened" "and opens them again"
	text=$(as 1002 "$other" open "$name" | unix)
	is "$(echo "$text" | grep -c opened)" 0 "another user opens none of them"
	is "$(echo "$text" | tail -n 1)" "key 2" "and has another registry"
	is "$(as 1002 "$other" users | unix | tail -n 1)" "secrets 0" \
		"in HKEY_USERS nothing of the first user can be read"
	pid=$(pgrep -u 1001 other.exe)
	# The processes are the same for all three.
	[ "$name" = plain ] && processes
	kill -9 "$pid"
	wait
done
# start FILE: runs it as the first user, sets $pid when it has objects named that
start()
{
	: > "$work/out"
	as 1001 "$1" hold "Local\\held" > "$work/out" 2>&1 &
	for i in $(seq 300); do grep -q . "$work/out" && break; sleep 0.1; done
	pid=$(pgrep -u 1001 "$(basename "$1")")
}

# A program that its user may execute and not read is none that its user may trace.
cp "$other" "$work/unread.exe" && chmod 711 "$work/unread.exe"
start "$work/unread.exe"
is "$(unix < "$work/out")" ready "a program that cannot be read runs"
is "$(as 1001 "$other" control "$pid" | unix)" "process opened
thread opened
read 5
allocate 5
get 5
set 5
apc 5
duplicate 5
give 5" "and its user can do no more to it than signal it"
kill -9 "$pid"
wait
start "$other"
is "$(as 1001 "$other" control "$pid" | unix | grep -v '^duplicate' | grep -c opened)" 8 \
	"to one that can be read its user can do everything"
kill -9 "$pid"
wait

cp "$other" "$work/setuid.exe" && chmod 4755 "$work/setuid.exe"
start "$work/setuid.exe"
is "$(awk '/^Uid:/ { print $2, $3, $4, $5 }' "/proc/$pid/status")" "1001 1001 1001 1001" \
	"a set-user-id bit counts for nothing"
kill -9 "$pid"
wait

is "$(as 1002 "$other" machine | unix)" "machine 5" "users cannot write the machine's registry"
is "$(find "$view/registry/user" -maxdepth 1 -user 1001 -perm /077 | wc -l)" 0 \
	"the registry's folders are private"

# A link in one user's keys, which root deletes: what it leads to is nobody's business.
keys=$view/registry/user/s-1-5-21-0-0-0-1001/software/secret
mkdir -p "$work/precious" && : > "$work/precious/.rc" && : > "$work/precious/=value"
# Names that are none of keys, so that the key counts as empty.
as 1001 ln -s "$work/precious" "$keys/%zz"
is "$("$other" delete 'S-1-5-21-0-0-0-1001\Software\Secret' | unix)" "delete opened" \
	"root deletes a key of a user"
is "$(ls -A "$work/precious" | tr '\n' ' ')" ".rc =value " "but not what a link in it leads to"

# dos PATH - its name on drive Z:
dos()
{
	echo "z:${1//\//\\}"
}

echo text > "$work/common"
chmod 644 "$work/common"
: > "$work/out"
as 1001 "$other" grab "$(dos "$work/common")" > "$work/out" 2>&1 &
for i in $(seq 300); do grep -q ready "$work/out" && break; sleep 0.1; done
is "$(unix < "$work/out")" "file opened
lock opened
delete 5
ready" "a reader may have a file for himself, and may not delete it"
is "$(as 1001 "$other" use "$(dos "$work/common")" | unix | head -n 1)" "file 32" \
	"his own programs cannot open it now"
is "$(as 1002 "$other" use "$(dos "$work/common")" | unix)" "file opened
read opened" "those of another user can"
kill -9 "$(pgrep -u 1001 other.exe)"
wait

mkdir "$work/drop"
chmod 733 "$work/drop"
is "$(as 1001 "$other" make "$(dos "$work/drop/new")" | unix)" "make opened" \
	"a file is made in a folder that cannot be listed"
is "$(as 1001 "$other" use "$(dos "$work/drop/none")" | unix | head -n 1)" "file 2" \
	"one that is not there is not found"

mkdir "$work/source"
echo text > "$work/source/file"
: > "$work/target"
mount --bind "$work/source/file" "$work/target"
is "$("$other" remove "$(dos "$work/target")" | unix)" "remove 32" \
	"what is mounted cannot be deleted by its name in the mount"
umount "$work/target"
is "$(cat "$work/source/file")" text "nor is it gone from where it comes from"
finish
