// SPDX-License-Identifier: GPL-2.0-only
/*
 * The time zone: that of the machine, from the rule at the end of its
 * /etc/localtime, "CET-1CEST,M3.5.0,M10.5.0/3" (POSIX's TZ). UTC if there is
 * none, or one that NT cannot express.
 */
#include <linux/ctype.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/string.h>
#include <linux/time.h>
#include <linux/timekeeping.h>

#include "nt.h"
#include "sysinfo.h"

#define RULE_MAX	128
#define MINUTE		60
#define HOUR		3600
#define DAY		86400

struct reader {
	const char *p;
	const char *end;
};

static char peek(const struct reader *r)
{
	return r->p < r->end ? *r->p : 0;
}

static bool eat(struct reader *r, char c)
{
	if (peek(r) != c)
		return false;
	r->p++;
	return true;
}

static bool number(struct reader *r, u32 max, u32 *out)
{
	u32 n = 0;

	if (!isdigit(peek(r)))
		return false;
	while (isdigit(peek(r))) {
		n = n * 10 + (*r->p++ - '0');
		if (n > max)
			return false;
	}
	*out = n;
	return true;
}

/* An abbreviation: letters, or anything in angle brackets. */
static bool zone_name(struct reader *r, u16 *out, size_t max)
{
	bool quoted = eat(r, '<');
	size_t n = 0;

	while (peek(r) && (quoted ? peek(r) != '>' : isalpha(peek(r)))) {
		if (n + 1 == max)
			return false;
		out[n++] = (u8)*r->p++;
	}
	return n && (!quoted || eat(r, '>'));
}

/* [+-]h[h[h]][:mm[:ss]] in seconds. */
static bool offset(struct reader *r, s32 *out)
{
	bool minus = eat(r, '-');
	u32 h, m = 0, s = 0;

	if (!minus)
		eat(r, '+');
	if (!number(r, 167, &h))
		return false;
	if (eat(r, ':') && (!number(r, 59, &m) || (eat(r, ':') && !number(r, 59, &s))))
		return false;
	*out = h * HOUR + m * MINUTE + s;
	if (minus)
		*out = -*out;
	return true;
}

/* ,Mm.w.d[/time]. Days by their number in the year are nothing NT knows. */
static bool rule_date(struct reader *r, struct nt_date *date)
{
	u32 month, week, day;
	s32 time = 2 * HOUR;

	if (!eat(r, ',') || !eat(r, 'M') || !number(r, 12, &month) || !month ||
	    !eat(r, '.') || !number(r, 5, &week) || !week ||
	    !eat(r, '.') || !number(r, 6, &day))
		return false;
	if (eat(r, '/') && !offset(r, &time))
		return false;
	/* A time of another day: as near as a time of this day can be. */
	time = clamp(time, 0, DAY - 1);
	date->month = month;
	date->day = week;
	date->day_of_week = day;
	date->hour = time / HOUR;
	date->minute = time / MINUTE % 60;
	date->second = time % MINUTE;
	return true;
}

static void set_name(u16 *out, const char *name)
{
	while (*name)
		*out++ = (u8)*name++;
}

static void set_utc(struct nt_timezone *tz)
{
	memset(tz, 0, sizeof(*tz));
	set_name(tz->standard_name, "Coordinated Universal Time");
	set_name(tz->daylight_name, "Coordinated Universal Time");
	set_name(tz->key_name, "UTC");
}

/**
 * nt_timezone_parse() - a time zone from POSIX's description
 * @rule: "EST5EDT,M3.2.0,M11.1.0"
 * @len: of it
 * @tz: receives the zone; UTC if there is an error
 *
 * Context: any.
 * Return: true, or false for a rule that is none or cannot be expressed.
 */
