/* SPDX-License-Identifier: GPL-2.0-only */
/* Darwin's structures (x86-64) under Darwin's own names, for test programs. */
#ifndef _DARWIN_STRUCTS_H
#define _DARWIN_STRUCTS_H

#include <stddef.h>
#include <stdint.h>

#define DARWIN_SIZE(type, size) \
	_Static_assert(sizeof(type) == (size), #type " has the wrong size")
#define DARWIN_AT(type, field, at) \
	_Static_assert(offsetof(type, field) == (at), #type "." #field " is misplaced")

struct timespec {
	int64_t tv_sec;
	int64_t tv_nsec;
};

struct timeval {
	int64_t tv_sec;
	int32_t tv_usec;
};
DARWIN_SIZE(struct timeval, 16);

struct itimerval {
	struct timeval it_interval;
	struct timeval it_value;
};

struct timezone {
	int32_t tz_minuteswest;
	int32_t tz_dsttime;
};

struct stat64 {
	int32_t st_dev;
	uint16_t st_mode;
	uint16_t st_nlink;
	uint64_t st_ino;
	uint32_t st_uid;
	uint32_t st_gid;
	int32_t st_rdev;
	struct timespec st_atimespec;
	struct timespec st_mtimespec;
	struct timespec st_ctimespec;
	struct timespec st_birthtimespec;
	int64_t st_size;
	int64_t st_blocks;
	int32_t st_blksize;
	uint32_t st_flags;
	uint32_t st_gen;
	int32_t st_lspare;
	int64_t st_qspare[2];
};
DARWIN_SIZE(struct stat64, 144);
DARWIN_AT(struct stat64, st_atimespec, 32);
DARWIN_AT(struct stat64, st_size, 96);
DARWIN_AT(struct stat64, st_flags, 116);

struct statfs64 {
	uint32_t f_bsize;
	int32_t f_iosize;
	uint64_t f_blocks;
	uint64_t f_bfree;
	uint64_t f_bavail;
	uint64_t f_files;
	uint64_t f_ffree;
	int32_t f_fsid[2];
	uint32_t f_owner;
	uint32_t f_type;
	uint32_t f_flags;
	uint32_t f_fssubtype;
	char f_fstypename[16];
	char f_mntonname[1024];
	char f_mntfromname[1024];
	uint32_t f_reserved[8];
};
DARWIN_SIZE(struct statfs64, 2168);

struct dirent64 {
	uint64_t d_ino;
	uint64_t d_seekoff;
	uint16_t d_reclen;
	uint16_t d_namlen;
	uint8_t d_type;
	char d_name[1024];
};
DARWIN_SIZE(struct dirent64, 1048);
DARWIN_AT(struct dirent64, d_name, 21);

/* What sigaction(2) takes ... */
struct __sigaction {
	void *sa_handler;
	void *sa_tramp;
	uint32_t sa_mask;
	int32_t sa_flags;
};
DARWIN_SIZE(struct __sigaction, 24);

/* ... and what it gives back. */
struct sigaction {
	void *sa_handler;
	uint32_t sa_mask;
	int32_t sa_flags;
};
DARWIN_SIZE(struct sigaction, 16);

typedef struct {
	int32_t si_signo;
	int32_t si_errno;
	int32_t si_code;
	int32_t si_pid;
	uint32_t si_uid;
	int32_t si_status;
	void *si_addr;
	uint64_t si_value;
	int64_t si_band;
	uint64_t __pad[7];
} siginfo_t;
DARWIN_SIZE(siginfo_t, 104);

typedef struct {
	void *ss_sp;
	uint64_t ss_size;
	int32_t ss_flags;
} stack_t;
DARWIN_SIZE(stack_t, 24);

struct x86_es64 {
	uint16_t __trapno;
	uint16_t __cpu;
	uint32_t __err;
	uint64_t __faultvaddr;
};
DARWIN_SIZE(struct x86_es64, 16);

struct x86_ss64 {
	uint64_t __rax, __rbx, __rcx, __rdx, __rdi, __rsi, __rbp, __rsp;
	uint64_t __r8, __r9, __r10, __r11, __r12, __r13, __r14, __r15;
	uint64_t __rip, __rflags, __cs, __fs, __gs;
};
DARWIN_SIZE(struct x86_ss64, 168);

struct x86_fs64 {
	uint32_t __fpu_reserved[2];
	uint16_t __fpu_fcw;
	uint16_t __fpu_fsw;
	uint8_t __fpu_ftw;
	uint8_t __fpu_rsrv1;
	uint16_t __fpu_fop;
	uint32_t __fpu_ip;
	uint16_t __fpu_cs;
	uint16_t __fpu_rsrv2;
	uint32_t __fpu_dp;
	uint16_t __fpu_ds;
	uint16_t __fpu_rsrv3;
	uint32_t __fpu_mxcsr;
	uint32_t __fpu_mxcsrmask;
	uint8_t __fpu_stmm[8][16];
	uint8_t __fpu_xmm[16][16];
	uint8_t __fpu_rsrv4[96];
	uint32_t __fpu_reserved1;
};
DARWIN_SIZE(struct x86_fs64, 524);
DARWIN_AT(struct x86_fs64, __fpu_mxcsr, 32);
DARWIN_AT(struct x86_fs64, __fpu_xmm, 168);

struct mcontext64 {
	struct x86_es64 __es;
	struct x86_ss64 __ss;
	struct x86_fs64 __fs;
};
DARWIN_SIZE(struct mcontext64, 712);

struct ucontext64 {
	int32_t uc_onstack;
	uint32_t uc_sigmask;
	stack_t uc_stack;
	void *uc_link;
	uint64_t uc_mcsize;
	struct mcontext64 *uc_mcontext;
};
DARWIN_SIZE(struct ucontext64, 56);

struct rusage {
	struct timeval ru_utime;
	struct timeval ru_stime;
	int64_t ru_maxrss;
	int64_t ru_ixrss;
	int64_t ru_idrss;
	int64_t ru_isrss;
	int64_t ru_minflt;
	int64_t ru_majflt;
	int64_t ru_nswap;
	int64_t ru_inblock;
	int64_t ru_oublock;
	int64_t ru_msgsnd;
	int64_t ru_msgrcv;
	int64_t ru_nsignals;
	int64_t ru_nvcsw;
	int64_t ru_nivcsw;
};
DARWIN_SIZE(struct rusage, 144);

struct rlimit {
	uint64_t rlim_cur;
	uint64_t rlim_max;
};

struct termios {
	uint64_t c_iflag;
	uint64_t c_oflag;
	uint64_t c_cflag;
	uint64_t c_lflag;
	uint8_t c_cc[20];
	uint64_t c_ispeed;
	uint64_t c_ospeed;
};
DARWIN_SIZE(struct termios, 72);

struct winsize {
	uint16_t ws_row;
	uint16_t ws_col;
	uint16_t ws_xpixel;
	uint16_t ws_ypixel;
};

struct flock {
	int64_t l_start;
	int64_t l_len;
	int32_t l_pid;
	int16_t l_type;
	int16_t l_whence;
};
DARWIN_SIZE(struct flock, 24);

struct fstore {
	uint32_t fst_flags;
	int32_t fst_posmode;
	int64_t fst_offset;
	int64_t fst_length;
	int64_t fst_bytesalloc;
};
DARWIN_SIZE(struct fstore, 32);

struct iovec {
	void *iov_base;
	uint64_t iov_len;
};

struct msghdr {
	void *msg_name;
	uint32_t msg_namelen;
	struct iovec *msg_iov;
	int32_t msg_iovlen;
	void *msg_control;
	uint32_t msg_controllen;
	int32_t msg_flags;
};
DARWIN_SIZE(struct msghdr, 48);

struct cmsghdr {
	uint32_t cmsg_len;
	int32_t cmsg_level;
	int32_t cmsg_type;
};

struct sockaddr {
	uint8_t sa_len;
	uint8_t sa_family;
	char sa_data[14];
};

struct sockaddr_in {
	uint8_t sin_len;
	uint8_t sin_family;
	uint16_t sin_port;
	uint32_t sin_addr;
	char sin_zero[8];
};
DARWIN_SIZE(struct sockaddr_in, 16);

struct sockaddr_in6 {
	uint8_t sin6_len;
	uint8_t sin6_family;
	uint16_t sin6_port;
	uint32_t sin6_flowinfo;
	uint8_t sin6_addr[16];
	uint32_t sin6_scope_id;
};
DARWIN_SIZE(struct sockaddr_in6, 28);

struct sockaddr_un {
	uint8_t sun_len;
	uint8_t sun_family;
	char sun_path[104];
};
DARWIN_SIZE(struct sockaddr_un, 106);

struct linger {
	int32_t l_onoff;
	int32_t l_linger;
};

struct kevent {
	uint64_t ident;
	int16_t filter;
	uint16_t flags;
	uint32_t fflags;
	int64_t data;
	void *udata;
};
DARWIN_SIZE(struct kevent, 32);

struct kevent64_s {
	uint64_t ident;
	int16_t filter;
	uint16_t flags;
	uint32_t fflags;
	int64_t data;
	uint64_t udata;
	uint64_t ext[2];
};
DARWIN_SIZE(struct kevent64_s, 48);

struct pollfd {
	int32_t fd;
	int16_t events;
	int16_t revents;
};

typedef struct {
	uint32_t fds_bits[32];
} fd_set;
DARWIN_SIZE(fd_set, 128);

struct utsname {
	char sysname[256];
	char nodename[256];
	char release[256];
	char version[256];
	char machine[256];
};

struct proc_bsdinfo {
	uint32_t pbi_flags;
	uint32_t pbi_status;
	uint32_t pbi_xstatus;
	uint32_t pbi_pid;
	uint32_t pbi_ppid;
	uint32_t pbi_uid;
	uint32_t pbi_gid;
	uint32_t pbi_ruid;
	uint32_t pbi_rgid;
	uint32_t pbi_svuid;
	uint32_t pbi_svgid;
	uint32_t rfu_1;
	char pbi_comm[16];
	char pbi_name[32];
	uint32_t pbi_nfiles;
	uint32_t pbi_pgid;
	uint32_t pbi_pjobc;
	uint32_t e_tdev;
	uint32_t e_tpgid;
	int32_t pbi_nice;
	uint64_t pbi_start_tvsec;
	uint64_t pbi_start_tvusec;
};
DARWIN_SIZE(struct proc_bsdinfo, 136);

#endif /* _DARWIN_STRUCTS_H */
