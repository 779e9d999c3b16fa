# SPDX-License-Identifier: GPL-2.0-or-later
# Hosts of the lab: prepare, boot, power off, take down. Part of scripts/lab.
# shellcheck shell=bash
: "${FTLAB:?}" "${lab:?}" "${boot_deadline:?}" "${top:?}" "${caller_folder:?}"

lab_up() {
    local count=2 host i
    case ${1-} in
    --hosts) count=${2-} ;;
    '') ;;
    *) usage ;;
    esac
    [[ $count =~ ^[1-9][0-9]?$ ]] || usage
    need_root
    check_tools
    if [ -e "$FTLAB/hosts" ] || [ -e "/run/netns/$(netns sw)" ]; then
        die "this lab is up or half up: scripts/lab down first"
    fi
    mkdir -p "$FTLAB/bin" || exit 1
    lock_lab || exit 1
    : >"$FTLAB/.is-a-lab" # down deletes nothing that has no such mark
    build_guest &
    for ((i = 1; i <= count; i++)); do
        echo "h$i kvm"
    done >"$FTLAB/hosts"
    printf '%s\n' "w1 witness" "adm adm" >>"$FTLAB/hosts"
    gcc -O2 -o "$FTLAB/bin/enter" "$top/tests/lab/enter.c" || die "cannot compile tests/lab/enter.c"
    make_switch
    make_admin_key
    for host in $(all_hosts); do # one by one: in parallel it takes longer
        prepare_host "$host" || die "cannot prepare $host"
        boot_host "$host" &
    done
    wait
    for host in $(all_hosts); do
        wait_for_host "$host"
    done
    [ -e "$FTLAB/guest/initrd" ] || die "the guest image was not built: see $FTLAB/guest-build.log"
}

check_tools() {
    local tool missing=
    for tool in ip unshare nsenter setsid ebtables sshd ssh-keygen libvirtd virtlogd virsh \
        qemu-system-x86_64 qemu-img gcc busybox cpio modprobe depmod; do
        command -v "$tool" >/dev/null || missing+=" $tool"
    done
    [ -z "$missing" ] || die "missing:$missing (scripts/bootstrap installs what is needed)"
}

build_guest() {
    "$top/tests/guest/build" ${FTLAB_GUEST_WITH:+--with "$FTLAB_GUEST_WITH"} \
        "${FTLAB_GUEST:-$FTLAB/guest}" >"$FTLAB/guest-build.log" 2>&1 || exit
    [ -z "${FTLAB_GUEST:-}" ] || ln -sfn "$FTLAB_GUEST" "$FTLAB/guest"
}

make_admin_key() {
    ssh-keygen -q -t ed25519 -N '' -C "admin@adm" -f "$FTLAB/admin-key" ||
        die "cannot make the administrator's key"
}

# What a host has on disk when it is switched on for the first time.
prepare_host() { # HOST
    local host=$1 folder=$FTLAB/$1
    mkdir -p "$folder"/{etc,root,home,var/log,var/lib,var/cache} && copy_etc "$folder/etc" || return
    mkdir -p "$folder"/var/log/{libvirt/qemu,ftadmin}
    chmod 700 "$folder/root"
    prepare_etc "$host"
    case $(host_kind "$host") in
    adm) prepare_adm "$folder" ;;
    witness) prepare_sshd "$folder" ;;
    kvm)
        prepare_sshd "$folder"
        prepare_libvirt "$folder"
        ;;
    esac
}

# What a host has to have for itself is copied; the rest of /etc are links to the machine's, which
# host-init shows read-only. Not a copy of it all: ext4 is slow to make a thousand files where a lab
# has just deleted as many.
copy_etc() { # FOLDER
    local name own=()
    for name in passwd group shadow gshadow subuid subgid shells profile environment \
        apparmor.d default init.d libvirt pam.d security ssh sysctl.d tmpfiles.d; do
        [ ! -e "/etc/$name" ] || own+=("/etc/$name")
    done
    cp -a "${own[@]}" "$1/" && ln -s /proc/self/mounts "$1/mtab"
}

