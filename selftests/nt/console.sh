#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A terminal as a console: modes, size, lines, keys, names, text both ways.

. "$(dirname "$0")/shell.inc"
[ -z "$wine" ] || skip_all "Wine starts a console host"
program=$obj/../nt/console_agent.exe

# One Python for all of them: it takes longer to start than what it starts.
cat > "$work/type.py" <<'PY'
"""type.py PROGRAM DIR < LIST: each line is NAME, HOW, TEXT and ARGUMENTS, with tabs
between. Runs PROGRAM on a terminal of 93 x 37, types TEXT (Python escapes) when it
says "ready", and writes what it prints to DIR/NAME, its exit status to DIR/NAME.status.
HOW: "raw" has no suspend character, "nohup" hangs up instead of typing."""
import fcntl, os, pty, select, signal, struct, sys, termios, time

def run(program, how, text, args):
    pid, fd = pty.fork()
    if not pid:
        if how == "raw":
            t = termios.tcgetattr(0)
            t[6][termios.VSUSP] = b"\0"
            termios.tcsetattr(0, termios.TCSANOW, t)
        if how == "nohup":
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
        time.sleep(0.1)
        os.execv(program, [program] + args)
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 37, 93, 0, 0))
    out, typed, end = b"", False, time.time() + 60
    while time.time() < end:
        if not select.select([fd], [], [], 1)[0]:
            continue
        try:
            data = os.read(fd, 4096)
        except OSError:
            break
        if not data:
            break
        out += data
        if not typed and b"ready" in out:
            typed = True
            time.sleep(0.2)
            if how == "nohup":
                break
            os.write(fd, text)
    os.close(fd)
    status = 0
    while time.time() < end:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            break
        time.sleep(0.05)
    else:
        out += b"\ntoo late\n"
        os.kill(pid, 9)
        os.waitpid(pid, 0)
    return out.replace(b"\r", b"").replace(b"ready\n", b""), status

for line in sys.stdin:
    name, how, text, *args = line.rstrip("\n").split("\t")
    text = text.encode().decode("unicode_escape").encode("latin1")
    out, status = run(sys.argv[1], how, text, args)
    with open(os.path.join(sys.argv[2], name), "wb") as f:
        f.write(out)
    with open(os.path.join(sys.argv[2], name + ".status"), "w") as f:
        print(os.waitstatus_to_exitcode(status), file=f)
PY
python3 "$work/type.py" "$program" "$work" <<-'END'
	modes	-		modes
	size	-		size
	line	-	abc\n	line
	text	-	\xc3\xa4\xf0\x9f\x99\x82\n	line
	bytes	-	abcdef\ngh\n	bytes
	fit	-	abc\n\n	bytes
	eof	-	\x04	eof
	ctrl-z	raw	\x1a\n	eof
	keys	-	a\r\x1b[A\x1b[3~\x1bOP\x7f\xc3\xa4q	keys
	names	-		names
	output	-		output
	ctrl-c	-	\x03	line
	gone-line	nohup		line
	gone-bytes	nohup		bytes
	gone-keys	nohup		keys
END
con() { cat "$work/$1"; }

is "$(con modes)" "input=7
raw=1
again=7
output=7
nonsense=0
type=22
pages=1" "modes"
is "$(con size)" "width=5d
height=25" "size"
is "$(con line | tail -n 1)" "0061 0062 0063 000d 000a ." "a line"
is "$(con text | tail -n 1)" "00e4 d83d de42 000d 000a ." \
	"a line of other characters"
is "$(con bytes | tail -n 1)" "61 62 63 64 65 66 0d 0a 67 68 0d 0a ." \
	"lines as bytes"
is "$(con fit | tail -n 1)" "61 62 63 0d 0a 0d 0a ." "a line that just fits"
is "$(con eof)" "read=1
bytes=0" "Ctrl-D"
is "$(con ctrl-z | tail -n 2)" "read=1
bytes=0" "Ctrl-Z"
is "$(con keys | tail -n 1)" \
	"41:0061 0d:000d 26:0000 2e:0000 70:0000 08:0008 00:00e4 51:0071 ." "keys"
is "$(con names)" "CONIN\$=1
CONOUT\$=1
through CONOUT\$
written=10" "names"
is "$(con output)" "ä€🙂 🙂
$(printf '\033[0;31;40mred\033[0m')" "text and colour"
is "$(con ctrl-c.status)" 130 "Ctrl-C ends a read"
for what in line bytes keys; do
	grep -q "too late" "$work/gone-$what"
	is $? 1 "a terminal that is hung up: $what"
done
is "$("$program" modes < /dev/null 2>&1 | head -n 1 | unix)" "input=bad" "what is no console has no mode"
finish
