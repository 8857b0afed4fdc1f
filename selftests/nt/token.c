// SPDX-License-Identifier: GPL-2.0-only
/* Tokens, privileges, access checks. */
#include "ktap.h"

#include <sddl.h>

static NTSTATUS(NTAPI *open_process_token)(HANDLE, ACCESS_MASK, HANDLE *);
static NTSTATUS(NTAPI *open_thread_token)(HANDLE, ACCESS_MASK, BOOLEAN, HANDLE *);
static NTSTATUS(NTAPI *query_token)(HANDLE, int, void *, ULONG, ULONG *);
static NTSTATUS(NTAPI *adjust)(HANDLE, BOOLEAN, TOKEN_PRIVILEGES *, ULONG, TOKEN_PRIVILEGES *,
			       ULONG *);
static NTSTATUS(NTAPI *access_check)(void *, HANDLE, ACCESS_MASK, GENERIC_MAPPING *,
				     PRIVILEGE_SET *, ULONG *, ULONG *, NTSTATUS *);
static NTSTATUS(NTAPI *filter_token)(HANDLE, ULONG, void *, void *, void *, HANDLE *);

#define SE_CHANGE_NOTIFY	23
#define SE_TCB			7

static HANDLE token;

static void user(void)
{
	union { TOKEN_USER u; BYTE b[256]; } user;
	union { TOKEN_GROUPS g; BYTE b[65536]; } *groups = malloc(sizeof(*groups));
	ULONG len = 0, i, everyone = 0, logon = 0;
	SID world = { 1, 1, { { 0, 0, 0, 0, 0, 1 } }, { 0 } };
	char *text = NULL;

	is_status(query_token(token, TokenUser, NULL, 0, &len), 0xc0000023, "no room");
	ok(len > 16 + 8 && len <= 16 + 68, "length");
	is_status(query_token(token, TokenUser, &user, sizeof(user), &len), 0, "TokenUser");
	ok(user.u.User.Sid == user.b + 16, "the SID is behind");
	ok(IsValidSid(user.u.User.Sid), "and a SID");
	ConvertSidToStringSidA(user.u.User.Sid, &text);
	ok(text && !strncmp(text, "S-1-", 4), "its text");
	msg("user %s", text ? text : "?");
	is_status(query_token(token, TokenGroups, groups, sizeof(*groups), &len), 0, "TokenGroups");
	for (i = 0; i < groups->g.GroupCount; i++) {
		if (!IsValidSid(groups->g.Groups[i].Sid))
			break;
		everyone += EqualSid(groups->g.Groups[i].Sid, &world);
		logon += (groups->g.Groups[i].Attributes & SE_GROUP_LOGON_ID) == SE_GROUP_LOGON_ID;
	}
	is_int(i, groups->g.GroupCount, "all are SIDs");
	is_int(everyone, 1, "everyone is one of them");
	is_int(logon, 1, "and a logon session");
	free(groups);
}

static void classes(void)
{
	TOKEN_STATISTICS stats, again;
	TOKEN_ELEVATION elevation;
	TOKEN_TYPE type = 0;
	BYTE buf[512];
	ULONG len, session = 77;

	is_status(query_token(token, TokenType, &type, sizeof(type), &len), 0, "TokenType");
	is_int(type, TokenPrimary, "a primary one");
	is_status(query_token(token, TokenImpersonationLevel, buf, sizeof(buf), &len), 0xc000000d,
		  "it has no level");
	is_status(query_token(token, TokenStatistics, &stats, sizeof(stats), &len), 0,
		  "TokenStatistics");
	is_int(len, 56, "length");
	query_token(token, TokenStatistics, &again, sizeof(again), &len);
	ok(!memcmp(&stats.TokenId, &again.TokenId, 8), "it keeps its number");
	is_status(query_token(token, TokenSessionId, &session, sizeof(session), &len), 0,
		  "TokenSessionId");
	is_status(query_token(token, TokenElevation, &elevation, sizeof(elevation), &len), 0,
		  "TokenElevation");
	is_status(query_token(token, TokenIntegrityLevel, buf, sizeof(buf), &len), 0,
		  "TokenIntegrityLevel");
	ok(IsValidSid(*(SID **)buf), "is a SID");
	is_status(query_token(token, TokenDefaultDacl, buf, sizeof(buf), &len), 0,
		  "TokenDefaultDacl");
	ok(IsValidAcl(*(ACL **)buf), "is a list");
	is_status(query_token(token, TokenOwner, buf, sizeof(buf), &len), 0, "TokenOwner");
	is_status(query_token(token, TokenPrimaryGroup, buf, sizeof(buf), &len), 0,
		  "TokenPrimaryGroup");
	is_status(query_token(token, TokenIsAppContainer, buf, 4, &len), 0, "TokenIsAppContainer");
	is_status(query_token(token, 999, buf, sizeof(buf), &len), 0xc0000003, "no such class");
	is_status(query_token((HANDLE)(intptr_t)-4, TokenType, &type, sizeof(type), &len), 0,
		  "GetCurrentProcessToken()");
	is_status(query_token((HANDLE)(intptr_t)-5, TokenType, &type, sizeof(type), &len),
		  0xc000007c, "GetCurrentThreadToken()");
	is_status(query_token((HANDLE)(intptr_t)-6, TokenType, &type, sizeof(type), &len), 0,
		  "GetCurrentThreadEffectiveToken()");
}

