# SPDX-License-Identifier: GPL-2.0-or-later
# A VM exactly as virt-install makes it, on hosts that have the engine from its package, as
# apt-get installs it (scripts/package builds it): one command protects it, untouched, and it is taken
# over when its host is killed, and when it is cut off.
# shellcheck shell=bash
: "${folder:?}" "${top:?}"
. "${here:?}/takeover.sh"
# shellcheck disable=SC2034 # the runner reads it
rounds=2

begin() {
    local host
    "$top/scripts/package" trixie >&2 || fail "no package"
    must machines up m1 m2 m3
    fetch_package m1
    for host in m1 m2 m3; do
        install_package $host
    done
    start_guest m3 control --virt-install
    start_guest m1 vm1 --virt-install
    add_hosts m1 m2 m3
    for host in m1 m2 m3; do
        ! machines on $host test -e /usr/local/lib/ftadmin/ftengine ||
            fail "$host has an engine beside its package"
    done
    is_untouched before
    protect_guest vm1 m2 m3
}

# The hosts reach no archive: what the package needs and they lack is fetched for all of them by what
# the first one has.
fetch_package() { # HOST
    local root=${FT_PACKAGE_ROOTS:-/var/tmp/ft-package}/trixie
    rm -rf "$root/var/tmp/need"
    mkdir -p "$root/var/tmp/need/partial"
    machines on "$1" cat /var/lib/dpkg/status >"$root/var/tmp/status"
    cp "$top"/build-package/trixie/ftengine_*.deb "$root/var/tmp/need/ftengine.deb"
    must chroot "$root" apt-get -q -y --no-install-recommends --download-only \
        -o Dir::State::status=/var/tmp/status -o Dir::Cache::archives=/var/tmp/need \
        install /var/tmp/need/ftengine.deb >&2
    mkdir -p "$folder/packages"
    cp "$root"/var/tmp/need/*.deb "$folder/packages/"
}

install_package() { # HOST
    must machines on "$1" mkdir -p /root/packages
    must machines copy "$1" "$folder"/packages/*.deb /root/packages/
    must machines on "$1" sh -c 'apt-get -q -y --no-install-recommends install /root/packages/*.deb' >&2
}

# What QEMU runs with is what virt-install had it started with, for as long as it runs.
is_untouched() { # before|after
    # shellcheck disable=SC2016 # for the host's shell
    machines on m1 sh -c 'tr "\0" "\n" <"/proc/$(cat /run/libvirt/qemu/vm1.pid)/cmdline"' \
        >"$folder/vm1.$1"
}

round() { # NUMBER
    if [ "$1" = 1 ]; then
        wait_for 400 is_protected vm1 || fail "not protected: $(ftadmin status 2>&1)"
        is_untouched after
        diff "$folder/vm1.before" "$folder/vm1.after" || fail "its QEMU was started again"
        # shellcheck disable=SC2016 # for dpkg-query
        figure "package=$(machines on m1 dpkg-query -W -f '${Version}' ftengine)"
    fi
    takeover_round "$1"
}