# Own names and an empty resolv.conf: a look-up that leaves the lab hangs.
prepare_etc() { # HOST
    local etc=$FTLAB/$1/etc name
    {
        echo "127.0.0.1 localhost"
        for name in $(all_hosts); do
            echo "10.77.0.$(host_number "$name") $name"
        done
    } >"$etc/hosts"
    : >"$etc/resolv.conf"
    echo "$1" >"$etc/hostname"
    # who is who, for libvirt (host UUID) and for ftadmin: as different as on real machines
    printf '%s' "$FTLAB/$1" | md5sum | cut -c-32 >"$etc/machine-id"
    # the machine may run services of its own; a host of the lab starts only what host-init starts
    rm -f "$etc/init.d/ftengine" "$etc"/ssh/ssh_host_*
}

prepare_adm() { # FOLDER
    install -d -m 700 "$1/root/.ssh"
    install -m 600 "$FTLAB/admin-key" "$1/root/.ssh/id_ed25519"
    install -m 644 "$FTLAB/admin-key.pub" "$1/root/.ssh/id_ed25519.pub"
}

# Debian's sshd_config as it is (root by key only). Only ed25519 keys: RSA ones take a
# second to make.
prepare_sshd() { # FOLDER
    ssh-keygen -q -t ed25519 -N '' -C "root@${1##*/}" -f "$1/etc/ssh/ssh_host_ed25519_key"
    install -d -m 700 "$1/root/.ssh"
    install -m 600 "$FTLAB/admin-key.pub" "$1/root/.ssh/authorized_keys"
    # no name look-ups (see resolv.conf); a login must not take a second
    mkdir -p "$1/etc/ssh/sshd_config.d"
    echo "UseDNS no" >"$1/etc/ssh/sshd_config.d/lab.conf"
}

