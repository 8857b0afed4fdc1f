#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Make a static program of what ld64.lld links.

usage: postlink.py static|static-pie INPUT OUTPUT

lld cannot write static Mach-O programs: it always asks for the dynamic linker
and starts through LC_MAIN.  This gives the program a thread state to start from
(LC_UNIXTHREAD) instead and drops what only a dynamic linker reads.  "static-pie"
keeps MH_PIE, so that the kernel slides the image.

Link with -headerpad 0x200: the thread state is larger than what goes.
"""
import os
import struct
import sys

MH_MAGIC_64 = 0xfeedfacf
CPU_TYPE_X86_64 = 0x01000007
MH_DYLDLINK, MH_TWOLEVEL, MH_PIE = 0x4, 0x80, 0x200000
LC_UNIXTHREAD, LC_SEGMENT_64 = 0x5, 0x19
LC_MAIN = 0x80000028
DYLIBS = (0xc, 0x80000018, 0x8000001f)		# LOAD_DYLIB, _WEAK_, REEXPORT
FOR_DYLD = (0xe,				# LOAD_DYLINKER
	    0x22, 0x80000022,			# DYLD_INFO, _ONLY
	    0x26, 0x29,				# FUNCTION_STARTS, DATA_IN_CODE
	    0x80000033, 0x80000034)		# DYLD_EXPORTS_TRIE, _CHAINED_FIXUPS
X86_THREAD_STATE64, X86_THREAD_STATE64_COUNT = 4, 42
RIP = 16					# which of the state's 21 registers
ZEROFILL = (0x1, 0xc, 0x12)			# section types without file contents
HEADER = struct.Struct("<8I")


def load_commands(image, count):
	at = HEADER.size
	for _ in range(count):
		cmd, size = struct.unpack_from("<2I", image, at)
		yield cmd, image[at:at + size]
		at += size


def first_content(segment):
	"""The lowest file offset of a section, beyond which no load command may go."""
	count = struct.unpack_from("<I", segment, 64)[0]
	for i in range(count):
		offset, flags = (struct.unpack_from("<I", segment, 72 + 80 * i + o)[0]
				 for o in (48, 64))
		if offset and flags & 0xff not in ZEROFILL:
			yield offset


def convert(mode, image):
	magic, cpu, sub, kind, count, _, flags, reserved = HEADER.unpack_from(image)
	if magic != MH_MAGIC_64 or cpu != CPU_TYPE_X86_64:
		sys.exit("postlink: not a thin x86_64 Mach-O image")
	text = entry = None
	room = len(image)
	for cmd, body in load_commands(image, count):
		if cmd in DYLIBS:
			sys.exit("postlink: a static program cannot use a dylib")
		if cmd == LC_SEGMENT_64:
			if body[8:24].rstrip(b"\0") == b"__TEXT":
				text = struct.unpack_from("<Q", body, 24)[0]
			room = min([room, *first_content(body)])
		elif cmd == LC_MAIN:
			entry = struct.unpack_from("<Q", body, 8)[0]
	if text is None or entry is None:
		sys.exit("postlink: no __TEXT or no LC_MAIN")

	registers = [0] * 21
	registers[RIP] = text + entry
	thread = struct.pack("<4I21Q", LC_UNIXTHREAD, 16 + 21 * 8, X86_THREAD_STATE64,
			     X86_THREAD_STATE64_COUNT, *registers)
	commands = [thread if cmd == LC_MAIN else body
		    for cmd, body in load_commands(image, count) if cmd not in FOR_DYLD]
	blob = b"".join(commands)
	if HEADER.size + len(blob) > room:
		sys.exit("postlink: no room for the thread state: link with -headerpad 0x200")
	flags &= ~(MH_DYLDLINK | MH_TWOLEVEL)
	if mode == "static":
		flags &= ~MH_PIE
	header = HEADER.pack(magic, cpu, sub, kind, len(commands), len(blob), flags, reserved)
	return (header + blob).ljust(room, b"\0") + image[room:]


def main():
	if len(sys.argv) != 4 or sys.argv[1] not in ("static", "static-pie"):
		sys.exit(__doc__)
	mode, source, target = sys.argv[1:]
	with open(source, "rb") as f:
		image = convert(mode, f.read())
	with open(target, "wb") as f:
		f.write(image)
	os.chmod(target, 0o755)


main()
