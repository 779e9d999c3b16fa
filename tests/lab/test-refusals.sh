#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What ftadmin refuses to protect, and how it says so: before anything is touched, naming what is in
# the way, with the exit code that ftadmin(8) promises. test-hosts.sh has what concerns the way to a
# host.
. "$(dirname "$0")/functions.sh"

untouched() {
    local host left
    for host in h1 h2 w1; do
        left=$(engine $host status | jq -c .pairs)
        [ "$left" = '[]' ] || fail "$host has a pair: $left"
    done
    [ "$(engine w1 witness-list)" = '{"pairs":[]}' ] || fail "the witness has a pair"
    [ -z "$(lab on h2 virsh -q -c qemu:///system list --all --name 2>/dev/null)" ] ||
        fail "a domain on h2"
    [ "$(lab on h1 virsh -q -c qemu:///system domstate vm1)" = running ] || fail "vm1 does not run"
}

# protect must fail with this exit code, naming each pattern, and leave no trace.
refuses() { # CODE VM PATTERN...
    local code=$1 vm=$2
    shift 2
    exits "$code" ftadmin protect "$vm" --witness w1 --yes
    complains "$@"
    untouched
}

# A VM with devices that nobody can carry; its disk is one that QEMU does not migrate.
start_odd_vm() {
    lab on h1 mkdir -p /srv/shared
    must lab on h1 qemu-img create -q -f vdi /var/lib/libvirt/images/odd.vdi 1M
    must lab on h1 truncate -s 1M /var/lib/libvirt/images/odd.iso
    lab on h1 tee /root/odd.xml >/dev/null <<'XML'
<domain type='qemu'>
  <name>odd</name>
  <memory unit='MiB'>64</memory>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <devices>
    <disk type='file' device='disk'>
      <driver name='qemu' type='vdi'/>
      <source file='/var/lib/libvirt/images/odd.vdi'/>
      <target dev='vda' bus='virtio'/>
    </disk>
    <disk type='file' device='cdrom'>
      <source file='/var/lib/libvirt/images/odd.iso'/>
      <target dev='sda' bus='scsi'/>
    </disk>
    <interface type='user'><mac address='52:54:00:0d:0d:01'/><model type='virtio'/></interface>
    <filesystem type='mount'><source dir='/srv/shared'/><target dir='papers'/></filesystem>
    <serial type='file'><source path='/root/odd.txt'/></serial>
  </devices>
</domain>
XML
    must lab on h1 virsh -q -c qemu:///system create /root/odd.xml
}

shares_machine=yes
start_lab
start_guest h1 vm1 --disk-size 64
start_odd_vm

note "no hosts yet; usage"
exits 3 ftadmin protect vm1 --yes
complains "no hosts are known" "host add"
exits 2 ftadmin protect
exits 2 ftadmin protect vm1 --nonsense
exits 2 ftadmin nonsense
add_hosts
untouched

note "a VM that nobody knows; no terminal to ask on"
refuses 3 nosuch "nosuch"
exits 3 ftadmin switchover vm1 --yes
exits 3 ftadmin unprotect vm1 --yes
exits 3 ftadmin status nosuch
exits 31 ftadmin status vm1
exits 5 ftadmin protect vm1 --witness w1
complains "confirmation" "--yes"
untouched

note "a VM that cannot be carried: each device by its name"
refuses 4 odd "52:54:00:0d:0d:01" "filesystem papers" "carry.nic-user" "carry.filesystem" \
    "vm.blocked" "The vdi format used by node .* does not support live migration" \
    "carry.refused" "domain/devices/serial/source/@path: '/root/odd.txt' must be"
exits 4 ftadmin protect odd --witness w1 --dry-run --json
jq -e '[.checks[] | select(.verdict == "fail") | .id] | contains(["carry.nic-user"])' \
    <<<"$output" >/dev/null || fail "findings: $output"

