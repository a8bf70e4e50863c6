# Python 3.13 of Debian 13 for an older Debian, from the mirror that the machine already uses.
# shellcheck shell=sh

SOURCE=/etc/apt/sources.list.d/onemap-trixie.list
PIN=/etc/apt/preferences.d/onemap-trixie
KEYS=/usr/share/keyrings/debian-archive-keyring.gpg

is_debian() { # Debian itself: another's libraries do not fit its packages
    # shellcheck source=/dev/null
    [ -r /etc/os-release ] && (. /etc/os-release && [ "${ID:-}" = debian ])
}

mirror() { # the address of the main archive, as apt reads it from whatever files name it
    # shellcheck disable=SC2016 # apt puts these in
    apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 2>/dev/null |
        awk '$3 == "main" && $2 !~ /[-\/]/ { print $1; exit }'
}

add_trixie() { # add_trixie MIRROR: a source below everything else, so that nothing comes from it unasked
    signed=
    if [ -r "$KEYS" ]; then signed="[signed-by=$KEYS] "; fi
    printf 'deb %s%s trixie main\n' "$signed" "$1" | as_root tee "$SOURCE" >/dev/null &&
        printf 'Package: *\nPin: release n=trixie\nPin-Priority: 100\n' | as_root tee "$PIN" >/dev/null
}

from_trixie() { # Python of Debian 13; its C library comes along, which older programs run on as well
    is_debian && can_apt && ! apt_offers python3.13 && [ -n "$(mirror)" ] || return 1
    say "加入 Debian 13 软件源(低优先级),只取 Python 3.13" "adding Debian 13 at low priority, for Python 3.13 alone"
    ask_root && add_trixie "$(mirror)" || return 1
    # The older pip that may be here satisfies the package and then fails on 3.13.
    apt_refresh && apt_install -t trixie python3.13 python3.13-venv python3-pip-whl && from_here
}
