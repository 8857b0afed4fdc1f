// SPDX-License-Identifier: GPL-2.0-only
/*
 * ioctl(2): files and terminals.
 */
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/termios.h>
#include <linux/tty.h>
#include <linux/uaccess.h>
#include <asm/ioctls.h>
#include <uapi/linux/stat.h>

#include "bsd_table.h"
#include "fs.h"
#include "ioctl.h"
#include "termios.h"

/* Requests that mean the same to Linux, argument included. */
static const struct {
	u32 foreign;
	u32 native;
} same[] = {
	{ DARWIN_FIOCLEX, FIOCLEX },
	{ DARWIN_FIONCLEX, FIONCLEX },
	{ DARWIN_FIONREAD, FIONREAD },
	{ DARWIN_FIOASYNC, FIOASYNC },
	{ DARWIN_FIONBIO, FIONBIO },
	{ DARWIN_TIOCEXCL, TIOCEXCL },
	{ DARWIN_TIOCNXCL, TIOCNXCL },
	{ DARWIN_TIOCNOTTY, TIOCNOTTY },
	{ DARWIN_TIOCCBRK, TIOCCBRK },
	{ DARWIN_TIOCSBRK, TIOCSBRK },
	{ DARWIN_TIOCMGET, TIOCMGET },
	{ DARWIN_TIOCMBIC, TIOCMBIC },
	{ DARWIN_TIOCMBIS, TIOCMBIS },
	{ DARWIN_TIOCMSET, TIOCMSET },
	{ DARWIN_TIOCOUTQ, TIOCOUTQ },
	{ DARWIN_TIOCGPGRP, TIOCGPGRP },
	{ DARWIN_TIOCSPGRP, TIOCSPGRP },
	{ DARWIN_TIOCGWINSZ, TIOCGWINSZ },
	{ DARWIN_TIOCSWINSZ, TIOCSWINSZ },
	{ DARWIN_TIOCSTI, TIOCSTI },
	{ DARWIN_TIOCPKT, TIOCPKT },
	{ DARWIN_SIOCATMARK, SIOCATMARK },
	{ DARWIN_SIOCGPGRP, SIOCGPGRP },
	{ DARWIN_SIOCSPGRP, SIOCSPGRP },
	{ DARWIN_FIOGETOWN, FIOGETOWN },
	{ DARWIN_FIOSETOWN, FIOSETOWN },
};

static long native_ioctl(struct persona_call *call, u32 request, u64 arg)
{
	return persona_native(call, __NR_ioctl, (int)call->args[0], request, arg);
}

static long get_termios(struct persona_call *call, struct termios2 *termios)
{
	void __user *buf = persona_scratch(call, sizeof(*termios));
	long ret;

	if (IS_ERR(buf))
		return PTR_ERR(buf);
	ret = native_ioctl(call, TCGETS2, (__force u64)buf);
	if (ret)
		return ret;
	return copy_from_user(termios, buf, sizeof(*termios)) ? -EFAULT : 0;
}

static long get_attr(struct persona_call *call)
{
	struct darwin_termios foreign;
	struct termios2 native;
	long ret;

	ret = get_termios(call, &native);
	if (ret)
		return ret;
	darwin_termios_to_foreign(&foreign, &native);
	if (copy_to_user(u64_to_user_ptr(call->args[2]), &foreign, sizeof(foreign)))
		return -EFAULT;
	return 0;
}

static long set_attr(struct persona_call *call, u32 request)
{
	struct darwin_termios foreign;
	struct termios2 native;
	void __user *buf;
	long ret;

	if (copy_from_user(&foreign, u64_to_user_ptr(call->args[2]), sizeof(foreign)))
		return -EFAULT;
	ret = get_termios(call, &native);
	if (!ret)
		ret = darwin_termios_to_native(&native, &foreign);
	if (ret)
		return ret;
	buf = persona_scratch_put(call, &native, sizeof(native));
	if (IS_ERR(buf))
		return PTR_ERR(buf);
	return native_ioctl(call, request, (__force u64)buf);
}

static long get_int(struct persona_call *call, int *value)
{
	return get_user(*value, (int __user *)u64_to_user_ptr(call->args[2])) ? -EFAULT : 0;
}

static long put_int(struct persona_call *call, int value)
{
	return put_user(value, (int __user *)u64_to_user_ptr(call->args[2])) ? -EFAULT : 0;
}

static long flush_queues(struct persona_call *call)
{
	int which;
	long ret;

	ret = get_int(call, &which);
	if (ret)
		return ret;
	switch (which) {
	case DARWIN_FREAD:
		return native_ioctl(call, TCFLSH, TCIFLUSH);
	case DARWIN_FWRITE:
		return native_ioctl(call, TCFLSH, TCOFLUSH);
	case 0:
	case DARWIN_FREAD | DARWIN_FWRITE:
		return native_ioctl(call, TCFLSH, TCIOFLUSH);
	default:
		return -EINVAL;
	}
}

/* Set or clear one modem line. */
static long modem_line(struct persona_call *call, u32 request, int line)
{
	void __user *buf = persona_scratch_put(call, &line, sizeof(line));

	if (IS_ERR(buf))
		return PTR_ERR(buf);
	return native_ioctl(call, request, (__force u64)buf);
}

static long get_discipline(struct persona_call *call)
{
	void __user *buf = persona_scratch(call, sizeof(int));
	int native;
	long ret;

	if (IS_ERR(buf))
		return PTR_ERR(buf);
	ret = native_ioctl(call, TIOCGETD, (__force u64)buf);
	if (ret)
		return ret;
	if (get_user(native, (int __user *)buf))
		return -EFAULT;
	return native == N_TTY ? put_int(call, DARWIN_TTYDISC) : -ENXIO;
}