note "a medium that the standby lacks, or gives nobody"
dry_run() { # VM
    exits 4 ftadmin protect "$1" --standby h2 --witness w1 --dry-run
}
dry_run odd
complains "standby.file" "odd.iso is not on h2"
must lab on h2 install -m 600 /dev/null /var/lib/libvirt/images/odd.iso
dry_run odd
complains "standby.file" "not everybody may read /var/lib/libvirt/images/odd.iso on h2" "chmod o.r"
must lab on h2 chmod 644 /var/lib/libvirt/images/odd.iso
dry_run odd
! grep -qE "standby\.file|odd.iso is not on" <<<"$output$complaint" || fail "the medium is there: $output"
must lab on h2 rm /var/lib/libvirt/images/odd.iso

note "a QEMU that hangs keeps nobody from looking at its host"
odd=$(qemu_pid h1 odd)
must lab on h1 kill -STOP "$odd"
exits 4 ftadmin --timeout 15 protect odd --witness w1 --dry-run
complains "carry.nic-user"
must lab on h1 kill -CONT "$odd"
lab on h1 virsh -q -c qemu:///system destroy odd

note "a VM that does not run"
must lab on h1 virsh -q -c qemu:///system suspend vm1
exits 4 ftadmin protect vm1 --witness w1 --yes
complains "vm.running" "paused" "resume"
must lab on h1 virsh -q -c qemu:///system resume vm1
lab on h1 sh -c 'sed s/odd/sleeper/ /root/odd.xml >/root/sleeper.xml'
must lab on h1 virsh -q -c qemu:///system define /root/sleeper.xml
refuses 4 sleeper "vm.running" "start"

note "standby and witness that cannot be"
exits 4 ftadmin protect vm1 --standby h1 --witness w1 --yes
complains "standby.host"
exits 4 ftadmin protect vm1 --standby h2 --witness h2 --yes
complains "witness.host"
exits 3 ftadmin protect vm1 --standby nosuch --witness w1 --yes
complains "nosuch"
exits 3 ftadmin protect vm1 --standby h22 --witness w1 --yes
complains "did you mean h2?"
exits 3 ftadmin protect vm11 --standby h22 --witness w1 --yes
complains "no host has a VM vm11; did you mean vm1?"
untouched

note "no room for the replica"
must lab on h2 mount -t tmpfs -o size=16m none /var/lib/libvirt/images
must lab on h2 virsh -q -c qemu:///system pool-refresh default
refuses 4 vm1 "h2 will not do: pool default has"
must lab on h2 umount /var/lib/libvirt/images
must lab on h2 virsh -q -c qemu:///system pool-refresh default

note "a pool that sleeps, and is not started with its host: mended, and taken back"
pool_is() { # ACTIVE AUTOSTART
    lab on h2 virsh -q -c qemu:///system pool-list --all | grep -Eq "^ *default +$1 +$2"
}
must lab on h2 virsh -q -c qemu:///system pool-destroy default
must lab on h2 virsh -q -c qemu:///system pool-autostart default --disable
exits 4 ftadmin check vm1 --witness w1
grep -q 'Or: ftadmin check --fix: start pool default on h2' <<<"$output" || fail "not fixable: $output"
exits 5 ftadmin check vm1 --witness w1 --fix
pool_is inactive no || fail "done without a question"
exits 0 ftadmin check vm1 --witness w1 --fix --yes --json
jq -e '[.fixed[] | [.host, .fix]] == [["h2", "start pool default"],
    ["h2", "have pool default started with the host"]] and all(.checks[]; .fixable | not)' \
    <<<"$output" >/dev/null || fail "what was mended: $output"
pool_is active yes || fail "not mended"
exits 0 ftadmin check vm1 --witness w1 --fix --yes
complains "Nothing was found that ftadmin can mend"
exits 0 ftadmin check vm1 --undo-fix --yes
pool_is inactive no || fail "not taken back"
exits 3 ftadmin check vm1 --undo-fix --yes
exits 0 ftadmin host show h2 --history --json
jq -e '[.history[].changes[]? | select(.what == "pool default")] | length >= 2 and
    any(.a | test("not active")) and any(.b | test("not active"))' <<<"$output" >/dev/null ||
    fail "what happened to the pool: $output"