static ULONG privilege(ULONG number)
{
	union { TOKEN_PRIVILEGES p; BYTE b[1024]; } all;
	ULONG len, i;

	if (query_token(token, TokenPrivileges, &all, sizeof(all), &len))
		return ~0u;
	for (i = 0; i < all.p.PrivilegeCount; i++)
		if (all.p.Privileges[i].Luid.LowPart == number)
			return all.p.Privileges[i].Attributes;
	return ~1u;
}

static void privileges(void)
{
	TOKEN_PRIVILEGES p = { 1, { { { SE_CHANGE_NOTIFY, 0 }, 0 } } }, old = { };
	PRIVILEGE_SET set = { 1, 0, { { { SE_CHANGE_NOTIFY, 0 }, 0 } } };
	BOOL has = 77;
	ULONG len = 0;

	ok(privilege(SE_CHANGE_NOTIFY) & SE_PRIVILEGE_ENABLED, "SeChangeNotifyPrivilege is on");
	ok(PrivilegeCheck(token, &set, &has) && has, "PrivilegeCheck");
	is_status(adjust(token, FALSE, &p, sizeof(old), &old, &len), 0, "it is turned off");
	is_int(old.PrivilegeCount, 1, "one has changed");
	ok(old.Privileges[0].Luid.LowPart == SE_CHANGE_NOTIFY &&
	   (old.Privileges[0].Attributes & SE_PRIVILEGE_ENABLED), "that was on");
	ok(!(privilege(SE_CHANGE_NOTIFY) & SE_PRIVILEGE_ENABLED), "is off");
	ok(PrivilegeCheck(token, &set, &has) && !has, "PrivilegeCheck");
	is_status(adjust(token, FALSE, &old, 0, NULL, NULL), 0, "and on again");
	ok(privilege(SE_CHANGE_NOTIFY) & SE_PRIVILEGE_ENABLED, "is on");
	p.Privileges[0].Luid.LowPart = SE_TCB;
	p.Privileges[0].Attributes = SE_PRIVILEGE_ENABLED;
	is_status(adjust(token, FALSE, &p, 0, NULL, NULL), 0x106, "one that nobody has");
}

/* What a list of rights, in SDDL, says. */
static NTSTATUS check(HANDLE t, const wchar_t *sddl, ACCESS_MASK want, ULONG *granted)
{
	GENERIC_MAPPING map = { 0x120089, 0x120116, 0x1200a0, 0x1f01ff };
	SECURITY_DESCRIPTOR *sd = NULL;
	PRIVILEGE_SET set;
	ULONG len = sizeof(set);
	NTSTATUS status = 0xbad, ret;

	if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(sddl, 1, (void **)&sd, NULL))
		return 0xbad;
	ret = access_check(sd, t, want, &map, &set, &len, granted, &status);
	LocalFree(sd);
	return ret ? ret : status;
}

