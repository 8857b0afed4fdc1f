#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# npm rcedit changes resources of a program, and reads them back.

. "$(dirname "$0")/shell.inc"
rcedit=$cache/npm/rcedit-4.0.1/bin/rcedit-x64.exe
[ -x "$rcedit" ] || skip_all "no rcedit in $cache/npm (needs the network once)"
cd "$work" && cp "$agent" a.exe

$run "$rcedit" a.exe --set-version-string ProductName "A Product" --set-file-version 1.2.3.4
is $? 0 "set"
is "$($run "$rcedit" a.exe --get-version-string ProductName | unix)" "A Product" "and get"
is "$($run "$rcedit" a.exe --get-version-string FileVersion | unix)" "1.2.3.4" "the version"
cat > manifest.xml <<'XML'
<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<assembly xmlns="urn:schemas-microsoft-com:asm.v1" manifestVersion="1.0"></assembly>
XML
$run "$rcedit" a.exe --application-manifest manifest.xml --set-product-version 5.6
is $? 0 "a manifest"
is "$(grep -c schemas-microsoft-com:asm.v1 a.exe)" 1 "is in the file"
is "$($run ./a.exe args still runs | unix)" "[still]
[runs]" "the program runs"
$run "$rcedit" nothing.exe --set-file-version 1.0 > out 2>&1
is $? 1 "no such program"
finish