bool nt_timezone_parse(const char *rule, size_t len, struct nt_timezone *tz)
{
	struct reader r = { rule, rule + len };
	s32 standard, daylight;

	memset(tz, 0, sizeof(*tz));
	if (!zone_name(&r, tz->standard_name, ARRAY_SIZE(tz->standard_name)) ||
	    !offset(&r, &standard))
		goto bad;
	tz->bias = standard / MINUTE;
	memcpy(tz->key_name, tz->standard_name, sizeof(tz->standard_name));
	if (r.p == r.end) {
		memcpy(tz->daylight_name, tz->standard_name, sizeof(tz->standard_name));
		if (!standard)
			set_utc(tz);
		return true;
	}
	if (!zone_name(&r, tz->daylight_name, ARRAY_SIZE(tz->daylight_name)))
		goto bad;
	daylight = standard - HOUR;
	if (peek(&r) != ',' && !offset(&r, &daylight))
		goto bad;
	if (!rule_date(&r, &tz->daylight_date) || !rule_date(&r, &tz->standard_date) ||
	    r.p != r.end)
		goto bad;
	tz->daylight_bias = (daylight - standard) / MINUTE;
	return true;
bad:
	set_utc(tz);
	return false;
}
EXPORT_SYMBOL_FOR_TEST(nt_timezone_parse);

/* The local time, in seconds since 1970, at which a rule applies in a year. */
static s64 rule_time(const struct nt_date *date, long year)
{
	s64 first = mktime64(year, date->month, 1, 0, 0, 0);
	/* 1970 began on a Thursday. */
	u32 day_of_week = (u32)((first / DAY + 4) % 7);
	u32 day = (date->day_of_week + 7 - day_of_week) % 7 + (date->day - 1) * 7;
	u32 month = date->month;

	/* The fifth one may be in the next month: the last one was meant. */
	while (date->day == 5 &&
	       first + (s64)day * DAY >= (month == 12 ? mktime64(year + 1, 1, 1, 0, 0, 0) :
					  mktime64(year, month + 1, 1, 0, 0, 0)))
		day -= 7;
	return first + (s64)day * DAY + date->hour * HOUR + date->minute * MINUTE + date->second;
}

/**
 * nt_timezone_is_daylight() - is daylight saving time in force?
 * @tz: zone
 * @seconds: since 1970, UTC
 *
 * Context: any.
 * Return: whether @tz->daylight_bias applies then.
 */
bool nt_timezone_is_daylight(const struct nt_timezone *tz, s64 seconds)
{
	s64 begin, end, local = seconds - (s64)tz->bias * MINUTE;
	struct tm tm;

	if (!tz->daylight_date.month || seconds < 0)
		return false;
	time64_to_tm(local, 0, &tm);
	/* Each in the local time that is in force until then; made standard time. */
	begin = rule_time(&tz->daylight_date, tm.tm_year + 1900);
	end = rule_time(&tz->standard_date, tm.tm_year + 1900) + tz->daylight_bias * MINUTE;
	if (begin < end)
		return local >= begin && local < end;
	return local >= begin || local < end;
}
EXPORT_SYMBOL_FOR_TEST(nt_timezone_is_daylight);

/**
 * nt_timezone_get() - the machine's time zone
 * @call: foreign call under way
 * @tz: receives it
 *
 * Context: may sleep; opens /etc/localtime as the calling task.
 */
void nt_timezone_get(struct persona_call *call, struct nt_timezone *tz)
{
	char buf[RULE_MAX], *rule, *end;
	struct file *file;
	loff_t pos;
	ssize_t n;

	set_utc(tz);
	if (persona_permit(call, __NR_openat, AT_FDCWD, 0, O_RDONLY))
		return;
	file = filp_open("/etc/localtime", O_RDONLY | O_NONBLOCK | O_LARGEFILE, 0);
	if (IS_ERR(file))
		return;
	pos = i_size_read(file_inode(file));
	pos = pos >= RULE_MAX ? pos - (RULE_MAX - 1) : 0;
	n = S_ISREG(file_inode(file)->i_mode) ? kernel_read(file, buf, sizeof(buf) - 1, &pos) : 0;
	fput(file);
	if (n < 2 || buf[n - 1] != '\n')
		return;
	end = buf + n - 1;
	for (rule = end; rule > buf && rule[-1] != '\n'; rule--)
		;
	if (rule > buf)
		nt_timezone_parse(rule, end - rule, tz);
}

/**
 * nt_timezone_bias() - the difference of local time now
 * @call: foreign call under way
 *
 * Context: may sleep.
 * Return: minutes to add to local time to get UTC.
 */
s32 nt_timezone_bias(struct persona_call *call)
{
	struct nt_timezone tz;

	nt_timezone_get(call, &tz);
	return tz.bias + (nt_timezone_is_daylight(&tz, ktime_get_real_seconds()) ?
			  tz.daylight_bias : tz.standard_bias);
}