static void access(void)
{
	HANDLE t;
	ULONG granted = 0;

	ok(DuplicateToken(token, SecurityImpersonation, &t), "DuplicateToken");
	is_status(check(token, L"O:SYG:SYD:(A;;GA;;;WD)", 1, &granted), 0xc000005c,
		  "a primary token cannot be checked");
	is_status(check(t, L"O:SYG:SYD:(A;;GA;;;WD)", 1, &granted), 0, "everyone may");
	is_hex(granted, 1, "what was asked for");
	is_status(check(t, L"O:SYG:SYD:(A;;0x1;;;WD)", 3, &granted), 0xc0000022, "not more");
	is_status(check(t, L"O:SYG:SYD:(D;;0x1;;;WD)(A;;GA;;;WD)", 1, &granted), 0xc0000022,
		  "denied first");
	is_status(check(t, L"O:SYG:SYD:(A;;0x1;;;WD)(D;;0x1;;;WD)", 1, &granted), 0,
		  "allowed first");
	is_status(check(t, L"O:SYG:SYD:", 1, &granted), 0xc0000022, "nobody");
	is_status(check(t, L"O:SYG:SYD:(A;;0x3;;;WD)(A;;0x8;;;SY)", MAXIMUM_ALLOWED, &granted), 0,
		  "MAXIMUM_ALLOWED");
	is_hex(granted & 0xff, 3, "what the list says");
	is_status(check(t, L"O:SYG:SYD:(A;;GR;;;WD)", FILE_READ_DATA, &granted), 0, "generic rights");
	is_status(check(t, L"O:SYG:SYD:(A;;GR;;;WD)", GENERIC_READ, &granted), 0xc00000e6,
		  "are for lists only");
	CloseHandle(t);
}

static void copies(void)
{
	union { TOKEN_PRIVILEGES p; BYTE b[1024]; } all;
	HANDLE t = NULL, h;
	TOKEN_TYPE type;
	ULONG len;

	ok(DuplicateTokenEx(token, TOKEN_ALL_ACCESS, NULL, SecurityImpersonation, TokenPrimary, &t),
	   "DuplicateTokenEx");
	query_token(t, TokenType, &type, sizeof(type), &len);
	is_int(type, TokenPrimary, "a primary token");
	CloseHandle(t);
	is_status(filter_token(token, DISABLE_MAX_PRIVILEGE, NULL, NULL, NULL, &t), 0,
		  "NtFilterToken");
	query_token(t, TokenPrivileges, &all, sizeof(all), &len);
	ok(all.p.PrivilegeCount == 1 && all.p.Privileges[0].Luid.LowPart == SE_CHANGE_NOTIFY,
	   "one privilege is left");
	CloseHandle(t);
	is_status(open_thread_token(GetCurrentThread(), TOKEN_QUERY, FALSE, &h), 0xc000007c,
		  "a thread has no token");
	ok(ImpersonateSelf(SecurityImpersonation), "ImpersonateSelf");
	is_status(open_thread_token(GetCurrentThread(), TOKEN_QUERY, FALSE, &h), 0, "now it has one");
	query_token(h, TokenType, &type, sizeof(type), &len);
	is_int(type, TokenImpersonation, "an impersonation token");
	CloseHandle(h);
	ok(RevertToSelf(), "RevertToSelf");
	is_status(open_thread_token(GetCurrentThread(), TOKEN_QUERY, FALSE, &h), 0xc000007c,
		  "and none again");
	is_status(open_process_token((HANDLE)0x7777774, TOKEN_QUERY, &h), 0xc0000008, "no handle");
	open_process_token(GetCurrentProcess(), TOKEN_QUERY, &h);
	is_status(adjust(h, TRUE, NULL, 0, NULL, NULL), 0xc0000022, "TOKEN_QUERY does not adjust");
	CloseHandle(h);
}

static int aces(HANDLE h, ACCESS_MASK *mask)
{
	union { SECURITY_DESCRIPTOR sd; BYTE b[512]; } sd;
	BOOL present, defaulted;
	ACL *acl = NULL;
	ACCESS_ALLOWED_ACE *ace;
	DWORD len;

	*mask = 0;
	if (!GetKernelObjectSecurity(h, DACL_SECURITY_INFORMATION, &sd.sd, sizeof(sd), &len) ||
	    !GetSecurityDescriptorDacl(&sd.sd, &present, &acl, &defaulted) || !acl ||
	    !GetAce(acl, 0, (void **)&ace))
		return -1;
	*mask = ace->Mask;
	return acl->AceCount;
}

