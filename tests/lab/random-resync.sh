#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Random sequences of what a copy of disks has to survive, while the guest writes, zeroes and trims
# 1 to 4 of them, qcow2 and raw by turns, mostly sparse and with discard='unmap'; the images of h2
# lie on a small file system of their own. After each step all disks are compared with their
# replicas, byte for byte, the guest looks at what it wrote, and the ledger is judge. Prints a line
# for each step; stops at the first that is wrong, with the logs. Some 40 s a step. Run it in a build
# folder:
#
#   ../tests/lab/random-resync.sh [SEED...]     one is drawn when none is given; the same seed gives
#                                               the same sequences
#   ../tests/lab/random-resync.sh --each [SEED] one sequence of each of the steps, in their order
#   ../tests/lab/random-resync.sh --kills       a worker dies at each fault point on the way of a
#                                               copy instead (needs --enable-fault-injection)
#
# SEQUENCES=N and STEPS=N: of each seed (1), and of each sequence (5); FIRST=N begins with that
# sequence; RESYNC="A B" takes only these of the steps.
. "$(dirname "$0")/functions.sh"
. "$(dirname "$0")/failures.sh"
. "$(dirname "$0")/faults.sh"
. "$(dirname "$0")/ledger.sh"

steps=${RESYNC:-standby_off_10 standby_off_60 link_cut_30 libvirtd_restarted
    standby_libvirtd_restarted worker_dies standby_worker_dies engine_restarted
    standby_engine_restarted both_hosts_restarted takeover_and_return another_takeover handed_over
    image_touched pool_full worker_dies_in_copy standby_worker_dies_in_copy link_cut_in_copy
    standby_off_in_copy}
read -r -d '' -a steps <<<"$steps"
# what may leave the copy as it is
harmless=" libvirtd_restarted standby_libvirtd_restarted engine_restarted standby_engine_restarted "

kills=no each=no seeds=()
for argument; do
    if [ "$argument" = --kills ]; then
        kills=yes
    elif [ "$argument" = --each ]; then
        each=yes
    elif [[ $argument =~ ^[0-9]{1,6}$ ]]; then
        seeds+=("$argument")
    else
        echo "usage: random-resync.sh [SEED...] | --each [SEED] | --kills" >&2
        exit 2
    fi
