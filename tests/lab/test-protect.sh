#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The life of a pair without a failure: hosts, protect, status, full comparison, switchover there
# and back under load, unprotect; and QEMU afterwards as it was found.
. "$(dirname "$0")/functions.sh"
. "$(dirname "$0")/takeover.sh"
. "$(dirname "$0")/host-facts.sh"

virsh_on() { # HOST COMMAND...
    lab on "$1" virsh -q -c qemu:///system "${@:2}"
}

qmp() { # HOST COMMAND [ARGUMENTS-JSON]
    virsh_on "$1" qemu-monitor-command vm1 "{\"execute\":\"$2\",\"arguments\":${3:-{\}}}" |
        jq -S .return
}

# Areas of QEMU's memory that are watched for writes (uffd-wp).
watched_areas() { # HOST
    lab on "$1" grep -c '^VmFlags:.* u[wm]' "/proc/$(qemu_pid "$1")/smaps"
}

is_watched() { # HOST
    [ "$(watched_areas "$1")" -gt 0 ]
}

# Everything the engine may have changed in a QEMU, and in the domain's description.
portrait() { # HOST
    local pid
    pid=$(qemu_pid "$1")
    echo "pid $pid"
    qmp "$1" query-status | jq -c '[.status, .running]'
    qmp "$1" query-chardev | jq -c '[.[].label] | sort'
    qmp "$1" qom-list '{"path":"/objects"}' | jq -c '[.[].name] | sort'
    qmp "$1" query-block-jobs
    qmp "$1" query-named-block-nodes | jq -c '[.[] | [."node-name", .file]] | sort'
    qmp "$1" query-fdsets
    qmp "$1" query-migrate-capabilities | jq -c 'map(select(.state))'
    # which files are open: numbers of descriptors and of inodes are not told
    lab on "$1" find "/proc/$pid/fd" -printf '%l\n' | sed 's/:\[[0-9]*\]/:/' | sort | uniq -c
    echo "watched $(watched_areas "$1")"
    lab on "$1" grep TracerPid "/proc/$pid/status"
    virsh_on "$1" dumpxml vm1
    virsh_on "$1" dumpxml --inactive vm1
    virsh_on "$1" dominfo vm1 | grep Autostart
}

compare_all() { # TIMES
    local i
    for ((i = 0; i < $1; i++)); do
        exits 0 ftadmin verify vm1 --json
        jq -e '.ram_pages > 30000 and .disk_bytes > 60000000 and .ram_different == 0 and
            .disk_different == 0 and .state_different == false and
            .disks == 1 and .disks_left_out == 0 and .vcpus == 1 and .devices > 20' \
            <<<"$output" >/dev/null || fail "the copy differs: $output"
        # 32 MiB of memory at a stop, 8 of a disk
        jq -e '.stops >= (.ram_pages / 8192) + (.disk_bytes / 8388608) - 1' <<<"$output" \
            >/dev/null || fail "all at one stop: $output"
    done
}

balloon_is() { # KIB
    virsh_on h1 dommemstat vm1 | grep -qx "actual $1"
}

start_lab
must lab on w1 sh -c 'mkdir -p /var/lib/ftadmin && mount -t tmpfs -o size=8m tmpfs /var/lib/ftadmin'
start_guest h1 vm1 --disk qcow2 --machine q35 --dirty-rate 4
must virsh_on h1 autostart vm1 >/dev/null

note "hosts: an unknown key is refused, and accepted with the option"
exits 5 ftadmin host add h1 h2 w1
complains "host key of h1 is not known" "SHA256:" "accept-new-host-keys"
exits 0 ftadmin host list --json
jq -e '.hosts == []' <<<"$output" >/dev/null || fail "a refused host was kept: $output"
add_hosts
exits 0 ftadmin host list --json
jq -e '[.hosts[].name] == ["h1","h2","w1"]' <<<"$output" >/dev/null || fail "hosts: $output"
exits 0 ftadmin vm list --json
jq -e '[.vms[] | [.vm, .host]] == [["vm1","h1"]]' <<<"$output" >/dev/null || fail "VMs: $output"

