# SPDX-License-Identifier: GPL-2.0-or-later
# Hosts and their wires: boot, power off, cut, take down. Part of scripts/machines.
# shellcheck shell=bash
: "${top:?}" "${MACHINES:?}" "${images:?}" "${namespace:?}" "${boot_deadline:?}"

need_root() {
    [ "$(id -u)" = 0 ] || die "needs root"
}

number_of() { # HOST
    [[ $1 =~ ^m[1-9]$ ]] || die "no such host: '$1' (m1 to m9)"
    echo "${1#m}"
}

all_machines() {
    find "$MACHINES" -mindepth 2 -maxdepth 2 -path '*/m[1-9]/system' 2>/dev/null |
        sed 's,/system$,,; s,.*/,,' | sort
}

# The host's QEMU, if it runs. A pid alone proves nothing after a crash.
machine_pid() { # HOST
    local pid
    pid=$(cat "$MACHINES/$1/pid" 2>/dev/null) && [ -n "$pid" ] &&
        grep -qaF -- "$MACHINES/$1/monitor.sock" "/proc/$pid/cmdline" 2>/dev/null && echo "$pid"
}

# ---- adm: the namespace -----------------------------------------------------------------------

network_up() {
    local bridge
    [ ! -e "/run/netns/$namespace" ] || return 0
    ip netns add "$namespace" || die "cannot make a network namespace"
    ip -n "$namespace" link set lo up
    for bridge in guest replication; do
        ip -n "$namespace" link add $bridge type bridge forward_delay 0 mcast_snooping 0
        ip -n "$namespace" link set $bridge up
    done
    ip -n "$namespace" addr add 10.77.0.254/24 dev guest
    ip -n "$namespace" addr add 10.78.0.254/24 dev replication
}

# The administrator's own /root, with the key that all hosts accept.
adm_up() {
    install -d -m 700 "$MACHINES/adm" "$MACHINES/adm/.ssh"
    install -m 600 "$images/key" "$MACHINES/adm/.ssh/id_ed25519"
    install -m 644 "$images/key.pub" "$MACHINES/adm/.ssh/id_ed25519.pub"
}

# Becomes the command: whoever started it in the background has its pid.
on_adm() { # COMMAND...
    [ -e "/run/netns/$namespace" ] || die "these machines are not up"
    # shellcheck disable=SC2016 # for the inner shell
    exec nsenter --net="/run/netns/$namespace" unshare --mount env -u XDG_DATA_HOME \
        -u XDG_CONFIG_HOME -u XDG_STATE_HOME HOME=/root sh -c \
        'mount --bind "$0" /root && exec "$@"' "$MACHINES/adm" "$@"
}

ssh_options=(-o LogLevel=ERROR -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null
    -o ConnectTimeout=60 -o ServerAliveInterval=30 -o ServerAliveCountMax=10)
ssh_shared=()