exits 0 ftadmin host diff h2 --since 0s --json
jq -e '.host == "h2" and (.differences | type) == "array"' <<<"$output" >/dev/null ||
    fail "since then: $output"
must lab on h2 virsh -q -c qemu:///system pool-start default
must lab on h2 virsh -q -c qemu:///system pool-autostart default
untouched

note "no libvirt on the standby"
end_libvirt() { # HOST
    libvirt=$(lab on "$1" cat /run/libvirtd.pid)
    must lab on "$1" kill "$libvirt"
    wait_for 10 libvirt_gone "$1"
}
libvirt_gone() { # HOST
    ! lab on "$1" kill -0 "$libvirt" 2>/dev/null
}
end_libvirt h2
exits 4 ftadmin protect vm1 --standby h2 --witness w1 --yes
complains "standby.libvirt" "h2"
must lab on h2 libvirtd -d
libvirt_back() { # HOST
    lab on "$1" virsh -q -c qemu:///system list >/dev/null 2>&1
}
wait_for 20 libvirt_back h2
untouched

note "a firewall before the engine's port: told before anything is touched, with what to do"
firewall() { # HOST RULE...
    must lab on "$1" iptables -A INPUT -p tcp "${@:2}"
}
no_firewall() { # HOST...
    local host
    for host; do
        must lab on "$host" iptables -F INPUT
    done
}
mtu() { # BYTES
    must lab on h1 ip link set eth1 mtu "$1"
    must lab on h2 ip link set eth1 mtu "$1"
}
mtu 4000 # and what is between them takes 1500
refuses 4 vm1 "link.mtu-passes" "no packet of 4000 bytes comes through from h1 to h2, small ones do"
mtu 1500
must lab on h1 tc qdisc add dev eth1 root tbf rate 100mbit burst 64kb latency 50ms
exits 0 ftadmin protect vm1 --standby h2 --witness w1 --dry-run
complains "link.throughput" "h1 to h2 over eth1: [0-9]*0 Mbit/s, which takes" "over br0 [1-9]"
must lab on h1 tc qdisc del dev eth1 root
exits 0 ftadmin host show h1 --json
jq -e '[.host.links[] | select(.host == "h2")] | length == 2 and all(.bytes_per_s > 1e6) and
    any(.address == "10.78.0.2" and .bytes_per_s < 13e6)' <<<"$output" >/dev/null ||
    fail "what the networks carry: $output"
jq -e '.host.pools | length == 0 or any(.flush_p90_us == null)' <<<"$output" >/dev/null ||
    fail "a pool was measured that no copy is to be in: $output"
exits 0 ftadmin host show h2 --json
# the way back is not shaped
jq -e '[.host.links[] | select(.host == "h1")] | length == 2 and
    any(.address == "10.78.0.1" and .bytes_per_s > 13e6)' <<<"$output" >/dev/null ||
    fail "what the networks carry back: $output"
jq -e '.host.pools[] | select(.name == "default") | .flush_p90_us > 0 and .flush_age_s < 300' \
    <<<"$output" >/dev/null || fail "what the pool's storage takes: $output"
[ -z "$(lab on h2 find /var/lib/libvirt/images -name '.ftadmin*')" ] || fail "left in the pool"
untouched
to_h2="h1 cannot connect to h2 at 10.78.0.2, TCP port 7331"
firewall h2 --dport 7331 -j DROP
refuses 4 vm1 "link.port" "$to_h2: no answer" "iptables -I INPUT -p tcp --dport 7331" "--address 10.77.0.2"
no_firewall h2
firewall h2 --dport 7331 -j REJECT --reject-with icmp-host-prohibited
refuses 4 vm1 "$to_h2: No route to host"
no_firewall h2
firewall h2 --dport 7331 -j REJECT --reject-with tcp-reset
refuses 4 vm1 "$to_h2: refused though the port is in use there"
no_firewall h2
firewall h1 --dport 7331 -j DROP
firewall w1 --dport 7332 -j DROP
exits 0 ftadmin protect vm1 --standby h2 --witness w1 --dry-run
complains "link.port" "h2 cannot connect to h1" "witness.port" "h1 cannot connect to w1" \
    "h2 cannot connect to w1"
