#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# registry.sh - put the first contents into a registry folder
#
# usage: registry.sh DIR
#
# tools/persona setup nt runs this. What there is already is left alone. A key is
# a directory, a value a file in it: Documentation/nt-registry.rst tells of their names.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$1
LC_ALL=C
export LC_ALL
umask 022
mkdir -p "$root"

cpus=$(getconf _NPROCESSORS_ONLN)
uuid=$(cat /proc/sys/kernel/random/uuid)
# What /proc/cpuinfo says behind the first "NAME :".
cpuinfo() { sed -n "s/^$1[[:space:]]*: *//p" /proc/cpuinfo | head -n 1; }

# Of each processor, as Windows says it.
processors()
{
	n=0
	mhz=$(cpuinfo 'cpu MHz')
	id="Intel64 Family $(cpuinfo 'cpu family') Model $(cpuinfo model) Stepping $(cpuinfo stepping)"
	while [ $n -lt "$cpus" ]; do
		printf '%s\n' "Machine\\Hardware\\Description\\System\\CentralProcessor\\$n"
		printf '\tsz\tIdentifier\t%s\n' "$id"
		printf '\tsz\tProcessorNameString\t%s\n' "$(cpuinfo 'model name')"
		printf '\tsz\tVendorIdentifier\t%s\n' "$(cpuinfo vendor_id)"
		printf '\tdword\t~MHz\t0x%08x\n' "${mhz%.*}"
		n=$((n + 1))
	done
}

# Which code pages there are: the view has a table of each.
codepages()
{
	printf '%s\n' 'Machine\System\ControlSet001\Control\Nls\CodePage'
	for table in "$root"/../nls/c_*.nls; do
		[ -e "$table" ] || continue
		table=${table##*/}
		page=${table#c_}
		page=${page%.nls}
		printf '\tsz\t%s\t%s\n' "$(expr "$page" + 0)" "$table"
	done
}

{
	sed -e "s/@CPUS@/$cpus/" -e "s/@UUID@/$uuid/" "$here/registry.txt"
	processors
	codepages
} | awk -v root="$root" '
# The file name of a key or value: see nt_reg_component() in regname.c.
function file_name(name, value)
{
	name = tolower(name)
	gsub(/%/, "%25", name)
	gsub(/\//, "%2F", name)
	if (!value && name ~ /^[.=]/)
		name = (name ~ /^\./ ? "%2E" : "%3D") substr(name, 2)
	return value ? "=" name : name
}
function quote(s)
{
	gsub(/\047/, "\047\\\047\047", s)
	return "\047" s "\047"
}
function run(command)
{
	if (system(command))
		exit 1
}
function exists(path, line, got)
{
	got = (getline line < path) >= 0
	close(path)
	return got
}
# Makes a key and those above it. A name with capitals is told in a file.
function make_key(key, parts, n, i, path)
{
	n = split(key, parts, "\\\\")
	path = root
	for (i = 1; i <= n; i++) {
		path = path "/" file_name(parts[i])
		if (path in made)
			continue
		made[path] = 1
		run("mkdir -p " quote(path))
		if (file_name(parts[i]) != parts[i] && tolower(parts[i]) != parts[i] &&
		    !exists(path "/.key")) {
			print "name " parts[i] > (path "/.key")
			close(path "/.key")
		}
	}
	return path
}
BEGIN { FS = "\t" }
/^#/ || !length($0) { next }
/^[^\t]/ { dir = make_key($0); next }
{
	path = dir "/" file_name($3, 1)
	if (exists(path))
		next
	printf "%s %s\n%s\n", $2, $3, $4 > path
	close(path)
}
'
# Names of links have no place in what they lead to.
system=$root/machine/system
if [ ! -e "$system/currentcontrolset" ] && [ ! -L "$system/currentcontrolset" ]; then
	ln -s controlset001 "$system/currentcontrolset"
fi
[ -e "$system/.link-currentcontrolset" ] ||
	echo 'name CurrentControlSet' > "$system/.link-currentcontrolset"
chmod 1777 "$root/user"
