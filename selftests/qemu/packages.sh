# SPDX-License-Identifier: GPL-2.0-only
#
# packages.sh - Debian packages from a private apt, for the scripts beside this.
#
# They are unpacked, never installed, and no maintainer script is run.  Sourced
# by a script that has set $me, its name, and $here.
#
# PERSONA_CACHE        where (default: ${XDG_CACHE_HOME:-~/.cache}/persona)
# PERSONA_MIRROR       Debian mirror (default: http://deb.debian.org)
# PERSONA_OFFLINE=1    use what is there, look nothing up

cache=${PERSONA_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/persona}
mirror=${PERSONA_MIRROR:-http://deb.debian.org}
offline=${PERSONA_OFFLINE:-}
start=$(date +%s)
export LC_ALL=C

say() { echo "$me: [$(($(date +%s) - start))s] $*" >&2; }
die() { say "$*"; exit 1; }

# apt_for NAME DEB-LINE... - a private apt that knows only these sources
apt_for()
{
	apt=$cache/apt/$1; shift
	mkdir -p "$apt/lists/partial" "$apt/archives/partial"
	(
		flock 7		# several may run at once
		printf '%s\n' "$@" > "$apt/sources.list.tmp"
		if ! cmp -s "$apt/sources.list.tmp" "$apt/sources.list"; then
			mv "$apt/sources.list.tmp" "$apt/sources.list"
			rm -f "$apt/updated"
		fi
		: >> "$apt/status"
		if [ -n "$offline" ] || [ -n "$(find "$apt/updated" -mmin -1440 2>/dev/null)" ]; then
			exit 0
		fi
		say "looking for newer packages in $(basename "$apt")"
		if run_apt apt-get -q update >"$apt/update.log" 2>&1 &&
		   ! grep -q '^[WE]: .*Failed to fetch' "$apt/update.log"; then
			touch "$apt/updated"
		else
			tail -n 5 "$apt/update.log" >&2
			say "the package lists could not be refreshed"
		fi
	) 7> "$apt/.lock"
}

run_apt()
{
	prog=$1; shift
	"$prog" -o Dir::Etc::sourcelist="$apt/sources.list" \
		-o Dir::Etc::sourceparts=/dev/null \
		-o Dir::Etc::preferences=/dev/null \
		-o Dir::Etc::preferencesparts=/dev/null \
		-o Dir::State="$apt" -o Dir::State::lists="$apt/lists" \
		-o Dir::State::status="$apt/status" \
		-o Dir::State::extended_states="$apt/extended_states" \
		-o Dir::Cache="$apt" -o Dir::Cache::archives="$apt/archives" \
		-o Dir::Cache::pkgcache="" -o Dir::Cache::srcpkgcache="" \
		-o APT::Architecture=amd64 -o APT::Architectures=amd64 \
		-o APT::Sandbox::User="$(id -un)" -o Acquire::Retries=3 \
		-o Acquire::Languages=none -o APT::Install-Recommends=false \
		-o APT::Get::Assume-Yes=true -o Debug::NoLocking=true "$@"
}

apt_bookworm()
{
	key=/usr/share/keyrings/debian-archive-keyring.gpg
	apt_for bookworm \
		"deb [signed-by=$key] $mirror/debian bookworm main" \
		"deb [signed-by=$key] $mirror/debian bookworm-updates main" \
		"deb [signed-by=$key] $mirror/debian-security bookworm-security main"
}

# apt_suite SUITE - another suite's main packages
apt_suite()
{
	key=/usr/share/keyrings/debian-archive-keyring.gpg
	apt_for "$1" "deb [signed-by=$key] $mirror/debian $1 main"
}

# newest PACKAGE - its candidate version
newest()
{
	run_apt apt-cache show --no-all-versions "$1" 2>/dev/null |
		sed -n 's/^Version: //p' | head -n 1
}

# needs PACKAGE PATTERN - those of its dependencies that match
needs()
{
	run_apt apt-cache depends --important "$1" 2>/dev/null |
		sed -n 's/^[ |]*Depends: //p' | grep -E "^$2\$" | sort -u
}

# fetch DIR PACKAGE - download a package; its file is $deb
fetch()
{
	say "fetching $2 $(newest "$2")"
	rm -rf "$1/.deb"
	mkdir -p "$1/.deb"
	(cd "$1/.deb" && run_apt apt-get -q download "$2" >log 2>&1) || {
		tail -n 5 "$1/.deb/log" >&2
		die "cannot fetch $2"
	}
	deb=$(echo "$1"/.deb/*.deb)
	dpkg-deb -W --showformat='${Package} ${Version} ${Architecture}\n' "$deb" >> "$1/PACKAGES"
}

# get DIR PACKAGE... - unpack packages into DIR, noting them in DIR/PACKAGES
get()
{
	dir=$1; shift
	for pkg; do
		fetch "$dir" "$pkg"
		dpkg-deb -x "$deb" "$dir"
	done
	rm -rf "$dir/.deb"
}

# settle_in DIR SERIES NAME - is what we have good enough? (1: no; dies: nothing)
settle_in()
{
	if [ "$(readlink "$1/$2" || :)" = "$3" ]; then
		return 0
	fi
	case $3 in
	*=) ;;				# nothing newer is known
	*)  return 1 ;;
	esac
	[ -e "$1/$2/PACKAGES" ] ||
		die "no package for $2 is known and none is cached (network?)"
	say "$2: nothing can be looked up, using what is cached"
}

# finish_in DIR SERIES TMP NAME - make a complete directory the series' current one
finish_in()
{
	rm -rf "$1/$4"
	mv "$3" "$1/$4"
	ln -sfn "$4" "$1/.$2.tmp"
	mv -Tf "$1/.$2.tmp" "$1/$2"
	# Older ones may be in use by a run that has not ended yet.
	find "$1" -mindepth 1 -maxdepth 1 -type d -mtime +7 \
		-name "$2=*" ! -name "$4" -exec rm -rf {} + || :
}
