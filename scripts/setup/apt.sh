# What the operating system has to give, on Debian, Ubuntu and their kin.
# shellcheck shell=sh

have() { # have COMMAND: it is on PATH
    command -v "$1" >/dev/null 2>&1
}

can_apt() { # packages can be installed: apt is here, and we are root or may become it without being asked in CI
    have apt-get && { [ "$(id -u)" -eq 0 ] || { have sudo && { [ -t 0 ] || sudo -n true 2>/dev/null; }; }; }
}

as_root() { # as_root COMMAND…: run it as root; the environment names the proxy, if there is one
    if [ "$(id -u)" -eq 0 ]; then
        env DEBIAN_FRONTEND=noninteractive "$@"
    else
        sudo --preserve-env=http_proxy,https_proxy,no_proxy env DEBIAN_FRONTEND=noninteractive "$@"
    fi
}

ask_root() { # the password is asked for in the open, since what follows runs with its output kept back
    if [ "$(id -u)" -ne 0 ]; then sudo -n true 2>/dev/null || sudo -v; fi
}

apt_update() { # refresh the package lists, once a run
    if [ -n "${APT_FRESH:-}" ]; then return 0; fi
    APT_FRESH=yes
    apt_refresh
}

apt_refresh() { # refresh the package lists
    ask_root && quietly "更新软件包列表" "refreshing the package lists" as_root apt-get update -q
}

apt_offers() { # apt_offers PACKAGE: this machine's sources have it
    apt-cache policy "$1" 2>/dev/null | grep -Eq 'Candidate: *[^( ]'
}

apt_lacks() { # apt_lacks PACKAGE: it is not installed
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" != installed ]
}

apt_install() { # apt_install PACKAGE…: install them and nothing that they only recommend
    ask_root && quietly "安装系统软件包:$*" "installing system packages: $*" \
        as_root apt-get install -q -y --no-install-recommends "$@"
}

apt_want() { # apt_want PACKAGE…: install those that are missing and to be had; say which are neither
    lacking=
    for package in "$@"; do
        if apt_lacks "$package"; then lacking="$lacking $package"; fi
    done
    if [ -z "$lacking" ]; then return 0; fi
    can_apt || { say "缺少系统软件包且无法安装:$lacking" "missing, and not root to install them:$lacking"; return 0; }
    apt_update || return 0
    for package in $lacking; do
        if ! apt_offers "$package"; then
            say "软件源里没有 $package" "this machine's sources do not have $package"
        elif ! apt_install "$package"; then
            say "$package 安装失败" "could not install $package"
        fi
    done
}