no_firewall h1 w1

note "connections come about, but nothing gets through"
firewall h2 --dport 7331 --tcp-flags PSH PSH -j DROP
refuses 21 vm1 "TLS handshake failed: Connection timed out" "is its engine stuck"
no_firewall h2

note "protected already, also by another administrator"
protect_guest vm1
exits 4 ftadmin protect vm1 --witness w1 --yes
complains "protected already: h1 and h2"
exits 0 ftadmin --db /root/other.db host add h1 h2 w1
exits 4 ftadmin --db /root/other.db protect vm1 --witness w1 --yes
complains "protected already"
exits 5 ftadmin host remove h1 --yes
[ "$(pair_state vm1)" = protected ] || fail "vm1 is $(pair_state vm1)"

note "unprotect without libvirt: the pair is kept, and the guest stays on its network"
has_pair() { # HOST
    [ "$(pair_on "$1" .state)" != null ]
}
end_libvirt h1
exits 20 ftadmin unprotect vm1 --yes
complains "vm1 is not ended" "libvirt on h1 does not answer" "systemctl restart libvirtd"
has_pair h1 || fail "h1 has forgotten the pair"
has_pair h2 || fail "h2 has forgotten the pair"
guest_listens || fail "the guest is cut off"
must lab on h1 libvirtd -d
wait_for 20 libvirt_back h1
wait_for 60 protected_from h1
end_libvirt h2
exits 7 ftadmin unprotect vm1 --yes
complains "libvirt on h2 does not answer"
# What h2 saw of itself for the pair of before says nothing about the next one.
saw_no_libvirt() { # HOST
    lab on "$1" cat /run/ftadmin/facts.json | jq -e '.libvirt.error != ""' >/dev/null
}
wait_for 30 saw_no_libvirt h2
must lab on h2 libvirtd -d
wait_for 20 libvirt_back h2
exits 0 ftadmin unprotect vm1 --yes
untouched
guest_listens || fail "the guest is cut off"
! lab on h1 virsh -q -c qemu:///system qemu-monitor-command vm1 \
    '{"execute":"qom-list","arguments":{"path":"/objects"}}' | grep ftgate ||
    fail "a gate is left in QEMU"
[ -z "$(lab on h1 virsh -q -c qemu:///system blockjob vm1 vda)" ] || fail "a mirror is left"
protect_guest vm1
told() { # HOST WHAT: of its peer, what the peer told of itself last
    lab on "$1" cat "/run/ftadmin/$(pair_on "$1" .pair)/peer-facts" | tail -n +2 | jq -er ".facts$2"
}
has_been_told() { # HOST
    told "$1" .libvirt >/dev/null 2>&1
}
wait_for 30 has_been_told h1
[ "$(told h1 .libvirt.error)" = "" ] || fail "h2 tells of a libvirt that was away before"

note "exit codes of status: degraded, and the other administrator's unprotect"
exits 0 ftadmin status
must lab power-off h2
is_alone() {
    [ "$(pair_on h1 .state)" = alone ]
}
wait_for 20 is_alone
exits 30 ftadmin status vm1
exits 7 ftadmin --db /root/other.db unprotect vm1 --yes
complains "h2"
lab on h1 virsh -q -c qemu:///system list --name | grep -q vm1 || fail "vm1 is gone"
exits 20 ftadmin status vm1 # what h2 has to say is not known
must lab power-on h2
answers() {
    engine h2 hello >/dev/null 2>&1
}
wait_for 30 answers
exits 0 ftadmin --db /root/other.db unprotect vm1 --yes
exits 31 ftadmin status vm1
exits 0 ftadmin unprotect vm1 --yes
exits 0 ftadmin status --json
[ "$(jq -c .pairs <<<"$output")" = '[]' ] || fail "still known: $output"
untouched
