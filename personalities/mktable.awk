# SPDX-License-Identifier: GPL-2.0-only
#
# Turns a table of facts (.tbl) into C or reStructuredText. Plain POSIX awk.
#
#   awk -v mode=calls -v name=darwin_bsd -f mktable.awk bsd.tbl > bsd_table.h
#   awk -v mode=map   -v name=darwin_errno -v prefix=DARWIN_ ... errno.tbl
#   awk -v mode=flags -v name=darwin_open_flags -v prefix=DARWIN_ ... open.tbl
#   awk -v mode=names -v name=nt -f mktable.awk file.tbl memory.tbl ...
#   awk -v mode=status -v name=nt_status -v prefix=NT_STATUS_ ... status.tbl
#   awk -v mode=builds -v name=nt_windows ... windows.tbl
#   awk -v mode=rst   -v title="..." -f mktable.awk bsd.tbl mach.tbl ...
#   awk -v mode=rst -v named=1 -v title="..." -f mktable.awk file.tbl ...
#
# A line that starts with # is a comment. Other lines, by mode:
#
#   calls, rst  NR NAME KIND TARGET ARGS LEVEL [NOTE...]
#	KIND native (TARGET: that native call), call (TARGET: our function) or
#	nosys (TARGET -, LEVEL none, NOTE: why). ARGS: one letter of duxolps per
#	argument, - for none. LEVEL full, partial (NOTE: what is missing), none.
#   names       NAME KIND TARGET ARGS LEVEL [NOTE...]
#	As calls, for a system whose numbers are not fixed. Each file is sorted
#	by name; a name may be in one file only. The rows come out in the order
#	of all names, numbered from 0.
#   status      VALUE NAME ERRNOS
#	VALUE hexadecimal with 8 digits, sorted. ERRNOS: native errors that
#	become this status, joined by commas, or -; an error is named once.
#   builds      NAME NUMBER...
#	First a line "builds" with the builds, in ascending order. Then a name and
#	its number (hexadecimal) in each of them, - for none. Sorted by name; in a
#	build no number appears twice.
#   map         NR NAME DIR NATIVE [NOTE...]
#	DIR both, in (foreign to native only), out (native to foreign only) or
#	none (NATIVE -); all but both need a NOTE.
#   flags       VALUE NAME NATIVE MASK NATIVE_MASK [NOTE...]
#	NATIVE: a C expression without blanks; 0: accepted and ignored (NOTE:
#	why); -: refused (NOTE: why), the row only defines the constant.
#	MASK, NATIVE_MASK: - for the value itself; several bits: a field.
#
# Rows are sorted by number (flags: by value) and neither number nor name may
# appear twice. Any violation is reported as file:line: message, nothing is
# written and the exit status is 1.

function fail(msg)
{
	printf "%s:%d: %s\n", FILENAME, FNR, msg > "/dev/stderr"
	failed = 1
}

function out(s)
{
	text[++nlines] = s
}

function row(s)
{
	rows[++nrows] = s
}

function is_number(s)
{
	return s ~ /^(0|[1-9][0-9]*)$/
}

function is_name(s)
{
	return s ~ /^[A-Za-z_][A-Za-z0-9_]*$/
}

# Decimal or 0x hexadecimal, -1 if neither. Exact up to 2^53.
function number(s,	i, v, d)
{
	if (is_number(s))
		return s + 0
	if (s !~ /^0x[0-9a-f]+$/ || length(s) > 15)
		return -1
	v = 0
	for (i = 3; i <= length(s); i++) {
		d = index("0123456789abcdef", substr(s, i, 1)) - 1
		v = v * 16 + d
	}
	return v
}

# The rest of the line from field n on.
function rest(n,	i, s)
{
	s = ""
	for (i = n; i <= NF; i++)
		s = s (i > n ? " " : "") $i
	return s
}