note "a dry run touches nothing"
portrait h1 >"$test_folder/before"
remember_hosts h1 h2
exits 0 ftadmin protect vm1 --witness w1 --dry-run
[ -n "$output" ] || fail "no steps"
portrait h1 | diff "$test_folder/before" - || fail "the dry run changed something"
hosts_are_as_before h1 h2

note "an estimate: figures, and nothing is left of it in QEMU, also when it is killed"
exits 0 ftadmin estimate vm1 --seconds 3 --json
jq -e '(.figures | length) >= 10 and all(.figures[]; .least <= .value and .value <= .most) and
    .measured.held_ms > 0 and ([.measured.lengths[].mean] | max) > 100 and
    (.figures | map({(.figure): .value}) | add | .pause_p50 > 0.1 and .pause_p50 < 1000 and
     .epochs > 0.2 and .epochs < 500 and .link > 1000000 and .link < 100000000)' \
    <<<"$output" >/dev/null || fail "what protection would cost: $output"
portrait h1 | diff "$test_folder/before" - || fail "the estimate changed something"
lab on h1 /usr/local/lib/ftadmin/ftengine measure vm1 --seconds 60 >"$test_folder/measured" 2>&1 &
wait_for 20 is_watched h1
lab on h1 pkill -KILL -f 'ftengine measure vm1'
wait $!
[ "$(watched_areas h1)" = 0 ] || fail "a killed measurer left its tracking"
portrait h1 | diff "$test_folder/before" - || fail "a killed measurer left something"
hosts_are_as_before h1 h2

note "protect; what status says is its contract"
start_client --connections 3 --payload 200
protect_guest vm1
[ "$(pair_state vm1)" = protected ] || fail "vm1 is $(pair_state vm1)"
exits 5 ftadmin estimate vm1
complains "vm1 is protected"
exits 0 ftadmin status --json
uuid=$(virsh_on h1 domuuid vm1)
jq -e --arg uuid "$uuid" '
    def number: type == "number" and . >= 0;
    .schema == 1 and (.hosts | length == 3 and all(.name and .state == "ok")) and
    (.pairs | length == 1) and (.pairs[0] |
        .vm == "vm1" and .uuid == $uuid and .state == "protected" and .primary == "h1" and
        .standby == "h2" and .witness == "w1" and (.generation | number and . >= 1) and
        (.epoch | number and . >= 1) and (.epochs_per_s | number) and
        (.pause_ms | (.p50 | number) and (.p99 | number) and .p50 <= .p99) and
        (.lag_ms | number) and (.dirty_bytes_per_epoch | number) and (.held_packets | number) and
        has("last_takeover") and .last_takeover == null and (.age_s | number))' \
    <<<"$output" >/dev/null || fail "not the contract: $output"
exits 0 ftadmin status vm1
grep -q protected <<<"$output" || fail "status vm1: $output"
virsh_on h1 dominfo vm1 | grep -q '^Autostart: *disable' || fail "autostart is still on"
[ "$(lab on h2 virsh -q -c qemu:///system domstate vm1)" = paused ] || fail "no waiting domain"

[ "$(watched_areas h1)" -gt 0 ] || fail "no memory of QEMU is watched"
exits 0 lab on h1 "$engine_path" metrics
grep -qFx 'ftengine_pair_state{vm="vm1",role="primary",peer="h2",state="protected"} 1' \
    <<<"$output" || fail "metrics: $output"
