# SPDX-License-Identifier: GPL-2.0-only
"""A test machine: one of the kernels in QEMU, with the host's files, running what
it is told to.  tools/vm runs one program in it, selftests/qemu/check many.
"""
import ctypes
import fcntl
import hashlib
import io
import lzma
import os
import select
import shutil
import signal
import socket
import struct
import subprocess
import tarfile
import tempfile
import time

HERE = os.path.dirname(os.path.realpath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
KERNELS = ("6.1", "6.12", "debug", "next")
CREDIT = 65536		# as in init.c
MODULES = ("persona.ko", "persona_darwin.ko", "persona_nt.ko")	# in the order they are loaded
DLLS = ("8.0", "10.0")		# sets of Windows DLLs, the default first
NT_VIEW = "/run/persona/nt"	# where a machine has what hosts have in /usr/lib/persona/nt
BOOT_MODULES = ("virtio_pci", "virtio_console", "9p", "9pnet_virtio")


class VMError(Exception):
	"""The machine itself failed; not the program in it."""


class Timeout(Exception):
	"""The program did not end in time."""


def cache_dir():
	base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
	return os.environ.get("PERSONA_CACHE") or os.path.join(base, "persona")


def kernel_dir(series):
	"""The directory of a kernel, fetched or built when it is not there yet."""
	out = subprocess.run([os.path.join(HERE, "kernels"), series],
			     stdout=subprocess.PIPE, text=True)
	if out.returncode:
		raise VMError("kernel %s is not available" % series)
	return os.path.realpath(out.stdout.strip())


def built_modules(series):
	"""Build the modules of this tree for a kernel and return their directory."""
	kernel_dir(series)		# that it cannot be had is another error
	out = subprocess.run([os.path.join(HERE, "build"), series], stdout=subprocess.PIPE,
			     text=True)
	if out.returncode:
		raise VMError("the modules for %s do not build" % series)
	return out.stdout.strip()


def dlls(version):
	"""The directory of a set of Windows DLLs, None when it is not there."""
	directory = os.path.join(cache_dir(), "wine", version)
	return directory if os.path.exists(os.path.join(directory, "PACKAGES")) else None


def fetch_dlls(version):
	out = subprocess.run([os.path.join(HERE, "wine"), version], stdout=subprocess.PIPE,
			     text=True)
	if out.returncode:
		raise VMError("the Windows DLLs %s are not available" % version)
	return out.stdout.strip()


def nt_view(version):
	"""An archive of the view of Windows programs with these DLLs, laid out as on any host.
	Its links lead to the DLLs where a machine has them, see VM.nt_view().
	"""
	directory = os.path.realpath(dlls(version))
	build = os.path.join(TOP, "build", "nt-view")
	os.makedirs(build, exist_ok=True)
	tool = os.path.join(TOP, "tools", "setup-nt")
	digest = hashlib.sha256(directory.encode())
	sources = os.path.join(TOP, "personalities", "nt", "user")
	for path in [tool, __file__] + sorted(os.path.join(d, f) for d, _, files in os.walk(sources)
					      for f in files):
		with open(path, "rb") as f:
			digest.update(f.read())
	path = os.path.join(build, "%s-%s.tar" % (version, digest.hexdigest()[:16]))
	with open(os.path.join(build, ".lock"), "w") as lock:
		fcntl.flock(lock, fcntl.LOCK_EX)
		if os.path.exists(path):
			return path
		tree = os.path.join(build, version)
		shutil.rmtree(tree, ignore_errors=True)
		out = subprocess.run([tool, "--root", tree, "--dlls", directory],
				     stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
		if out.returncode:
			raise VMError("persona setup nt: " + out.stdout)
		there = NT_VIEW + "-dlls/" + version

		def change(info):
			if info.issym() and info.linkname.startswith(directory + "/"):
				info.linkname = there + info.linkname[len(directory):]
			info.uid = info.gid = 0
			return info

		data = io.BytesIO()
		with tarfile.open(fileobj=data, mode="w") as tar:
			tar.add(tree, ".", filter=change)
		publish(path, data.getvalue())
		return path


def publish(path, data, mode=0o644):
	"""Write a file so that nobody ever sees half of it."""
	fd, tmp = tempfile.mkstemp(dir=os.path.dirname(path))
	with os.fdopen(fd, "wb") as f:
		f.write(data)
	os.chmod(tmp, mode)
	os.rename(tmp, path)


def emulator():
	"""The QEMU to run, fetched when there is none as good."""
	out = subprocess.run([os.path.join(HERE, "emulator")], stdout=subprocess.PIPE, text=True)
	if out.returncode:
		raise VMError("there is no QEMU")
	return out.stdout.strip()


def build_init(directory):
	source = os.path.join(HERE, "init.c")
	with open(source, "rb") as f:
		digest = hashlib.sha256(f.read()).hexdigest()[:16]
	path = os.path.join(directory, "init-" + digest)
	if not os.path.exists(path):
		tmp = path + ".%d" % os.getpid()
		subprocess.run(["gcc", "-std=gnu11", "-O2", "-Wall", "-static", "-s",
				"-o", tmp, source], check=True)
		os.rename(tmp, path)
	return path


def boot_modules(kernel):
	"""Paths of what BOOT_MODULES needs and the kernel does not contain, in order."""
	base = os.path.join(kernel, "modules")
	deps, order = {}, []
	try:
		with open(os.path.join(base, "modules.dep")) as f:
			for line in f:
				path, _, needs = line.partition(":")
				name = os.path.basename(path).split(".")[0]
				deps[name.replace("-", "_")] = [path] + needs.split()
	except FileNotFoundError:
		return []		# everything is built in
	for name in BOOT_MODULES:
		for path in reversed(deps.get(name, [])):
			if path not in order:
				order.append(path)
	return [os.path.join(base, path) for path in order]


def cpio_entry(name, mode, data=b"", rdev=(0, 0)):
	name = name.encode() + b"\0"
	head = "070701" + "".join("%08x" % v for v in (
		0, mode, 0, 0, 1, 0, len(data), 0, 0, rdev[0], rdev[1], len(name), 0))
	out = head.encode() + name
	out += b"\0" * (-len(out) % 4)
	return out + data + b"\0" * (-len(data) % 4)


def build_initramfs(kernel):
	directory = os.path.join(cache_dir(), "initramfs")
	os.makedirs(directory, exist_ok=True)
	init = build_init(directory)
	path = os.path.join(directory, os.path.basename(kernel) + "+" + os.path.basename(init))
	if os.path.exists(path):
		return path
	with open(init, "rb") as f:
		cpio = cpio_entry("init", 0o100755, f.read())
	cpio += cpio_entry("dev", 0o40755) + cpio_entry("modules", 0o40755)
	cpio += cpio_entry("dev/console", 0o20600, rdev=(5, 1))
	for i, module in enumerate(boot_modules(kernel)):
		opener = lzma.open if module.endswith(".xz") else open
		with opener(module, "rb") as f:
			data = f.read()
		name = os.path.basename(module).split(".")[0]
		cpio += cpio_entry("modules/%02d-%s" % (i, name), 0o100644, data)
	publish(path, cpio + cpio_entry("TRAILER!!!", 0))
	return path


def accelerators(kernel):
	"""KVM where it works.  A /dev/kvm that opens may still be unable to run a kernel
	(nested virtualization), so it is tried once per boot of the host.
	"""
	tcg = ["-accel", "tcg"]
	wanted = os.environ.get("PERSONA_ACCEL")
	if wanted:
		return ["-accel", wanted]
	if not os.access("/dev/kvm", os.R_OK | os.W_OK):
		return tcg
	with open("/proc/sys/kernel/random/boot_id") as f:
		verdict = os.path.join(cache_dir(), "kvm-" + f.read().strip())
	if not os.path.exists(verdict):
		log = tempfile.NamedTemporaryFile()
		qemu = subprocess.Popen(
			[emulator(), "-accel", "kvm", "-cpu", "max", "-m", "256",
			 "-nodefaults", "-display", "none", "-no-reboot", "-append", "console=ttyS0",
			 "-kernel", os.path.join(kernel, "vmlinuz"),
			 "-chardev", "file,id=c,path=" + log.name, "-serial", "chardev:c"],
			stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
			stderr=subprocess.DEVNULL, preexec_fn=die_with_parent)
		end = time.monotonic() + 10
		while time.monotonic() < end and not os.path.getsize(log.name) and qemu.poll() is None:
			time.sleep(0.1)
		publish(verdict, b"kvm" if os.path.getsize(log.name) else b"tcg")
		qemu.kill()
		qemu.wait()
	with open(verdict) as f:
		return ["-accel", f.read(), *tcg]


BOOT = "panic=-1 no_timer_check random.trust_cpu=on cryptomgr.notests"	# for any kernel


def bare_machine(kernel, accel, smp=2, mem=1024, cpu=""):
	"""What QEMU is called with whatever the machine is for: a kernel, and no device."""
	return [emulator(), "-M", "q35", *accel, "-cpu", "max,la57=off" + cpu,
		"-smp", str(smp), "-m", str(mem), "-nodefaults", "-no-user-config",
		"-display", "none", "-no-reboot", "-kernel", os.path.join(kernel, "vmlinuz")]


def die_with_parent():
	ctypes.CDLL(None).prctl(1, signal.SIGKILL)	# PR_SET_PDEATHSIG


class VM:
	"""One machine.  Raises VMError when it dies, which every call may notice."""

	def __init__(self, series, smp=2, mem=None, icount=False, append="", log=None,
		     verbose=False, qemu_args=(), cpu=""):
		self.made_with = (series, smp, mem, icount, append, log, verbose, qemu_args, cpu)
		self.series = series
		self.kernel = kernel_dir(series)
		self.log = log or os.path.join(tempfile.mkdtemp(prefix="persona-vm."), "console")
		self.temporary = log is None
		with open(self.log, "w"):
			pass
		self.release = None
		self.pending = b""
		if mem is None:
			mem = 2048 if series == "debug" else 1024
		cmdline = ("console=ttyS0 oops=panic %s persona_kernel=%s loglevel=%d %s" %
			   (BOOT, self.kernel, 7 if verbose else 5, append))
		accel = accelerators(self.kernel)
		if icount:
			smp = 1
			accel = ["-accel", "tcg", "-icount", "shift=0,sleep=off"]
		self.sock, theirs = socket.socketpair()
		args = [*bare_machine(self.kernel, accel, smp, mem, cpu),
			"-initrd", build_initramfs(self.kernel), "-append", cmdline,
			"-chardev", "file,id=console,path=" + self.log,
			"-serial", "chardev:console",
			"-device", "virtio-serial-pci",
			"-chardev", "socket,id=port,fd=%d" % theirs.fileno(),
			"-device", "virtserialport,chardev=port,name=persona",
			"-fsdev", "local,id=host,path=/,security_model=none,multidevs=remap",
			"-device", "virtio-9p-pci,fsdev=host,mount_tag=host", *qemu_args]
		self.qemu_log = tempfile.TemporaryFile()
		self.qemu = subprocess.Popen(args, stdin=subprocess.DEVNULL,
					     stdout=self.qemu_log, stderr=self.qemu_log,
					     pass_fds=[theirs.fileno()], start_new_session=True,
					     preexec_fn=die_with_parent)
		theirs.close()

	# The port

	def send(self, kind, body=b""):
		try:
			self.sock.sendall(struct.pack("<II", ord(kind), len(body)) + body)
		except OSError:
			raise self.dead() from None

	def dead(self):
		try:
			self.qemu.wait(10)
		except subprocess.TimeoutExpired:
			pass
		self.qemu_log.seek(0)
		said = self.qemu_log.read().decode(errors="replace").strip()
		return VMError("the %s machine died%s" % (self.series, said and ": " + said))

	def frames(self, timeout=None, also=()):
		"""Frames that are there, after waiting for one or for one of the fds."""
		ready = select.select([self.sock, *also], [], [], timeout)[0]
		found = []
		if self.sock in ready:
			try:
				data = self.sock.recv(1 << 18)
			except OSError:
				data = b""
			if not data:
				raise self.dead()
			self.pending += data
			while len(self.pending) >= 8:
				kind, length = struct.unpack_from("<II", self.pending)
				if len(self.pending) < 8 + length:
					break
				found.append((chr(kind), self.pending[8:8 + length]))
				self.pending = self.pending[8 + length:]
		return found, ready

	def wait_for(self, kind, timeout):
		end = time.monotonic() + timeout
		while True:
			left = end - time.monotonic()
			if left <= 0:
				raise VMError("the %s machine does not answer" % self.series)
			for found, body in self.frames(left)[0]:
				if found == kind:
					return body

	def request(self, kind, body=b"", timeout=120):
		self.send(kind, body)
		return struct.unpack("<I", self.wait_for("D", timeout))[0]

	# What it can do

	def boot(self, timeout=180):
		# Emulated processors sometimes trip over the kernel patching its own
		# code while it boots (no module of ours is there yet): try again.
		for attempt in range(4):
			try:
				self.release = self.wait_for("R", timeout).decode()
				return
			except VMError:
				if attempt == 3:
					raise
				self.kill()
				self.__init__(*self.made_with)

	def load(self, path, params=""):
		"""insmod; returns 0 or an errno."""
		return self.request("m", os.path.abspath(path).encode() + b"\0" +
				    params.encode() + b"\0")

	def load_all(self, directory, view=None):
		"""Loads the modules that are in a directory; returns their paths.  VIEW is another
		root of a view than the module's own, but for Windows programs.
		"""
		paths = [os.path.join(directory, m) for m in MODULES
			 if os.path.exists(os.path.join(directory, m))]
		for path in paths:
			root = NT_VIEW if path.endswith("_nt.ko") else view
			params = "view_root=" + root if root and not path.endswith("/persona.ko") else ""
			err = self.load(path, params)
			if err:
				raise VMError("%s: %s\n%s" % (path, os.strerror(err), "\n".join(
					self.console().splitlines()[-5:])))
		return paths

	def unload(self, name):
		return self.request("u", name.encode())

	def nt_view(self, version):
		"""Gives Windows programs the DLLs of this version from now on.  All users may
		read them, wherever the cache is.
		"""
		script = """set -e
			dlls=$1-dlls/$2
			umount -l $1 2>/dev/null || :
			mkdir -p $1 $1-$2 $dlls
			if ! [ -e $1-$2/.complete ]; then
				mount --bind "$3" $dlls
				tar -C $1-$2 -xf "$4"
				: > $1-$2/.complete
			fi
			mount --bind $1-$2 $1"""
		out = []
		status = self.run(["sh", "-c", script, "nt_view", NT_VIEW, version,
				   os.path.realpath(dlls(version)), nt_view(version)],
				  {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}, "/",
				  lambda _, d: out.append(d), timeout=120)
		if status:
			raise VMError("no view with the DLLs %s: %s" % (version, b"".join(out).decode()))

	def fresh_tmp(self, keep):
		err = self.request("t", b"".join(os.path.realpath(k).encode() + b"\0" for k in keep))
		if err:
			raise VMError("no fresh /tmp: " + os.strerror(err))

	def kill_leftovers(self):
		"""Ends all processes; returns how many, or None when some do not die."""
		count = self.request("k")
		return None if count == 0xffffffff else count

	def tell_tasks(self):
		"""Lines about what every thread is doing."""
		self.send("d")
		text, end = b"", time.monotonic() + 60
		while True:
			left = end - time.monotonic()
			if left <= 0:
				raise VMError("the %s machine does not answer" % self.series)
			for kind, body in self.frames(left)[0]:
				if kind == "E":
					text += body
				elif kind == "D":
					return text.decode(errors="replace").splitlines()

	def signal(self, number):
		self.send("s", struct.pack("<I", number))

	def run(self, argv, env, cwd, output, stdin=None, timeout=None):
		"""Run a program; output(stream, data) gets what it writes, stream is 1 or 2,
		and may raise BrokenPipeError.  stdin is a file descriptor.  Returns its wait
		status.
		"""
		words = [cwd, str(len(argv)), *argv, *("%s=%s" % kv for kv in env.items())]
		self.send("r", b"".join(os.fsencode(w) + b"\0" for w in words))
		if stdin is None:
			self.send("i")
		credit = CREDIT
		end = None if timeout is None else time.monotonic() + timeout
		while True:
			also = [stdin] if stdin is not None and credit else []
			left = None if end is None else end - time.monotonic()
			if left is not None and left <= 0:
				raise Timeout()
			frames, ready = self.frames(left, also)
			for kind, body in frames:
				if kind in "OE":
					try:
						output(1 if kind == "O" else 2, body)
					except BrokenPipeError:
						self.signal(signal.SIGPIPE)
				elif kind == "C":
					credit += struct.unpack("<I", body)[0]
				elif kind == "X":
					return struct.unpack("<I", body)[0]
			if stdin is not None and stdin in ready:
				data = os.read(stdin, min(credit, 32768))
				self.send("i", data)
				credit -= len(data)
				if not data:
					stdin = None

	def console(self):
		with open(self.log, errors="replace") as f:
			return f.read()

	def close(self, sync=True):
		"""Ends the machine, after it has written everything back."""
		try:
			if sync and self.qemu.poll() is None and self.release:
				self.request("q", timeout=60)
		finally:
			self.kill()

	def kill(self):
		if self.qemu.poll() is None:
			self.qemu.kill()
		self.qemu.wait()
		self.sock.close()
		if self.temporary:
			shutil.rmtree(os.path.dirname(self.log), ignore_errors=True)
			self.temporary = False


def exit_code(status):
	"""What a shell would call a wait status."""
	if os.WIFSIGNALED(status):
		return 128 + os.WTERMSIG(status)
	return os.WEXITSTATUS(status)
