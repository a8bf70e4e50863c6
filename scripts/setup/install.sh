# The project's own virtual environment, made when missing or broken and installed into when something changed.
# shellcheck shell=sh

venv_fits() { # it runs, has a right version, and was made for this folder and not moved here
    fits .venv/bin/python && grep -qF "$ROOT/.venv" .venv/bin/activate 2>/dev/null
}

ensure_venv() { # a working .venv, with pip in it
    venv_fits || new_venv
}

fingerprint() { # what an installation follows from; any change means installing again
    cat pyproject.toml constraints.txt hatch_build.py package.json api/page/vendor.json | cksum
}

installed() { # installed KIND: nothing changed since
    [ -d api/page/vendor ] && [ "$(cat ".venv/.onemap-$1" 2>/dev/null)" = "$(fingerprint)" ]
}

# uv does not read pip's configuration, and a city's own mirror is often named only there.
follow_pip() { # follow_pip SETTING VARIABLE: give uv what pip is set to
    value=$(.venv/bin/python -m pip config list 2>/dev/null | sed -n "s/^[^.]*\.$1='\(.*\)'\$/\1/p" | tail -n 1)
    if [ -n "$value" ]; then export "$2=$value"; fi
}

ensure_uv() { # uv inside .venv, and pip's settings for it
    .venv/bin/uv --version >/dev/null 2>&1 ||
        quietly "安装 uv" "installing uv" .venv/bin/python -m pip install -q -c constraints.txt uv ||
        die "无法安装 uv,请检查网络或 pip 镜像设置" "Could not install uv: check the network, or the mirror pip is set to"
    [ -n "${UV_DEFAULT_INDEX:-}" ] || follow_pip index-url UV_DEFAULT_INDEX
    [ -n "${UV_INDEX:-}" ] || follow_pip extra-index-url UV_INDEX
    [ -n "${UV_INSECURE_HOST:-}" ] || follow_pip trusted-host UV_INSECURE_HOST
    export UV_HTTP_TIMEOUT="${UV_HTTP_TIMEOUT:-180}" UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-true}"
}

install() { # install KIND [OPTION…]: OneMap and what it needs, at the versions of constraints.txt
    kind=$1
    shift
    cd "$ROOT" || exit 1
    ensure_venv
    if installed "$kind"; then return 0; fi
    ensure_uv
    quietly "安装 OneMap 及其依赖(首次约一分钟)" "installing OneMap and what it needs (a minute the first time)" \
        .venv/bin/uv pip install --python .venv/bin/python -c constraints.txt -b constraints.txt -e . "$@" ||
        die "安装失败,原因见上" "The installation failed; the reason is above"
    fingerprint >".venv/.onemap-$kind"
}