# A login takes seconds here, so that each host has one connection which others use. It is started by
# itself: one that a command leaves behind would hold that command's streams.
connection() { # HOST
    local to=10.77.0.${1#m}
    ssh_shared=("${ssh_options[@]}" -o "ControlPath=$MACHINES/$1/ssh")
    ssh "${ssh_shared[@]}" -O check "root@$to" >/dev/null 2>&1 && return
    rm -f "$MACHINES/$1/ssh"
    nsenter --net="/run/netns/$namespace" ssh "${ssh_shared[@]}" -M -N -f \
        -o ControlPersist=yes -i "$images/key" "root@$to" </dev/null >/dev/null 2>&1 7>&- 8>&-
}

hang_up() { # HOST
    ssh "${ssh_options[@]}" -o "ControlPath=$MACHINES/$1/ssh" -O exit x >/dev/null 2>&1
    rm -f "$MACHINES/$1/ssh"
}

machine_ssh() { # HOST COMMAND-LINE
    connection "$1" || {
        say "$1 does not answer"
        return 255
    }
    # shellcheck disable=SC2029 # it is one word, quoted by the caller
    ssh "${ssh_shared[@]}" "root@10.77.0.${1#m}" "$2"
}

machines_on() { # HOST COMMAND...
    local host=${1-}
    [ $# -ge 2 ] || usage
    shift
    [ "$host" != adm ] || on_adm "$@"
    number_of "$host" >/dev/null || exit 1
    machine_ssh "$host" "${*@Q}"
}

machines_copy() { # HOST FROM... TO
    local host=${1-}
    [ $# -ge 3 ] || usage
    shift
    connection "$host" || die "$host does not answer"
    scp -q "${ssh_shared[@]}" "${@:1:$#-1}" "root@10.77.0.${host#m}:${!#}"
}

# ---- power ------------------------------------------------------------------------------------

machines_up() { # HOST[=SYSTEM]...
    local one
    [ $# -gt 0 ] || usage
    need_root
    mkdir -p "$MACHINES" || exit 1
    for one; do
        prepare_machine "${one%%=*}" "$(system_of "$one")"
    done
    network_up
    adm_up
    for one; do
        boot_machine "${one%%=*}"
    done
    for one; do
        wait_for_machine "${one%%=*}"
    done
}

system_of() { # HOST[=SYSTEM]
    case $1 in
    *=*) echo "${1#*=}" ;;
    *) cat "$MACHINES/$1/system" 2>/dev/null || echo debian13 ;;
    esac
}

# A disk of one release does not boot as another.
prepare_machine() { # HOST SYSTEM
    local folder=$MACHINES/$1 disk
    number_of "$1" >/dev/null || exit 1
    machines_image "$2"
    disk=$(image_disk "$2")
    mkdir -p "$folder"
    if [ -e "$folder/disk.qcow2" ]; then
        [ "$(image_suite "$(cat "$folder/system")")" = "$(image_suite "$2")" ] ||
            die "$1 has a disk with another release: machines wipe $1"
    else
        qemu-img create -q -f qcow2 -b "$disk" -F qcow2 "$folder/disk.qcow2" || exit 1
        cat /proc/sys/kernel/random/uuid >"$folder/uuid"
    fi
    echo "$2" >"$folder/system"
}

# Wires to both bridges; they keep their state over a power cycle.
make_ports() { # NUMBER
    local port
    for port in "m$1g" "m$1r"; do
        ip -n "$namespace" link show "$port" >/dev/null 2>&1 && continue
        ip -n "$namespace" tuntap add "$port" mode tap
    done
    ip -n "$namespace" link set "m$1g" master guest up
    ip -n "$namespace" link set "m$1r" master replication up
}

# The page cache of a host outlives its power cut (cache=unsafe): no test of fsync.
boot_machine() { # HOST
    local host=$1 folder=$MACHINES/$1 number system
    machine_pid "$host" >/dev/null && return
    number=$(number_of "$host") || exit 1
    system=$(cat "$folder/system")
    make_ports "$number"
    rm -f "$folder/pid"
    setsid nsenter --net="/run/netns/$namespace" qemu-system-x86_64 -name "$host" -machine q35 \
        -accel tcg,thread=multi,tb-size=512 -cpu EPYC,+svm,+npt -smp "${MACHINES_CPUS:-1}" \
        -m "${MACHINES_MEMORY:-2048}" -uuid "$(cat "$folder/uuid")" \
        -display none -vga none -nodefaults \
        -kernel "$images/$system.vmlinuz" -initrd "$images/$system.initrd" \
        -append "root=/dev/vda rw console=ttyS0 mitigations=off net.ifnames=0 quiet \
systemd.default_timeout_start_sec=900 machine=$number" \
        -drive "file=$folder/disk.qcow2,if=virtio,cache=unsafe" \
        -netdev "tap,id=g,ifname=m${number}g,script=no,downscript=no" \
        -device "virtio-net-pci,netdev=g,mac=52:54:00:77:00:0$number" \
        -netdev "tap,id=r,ifname=m${number}r,script=no,downscript=no" \
        -device "virtio-net-pci,netdev=r,mac=52:54:00:78:00:0$number" \
        -device virtio-rng-pci -serial "file:$folder/console.log" \
        -monitor "unix:$folder/monitor.sock,server=on,wait=off" -pidfile "$folder/pid" \
        </dev/null >"$folder/qemu.log" 2>&1 &
}

machine_answers() { # HOST
    machine_ssh "$1" 'systemctl -q is-active machine-init && test -c /dev/kvm &&
        virsh -q -c qemu:///system version >/dev/null' 2>/dev/null
}

wait_for_machine() { # HOST
    local end=$((SECONDS + boot_deadline))
    until machine_answers "$1"; do
        [ $SECONDS -lt $end ] || die "$1 does not come up: see $MACHINES/$1/console.log"
        sleep 2
        machine_pid "$1" >/dev/null || die "$1 has ended: $(cat "$MACHINES/$1/qemu.log")"
    done
    # Debian's libvirt has no storage pool by itself; virt-manager makes this one
    machine_ssh "$1" 'virsh -q -c qemu:///system pool-info default >/dev/null 2>&1 || {
        virsh -q -c qemu:///system pool-define-as default dir --target /var/lib/libvirt/images
        virsh -q -c qemu:///system pool-start default
        virsh -q -c qemu:///system pool-autostart default; } >/dev/null'
}

# Its wires first: no FIN or RST of its last moments leaves.
machines_power_off() { # HOST
    local pid number
    [ $# -eq 1 ] || usage
    number=$(number_of "$1") || exit 1
    pid=$(machine_pid "$1") || die "$1 is off"
    cut_ports "$number" down
    date +%s.%N >"$MACHINES/$1/powered-off-at"
    kill -KILL "$pid"
    hang_up "$1"
    while [ -e "/proc/$pid" ] && ! grep -q '^State:.*Z' "/proc/$pid/status" 2>/dev/null; do
        sleep 0.1
    done
}

machines_power_on() { # HOST
    [ $# -eq 1 ] || usage
    [ -e "$MACHINES/$1/system" ] || die "no host '$1' here: machines up $1"
    machines_up "$1"
}

cut_ports() { # NUMBER up|down
    ip -n "$namespace" link set "m$1g" "$2"
    ip -n "$namespace" link set "m$1r" "$2"
}

machines_wires() { # up|down HOST
    local number
    [ $# -eq 2 ] || usage
    number=$(number_of "$2") || exit 1
    cut_ports "$number" "$1"
}

machines_wipe() { # HOST
    [ $# -eq 1 ] || usage
    number_of "$1" >/dev/null || exit 1
    ! machine_pid "$1" >/dev/null || die "$1 runs"
    rm -rf "${MACHINES:?}/$1"
}

machines_status() {
    local host state
    for host in $(all_machines); do
        state=off
        ! machine_pid "$host" >/dev/null || state=on
        echo "$host $(cat "$MACHINES/$host/system") $state"
    done
}

keep_logs() { # HOST FOLDER
    mkdir -p "$2/$1"
    cp "$MACHINES/$1"/*.log "$2/$1/" 2>/dev/null
    machine_pid "$1" >/dev/null || return
    connection "$1" || return
    timeout 60 ssh "${ssh_shared[@]}" "root@10.77.0.${1#m}" 'journalctl -b -o short-precise >/var/log/journal.txt 2>&1
        cd /var/log && tar cf - journal.txt ftadmin libvirt 2>/dev/null' | tar xf - -C "$2/$1"
}

machines_down() { # [--keep-logs DIR] [--wipe]
    local host pid logs='' wipe=no
    while [ $# -gt 0 ]; do
        case $1 in
        --keep-logs) logs=${2:?} && shift ;;
        --wipe) wipe=yes ;;
        *) usage ;;
        esac
        shift
    done
    for host in $(all_machines); do
        [ -z "$logs" ] || keep_logs "$host" "$logs"
        ! pid=$(machine_pid "$host") || kill -KILL "$pid"
        hang_up "$host"
        [ "$wipe" = no ] || rm -rf "${MACHINES:?}/$host"
    done
    [ "$wipe" = no ] || rm -rf "$MACHINES/adm" "$MACHINES/guests"
    ip netns del "$namespace" 2>/dev/null
    return 0
}