by_http() { # PATH
    # shellcheck disable=SC2016 # for the inner shell
    output=$(lab on h1 bash -c 'exec 3<>/dev/tcp/127.0.0.1/7333 &&
        printf "GET %s HTTP/1.0\r\n\r\n" "$1" >&3 && cat <&3' bash "$1" 2>/dev/null)
}
if [ -x "$(built ftmetrics)" ]; then
    # shellcheck disable=SC2016 # for the inner shell
    lab on h1 sh -c '"$1" 127.0.0.1 >/dev/null 2>&1 &' sh "$(built ftmetrics)"
    wait_for 10 by_http /metrics
    grep -q '^ftengine_pair_state{vm="vm1",role="primary",peer="h2",state="protected"} 1' \
        <<<"$output" || fail "metrics by HTTP: $output"
    grep -q '^# EOF' <<<"$output" || fail "metrics by HTTP end early: $output"
    must by_http /else
    grep -q ' 404 ' <<<"$output" || fail "by HTTP: $output"
    must lab on h1 pkill -x ftmetrics
else
    note "built without libmicrohttpd: no figures by HTTP"
fi

# What ft-security(7) says that a process keeps, as the mask of capabilities(7) that it has where
# this machine has all of them.
kept_by_word() { # PROCESS
    local name mask=0 bound
    # shellcheck disable=SC2013 # words they are
    for name in $(awk -v item=".It ftengine $1" '$0 == item { on = 1; next } /^\.(It|El)/ { on = 0 } on' \
        "$test_top/man/ft-security.7" | grep -o 'CAP_[A-Z_]*' | sort -u); do
        mask=$((mask | 1 << $(awk -v name="$name" '$1 == "#define" && $2 == name { print $3 }' \
            /usr/include/linux/capability.h)))
    done
    bound=$(sed -n 's/^CapBnd:[[:space:]]*//p' /proc/self/status)
    printf %016x $((mask & 0x$bound))
}

# Of every such process.
keeps() { # HOST PROCESS
    local kept got
    kept=$(kept_by_word "$2")
    # shellcheck disable=SC2016 # for the inner shell
    got=$(lab on "$1" sh -c 'for pid in $(pgrep -f "^[^ ]*ftengine $0"); do
            cat "/proc/$pid/status"; done' "$2" |
        sed -n 's/^\(NoNewPrivs\|Cap\(Inh\|Prm\|Eff\|Bnd\|Amb\)\):[[:space:]]*/\1 /p' | sort -u)
    [ "$got" = "CapAmb 0000000000000000
CapBnd $kept
CapEff $kept
CapInh 0000000000000000
CapPrm $kept
NoNewPrivs 1" ] || fail "$2 on $1 is to keep $kept: $got"
}
keeps w1 witness
for host in h1 h2; do
    keeps $host daemon
    keeps $host worker
done
keeps h1 disks

note "the witness's disk is full: said before anybody needs its word, and over by itself"
at_risk() { # WORD
    [ "$(pair_status vm1 .at_risk)" = "$1" ]
}
lab on w1 sh -c 'head -c 16M /dev/zero >/var/lib/ftadmin/filler' 2>/dev/null &&
    fail "the witness's disk is not small"
wait_for 20 at_risk witness-full
wait_for 20 has_event h1 witness-full
must lab on w1 rm /var/lib/ftadmin/filler
wait_for 20 at_risk null
wait_for 20 has_event h1 witness-stores

note "the checks, of the pair as it is and with a standby that cannot be one"
for _ in 1 2 3 4 5 6 7 8 9 10; do # a stop of the engine's is no pause
    exits 0 ftadmin check vm1 --json
done
jq -e '.standby == "h2" and .witness == "w1" and all(.checks[]; .verdict != "fail") and
    all(.checks[]; .id != "standby.memory")' <<<"$output" >/dev/null || fail "check: $output"
exits 4 ftadmin check vm1 --standby w1

note "memory, disk and device state of the copy, under load"
compare_all 3

note "memory that the guest gives back, in huge pages too, is no difference"
for kib in 118784 131072; do # of 128 MiB
    must virsh_on h1 setmem vm1 $kib --live >/dev/null
    compare_all 1
    wait_for 20 balloon_is $kib
done

note "changed by hand: the definition goes over, what is of the running VM is said to be lost"
forget_events h1
must virsh_on h1 desc vm1 --config --new-desc "kept" >/dev/null
wait_for 20 has_event h1 definition-sent
must virsh_on h1 blkdeviotune vm1 vda --total-iops-sec 50000 --live >/dev/null
wait_for 20 has_event h1 not-carried
[ "$(pair_on h1 .changed)" = "disk vda" ] || fail "changed: $(pair_on h1 .changed)"
[ "$(pair_status vm1 .at_risk)" = changed ] || fail "not at risk: $(pair_status vm1)"
must virsh_on h1 blkdeviotune vm1 vda --total-iops-sec 0 --live >/dev/null
wait_for 20 has_event h1 carried
must virsh_on h1 desc vm1 --config --new-desc "" >/dev/null

note "unprotect: the VM goes on, QEMU is as it was found"
exits 0 ftadmin unprotect vm1 --yes
guest_goes_on
portrait h1 | diff "$test_folder/before" - || fail "QEMU is not as it was found (see above)"
hosts_are_as_before h1 h2
[ "$(engine w1 witness-list)" = '{"pairs":[]}' ] || fail "the witness remembers the pair"
exits 0 ftadmin status --json
jq -e '.pairs == []' <<<"$output" >/dev/null || fail "still a pair: $output"
stop_client
check_ledger

note "again, and switchover there and back under load"
virsh_on h1 dumpxml --inactive vm1 >"$test_folder/own"
start_client --connections 3 --payload 200
protect_guest vm1
exits 0 ftadmin switchover vm1 --yes --json
jq -e '.primary == "h2" and .outage_ms < 30000' <<<"$output" >/dev/null || fail "$output"
note "stood still for $(jq .outage_ms <<<"$output") ms"
guest_goes_on
wait_for 60 protected_from h2
virsh_on h2 dumpxml --inactive vm1 | grep -qE "check='full'|<resource>" &&
    fail "vm1 has another definition on h2: $(virsh_on h2 dumpxml --inactive vm1)"
[ "$(pair_on h2 .autostart)" = true ] || fail "h2 does not know of the autostart"
compare_all 1
note "h2 is about to go down: vm1 is handed over, no copy waits there, until that is taken back"
exits 0 lab on h2 "$engine_path" drain
[ "$output" = "vm1 goes on on h1" ] || fail "drain: $output"
[ "$(pair_on h1 .role)" = primary ] || fail "$(pair_on h1)"
virsh_on h2 domstate vm1 2>/dev/null | grep -q paused && fail "a copy waits on h2"
lab on h2 pgrep -f 'ftengine worker' >/dev/null && fail "h2 has a worker still"
guest_goes_on
exits 1 lab on h1 "$engine_path" drain
grep -q "^vm1 stays: " <<<"$output" || fail "drain: $output"
for host in h1 h2; do exits 0 lab on $host "$engine_path" drain --end; done
wait_for 60 protected_from h1
pair_on h1 .last_takeover.reason | grep -q switchover || fail "last takeover: $(pair_on h1)"
compare_all 1
takeover_is_as_before h1 vm1
exits 0 ftadmin unprotect vm1 --yes
grep -q "h1: the image .*/vm1-disk0.qcow2 of before, last written .*, is left there as .*.stale-" \
    <<<"$output" || fail "$output"
takeover_is_as_before h1 vm1
guest_goes_on
stop_client
check_ledger
hosts_are_as_before h2
host_differs_by h1 <<CHANGES
< f /var/lib/libvirt/images/vm1-disk0.qcow2
> f /var/lib/libvirt/images/vm1-disk0.qcow2.raw
> f /var/lib/libvirt/images/vm1-disk0.qcow2.stale-TIME
CHANGES
virsh_on h1 dominfo vm1 | grep -q '^Autostart: *enable' || fail "autostart was not restored"

note "one with UEFI, two disks and two NICs, while it boots: nothing of it is left either"
[ -e /usr/share/OVMF/OVMF_CODE_4M.fd ] || fail "there is no UEFI here: scripts/bootstrap"
start_guest h1 vm2 --uefi --machine q35 --memory 192 --disks 2 --nics 2 --no-wait
remember_hosts h1 h2
protect_guest vm2
must lab on h2 test -e /var/lib/libvirt/qemu/nvram/vm2_VARS.fd
exits 0 ftadmin unprotect vm2 --yes
hosts_are_as_before h1 h2