done
[ ${#seeds[@]} -gt 0 ] || seeds=($((SRANDOM % 100000)))

# ---- drawing

# The same on every machine. Sets drawn to one of 0 to N - 1.
draw() { # N
    drawing=$(((drawing * 1103515245 + 12345) % 2147483648))
    drawn=$(((drawing >> 8) % $1))
}

# Sets disks, disk_size, thin and sequence.
draw_sequence() { # SEED NUMBER
    local i
    drawing=$(($1 * 7919 + $2))
    RANDOM=$drawing # of the moments in between
    draw 64
    draw 4
    disks=$((drawn + 1))
    draw 3
    disk_size=$((48 + 24 * drawn))
    draw 4
    thin=(--thin)
    [ "$drawn" != 0 ] || thin=()
    sequence=()
    for ((i = 0; i < ${STEPS:-5}; i++)); do
        draw ${#steps[@]}
        sequence+=("${steps[drawn]}")
    done
    [ $each = no ] || sequence=("${steps[@]}")
}

# ---- the guest

# One line to the ledger; its answer is kept in $answer.
scribble() { # WORDS
    answer=$(tell_ledger "$guest_address" "$guest_port" "$1")
    [[ $answer == scribbled* ]] || fail "the guest says to '$1': $answer"
}

load() { # [OPTION of the client...]
    start_client --connections 3 --payload 4000 "$@"
    scribble "scribble 20"
    guest_goes_on
}

# Nothing of what was written is wrong, and nothing is written any more.
unload() {
    scribble "scribble 0"
    scribble scribble-verify
    [[ $answer == *" wrong=0 errors=0"* ]] || fail "the guest's disks: $answer"
    stop_client
    check_ledger >/dev/null
}

# ---- the disks

# Those of vm1 as QEMU has them: target, format, path.
disks_of() { # HOST
    lab on "$1" virsh -q -c qemu:///system dumpxml vm1 | awk -F"'" '
        /<disk / { disk = 1; format = path = "" }
        /<\/disk>/ { disk = 0 }
        /<mirror/ { mirror = 1 }
        /<\/mirror>|<mirror.*\/>/ { mirror = 0; next }
        !disk || mirror { next }
        /<driver / { for (i = 1; i < NF; i++) if ($i ~ / type=$/) format = $(i + 1) }
        /<source file=/ && path == "" { path = $2 }
        /<target dev=/ { print $2, format, path }'
}

# Write requests of the guest so far.
writes_of() { # HOST
    lab on "$1" virsh -q -c qemu:///system domstats --block vm1 | grep '\.wr\.reqs='
}

# They are counted from none by another worker.
three_epochs_since() { # NUMBER
    local epochs
    epochs=$(pair_on "$p" .counters.epochs)
    [[ $epochs =~ ^[0-9]+$ ]] && [ "$epochs" -ge 3 ] &&
        { [ "$epochs" -ge $(($1 + 3)) ] || [ "$epochs" -lt "$1" ]; }
}

# Byte for byte, all of each. The guest writes nothing, and two epochs after its last write QEMU has
# flushed, and the standby has applied, all of that.
disks_are_equal() {
    local written target format path replica compared=0
    wait_for 60 three_epochs_since "$(pair_on "$p" '.counters.epochs // 0')"
    written=$(writes_of "$p")
    while read -r target format path; do
        replica=$(disks_of "$s" | awk -v target="$target" '$1 == target { print $2, $3 }')
        must qemu-img compare -q -U -f "$format" -F "${replica% *}" \
            "$FTLAB/$p$path" "$FTLAB/$s${replica#* }"
        compared=$((compared + 1))
    done < <(disks_of "$p")
    [ "$compared" = "$disks" ] || fail "$compared disks of $disks were compared"
    [ "$(writes_of "$p")" = "$written" ] || fail "the guest wrote meanwhile"
    exits 0 ftadmin verify vm1
}

# ---- steps: what each does is over when it has called came_back

came_back() {
    back=$(now_ms)
}

is_alone() {
    [ "$(pair_on "$p" .state)" != protected ]
}

copies_or_did() {
    [ "$(pair_on "$p" '.progress.phase')" != null ] || protected_somewhere
}

standby_off() { # SECONDS
    must lab power-off "$s"
    wait_for 30 is_alone
    guest_goes_on
    sleep "$1"
    power_on "$s"
    came_back
}

standby_off_10() {
    standby_off 10
}

standby_off_60() {
    standby_off 60
}

link_cut() { # SECONDS
    must lab cut h1 h2
    wait_for 30 is_alone
    sleep "$1"
    must lab heal h1 h2
    came_back
}

link_cut_30() {
    link_cut 30
}

libvirtd_restarted() {
    libvirtd_dies_on "$p"
    came_back
}

standby_libvirtd_restarted() {
    libvirtd_dies_on "$s"
    came_back
}

worker_dies() {
    must kill_on "$p" "$(worker_pid "$p")"
    came_back
}

standby_worker_dies() {
    must kill_on "$s" "$(worker_pid "$s")"
    came_back
}

engine_restarted_on() { # HOST
    must kill_on "$1" "$(daemon_pid "$1")"
    moment 999
    must lab on "$1" /etc/init.d/ftengine start
    came_back
}

engine_restarted() {
    engine_restarted_on "$p"
}

standby_engine_restarted() {
    engine_restarted_on "$s"
}

# Connections do not outlive a boot, nor does what the guest knows of its disks.
both_hosts_restarted() {
    scribble "scribble 0"
    stop_client
    check_ledger >/dev/null
    start_client --connections 3 --payload 4000 --drain 0
    wait_for 30 has_answers "$client_log" 50
    power_off_in_turn h1 h2
    power_on h1 h2
    came_back
    wait_for 120 protected_somewhere
    nothing_is_lost
    load
}

taken_over() {
    local fault
    fault=$(mark_fault)
    must lab power-off "$p"
    wait_for 60 answers_since "$fault"
    moment 3000
    power_on "$p"
    came_back
}

takeover_and_return() {
    taken_over
}

another_takeover() {
    taken_over
    wait_for 180 protected_somewhere
    guest_goes_on
    taken_over
}

handed_over() {
    exits 0 ftadmin switchover vm1 --yes
    came_back
}

image_touched() {
    local path
    path=$(disks_of "$s" | sed -n "$((RANDOM % disks + 1))p" | cut -d' ' -f3)
    must lab power-off "$s"
    wait_for 30 is_alone
    must dd if=/dev/urandom of="$FTLAB/$s$path" bs=4096 seek=$((RANDOM % 4096)) count=3 \
        conv=notrunc status=none
    power_on "$s"
    came_back
}

pool_is_full() {
    pair_status vm1 '"\(.problem.text) \(.problem.hint)"' |
        grep -q "h2: the storage of replica .* is full Make room there"
}

# Only h2 has a pool that can be filled.
pool_full() {
    if [ "$s" != h2 ]; then
        handed_over
        wait_for 180 protected_somewhere
    fi
    must lab power-off h2
    wait_for 30 is_alone
    guest_goes_on
    must dd if=/dev/zero of="$pool/filler" bs=1M status=none \
        count="$(stat -fc '%a %S' "$pool" | awk '{ printf "%d", $1 * $2 / 1048576 - 4 }')"
    power_on h2
    wait_for 90 pool_is_full
    exits 30 ftadmin status vm1
    guest_goes_on
    must rm "$pool/filler"
    came_back
}

# The link is cut for a moment, and healed; the copy that follows has begun.
copy_begins() {
    must lab cut h1 h2
    wait_for 30 is_alone
    must lab heal h1 h2
    wait_for 60 copies_or_did
    moment 600
}

worker_dies_in_copy() {
    copy_begins
    worker_dies
}

standby_worker_dies_in_copy() {
    copy_begins
    standby_worker_dies
}

link_cut_in_copy() {
    copy_begins
    link_cut 1
}

standby_off_in_copy() {
    copy_begins
    standby_off 1
}

# ---- a step and its judges

# Protected, by another copy than before; or by the same, where that is no loss.
made_again() { # STEP BEFORE
    protected_somewhere || return
    copied=$(pair_on "$p" .copied)
    [[ "$p $copied" != "$2" || $harmless == *" $1 "* ]] && [ "$copied" != null ]
}

print_step() { # NAME BEFORE MS
    local copied_as=$copied
    [ "$p $copied" != "$2" ] || copied_as=null
    jq -r --arg name "$1" --arg ms "$3" --arg disks "$disks x $disk_size MiB" --arg to "$p to $s" '
        def pad(n): tostring | . + " " * (n - length);
        def left(n): tostring | " " * (n - length) + .;
        "\($name | pad(28)) \($disks | pad(11)) \($to) " +
        if . == null then "\("-" | left(11)) \("-" | left(6))" else
            "\(.sent_bytes | left(11)) \(.seconds | . * 10 | round / 10 | left(6))" end +
        " \(($ms | tonumber) / 1000 | . * 10 | round / 10 | left(6))  " +
        if . == null then "as it was" else .way + if .why then " (\(.why))" else "" end end
        ' <<<"$copied_as" || fail "no figures in $copied"
}

run_step() { # NAME
    local before ms
    wait_for 180 protected_somewhere
    before="$p $(pair_on "$p" .copied)"
    load
    "$1"
    wait_for 180 made_again "$1" "$before"
    ms=$(($(now_ms) - back))
    guest_goes_on 60
    unload
    protected_somewhere || wait_for 180 protected_somewhere
    disks_are_equal
    print_step "$1" "$before" "$ms"
    if [ "$1" = image_touched ]; then
        copied_by "$p" comparison >/dev/null
    fi
    if has_event h1 replica-differs || has_event h2 replica-differs; then
        fail "what was not sent differed"
    fi
    rm -f "$FTLAB"/h[12]/var/lib/libvirt/images/*.stale-*
}

# ---- sequences

# h2's images are where there is room for them, and not for much more.
small_pool() {
    pool=$FTLAB/h2/var/lib/libvirt/images
    must lab power-off h2
    must mount -t tmpfs -o size=1g,mode=711 ftlab-pool "$pool"
    power_on h2
}

at_end() {
    umount -l "$FTLAB/h2/var/lib/libvirt/images" 2>/dev/null
}

begin_guest() {
    start_guest h1 vm1 --disk mixed --disks "$disks" --disk-size "$disk_size" \
        "${thin[@]}"
    protect_guest vm1
}

# What is left of a guest makes no room for the next one.
end_guest() {
    local host
    exits 0 ftadmin unprotect vm1 --yes
    for host in h1 h2; do
        lab on "$host" sh -c 'virsh -q -c qemu:///system destroy vm1
            virsh -q -c qemu:///system undefine vm1
            rm -f /var/lib/libvirt/images/vm1* /var/log/libvirt/qemu/vm1-console.log
            virsh -q -c qemu:///system pool-refresh default' >/dev/null 2>&1
    done
}

run_sequence() { # SEED NUMBER
    local step
    draw_sequence "$1" "$2"
    note "sequence $2 of seed $1: $disks disks ${thin[*]}: ${sequence[*]}"
    begin_guest
    for step in "${sequence[@]}"; do
        run_step "$step"
    done
    note "the guest, since its boot: $answer"
    end_guest
}

# ---- kills

# Where the standby's worker dies in the copy of what changed that follows its last death, and in a
# comparison, for which the primary's dies before; where the primary's does in the comparison that
# follows its last death, and in a copy of what changed, when the link is cut after that.
standby_points="replica-write@1 replica-write@5 replica-seal@1 replica-seal@5 replica-apply@1
    replica-sync@1 disk-log-append@1 disk-log-apply@1 state-save@1 link-receive@20 link-send@1"
compared_points="replica-write@1 replica-base@1"
primary_points="carry-check@1 gate-attach@1 uffd-open@1 memory-scan@1 saver-stop@1 saver-finish@1
    checkpoint-stopped@1 checkpoint-ship@1 disk-changes-write@1 state-save@1 link-send@20
    link-receive@3"
later_points="carry-check@2 disk-changes-send@1 disk-changes-send@5 verify-read@1"

# A first time for the fault to be armed, and then of it.
died_twice() { # HOST
    [ "$(events_of "$1" worker-died)" -ge 2 ]
}

run_kill() { # p|s POINT now|compared|later
    local host=${!1} before ms
    load
    before="$p $(pair_on "$p" .copied)"
    arm "$host" "${2%@*}=kill@${2#*@}"
    case $3 in
    compared) must kill_on "$p" "$(worker_pid "$p")" ;;
    later)
        wait_for 120 protected_somewhere
        must lab cut h1 h2
        wait_for 30 is_alone
        must lab heal h1 h2
        ;;
    esac
    wait_for 60 died_twice "$host"
    came_back
    wait_for 180 made_again "$2" "$before"
    ms=$(($(now_ms) - back))
    guest_goes_on 30
    unload
    disks_are_equal
    print_step "$1 $2" "$before" "$ms"
}

run_kills() {
    local point
    disks=2 disk_size=64 thin=(--thin)
    begin_guest
    wait_for 60 protected_somewhere
    for point in $standby_points; do
        run_kill s "$point" now
    done
    for point in $compared_points; do
        run_kill s "$point" compared
    done
    for point in $primary_points; do
        run_kill p "$point" now
    done
    for point in $later_points; do
        run_kill p "$point" later
    done
    note "killed at each of these, and equal again"
}

if [ $kills = yes ]; then
    built_with_faults || skip "built without --enable-fault-injection"
fi
shares_machine=yes
start_lab
small_pool
add_hosts
printf '%-28s %-11s %-8s %11s %6s %6s  %s\n' case disks copy bytes s "back s" way
if [ $kills = yes ]; then
    run_kills
    exit
fi
for seed in "${seeds[@]}"; do
    for ((number = ${FIRST:-1}; number <= ${SEQUENCES:-1}; number++)); do
        run_sequence "$seed" "$number"
    done
done
note "seeds ${seeds[*]}, ${SEQUENCES:-1} of each: all disks equal, nothing lost, nothing twice"
