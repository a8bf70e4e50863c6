# A .venv with a Python that OneMap runs on: the machine's own, one of pyenv or uv, or else one newly installed.
# shellcheck shell=sh

# Sorted by preference. The upper end is what the pinned packages have wheels for.
VERSIONS="3.13 3.12 3.14"

ask() { # ask PYTHON CODE: what it prints; a pyenv shim exists and yet fails, so only running one tells
    "$1" -c "$2" 2>/dev/null </dev/null
}

fits() { # fits PYTHON: right version, the usual build with its global lock, able to make virtual environments
    ask "$1" 'import sys, sysconfig, venv, ensurepip
sys.exit(not (3, 12) <= sys.version_info[:2] <= (3, 14) or bool(sysconfig.get_config_var("Py_GIL_DISABLED")))'
}

on_path() { # on_path NAME: every executable of that name, not only the first, since the first may be a dead shim
    (
        IFS=:
        for folder in $PATH; do
            if [ -x "$folder/$1" ]; then printf '%s\n' "$folder/$1"; fi
        done
    )
}

candidates() { # every Python worth trying, one a line, best first
    printf '%s\n' "${ONEMAP_PYTHON:-}"
    for version in $VERSIONS; do on_path "python$version"; done
    on_path python3
    for version in $VERSIONS; do
        for home in "${PYENV_ROOT:-}" "${HOME:-}/.pyenv" /opt/pyenv; do
            printf '%s\n' "$home"/versions/"$version"*/bin/"python$version"
        done
    done
}

make_venv() { # make_venv PYTHON: make .venv with the program behind it, be it a shim or another environment
    fits "$1" || return 1
    base=$(ask "$1" 'import sys; print(getattr(sys, "_base_executable", None) or sys.executable)')
    quietly "用 $base 建立 .venv" "making .venv with $base" "$base" -m venv --clear .venv
}

from_here() { # the first candidate that makes one: a Python can look right and lack a working pip
    while IFS= read -r python; do
        if [ -n "$python" ] && make_venv "$python"; then return 0; fi
    done <<EOF
$(candidates)
EOF
    return 1
}

from_uv() { # from_uv UV: a Python that uv has, or fetches in two minutes
    python=$("$1" python find --no-project '>=3.12,<3.15' 2>/dev/null) && make_venv "$python" && return 0
    quietly "用 uv 下载 Python" "asking uv for a Python" timeout 120 "$1" python install --no-bin 3.13 || return 1
    python=$("$1" python find --no-project --managed-python 3.13 2>/dev/null) && make_venv "$python"
}

from_any_uv() { # the machine's own uv, wherever its installer put it
    for uv in uv "${HOME:-}/.local/bin/uv" "${HOME:-}/.cargo/bin/uv"; do
        if have "$uv" && from_uv "$uv"; then return 0; fi
    done
    return 1
}

from_apt() { # the distribution's own, with the module venv that Debian packages apart
    if have apt-get && ! can_apt; then
        say "不是 root,也没有免密 sudo,不能用 apt 安装 Python" "neither root nor sudo, so apt cannot install a Python"
    fi
    can_apt || return 1
    apt_update || true
    for version in $VERSIONS; do
        if apt_offers "python$version-venv" && apt_install "python$version" "python$version-venv" && from_here; then
            return 0
        fi
    done
    return 1
}

from_old_python() { # an older Python can still install uv, and uv fetch a newer Python
    have python3 || return 1
    ask python3 'import venv, ensurepip' || { can_apt && apt_install python3-venv; } || return 1
    nest=$(mktemp -d)
    found=1
    # shellcheck disable=SC2016 # for the inner shell
    if quietly "用旧版 Python 安装 uv" "installing uv with an older Python" \
        sh -c 'python3 -m venv "$1" && "$1/bin/pip" install -q uv' sh "$nest" && from_uv "$nest/bin/uv"; then
        found=0
    fi
    rm -rf "$nest"
    return "$found"
}

new_venv() { # make .venv, or end here saying what to do
    if from_here; then return 0; fi
    say "本机没有可用的 Python 3.12 以上版本,正在寻找" "no usable Python ≥ 3.12 here yet, looking for one"
    from_any_uv || from_apt || from_old_python || from_trixie || die \
        "找不到 Python 3.12–3.14。请安装一个(或用 ONEMAP_PYTHON 指明),再运行一次" \
        "No Python 3.12 to 3.14 found or installable. Install one (or name it in ONEMAP_PYTHON) and run this again"
}
