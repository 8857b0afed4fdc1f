#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Windows programs here and under Wine, whose server runs already. Everything they
# read is in memory, below a root of its own: the machine's files come from the host,
# and waiting for the host would be counted.

obj=${PERSONA_OBJ:-$(dirname "$0")}
prefix=${PERSONA_CACHE:-$HOME/.cache/persona}/wine-bench
wine=/usr/lib/wine/wine64
server=/usr/lib/wine/wineserver64
package=/usr/lib/x86_64-linux-gnu/wine
root=/tmp/root
[ -e /sys/module/persona_nt ] || { echo "# nt: no module"; exit 0; }
view=$(cat /sys/module/persona_nt/parameters/view_root)
dlls=$(dirname "$(dirname "$(readlink "$view/drive_c/windows/system32/ntdll.dll")")")

# copy FILE...: to the same place below the root
copy()
{
	local f
	for f; do
		[ -e "$f" ] || continue
		mkdir -p "$root${f%/*}"
		cp -Lp "$f" "$root$f"
	done
}

# libs PROGRAM...: what it is linked with
libs()
{
	ldd "$@" | grep -o '/[^ ]*[.]so[^ ]*' | sort -u
}

inside()
{
	chroot $root /usr/bin/env -i HOME=/tmp WINEPREFIX=/tmp/wine WINEDEBUG=-all "$@"
}

mkdir -p $root/{tmp,dev,proc,usr/bin} $root"$view" $root"$dlls"
mount --bind /dev $root/dev
mount --bind /proc $root/proc
cp -a "$view/." $root"$view"
names="ntdll kernel32 kernelbase msvcrt ucrtbase apisetschema advapi32 sechost user32 gdi32
	win32u version rpcrt4 ole32 combase shell32 shlwapi shcore setupapi imm32 ws2_32 userenv zlib1
	mscoree"
for name in $names; do
	copy "$dlls/x86_64-windows/$name.dll"
done
copy "$dlls"/nls/*.nls /usr/bin/env
copy $(libs /usr/bin/env)
cp "$obj"/{ntcalls.exe,nthello.exe,ntstart} $root/tmp/

inside /tmp/ntcalls.exe > /tmp/ours || { echo "# nt: ntcalls.exe failed here"; exit 1; }
printf 'hello.exe, start to exit\t%s\n' \
	"$(inside /tmp/ntstart /tmp/nthello.exe 2>&1 > /dev/null)" >> /tmp/ours
if [ ! -x $wine ] || [ ! -e "$prefix/system.reg" ]; then
	echo "# nt: no Wine to compare with; ticks:"
	sed 's/^/# /' /tmp/ours
	exit 0
fi

copy $wine $server $package/x86_64-unix/*.so /usr/share/wine/nls/*.nls /usr/share/wine/wine.inf \
	/lib/x86_64-linux-gnu/libgcc_s.so.1 \
	$(libs $wine $server $package/x86_64-unix/ntdll.so)
for name in $names; do
	copy $package/x86_64-windows/$name.dll
done
copy $package/x86_64-windows/{wineboot,services,explorer,rpcss,conhost,start,svchost,plugplay}.exe
mkdir -p $root/tmp/wine/drive_c/windows/temp
cp -a "$prefix"/*.reg "$prefix/.update-timestamp" "$prefix/dosdevices" $root/tmp/wine/
ln -s $package/x86_64-windows $root/tmp/wine/drive_c/windows/system32
inside $server -p
inside $wine /tmp/ntcalls.exe nothing
if inside $wine /tmp/ntcalls.exe > /tmp/theirs; then
	printf 'hello.exe, start to exit\t%s\n' \
		"$(inside /tmp/ntstart $wine /tmp/nthello.exe 2>&1 > /dev/null)" >> /tmp/theirs
	version=$(inside $wine --version 2> /dev/null)
	paste /tmp/ours /tmp/theirs | tr -d '\r' | while IFS=$'\t' read -r name ours _ theirs; do
		printf '%s\t%s\t%s\t%s\n' "$name" "$ours" "$theirs" "${version:-Wine}"
	done
else
	echo "# nt: ntcalls.exe failed under Wine"
fi
inside $server -k
exit 0