function calls_row(	i, paths, args, native)
{
	if (NF < 6) {
		fail("want NR NAME KIND TARGET ARGS LEVEL [NOTE]")
		return
	}
	if (!is_number($1)) {
		fail("number " $1 " is not decimal")
		return
	}
	if ($1 + 0 > 65535)
		fail("number " $1 " is too large")
	if ($1 + 0 <= last) {
		fail($1 + 0 == last ? "duplicate number " $1 : \
		     "number " $1 " is out of order")
		return
	}
	last = $1 + 0
	if (!is_name($2))
		fail("bad name " $2)
	if ($2 in seen)
		fail("duplicate name " $2)
	seen[$2] = 1
	if ($3 !~ /^(native|call|nosys)$/)
		fail("unknown kind " $3)
	if ($6 !~ /^(full|partial|none)$/)
		fail("unknown level " $6)
	if ($3 == "nosys") {
		if ($4 != "-")
			fail("nosys takes no target")
		if ($6 != "none")
			fail("the level of nosys is none")
		if (NF < 7)
			fail("nosys needs a reason")
	} else {
		if (!is_name($4))
			fail($3 " needs a target")
		if ($6 == "none")
			fail("level none is for nosys")
	}
	if ($6 == "partial" && NF < 7)
		fail("partial needs a note about what is missing")
	args = $5 == "-" ? "" : $5
	if (args !~ /^[duxolps]*$/)
		fail("argument letters " $5 " are not of duxolps")
	if (length(args) > 18)
		fail("more than 18 arguments")
	if ($3 == "native" && length(args) > 6)
		fail("a native call has at most 6 arguments")
	paths = 0
	for (i = 1; i <= length(args); i++)
		if (substr(args, i, 1) == "s") {
			if (i > 8)
				fail("a path must be one of the first 8 arguments")
			paths += 2 ^ (i - 1)
		}
	count[$3]++
	level[$6]++
	if (mode == "rst") {
		rst_row()
		return
	}
	if ($3 == "call") {
		if (!($4 in proto))
			protos[++nprotos] = $4
		proto[$4] = 1
	}
	row(sprintf("PERSONA_%s(%d, \"%s\", %s\"%s\", %d, 0x%x)", toupper($3), $1, $2,
		    $3 == "nosys" ? "" : $4 ", ", args, length(args), paths))
}

# A row without a number: the order of names stands in for it.
function names_row()
{
	if ($1 in seen)
		fail("duplicate name " $1)
	if ($1 <= last_name)
		fail("name " $1 " is out of order")
	last_name = $1
	delete seen[$1]
	$0 = ++nnames " " $0
	calls_row()
	names[nnames] = $2
}

