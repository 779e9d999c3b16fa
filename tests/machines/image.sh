# SPDX-License-Identifier: GPL-2.0-or-later
# Disk images of the machines' systems. Part of scripts/machines.
# shellcheck shell=bash
: "${top:?}" "${MACHINES:?}" "${images:?}"

say() {
    echo "machines: $*" >&2
}

die() {
    say "$@"
    exit 1
}

# What every host has beside its kernel: what an administrator installs for libvirt, libraries that
# ftengine is linked with, and tools to look around with.
image_packages="systemd systemd-sysv dbus udev openssh-server iproute2 iputils-ping ifupdown
    procps kmod apparmor libvirt-daemon-system libvirt-clients qemu-system-x86 qemu-utils ovmf
    libjansson4 libnbd0 liblz4-1 libxxhash0 libssh-4 libsqlite3-0 libncursesw6 libxml2
    libnl-route-3-200 libnl-3-200 nftables ethtool jq strace virtinst osinfo-db"

image_suite() { # SYSTEM
    case $1 in
    debian13) echo trixie ;;
    debian12 | debian12-stock) echo bookworm ;;
    *) return 1 ;;
    esac
}

# Kernels and libraries by the names that they have there.
image_extra() { # SUITE
    case $1 in
    trixie) echo linux-image-amd64 libgnutls30t64 ;;
    bookworm) echo linux-image-amd64 linux-image-6.12-amd64 libgnutls30 ;;
    esac
}

# The disk that a system boots from; debian12 and debian12-stock differ in the kernel only.
image_disk() { # SYSTEM
    echo "$images/$(image_suite "$1").qcow2"
}

# The first archive that this machine's apt uses.
image_archive() {
    grep -rhoE '(^URIs: *|^deb +(\[[^]]*\] +)?)[a-z]+://[^ ]+/debian/?( |$)' \
        /etc/apt/sources.list /etc/apt/sources.list.d 2>/dev/null | grep -oE '[a-z]+://[^ ]+' |
        head -n 1
}

machines_image() { # [SYSTEM...]
    local system suite
    [ $# -gt 0 ] || set -- debian13 debian12
    need_root
    mkdir -p "$images" || exit 1
    for system; do
        suite=$(image_suite "$system") || usage
        [ ! -e "$images/$suite.qcow2" ] || continue
        exec 6>"$images/lock"
        flock 6
        [ -e "$images/$suite.qcow2" ] || make_image
        exec 6>&-
    done
}

# Uses and sets the variables of machines_image.
make_image() {
    local archive root=$images/$suite.root
    archive=$(image_archive)
    [ -n "$archive" ] || die "no Debian archive in this machine's apt sources"
    say "making the image of $suite; log: $images/$suite.log"
    [ -e "$images/key" ] || ssh-keygen -q -t ed25519 -N '' -C admin@adm -f "$images/key"
    rm -rf "$root"
    { need_debootstrap && debootstrap --variant=minbase "$suite" "$root" "$archive" &&
        image_install && image_settle && image_kernels && image_to_disk; } \
        >"$images/$suite.log" 2>&1 || die "no image: $(tail -n 3 "$images/$suite.log")"
    rm -rf "$root"
}

need_debootstrap() {
    command -v debootstrap || apt-get install -y -q debootstrap
}

image_to_disk() {
    rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
    truncate -s 8G "$images/$suite.raw" &&
        mke2fs -q -t ext4 -d "$root" "$images/$suite.raw" &&
        qemu-img convert -O qcow2 "$images/$suite.raw" "$images/$suite.new" &&
        rm -f "$images/$suite.raw" &&
        mv "$images/$suite.new" "$images/$suite.qcow2"
}

# No service starts in the folder, and none of what is there for the work stays in the image.
image_install() {
    local rc=0
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
    chmod +x "$root/usr/sbin/policy-rc.d"
    printf 'deb %s %s main\ndeb %s %s main\n' "${archive%/}" "$suite" "${archive%/}-security" \
        "$suite-security" >"$root/etc/apt/sources.list"
    cp /etc/resolv.conf "$root/etc/resolv.conf"
    mount -t proc proc "$root/proc"
    # shellcheck disable=SC2086,SC2046 # lists of words
    DEBIAN_FRONTEND=noninteractive chroot "$root" sh -c \
        'apt-get update -q && apt-get install -y -q --no-install-recommends "$@"' sh \
        $image_packages $(image_extra "$suite") || rc=1
    umount "$root/proc"
    rm -f "$root/usr/sbin/policy-rc.d" "$root/etc/resolv.conf"
    return $rc
}

image_settle() {
    rm -f "$root"/etc/ssh/ssh_host_*
    install -d -m 700 "$root/root/.ssh"
    install -m 600 "$images/key.pub" "$root/root/.ssh/authorized_keys"
    printf '/dev/vda / ext4 defaults 0 1\n' >"$root/etc/fstab"
    printf 'auto lo\niface lo inet loopback\n' >"$root/etc/network/interfaces"
    install "$top/tests/machines/host-init" "$root/usr/local/sbin/machine-init"
    install -m 644 "$top/tests/machines/host-init.service" \
        "$root/etc/systemd/system/machine-init.service"
    # else every login starts a manager of the user's services, which takes seconds here
    install -d "$root/var/lib/systemd/linger"
    touch "$root/var/lib/systemd/linger/root"
    chroot "$root" systemctl enable -q machine-init ssh libvirtd
    # both wait for udev, longer than systemd's patience where a machine has other work
    chroot "$root" systemctl mask -q serial-getty@ttyS0.service systemd-udev-settle.service
    chroot "$root" systemctl disable -q e2scrub_reap.service apt-daily.timer \
        apt-daily-upgrade.timer dpkg-db-backup.timer 2>/dev/null || true
    # last, for enabling units fills it, and of one machine-id have one MAC address
    # on their bridges
    rm -f "$root/var/lib/dbus/machine-id"
    : >"$root/etc/machine-id"
}

# The newest kernel is the system's own, but for Debian 12's first one.
image_kernels() {
    local newest oldest system=debian13
    newest=$(kernels_in "$root" | tail -n 1)
    oldest=$(kernels_in "$root" | head -n 1)
    if [ "$suite" = bookworm ]; then
        system=debian12
        take_kernel "$oldest" debian12-stock
    fi
    take_kernel "$newest" "$system"
}

kernels_in() { # FOLDER
    find "$1/lib/modules" -mindepth 1 -maxdepth 1 -printf '%f\n' | sort -V
}

take_kernel() { # RELEASE SYSTEM
    cp "$root/boot/vmlinuz-$1" "$images/$2.vmlinuz"
    cp "$root/boot/initrd.img-$1" "$images/$2.initrd"
}
