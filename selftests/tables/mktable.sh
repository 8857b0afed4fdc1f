#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The generator of tables: what it writes, and what it refuses, with the line.

top=$(cd "$(dirname "$0")/../../.." && pwd)
mktable=$top/personalities/mktable.awk
if ! [ -f "$mktable" ]; then
	echo "1..0 # SKIP no $mktable"
	exit 4
fi
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1

nr=0
failed=0

ok()	# STATUS WHAT
{
	nr=$((nr + 1))
	if [ "$1" = 0 ]; then
		echo "ok $nr $2"
	else
		echo "not ok $nr $2"
		failed=1
	fi
}

run()	# MODE
{
	LC_ALL=C awk -v mode="$1" -v name=foo_bar -v prefix=FOO_ -v title=Foo \
		-f "$mktable" t.tbl > out 2> err
}

# MODE WANTED-MESSAGE ROW...: is refused, at the last row, and writes nothing.
refuse()
{
	mode=$1 want=$2
	shift 2
	printf '%s\n' '# comment' '' "$@" > t.tbl
	run "$mode"
	status=$?
	line=$(($# + 2))
	if [ $status -eq 0 ] || [ -s out ] || ! grep -qF "t.tbl:$line: $want" err; then
		echo "# exit $status, wanted t.tbl:$line: $want"
		sed 's/^/# /' err
		ok 1 "refused: $want"
	else
		ok 0 "refused: $want"
	fi
}

# MODE LINE...: every line is in the output. The table is in t.tbl.
emit()
{
	mode=$1
	shift
	run "$mode" || { sed 's/^/# /' err; ok 1 "$mode: accepted"; return; }
	for line in "$@"; do
		grep -qxF "$(printf '%b' "$line")" out
		ok $? "$mode: $line"
	done
}

echo "KTAP version 1"

read='3 read native read dpu full'
refuse calls 'duplicate number 3' "$read" '3 write native write dpu full'
refuse calls 'number 2 is out of order' "$read" '2 write native write dpu full'
refuse calls 'duplicate name read' "$read" '4 read native read dpu full'
refuse calls 'want NR NAME KIND' '3 read native read dpu'
refuse calls 'number x3 is not decimal' 'x3 read native read dpu full'
refuse calls 'number 03 is not decimal' '03 read native read dpu full'
refuse calls 'number 70000 is too large' '70000 read native read dpu full'
refuse calls 'bad name re-ad' '3 re-ad native read dpu full'
refuse calls 'unknown kind naive' '3 read naive read dpu full'
refuse calls 'unknown level whole' '3 read native read dpu whole'
refuse calls 'argument letters dpz' '3 read native read dpz full'
refuse calls 'native needs a target' '3 read native - dpu full'
refuse calls 'call needs a target' '3 read call - dpu full'
refuse calls 'call needs a target' '3 read call foo( dpu full'
refuse calls 'nosys takes no target' '3 read nosys read dpu none why'
refuse calls 'the level of nosys is none' '3 read nosys - dpu full why'
refuse calls 'nosys needs a reason' '3 read nosys - dpu none'
refuse calls 'level none is for nosys' '3 read native read dpu none'
refuse calls 'partial needs a note' '3 read native read dpu partial'
refuse calls 'a native call has at most 6' '3 read native read dddddddd full'
refuse calls 'more than 18 arguments' '3 read call foo ddddddddddddddddddd full'
refuse calls 'a path must be one of the first 8' '3 read call foo dddddddds full'

errno='1 EPERM both EPERM'
refuse map 'duplicate number 1' "$errno" '1 EFOO both ENOENT'
refuse map 'number 1 is out of order' '2 ENOENT both ENOENT' "$errno"
refuse map 'duplicate name EPERM' "$errno" '2 EPERM in ENOENT note'
refuse map 'EPERM already has a foreign number' "$errno" '2 EFOO both EPERM'
refuse map 'unknown direction up' '1 EPERM up EPERM'
refuse map 'direction out needs a note' "$errno" '1 EPERM out EFOO'
refuse map 'out rows follow' '1 EPERM out EFOO note'
refuse map '- is the native name' '1 EPERM both -'
refuse map '- is the native name' '1 EPERM none EPERM note'
refuse map 'number 0 is not of 1..4095' '0 EOK both EOK'

refuse flags 'duplicate value 0x2' '0x2 A B - -' '0x2 C D - -'
refuse flags 'value 0x1 is out of order' '0x2 A B - -' '0x1 C D - -'
refuse flags 'bad value 2x' '2x A B - -'
refuse flags 'a zero value needs a mask' '0x0 A B - -'
refuse flags 'a flag that is ignored or refused needs a note' '0x1 A 0 - -'
refuse flags 'a flag that is ignored or refused needs a note' '0x1 A - - -'
refuse flags 'bad native value B;' '0x1 A B; - -'

cat > t.tbl <<'END'
# comment
0 exit	native	exit_group	d	full
3 open	call	foo_open	sxo	partial	no locks
9 gone	nosys	-	-	none	nobody asked
END
emit calls '#define FOO_BAR_NR\t10' '#define FOO_BAR_ROW_COUNT\t3' \
	'long foo_open(struct persona_call *call);' \
	'\tPERSONA_NATIVE(0, "exit", exit_group, "d", 1, 0x0) \\' \
	'\tPERSONA_CALL(3, "open", foo_open, "sxo", 3, 0x1) \\' \
	'\tPERSONA_NOSYS(9, "gone", "", 0, 0x0)'
emit rst 'Foo' '   * - 3' '     - ``open``' '     - partial' '     - no locks'

cat > t.tbl <<'END'
1 EPERM	both	EPERM
2 EFOO	none	-	Linux has none
2 EFOO	out	EBAR	nearest
END
emit map '#define FOO_EFOO\t2' '\t[EPERM] = 1, \\' '\t[EBAR] = 2' '\t[1] = EPERM'

cat > t.tbl <<'END'
0x0 RD	O_RD	0x3	O_ACC
0x4 NB	O_NB	-	-
0x8 IG	0	-	-	nothing to do
0x10 NO	-	-	-	cannot be done
END
emit flags '#define FOO_NO\t0x10' \
	'\t{ .foreign = 0x0, .native = O_RD, .mask = 0x3, .native_mask = O_ACC }, \\' \
	'\t{ .foreign = 0x8, .native = 0, .mask = 0x8, .native_mask = 0 }'

: > t.tbl
run calls
[ $? -ne 0 ] && [ ! -s out ]
ok $? "an empty table is refused"

# The tables of this tree, each by its mode.
for tbl in "$top"/personalities/*/*.tbl; do
	cp "$tbl" t.tbl
	case ${tbl##*/} in
	errno.tbl | signal.tbl) mode=map ;;
	flags_*) mode=flags ;;
	bsd.tbl | mach.tbl | mdep.tbl | diag.tbl) mode=calls ;;
	*) continue ;;	# has a generator of its own
	esac
	run $mode
	ok $? "${tbl#"$top"/personalities/} is accepted"
done

echo "1..$nr"
exit $failed
