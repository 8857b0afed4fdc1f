// SPDX-License-Identifier: GPL-2.0-only
/* C++ exceptions: unwinding goes through frames, destructors and threads. */
#include "ktap.h"

#include <stdexcept>
#include <string>
#include <vector>

namespace {

int destroyed;

struct counted {
	~counted() { destroyed++; }
};

[[gnu::noinline]] void thrower(int depth)
{
	counted here;

	if (!depth)
		throw std::runtime_error("from below");
	thrower(depth - 1);
}

[[gnu::noinline]] int nested()
{
	try {
		try {
			thrower(3);
		} catch (const std::exception &) {
			throw std::string("again");
		}
	} catch (const std::string &s) {
		return s == "again";
	}
	return 0;
}

} // namespace

int wmain(void)
{
	std::string text;
	int caught = 0;

	plan(0);
	try {
		thrower(10);
	} catch (const std::runtime_error &e) {
		text = e.what();
	}
	is_str(text.c_str(), "from below", "an exception is caught");
	is_int(destroyed, 11, "destructors have run");
	ok(nested(), "an exception in a handler");
	for (int i = 0; i < 1000; i++) {
		try {
			throw i;
		} catch (int n) {
			caught += n == i;
		}
	}
	is_int(caught, 1000, "a thousand of them");
	try {
		std::vector<int>().at(1);
		ok(false, "one of the library's");
	} catch (const std::out_of_range &) {
		ok(true, "one of the library's");
	}
	return done();
}
