#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The console at a site that is there: a host where one logs in as somebody else, by a password that
# sudo wants, too; two VMs in one sheet, their checks, a draft that is kept.
. "$(dirname "$0")/functions.sh"
. "$(dirname "$0")/console.sh"

requires_program chpasswd sudo

start_lab
start_guest h1 vm1
start_guest h1 vm2
exits 0 ftadmin host add --accept-new-host-keys h1 h2
lab on adm sh -c 'ssh-keyscan w1 2>/dev/null >>/root/.ssh/known_hosts'
lab on w1 bash -es <<'EOF'
useradd -M -d / -s /bin/sh ops
echo ops:toor99 | chpasswd
mount -t tmpfs -o mode=750 tmpfs /etc/sudoers.d
echo 'ops ALL=(ALL:ALL) ALL' >/etc/sudoers.d/ops
mv /root/.ssh/authorized_keys /root/.ssh/none
printf 'PasswordAuthentication yes\nPermitRootLogin no\n' >/etc/ssh/sshd_config.d/test.conf
kill -HUP "$(cat /run/sshd.pid)"
EOF

note "another user, whose password is for sudo, too: wrong, then right, and asked for once"
open_console
waits_for 20 "2/2 hosts"
press A
waits_for 10 "nothing contacted yet" "[x] w1"
press Enter
waits_for 30 "w1 needs you: login refused"
press Down Down i
waits_for 5 "log in on w1" "log in as"
press ops Enter
waits_for 5 "$ ftadmin discover --user ops w1" "Enter log in"
press Enter
waits_for 20 "Password of ops at w1" "not shown, not stored"
press wrong Enter
waits_for 20 "the one before was not taken"
press toor99 Enter
waits_for 20 "w1 can be added" "host add --user ops w1"
press Enter
waits_for 60 "could be the first one"
press 2
waits_for 20 "3 shown" "w1    ✓ OK"
[ "$(ftadmin host show w1 --json | jq -r .host.address)" = ops@w1 ] ||
    fail "it is not remembered who logs in: $(ftadmin host show w1)"
lab on adm grep -rqs toor99 /root/.local /root/.config /root/.cache &&
    fail "the password was stored"

note "two VMs in one sheet, with a choice that is kept"
press 1
waits_for 5 "2 none"
press '*' p
waits_for 90 "2 VMs can be protected" "h2" "w1"
press Escape F10
wait_for 20 console_has_ended
open_console
waits_for 20 "draft kept: p on vm1"
press 2
waits_for 20 "login-refused"
press / w1 Enter i
waits_for 5 "log in on w1" "[ops"
press Enter Enter
waits_for 20 "Password of ops at w1"
press toor99 Enter
waits_for 30 "w1    ✓ OK"
press 1 p
waits_for 90 "protect 2 VMs" "2 VMs can be protected"
press 5
waits_for 5 "Enter apply to 2" "$ ftadmin protect vm1 vm2"
press Enter
waits_for 60 "1 at work, 1 waiting"
press F10 # the one that waits goes on without the console
both_are_protected() {
    [ "$(ftadmin status --json 2>/dev/null |
        jq '[.pairs[] | select(.standing == "protected")] | length')" = 2 ]
}
wait_for 120 both_are_protected
lab on adm sh -c 'umask 77 && echo toor99 >/root/word'
exits 0 ftadmin unprotect vm2 --yes --password-file /root/word

note "several in one command: one is protected already, the other is made so"
ftadmin protect vm1 vm2 --dry-run --json --password-file /root/word \
    >"$test_folder/plans" && fail "vm1 is protected"
[ "$(jq -c '[.vms[] | [.vm, .exit, (.steps | length > 0)]]' "$test_folder/plans")" = \
    '[["vm1",4,false],["vm2",0,true]]' ] || fail "$(cat "$test_folder/plans")"
ftadmin protect vm1 vm2 --standby vm2=h2 --yes --json --password-file /root/word \
    >"$test_folder/ends"
[ $? = 4 ] || fail "not the exit code of the worst: $(cat "$test_folder/ends")"
[ "$(jq -c '[.vms[] | [.vm, .exit, .result]]' "$test_folder/ends")" = \
    '[["vm1",4,null],["vm2",0,"protected"]]' ] || fail "$(cat "$test_folder/ends")"

note "what is checked, by who is asked for the password again"
open_console
waits_for 20 "protected"
press 4
waits_for 20 "Password of ops at w1"
press toor99 Enter
waits_for 60 "checks   on h1, copy on h2" "✓ pass" "0 fail"
press F10

note "another administrator, who knows h1 alone: it tells of the others"
exits 0 ftadmin --db /root/other.db host add h1
lab on adm sed -i '/^h2/d;/^w1/d' /root/.ssh/known_hosts
told=$(ftadmin --db /root/other.db discover --json | jq -c '[.hosts[].name] | sort')
[ "$told" = '["h1","h2","w1"]' ] || fail "neighbours: $told"
