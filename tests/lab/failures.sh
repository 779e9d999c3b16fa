# SPDX-License-Identifier: GPL-2.0-or-later
# The failures of tests/lab/chaos: one function each, which comes back when everything has power,
# runs and is connected again. p and s are the hosts of primary and standby when it is called.
# Sourced after functions.sh.
# shellcheck shell=bash

# Not waiting for something: the moment is to be a random one.
moment() { # MAX-MS
    sleep "$(printf '0.%03d' $((RANDOM % $1)))"
}

kill_on() { # HOST PID...
    lab on "$1" kill -KILL "${@:2}"
}

# Sets p and s: who is primary and standby now.
protected_somewhere() {
    local host
    for host in h1 h2; do
        protected_from "$host" || continue
        p=$host
        [ "$host" = h1 ] && s=h2 || s=h1
        # what the other one says is older, should it claim the same
        [ "$(pair_on "$s" .role)" = standby ] && return
    done
    return 1
}

# Sets order: the arguments, in a random one.
shuffle() {
    local i j swap
    order=("$@")
    for ((i = $# - 1; i > 0; i--)); do
        j=$((RANDOM % (i + 1)))
        swap=${order[i]}
        order[i]=${order[j]}
        order[j]=$swap
    done
}

# The last of them dies within 0.7 s of the first.
power_off_in_turn() { # HOST...
    local host
    for host; do
        must lab power-off "$host"
        moment 300
    done
}

host_dies() {
    must lab power-off "$p"
    guest_goes_on 30
    power_on "$p"
}

standby_dies() {
    must lab power-off "$s"
    guest_goes_on 30
    power_on "$s"
}

qemu_dies() {
    must kill_on "$p" "$(qemu_pid "$p")"
}

worker_hangs() {
    local pid
    pid=$(worker_pid "$p")
    must lab on "$p" kill -STOP "$pid"
    moment 800
    must lab on "$p" kill -CONT "$pid"
}

standby_worker_hangs() {
    local pid
    pid=$(worker_pid "$s")
    must lab on "$s" kill -STOP "$pid"
    moment 800
    must lab on "$s" kill -CONT "$pid"
}

switchover_and_source_dies() {
    ftadmin switchover vm1 --yes --timeout 10 >/dev/null 2>&1 &
    moment 700
    must lab power-off "$p"
    wait $!
    guest_goes_on 30
    power_on "$p"
}

worker_dies_in_a_switchover() { # HOST
    local pid
    pid=$(worker_pid "$1")
    ftadmin switchover vm1 --yes --timeout 10 >/dev/null 2>&1 &
    moment 700
    kill_on "$1" "$pid" 2>/dev/null
    wait $!
}

switchover_and_worker_dies() {
    worker_dies_in_a_switchover "$p"
}

switchover_and_standby_worker_dies() {
    worker_dies_in_a_switchover "$s"
}

wires_flap() {
    local i
    for ((i = 0; i < 4; i++)); do
        must lab cut h1 h2
        moment 400
        must lab heal h1 h2
        moment 400
    done
}

replication_flaps() {
    must lab cut h1 h2 --net replication
    moment 999
    must lab heal h1 h2
}

witness_is_away_and_worker_dies() {
    must lab power-off w1
    must kill_on "$p" "$(worker_pid "$p")"
    moment 999
    power_on w1
}

witness_is_away_and_host_dies() {
    must lab power-off w1
    must lab power-off "$p"
    moment 999
    power_on w1
    guest_goes_on 60
    power_on "$p"
}

both_daemons_die_and_host() {
    must kill_on h1 "$(daemon_pid h1)"
    must kill_on h2 "$(daemon_pid h2)"
    must lab power-off "$p"
    guest_goes_on 30
    must lab on "$s" /etc/init.d/ftengine start
    power_on "$p"
}

cut_off_and_healed() {
    must lab cut "$p" w1
    must lab cut h1 h2
    moment 999
    moment 999
    must lab heal "$p" w1
    must lab heal h1 h2
}

# Every process of a host stops where it is, QEMU too, and goes on later: a host whose firmware or
# hypervisor takes its time.
freeze() { # HOST
    must lab on "$1" sh -c 'kill -STOP -1'
}

thaw() { # HOST
    must lab on "$1" sh -c 'kill -CONT -1'
}

primary_host_freezes() {
    freeze "$p"
    sleep $((RANDOM % 5))
    moment 999
    thaw "$p"
}

standby_host_freezes() {
    freeze "$s"
    sleep $((RANDOM % 5))
    moment 999
    thaw "$s"
}

qemu_hangs() {
    local pid
    pid=$(qemu_pid "$p")
    must lab on "$p" kill -STOP "$pid"
    moment 999
    # or it stays so, until somebody ends it
    [ $((RANDOM % 2)) = 0 ] || lab on "$p" kill -CONT "$pid" 2>/dev/null
}

waiting_qemu_dies() {
    must kill_on "$s" "$(qemu_pid "$s")"
}

disk_server_dies() {
    must kill_on "$p" "$(lab on "$p" pgrep -f -o "ftengine disks")"
}

libvirtd_pid() { # HOST
    lab on "$1" cat /run/libvirtd.pid
}

libvirtd_dies_on() { # HOST
    must kill_on "$1" "$(libvirtd_pid "$1")"
    moment 999
    must lab on "$1" libvirtd -d
}

libvirtd_dies() {
    libvirtd_dies_on "$p"
}

standby_libvirtd_dies() {
    libvirtd_dies_on "$s"
}

standby_libvirtd_dies_and_host() {
    must kill_on "$s" "$(libvirtd_pid "$s")"
    moment 500
    must lab power-off "$p"
    moment 999
    must lab on "$s" libvirtd -d
    guest_goes_on 30
    power_on "$p"
}

libvirtd_hangs_on() { # HOST
    local pid
    pid=$(libvirtd_pid "$1")
    must lab on "$1" kill -STOP "$pid"
    sleep $((RANDOM % 9))
    must lab on "$1" kill -CONT "$pid"
}

libvirtd_hangs() {
    libvirtd_hangs_on "$p"
}

standby_libvirtd_hangs() {
    libvirtd_hangs_on "$s"
}

qemu_dies_while_libvirtd_hangs() {
    local pid
    pid=$(libvirtd_pid "$p")
    must lab on "$p" kill -STOP "$pid"
    moment 999
    must kill_on "$p" "$(qemu_pid "$p")"
    sleep $((RANDOM % 4))
    must lab on "$p" kill -CONT "$pid"
}

witness_hangs() {
    freeze w1
    sleep $((RANDOM % 8))
    thaw w1
}

# Its VM goes back to a snapshot. What it gives away before its owner has reminded it cannot be
# told from the truth: nothing else fails for that long.
witness_is_set_back() {
    local folder=$FTLAB/w1/var/lib/ftadmin/witness
    must lab power-off w1
    must rm -rf "$folder.old"
    must cp -a "$folder" "$folder.old"
    power_on w1
    must kill_on "$p" "$(qemu_pid "$p")"
    guest_goes_on 60
    wait_for 60 protected_somewhere
    must lab power-off w1
    must rm -rf "$folder"
    must mv "$folder.old" "$folder"
    power_on w1
    sleep 8
}

# What follows ends every copy of the guest: it boots again (nothing_is_lost), cold.

cold_both_hosts() {
    shuffle h1 h2
    power_off_in_turn "${order[@]}"
    shuffle h1 h2
    power_on "${order[0]}"
    moment 999
    power_on "${order[1]}"
}

cold_everything() {
    local host
    shuffle h1 h2 w1
    power_off_in_turn "${order[@]}"
    shuffle h1 h2 w1
    for host in "${order[@]}"; do
        power_on "$host"
        sleep $((RANDOM % 3))
    done
}

cold_lone_host() {
    must lab power-off "$p"
    guest_goes_on 60
    must lab power-off "$s"
    moment 999
    power_on "$s"
    sleep $((RANDOM % 5))
    power_on "$p"
}

cold_older_host_first() {
    must lab power-off "$p"
    guest_goes_on 60
    must lab power-off "$s"
    power_on "$p"
    sleep $((RANDOM % 5))
    power_on "$s"
}

cold_and_cut_off() {
    must lab power-off "$p"
    must lab power-off "$s"
    must lab cut h1 h2
    power_on h1 h2
    sleep $((RANDOM % 6))
    must lab heal h1 h2
}