/* An access list for a file, which is its permission bits. */
static void file_dacl(void)
{
	union { TOKEN_USER u; BYTE b[256]; } user;
	union { ACL acl; BYTE b[512]; } list;
	SID world = { 1, 1, { { 0, 0, 0, 0, 0, 1 } }, { 0 } };
	SID other = { 1, 1, { { 0, 0, 0, 0, 0, 5 } }, { 77 } };
	SECURITY_DESCRIPTOR sd;
	wchar_t path[MAX_PATH];
	ACCESS_MASK mask;
	ULONG len;
	HANDLE h;

	query_token(token, TokenUser, &user, sizeof(user), &len);
	GetTempPathW(MAX_PATH - 40, path);
	swprintf(path + wcslen(path), 40, L"persona-dacl-%lu", GetCurrentProcessId());
	h = CreateFileW(path, GENERIC_READ | GENERIC_WRITE | READ_CONTROL | WRITE_DAC |
			WRITE_OWNER, 0, NULL, CREATE_ALWAYS, 0, NULL);
	is_done(h != INVALID_HANDLE_VALUE, "a file");
	InitializeSecurityDescriptor(&sd, SECURITY_DESCRIPTOR_REVISION);
	InitializeAcl(&list.acl, sizeof(list), ACL_REVISION);
	AddAccessAllowedAce(&list.acl, ACL_REVISION, FILE_ALL_ACCESS, user.u.User.Sid);
	SetSecurityDescriptorDacl(&sd, TRUE, &list.acl, FALSE);
	is_done(SetKernelObjectSecurity(h, DACL_SECURITY_INFORMATION, &sd), "the owner's alone");
	is_int(aces(h, &mask), 1, "one entry");
	is_hex(mask, FILE_ALL_ACCESS, "with all rights");
	AddAccessAllowedAce(&list.acl, ACL_REVISION, FILE_GENERIC_READ, &world);
	is_done(SetKernelObjectSecurity(h, DACL_SECURITY_INFORMATION, &sd), "others may read");
	is_int(aces(h, &mask), 3, "an entry for the group, one for everyone");
	InitializeAcl(&list.acl, sizeof(list), ACL_REVISION);
	AddAccessAllowedAce(&list.acl, ACL_REVISION, FILE_GENERIC_READ, user.u.User.Sid);
	is_done(SetKernelObjectSecurity(h, DACL_SECURITY_INFORMATION, &sd), "to be read only");
	is_hex(GetFileAttributesW(path) & FILE_ATTRIBUTE_READONLY, FILE_ATTRIBUTE_READONLY,
	       "so it is");
	AddAccessAllowedAce(&list.acl, ACL_REVISION, FILE_GENERIC_READ, &other);
	is_error(!SetKernelObjectSecurity(h, DACL_SECURITY_INFORMATION, &sd), ERROR_NOT_SUPPORTED,
		 "rights for somebody else");
	SetSecurityDescriptorGroup(&sd, &world, FALSE);
	is_error(!SetKernelObjectSecurity(h, GROUP_SECURITY_INFORMATION, &sd),
		 ERROR_INVALID_PRIMARY_GROUP, "another group");
	SetSecurityDescriptorDacl(&sd, TRUE, NULL, FALSE);
	is_done(SetKernelObjectSecurity(h, DACL_SECURITY_INFORMATION, &sd), "no list");
	is_int(aces(h, &mask), 3, "everyone");
	CloseHandle(h);
	is_done(DeleteFileW(path), "DeleteFile");
}

int wmain(void)
{
	open_process_token = ntdll("NtOpenProcessToken");
	open_thread_token = ntdll("NtOpenThreadToken");
	query_token = ntdll("NtQueryInformationToken");
	adjust = ntdll("NtAdjustPrivilegesToken");
	access_check = ntdll("NtAccessCheck");
	filter_token = ntdll("NtFilterToken");

	plan(0);
	is_status(open_process_token(GetCurrentProcess(), TOKEN_ALL_ACCESS, &token), 0,
		  "NtOpenProcessToken");
	user();
	classes();
	privileges();
	access();
	file_dacl();
	copies();
	return done();
}
