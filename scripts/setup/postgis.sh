# PostgreSQL with PostGIS from the distribution, for databases of our own; none of the system's is made or started.
# shellcheck shell=sh

NO_CLUSTER=/etc/postgresql-common/createcluster.d/onemap.conf

has_postgis() { # a server with PostGIS is here, where Debian and its kin put them
    for control in /usr/share/postgresql/*/extension/postgis.control; do
        version=${control#/usr/share/postgresql/}
        if [ -x "/usr/lib/postgresql/${version%%/*}/bin/initdb" ]; then return 0; fi
    done
    return 1
}

postgis_package() { # the name of the package that brings the newest server with PostGIS
    if apt_offers postgresql-postgis; then
        echo postgresql-postgis
    else
        apt-cache search --names-only '^postgresql-[0-9]+-postgis-3$' | awk '{ print $1 }' | sort -V | tail -n 1
    fi
}

# The package makes and starts a database of its own when it is new; a machine that has had one keeps its ways.
alone() { # alone COMMAND…: run it, and let the package make no database meanwhile
    if [ -e /etc/postgresql-common ]; then
        "$@"
        return
    fi
    ask_root && as_root mkdir -p "${NO_CLUSTER%/*}" &&
        echo 'create_main_cluster = false' | as_root tee "$NO_CLUSTER" >/dev/null || return 1
    code=0
    "$@" || code=$?
    as_root rm -f "$NO_CLUSTER"
    return "$code"
}

want_postgis() { # install it where it is missing and can be had
    if has_postgis; then return 0; fi
    if can_apt; then apt_update || true; fi
    if have apt-cache; then package=$(postgis_package); else package=; fi
    if [ -z "$package" ] || ! can_apt; then
        say "没有 PostGIS,相关测试将跳过" "no PostGIS here and none installable: its tests are skipped"
    else
        alone apt_install "$package" || say "$package 安装失败" "could not install $package"
    fi
}