# Sorts the rows by name and numbers them again. strcmp() order: LC_ALL=C.
function names_sort(	i, j, n, r)
{
	for (i = 2; i <= nnames; i++) {
		n = names[i]
		r = rows[i]
		for (j = i - 1; j >= 1 && names[j] > n; j--) {
			names[j + 1] = names[j]
			rows[j + 1] = rows[j]
		}
		names[j + 1] = n
		rows[j + 1] = r
	}
	for (i = 1; i <= nnames; i++)
		sub(/\([0-9]+,/, "(" (i - 1) ",", rows[i])
	last = nnames - 1
}

function status_row(	i, n, list)
{
	if (NF != 3) {
		fail("want VALUE NAME ERRNOS")
		return
	}
	if ($1 !~ /^0x[0-9a-f]+$/ || length($1) != 10)
		fail("bad value " $1)
	if (last != -1 && number($1) <= last)
		fail("value " $1 " is out of order")
	last = number($1)
	if (!is_name($2))
		fail("bad name " $2)
	if ($2 in seen)
		fail("duplicate name " $2)
	seen[$2] = 1
	out("#define " prefix $2 "\t" $1 "u")
	if ($3 == "-")
		return
	n = split($3, list, ",")
	for (i = 1; i <= n; i++) {
		if (list[i] !~ /^E[A-Z0-9]+$/)
			fail("bad error " list[i])
		if (list[i] in number_of)
			fail(list[i] " already has a status")
		number_of[list[i]] = $1
		row("[" list[i] "] = " $1 "u")
	}
}

function builds_row(	i, list)
{
	if (!nbuilds) {
		if ($1 != "builds" || NF < 2)
			fail("want the line with the builds first")
		for (i = 2; i <= NF; i++) {
			if (!is_number($i) || i > 2 && $i + 0 <= $(i - 1) + 0)
				fail("builds are decimal and ascending")
			out($i)
		}
		nbuilds = NF - 1
		return
	}
	if (NF != nbuilds + 1)
		fail("want NAME and " nbuilds " numbers")
	if (!is_name($1))
		fail("bad name " $1)
	if ($1 <= last_name)
		fail("name " $1 " is out of order")
	last_name = $1
	for (i = 2; i <= NF; i++) {
		if ($i != "-") {
			if (number($i) < 0 || number($i) > 4095)
				fail("bad number " $i)
			if ((i, $i) in seen)
				fail("number " $i " appears twice in a build")
			seen[i, $i] = 1
		}
		list = list (i > 2 ? ", " : "") ($i == "-" ? "NT_NO_NUMBER" : $i)
	}
	row("{ \"" $1 "\", { " list " } }")
}

function map_row(	need)
{
	if (NF < 4) {
		fail("want NR NAME DIR NATIVE [NOTE]")
		return
	}
	if (!is_number($1) || $1 + 0 < 1 || $1 + 0 > 4095) {
		fail("number " $1 " is not of 1..4095")
		return
	}
	if (!is_name($2))
		fail("bad name " $2)
	if ($3 !~ /^(both|in|out|none)$/) {
		fail("unknown direction " $3)
		return
	}
	if ($1 + 0 < last)
		fail("number " $1 " is out of order")
	if (($2 in number_of) && number_of[$2] != $1)
		fail($2 " already is " number_of[$2])
	if ($3 != "out") {
		if ($1 + 0 == last)
			fail("duplicate number " $1)
		if ($2 in number_of)
			fail("duplicate name " $2)
		out("#define " prefix $2 "\t" $1)
	} else if (!($2 in number_of)) {
		fail("out rows follow the row that defines " $2)
	}
	last = $1 + 0
	number_of[$2] = $1
	if (($3 == "none") != ($4 == "-"))
		fail("- is the native name of direction none, and only of that")
	else if ($4 != "-" && !is_name($4))
		fail("bad native name " $4)
	if ($3 != "both" && NF < 5)
		fail("direction " $3 " needs a note")
	if ($3 == "both" || $3 == "out") {
		if ($4 in seen)
			fail($4 " already has a foreign number")
		seen[$4] = 1
		to_foreign[++nforeign] = "[" $4 "] = " $1
	}
	if ($3 == "both" || $3 == "in")
		to_native[++nnative] = "[" $1 "] = " $4
}

function flags_row(	v, mask, native, native_mask)
{
	if (NF < 5) {
		fail("want VALUE NAME NATIVE MASK NATIVE_MASK [NOTE]")
		return
	}
	v = number($1)
	if (v < 0) {
		fail("bad value " $1)
		return
	}
	if (v <= last)
		fail(v == last ? "duplicate value " $1 : "value " $1 " is out of order")
	last = v
	if (!is_name($2))
		fail("bad name " $2)
	if ($2 in seen)
		fail("duplicate name " $2)
	seen[$2] = 1
	if ($3 !~ /^[A-Za-z0-9_|()~]+$/ && $3 != "-")
		fail("bad native value " $3)
	mask = $4 == "-" ? $1 : $4
	if (number(mask) < 0)
		fail("bad mask " $4)
	else if (number(mask) == 0)
		fail("a zero value needs a mask")
	if ($5 != "-" && $5 !~ /^[A-Za-z0-9_|()~]+$/)
		fail("bad native mask " $5)
	if (($3 == "0" && $4 == "-" || $3 == "-") && NF < 6)
		fail("a flag that is ignored or refused needs a note")
	out("#define " prefix $2 "\t" $1)
	if ($3 == "-")
		return
	native_mask = $5 == "-" ? $3 : $5
	row("{ .foreign = " $1 ", .native = " $3 ", .mask = " mask \
	    ", .native_mask = " native_mask " }")
}

function pad(s, n)
{
	return sprintf("%-" n "s", s)
}

function rst_file(	base)
{
	base = FILENAME
	sub(/.*\//, "", base)
	sub(/\.tbl$/, "", base)
	file = base
	last = -1
	files[++nfiles] = base
	split("", seen)
}

function rst_row(	note)
{
	note = rest(7)
	per_kind[file, $3]++
	per_level[file, $6]++
	# A name that ends in _ would be a reference in rst.
	rst_rows[file] = rst_rows[file] "   * - " (named ? "" : $1 "\n     - ") \
		"``" $2 "``\n     - " $6 "\n     - " ($3 == "native" ? "native ``" $4 "``" : $3) \
		"\n     -" (note == "" ? "" : " " note) "\n"
}

function rst_end(	i, f, total)
{
	print ".. SPDX-License-Identifier: GPL-2.0-only"
	print ".. Generated by personalities/mktable.awk from the .tbl files: make docs"
	print ""
	print title
	gsub(/./, "=", title)
	print title
	print ""
	print "*native*: runs as that native call with the same arguments. *call*: converted"
	print "by a function of ours. *nosys*: answers the foreign system's \"no such call\"."
	print "*full*: behaves as there. *partial*: see the note. *none*: not available."
	print ""
	print ".. list-table:: Calls per class"
	print "   :header-rows: 1"
	print ""
	print "   * - class\n     - rows\n     - native\n     - call\n     - nosys" \
	      "\n     - full\n     - partial\n     - none"
	for (i = 1; i <= nfiles; i++) {
		f = files[i]
		total = per_kind[f, "native"] + per_kind[f, "call"] + per_kind[f, "nosys"]
		print "   * - " f "\n     - " total \
			"\n     - " (per_kind[f, "native"] + 0) \
			"\n     - " (per_kind[f, "call"] + 0) \
			"\n     - " (per_kind[f, "nosys"] + 0) \
			"\n     - " (per_level[f, "full"] + 0) \
			"\n     - " (per_level[f, "partial"] + 0) \
			"\n     - " (per_level[f, "none"] + 0)
	}
	for (i = 1; i <= nfiles; i++) {
		f = files[i]
		print ""
		print "Class " f
		s = "Class " f
		gsub(/./, "-", s)
		print s
		print ""
		print ".. list-table::"
		print "   :header-rows: 1"
		print ""
		print "   * - " (named ? "" : "number\n     - ") "name\n     - level\n     - kind\n     - note"
		printf "%s", rst_rows[f]
	}
}

# One preprocessor definition over many lines.
function define(macro, list, n,	i, sep)
{
	print ""
	if (n == 0) {
		print "#define " macro
		return
	}
	sep = mode == "calls" || mode == "names" ? "" : ","
	print "#define " macro " \\"
	for (i = 1; i <= n; i++)
		print "\t" list[i] (i < n ? sep " \\" : "")
}

BEGIN {
	if (mode !~ /^(calls|names|status|builds|map|flags|rst)$/ || (mode != "rst" && name == "")) {
		print "mktable.awk: needs -v mode=calls|names|status|builds|map|flags|rst and -v name=" > "/dev/stderr"
		failed = 1
		exit 1
	}
	last = -1
}

FNR == 1 && mode == "rst" { rst_file() }
FNR == 1 { last_name = "" }
/\r/ { fail("carriage return"); next }
/^#/ || /^[ \t]*$/ { next }
mode == "names" || named { names_row(); next }
mode == "calls" || mode == "rst" { calls_row(); next }
mode == "status" { status_row(); next }
mode == "builds" { builds_row(); next }
mode == "map" { map_row(); next }
mode == "flags" { flags_row(); next }

END {
	if (!failed && NR == 0) {
		print "mktable.awk: empty input" > "/dev/stderr"
		failed = 1
	}
	if (failed)
		exit 1
	if (mode == "rst") {
		rst_end()
		exit 0
	}
	upper = toupper(name)
	base = FILENAME
	sub(/.*\//, "", base)
	print "/* SPDX-License-Identifier: GPL-2.0-only */"
	print "/* Generated by mktable.awk from " base ". */"
	print "#ifndef _" upper "_TABLE_H"
	print "#define _" upper "_TABLE_H"
	print ""
	if (mode == "names")
		names_sort()
	if (mode == "calls" || mode == "names") {
		print "#define " upper "_NR\t" (last + 1)
		print "#define " upper "_ROW_COUNT\t" (nrows + 0)
		print "#define " upper "_NATIVE_COUNT\t" (count["native"] + 0)
		print "#define " upper "_CALL_COUNT\t" (count["call"] + 0)
		print "#define " upper "_NOSYS_COUNT\t" (count["nosys"] + 0)
		print ""
		print "struct persona_call;"
		for (i = 1; i <= nprotos; i++)
			print "long " protos[i] "(struct persona_call *call);"
		define(upper "_ROWS", rows, nrows)
	} else {
		if (mode == "builds") {
			print "#define " upper "_NBUILDS\t" nbuilds
			define(upper "_BUILDS", text, nlines)
			nlines = 0
		}
		for (i = 1; i <= nlines; i++)
			print text[i]
		if (mode == "map") {
			define(upper "_TO_FOREIGN", to_foreign, nforeign)
			define(upper "_TO_NATIVE", to_native, nnative)
		} else {
			define(upper, rows, nrows)
		}
	}
	print ""
	print "#endif /* _" upper "_TABLE_H */"
}