prepare_libvirt() { # FOLDER
    local dir=$1/var/lib/libvirt
    # folders, owners and modes as Debian's packages make them
    install -d -m 755 "$dir"
    install -d -m 711 "$dir/images" "$dir/boot"
    install -d -m 750 -o libvirt-qemu -g libvirt-qemu "$dir/qemu"
    # swtpm-tools': where the certificates of emulated TPMs are made
    ! id tss >/dev/null 2>&1 || install -d -m 750 -o tss -g root "$1/var/lib/swtpm-localca"
    echo 'host_uuid_source = "machine-id"' >>"$1/etc/libvirt/libvirtd.conf"
    cat "$top/tests/lab/qemu.conf" >>"$1/etc/libvirt/qemu.conf"
    rm -rf "$1"/etc/libvirt/qemu/*.xml "$1"/etc/libvirt/qemu/autostart "$1"/etc/libvirt/storage
    mkdir -p "$1/etc/libvirt/storage/autostart"
    cp "$top/tests/lab/pool.xml" "$1/etc/libvirt/storage/default.xml"
    ln -s /etc/libvirt/storage/default.xml "$1/etc/libvirt/storage/autostart/default.xml"
    rm -f "$1"/etc/libvirt/qemu/networks/autostart/*
}

# Returns when the host's init runs; wait_for_host says when the host is ready.
boot_host() { # HOST
    local host=$1 folder=$FTLAB/$1 visible=${FTLAB_VISIBLE:-}
    make_wires "$host" || return
    rm -f "$folder/pid"
    # its own session, every stream of its own: the lab outlives the shell that brought it
    # up. The lock (7) stays here.
    # shellcheck disable=SC2086 # a list of words
    setsid nsenter --net="/run/netns/$(netns "$host")" \
        unshare --mount --propagation private --pid --fork --uts --ipc \
        "$top/tests/lab/host-init" "$folder" "$host" "$(host_kind "$host")" "$top" ${visible//:/ } \
        </dev/null >>"$folder/var/log/boot.log" 2>&1 7>&- &
    disown
    wait_for "$boot_deadline" test -s "$folder/pid"
}

wait_for_host() { # HOST
    wait_for "$boot_deadline" is_ready "$1" || {
        tail -n 20 "$FTLAB/$1/var/log/boot.log" >&2
        die "$1 is not up after $boot_deadline seconds"
    }
}

is_ready() { # HOST
    inside "$1" test -e /run/booted || return
    case $(host_kind "$1") in
    kvm) sshd_answers "$1" && libvirtd_answers "$1" ;;
    witness) sshd_answers "$1" ;;
    esac
}

# Its pool runs: then it has started everything that it starts by itself.
libvirtd_answers() { # HOST
    inside "$1" virsh -q -c qemu:///system pool-info default 2>/dev/null |
        grep -q 'State: *running'
}

# Asked from adm, as a user would reach it.
sshd_answers() { # HOST
    # shellcheck disable=SC2016 # for the inner shell
    inside adm timeout 2 bash -c 'exec 3<>"/dev/tcp/$0/22"
        read -r banner <&3 && [[ $banner == SSH-* ]]' "$1" 2>/dev/null
}

lab_on() {
    local pid host=${1-}
    [ $# -ge 2 ] || usage
    shift
    known_host "$host"
    pid=$(host_pid "$host") || die "$host is powered off"
    cd "$caller_folder" || :
    unset "${!XDG_@}" "${!SSH_@}" LC_ALL
    HOME=/root USER=root LOGNAME=root HOSTNAME=$host exec "$FTLAB/bin/enter" "$pid" "$@"
}

lab_power_off() {
    local host=${1-} pid
    [ $# -eq 1 ] || usage
    known_host "$host"
    lock_lab || exit 1
    pid=$(host_pid "$host") || die "$host is off already"
    date +%s.%N >"$FTLAB/$host/powered-off-at"
    drop_wires "$host"
    kill -KILL "$pid"
    reap_host "$host" || die "something in $host survived"
}

# With its init dies all of a pid namespace. What else sits in the host's network namespace
# (the parents of that init) follows.
reap_host() { # HOST
    wait_for 30 host_is_empty "$1" || return
    delete_wires "$1"
    rm -f "$FTLAB/$1/pid"
}

host_is_empty() { # HOST
    local pids
    pids=$(ip netns pids "$(netns "$1")" 2>/dev/null)
    [ -z "$pids" ] && return
    # shellcheck disable=SC2086 # a list of words
    kill -KILL $pids 2>/dev/null
    return 1
}

lab_power_on() {
    local host=${1-}
    [ $# -eq 1 ] || usage
    known_host "$host"
    lock_lab || exit 1
    ! host_pid "$host" >/dev/null || die "$host is on already"
    reap_host "$host" # its init may have died by itself
    boot_host "$host" || die "$host does not boot: see $FTLAB/$host/var/log/boot.log"
    wait_for_host "$host"
}

lab_status() {
    local host state address
    [ -f "$FTLAB/hosts" ] || {
        echo "no lab in $FTLAB"
        return 1
    }
    echo "lab $lab in $FTLAB"
    for host in $(all_hosts); do
        state=off
        host_pid "$host" >/dev/null && state=on
        address=10.77.0.$(host_number "$host")
        printf '%-4s %-8s %-4s %s\n' "$host" "$(host_kind "$host")" "$state" "$address"
        [ "$state" = on ] && [ "$(host_kind "$host")" = kvm ] && show_domains "$host"
    done
    show_cuts
}

show_domains() { # HOST
    local name state
    inside "$1" virsh -q -c qemu:///system list --all 2>/dev/null |
        while read -r _ name state; do
            echo "       $name $state $(guest_address "$name" 2>/dev/null)"
        done
}

# Works on whatever is there: the namespaces are found by name, not by what the lab remembers.
lab_down() {
    local logs='' ns
    case ${1-} in
    --keep-logs)
        logs=${2-}
        [ -n "$logs" ] || usage
        ;;
    '') ;;
    *) usage ;;
    esac
    need_root
    [ -d "$FTLAB" ] && lock_lab
    for ns in $(ip netns list | awk -v own="ftlab-$lab-" 'index($1, own) == 1 { print $1 }'); do
        wait_for 30 host_is_empty "${ns#"ftlab-$lab-"}" || say "processes survive in $ns"
    done
    [ -z "$logs" ] || keep_logs "$logs"
    for ns in $(ip netns list | awk -v own="ftlab-$lab-" 'index($1, own) == 1 { print $1 }'); do
        ip netns del "$ns"
    done
    tidy_run_netns
    [ -e "$FTLAB/.is-a-lab" ] || return 0
    rm -rf --one-file-system "$FTLAB"
}

# ip(8) leaves its folder mounted on itself. It goes with the last namespace on this machine; while
# there is one, umount says so.
tidy_run_netns() {
    if [ -d /run/netns ] && [ -z "$(ls -A /run/netns)" ]; then
        umount /run/netns
        rmdir /run/netns
    fi 2>/dev/null
}

keep_logs() { # DIR
    local host
    for host in $(all_hosts); do
        mkdir -p "$1/$host" && cp -a "$FTLAB/$host/var/log/." "$1/$host/"
    done
    cp "$FTLAB"/*.log "$1/" 2>/dev/null
    return 0
}
