#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# npm 7zip-bin's 7za.exe creates, lists, tests and extracts archives that the Linux
# 7za of the same package reads, and the other way round.

. "$(dirname "$0")/shell.inc"
windows=$cache/npm/7zip-bin-5.2.0/win/x64/7za.exe
linux=$cache/npm/7zip-bin-5.2.0/linux/x64/7za
[ -x "$windows" ] && [ -x "$linux" ] || skip_all "no 7za in $cache/npm (needs the network once)"

# Names beyond ASCII are UTF-8 to the Linux 7za, too.
export LC_ALL=C.UTF-8

cd "$work" && mkdir -p "data/sub folder/deep" data/empty
awk 'BEGIN { for (i = 0; i < 60000; i++) print i, i * i % 65537 }' > data/text
head -c 300000 /dev/urandom > data/random
: > data/none
echo short > "data/sub folder/deep/ä ö.txt"
for i in $(seq 40); do echo "file $i" > "data/sub folder/$i.txt"; done
touch -d '2020-02-29 12:00:00 UTC' data/text

# names, but for those that depend on a code page
plain() { grep -a '^Path = ' | grep -v txt | tr '\\' / | sort; }

# tree DIR - names and contents
tree() { (cd "$1" && find . -type d | sort; find . -type f | sort | xargs -d '\n' sha256sum); }
want=$(cd data && tree .)

for kind in 7z zip tar; do
	$run "$windows" a -t$kind -bd "w.$kind" data > out 2>&1
	is $? 0 "$kind: create"
	"$linux" t "w.$kind" > out 2>&1
	result $? "$kind: the Linux 7za finds it good"
	$run "$windows" t "w.$kind" > out 2>&1
	is $? 0 "$kind: test"
	rm -rf l && "$linux" x -ol "w.$kind" > out 2>&1
	is "$(cd l/data && tree .)" "$want" "$kind: the Linux 7za extracts what was put in"
	"$linux" a -t$kind -bd "l.$kind" data > out 2>&1
	rm -rf w && $run "$windows" x -ow "l.$kind" > out 2>&1
	is $? 0 "$kind: extract"
	is "$(cd w/data && tree .)" "$want" "$kind: what the Linux 7za put in"
done
is "$($run "$windows" l -ba -slt w.7z | unix | plain)" "$("$linux" l -ba -slt w.7z | plain)" \
	"the same list"
is "$(stat -c %Y w/data/text)" "$(stat -c %Y data/text)" "times are kept"
is "$($run "$windows" e -so w.7z data/text | sha256sum)" "$(sha256sum < data/text)" "to a pipe"
is "$(cat data/text | $run "$windows" a -si -txz -so x 2>/dev/null | xz -dc | sha256sum)" \
	"$(sha256sum < data/text)" "from a pipe to a pipe"
echo changed > data/none
$run "$windows" u -bd w.zip data > out 2>&1
is $? 0 "update"
is "$("$linux" e -so w.zip data/none)" changed "the change is in"
$run "$windows" d w.zip data/random > out 2>&1
is $? 0 "delete"
is "$("$linux" l -ba -slt w.zip | grep -c '^Path = data/random')" 0 "it is gone"
is "$($run "$windows" h -scrcSHA256 data/text | unix | grep -io "$(sha256sum < data/text | cut -c 1-64)" |
	head -n 1 | tr A-F a-f)" "$(sha256sum < data/text | cut -c 1-64)" "SHA-256"
head -c 2000 w.7z > bad.7z
$run "$windows" t bad.7z > out 2>&1
is $? 2 "a damaged archive: exit status 2"
$run "$windows" t nothing.7z > out 2>&1
is $? 2 "no archive: exit status 2"
finish