static long set_discipline(struct persona_call *call)
{
	int discipline, native = N_TTY;
	void __user *buf;
	long ret;

	ret = get_int(call, &discipline);
	if (ret)
		return ret;
	if (discipline != DARWIN_TTYDISC)
		return -ENXIO;
	buf = persona_scratch_put(call, &native, sizeof(native));
	if (IS_ERR(buf))
		return PTR_ERR(buf);
	return native_ioctl(call, TIOCSETD, (__force u64)buf);
}

/* The number of the terminal whose other end the descriptor is. */
static long pty_number(struct persona_call *call)
{
	void __user *buf = persona_scratch(call, sizeof(int));
	int nr;
	long ret;

	if (IS_ERR(buf))
		return PTR_ERR(buf);
	ret = native_ioctl(call, TIOCGPTN, (__force u64)buf);
	if (ret)
		return ret;
	if (get_user(nr, (int __user *)buf))
		return -EFAULT;
	return nr < 0 ? -EIO : nr;
}

static long pty_name(struct persona_call *call)
{
	char name[DARWIN_PTY_NAME_LEN] = { };
	long nr = pty_number(call);

	if (nr < 0)
		return nr;
	snprintf(name, sizeof(name), "/dev/pts/%ld", nr);
	return copy_to_user(u64_to_user_ptr(call->args[2]), name, sizeof(name)) ? -EFAULT : 0;
}

/* The terminal already belongs to whoever opened the other end. */
static long pty_grant(struct persona_call *call)
{
	long nr = pty_number(call);

	return nr < 0 ? nr : 0;
}

static long pty_unlock(struct persona_call *call)
{
	int lock = 0;
	void __user *buf = persona_scratch_put(call, &lock, sizeof(lock));

	if (IS_ERR(buf))
		return PTR_ERR(buf);
	return native_ioctl(call, TIOCSPTLCK, (__force u64)buf);
}

static long pty_signal(struct persona_call *call)
{
	unsigned int sig = persona_map_to_native(&darwin_signal_map, (u32)call->args[2]);

	return sig ? native_ioctl(call, TIOCSIG, sig) : -EINVAL;
}

static long device_type(struct persona_call *call)
{
	struct termios2 termios;
	struct statx stx;
	long ret;

	ret = darwin_fstatx(call, (int)call->args[0], &stx);
	if (ret)
		return ret;
	if (S_ISBLK(stx.stx_mode))
		return put_int(call, DARWIN_D_DISK);
	if (!S_ISCHR(stx.stx_mode))
		return -ENOTTY;
	ret = get_termios(call, &termios);
	return ret ? ret : put_int(call, DARWIN_D_TTY);
}

static long other_request(struct persona_call *call, u32 request)
{
	size_t i;
	long ret;

	for (i = 0; i < ARRAY_SIZE(same); i++) {
		if (same[i].foreign == request)
			return native_ioctl(call, same[i].native, call->args[2]);
	}
	if (darwin_ifreq(call, &ret))
		return ret;
	/* A bad descriptor is one all the same. */
	return persona_native(call, __NR_fcntl, (int)call->args[0], F_GETFD) < 0 ?
		-EBADF : -ENOTTY;
}

long darwin_ioctl(struct persona_call *call)
{
	u32 request = (u32)call->args[1];

	switch (request) {
	case DARWIN_TIOCGETA:
		return get_attr(call);
	case DARWIN_TIOCSETA:
		return set_attr(call, TCSETS2);
	case DARWIN_TIOCSETAW:
		return set_attr(call, TCSETSW2);
	case DARWIN_TIOCSETAF:
		return set_attr(call, TCSETSF2);
	case DARWIN_TIOCDRAIN:
		return native_ioctl(call, TCSBRK, 1);
	case DARWIN_TIOCFLUSH:
		return flush_queues(call);
	case DARWIN_TIOCSTART:
		return native_ioctl(call, TCXONC, TCOON);
	case DARWIN_TIOCSTOP:
		return native_ioctl(call, TCXONC, TCOOFF);
	case DARWIN_TIOCSCTTY:
		return native_ioctl(call, TIOCSCTTY, 0);
	case DARWIN_TIOCSDTR:
		return modem_line(call, TIOCMBIS, TIOCM_DTR);
	case DARWIN_TIOCCDTR:
		return modem_line(call, TIOCMBIC, TIOCM_DTR);
	case DARWIN_TIOCGETD:
		return get_discipline(call);
	case DARWIN_TIOCSETD:
		return set_discipline(call);
	case DARWIN_TIOCCONS:
		return native_ioctl(call, TIOCCONS, 0);
	case DARWIN_TIOCPTYGNAME:
		return pty_name(call);
	case DARWIN_TIOCPTYGRANT:
		return pty_grant(call);
	case DARWIN_TIOCPTYUNLK:
		return pty_unlock(call);
	case DARWIN_TIOCSIG:
		return pty_signal(call);
	case DARWIN_FIODTYPE:
		return device_type(call);
	default:
		return other_request(call, request);
	}
}

/*
 * Requests to the file system itself. What programs want of them are other
 * calls today; the rest belongs to Darwin's own file systems.
 */
long darwin_fsctl(struct persona_call *call)
{
	const char __user *path = darwin_path(call, 0);
	struct statx stx;
	long ret;

	if (IS_ERR(path))
		return PTR_ERR(path);
	ret = darwin_statx(call, AT_FDCWD, path, 0, &stx);
	return ret ? ret : -ENOTTY;
}

long darwin_ffsctl(struct persona_call *call)
{
	return persona_native(call, __NR_fcntl, (int)call->args[0], F_GETFD) < 0 ?
		-EBADF : -ENOTTY;
}
