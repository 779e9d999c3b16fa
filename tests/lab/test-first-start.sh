#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The console's first start, in a terminal: from an empty database to a protected VM by Enter alone,
# where ~/.ssh/config names the hosts and known_hosts has their keys; and a key that is not known is
# shown, and trusted by t. Then another engine for these hosts, under the VM.
. "$(dirname "$0")/functions.sh"
. "$(dirname "$0")/console.sh"

shares_machine=yes
start_lab
engines=$test_build/test-engines-$$
at_end() {
    rm -rf "$engines"
}
start_guest h1 vm1
lab on adm sh -c 'cat >/root/.ssh/config' <<END
Host h1 h2 w1
 User root
END
lab on adm sh -c 'ssh-keyscan h1 h2 2>/dev/null >/root/.ssh/known_hosts'

note "the names, before anybody was contacted"
open_console
waits_for 20 "nothing contacted yet" "[x] h1" "[x] w1" "Enter look at 3"

note "looked at: one key is not known"
press Enter
waits_for 30 "h1 and h2 can be added. w1 needs you: key new." "1 VM"
press Down Down
waits_for 5 "w1 shows an SSH host key" "t trust"
press t
waits_for 20 "h1, h2 and w1 can be added" "Enter add 3"

note "added, and which VM first"
press Enter
waits_for 120 "No VM is protected yet. vm1 could be the first one." "Enter protect it"
[ "$(ftadmin host list --json | jq '.hosts | length')" = 3 ] || fail "$(ftadmin host list)"

note "the sheet, by Enter alone"
press Enter
waits_for 60 "protect vm1" "decides"
for _ in 1 2 3 4; do
    press Enter
    sleep 0.3
done
wait_for 120 protected_from h1
press Enter
waits_for 20 "vm1" "actions"
press 1
waits_for 20 "1 protected"
press F10

note "another engine, host by host, under the VM: the guest and its connections are not touched"
mkdir -p "$engines"
cp "$(built ftengine)" "$engines/newer"
printf x >>"$engines/newer"
start_client --connections 3 --payload 200
qemu=$(qemu_pid h1)
exits 3 ftadmin host upgrade h1 nosuchhost --yes
exits 5 ftadmin host upgrade h1 --engine "$engines/newer"
exits 0 ftadmin host upgrade h1 h2 w1 --engine "$engines/newer" --yes --json
jq -e '[.hosts[] | [.result, .workers, .workers_left]] ==
    [["upgraded", 1, 0], ["upgraded", 1, 0], ["upgraded", 0, 0]]' <<<"$output" >/dev/null ||
    fail "upgrade: $output"
note "$(jq -r '"without a copy for \(.hosts[0].without_copy_s) s and \(.hosts[1].without_copy_s) s"' \
    <<<"$output")"
for host in h1 h2; do
    must lab on $host cmp "/proc/$(worker_pid $host)/exe" "$engines/newer"
    must lab on $host cmp "/proc/$(daemon_pid $host)/exe" "$engines/newer"
done
[ "$(qemu_pid h1)" = "$qemu" ] || fail "another QEMU runs"
exits 0 ftadmin status
guest_goes_on
stop_client
check_ledger

note "said again it finds nothing to do; what was put there and not started is started"
pid=$(daemon_pid h1)
exits 0 ftadmin host upgrade h1 --engine "$engines/newer"
[ "$(daemon_pid h1)" = "$pid" ] || fail "the engine was restarted without need"
must lab on h1 sh -c "cp $engine_path $engine_path.new && printf y >>$engine_path.new &&
    mv $engine_path.new $engine_path"
cp "$engines/newer" "$engines/newest"
printf y >>"$engines/newest"
exits 0 ftadmin host upgrade h1 --engine "$engines/newest" --yes --plain
must lab on h1 cmp "/proc/$(worker_pid h1)/exe" "$engines/newest"
exits 0 ftadmin status
