#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs on the host: what tools/vm passes to a program and back from it.

kernel=${KERNEL:-6.12}
top=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$top/build"
dir=$(mktemp -d "$top/build/vm-test.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
n=0

result()
{
	n=$((n + 1))
	if [ "$1" = "$2" ]; then
		echo "ok $n $3"
	else
		echo "not ok $n $3"
		echo "# got '$1', not '$2'"
	fi
}

echo "KTAP version 1"
cd "$dir" || exit 1
head -c 300000 /dev/urandom > in
FROM_HOST='a b' "$top/tools/vm" --kernel "$kernel" --no-load sh -c '
	cat
	{ pwd; echo "$FROM_HOST"; for a; do echo "[$a]"; done; uname -r; } >&2
	echo written > file
	exit 42' sh one 'two  three' '' < in > out 2> err
result $? 42 "exit status"
cmp -s in out
result $? 0 "300000 random bytes through standard input and output"
result "$(sed -n 1p err)" "$(pwd -P)" "current directory"
result "$(sed -n 2p err)" "a b" "environment"
result "$(sed -n 3,5p err | tr '\n' ' ')" "[one] [two  three] [] " "arguments"
result "$(sed -n 6p err | cut -d . -f 1-2)" \
	"$(cut -d . -f 1-2 "${PERSONA_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/persona}/kernels/$kernel/release")" \
	"the kernel that was asked for"
result "$(cat file)" written "a file written there is here"

if [ "$kernel" = debug ]; then
	n=$((n + 1))
	echo "ok $n start to exit in twice the time of a bare boot # SKIP the debug kernel takes longer"
else
	# Against the same kernel that only boots, until it finds no root: hosts differ in
	# speed by a factor of three.  Processor time, because other machines may run beside
	# this one; the best of three, because they slow it down all the same.
	took=$(python3 -c '
import resource, subprocess, sys
sys.path.insert(0, sys.argv[1] + "/selftests/qemu")
sys.dont_write_bytecode = True
import vm

def cost(argv):
	before = resource.getrusage(resource.RUSAGE_CHILDREN)
	status = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL).returncode
	after = resource.getrusage(resource.RUSAGE_CHILDREN)
	if status:
		sys.exit("%s: exit status %d" % (argv[0], status))
	return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime

kernel = vm.kernel_dir(sys.argv[2])
bare = [*vm.bare_machine(kernel, vm.accelerators(kernel)), "-append", vm.BOOT]
ours = [sys.argv[1] + "/tools/vm", "--kernel", sys.argv[2], "--no-load", "true"]
tries = []
for _ in range(3):
	tries.append((cost(ours), cost(bare)))
	best = [min(c) for c in zip(*tries)]
	if best[0] < 2 * best[1]:
		break
print("%d %.1f s and %.1f s" % (best[0] < 2 * best[1], *best))' "$top" "$kernel")
	result "${took%% *}" 1 "start to exit in twice the time of a bare boot (${took#* })"
fi
# What follows does not depend on the kernel, and each takes a machine.
if [ "$kernel" != 6.12 ]; then
	echo "1..$n"
	exit
fi
"$top/tools/vm" --kernel "$kernel" --no-load sh -c 'kill -9 $$' > out 2> err < /dev/null
result $? 137 "a signal's exit status"
"$top/tools/vm" --kernel "$kernel" --no-load --timeout 3 sleep 1000 > out 2> err < /dev/null
result $? 124 "a timeout's exit status"
"$top/tools/vm" --kernel "$kernel" --no-load "$dir/nothing" > out 2> err < /dev/null
result $? 127 "exit status when there is no such program"
result "$(cat err)" "vm: $dir/nothing: no such program" "and what is said then"
"$top/tools/vm" --kernel "$kernel" --no-load ./file > out 2> err < /dev/null
result $? 126 "exit status when it is not executable"
result "$(cat err)" "vm: ./file: not executable (chmod +x?)" "and what is said then"
"$top/tools/vm" --kernel "$kernel" --no-load /proc/nothing > out 2> err < /dev/null
result $? 127 "exit status when the machine's own folders have no such program"
echo "1..$n"
