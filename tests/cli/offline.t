SPDX-License-Identifier: GPL-2.0-or-later
Hosts that do not answer: what the database knows is shown with its age.

$ seed t.db 1
$ ftadmin --db t.db status --plain 2>err | cut -f 1-10; sed 1q err
vm1	UNKNOWN	unknown	h1	h2	w1				
ftadmin: h1: 127.0.0.1 refused the connection on port 1
$ ftadmin --db t.db status 2>&1 | sed 's/  *3 h/ 3 h/'
VM   HEALTH     STATE    PRIMARY  STANDBY  WITNESS  EPOCHS/S  PAUSE P50  P99  LAG  HEARD  REASON
vm1  ? UNKNOWN  unknown  h1       h2       w1              -          -    -    - 3 h  it was protected

HOST  HEALTH  STATE    ENGINE  PAIRS  SEEN  ERROR
h1    ✗ CRIT  refused  0.1.0       - 3 h  127.0.0.1 refused the connection on port 1
h2    ✗ CRIT  refused  0.1.0       - 3 h  127.0.0.1 refused the connection on port 1
w1    ✗ CRIT  refused  0.1.0       - 3 h  127.0.0.1 refused the connection on port 1
$ ftadmin --db t.db status vm1
VM                 vm1
UUID               aaaaaaaa-2222-3333-4444-555555555555
Health             ? UNKNOWN
State              unknown
Reason             it was protected
Whose move         ftadmin
Primary            h1
Standby            h2
Witness            w1
Generation         1
Epoch              4711
Heard              3 h
! ftadmin: h1: 127.0.0.1 refused the connection on port 1
!   hint: Start sshd there, or give the right port (user@host:port, or Port in ~/.ssh/config).
! ftadmin: h2: 127.0.0.1 refused the connection on port 1
! ftadmin: w1: 127.0.0.1 refused the connection on port 1
[20]
$ ftadmin --db t.db status vm2
! ftadmin: vm2 is not protected
!   hint: ftadmin protect makes it fault tolerant
! ftadmin: h1: 127.0.0.1 refused the connection on port 1
!   hint: Start sshd there, or give the right port (user@host:port, or Port in ~/.ssh/config).
! ftadmin: h2: 127.0.0.1 refused the connection on port 1
! ftadmin: w1: 127.0.0.1 refused the connection on port 1
[20]
$ ftadmin --db t.db status vm3
! ftadmin: no VM named vm3
!   hint: ftadmin vm list shows the VMs of all hosts
! ftadmin: h1: 127.0.0.1 refused the connection on port 1
!   hint: Start sshd there, or give the right port (user@host:port, or Port in ~/.ssh/config).
! ftadmin: h2: 127.0.0.1 refused the connection on port 1
! ftadmin: w1: 127.0.0.1 refused the connection on port 1
[20]
$ ftadmin --db t.db status vm11 2>&1 | head -n 2
ftadmin: no VM named vm11; did you mean vm1?
  hint: ftadmin vm list shows the VMs of all hosts
$ ftadmin --db t.db unprotect vm11 --yes 2>&1 | head -n 2
ftadmin: vm11 is not protected; did you mean vm1?
  hint: ftadmin status shows the protected VMs
$ ftadmin --db t.db switchover vm2 --yes 2>&1 | head -n 1
ftadmin: vm2 is not protected
$ ftadmin --db t.db verify vm1x 2>&1 | head -n 1
ftadmin: vm1x is not protected; did you mean vm1?
$ ftadmin --db t.db host show h11
! ftadmin: no host named h11; did you mean h1?
!   hint: ftadmin host list shows the known hosts, ftadmin host add adds one
[3]
$ ftadmin --db t.db host remove w11 --yes
! ftadmin: no host named w11; did you mean w1?
!   hint: ftadmin host list shows the known hosts, ftadmin host add adds one
[3]
$ ftadmin --db t.db host show h1 --history
! Nothing is kept of h1 yet: ftadmin host add h1 looks.
$ ftadmin --db t.db host show h1 --history --plain
$ ftadmin --db t.db host show h3
! ftadmin: no host named h3
!   hint: ftadmin host list shows the known hosts, ftadmin host add adds one
[3]
$ ftadmin --db t.db status --json 2>err >out; echo $?; jq -c '.schema, (.pairs[] | [.vm, .state, .generation, .pause_ms.p99, .last_takeover, .age_s > 10000]), (.hosts[] | [.name, .state, .pairs])' out
20
1
["vm1","protected",1,null,null,true]
["h1","refused",null]
["h2","refused",null]
["w1","refused",null]
$ ftadmin --db t.db vm list --plain 2>err | cut -f 1-7
vm1	h1	running	protected	2	268435456	1073741824
vm2	h1	off	none	1	134217728	536870912
$ ftadmin --db t.db vm list --json 2>err | jq -c '.vms[] | [.vm, .host, .memory]'
["vm1","h1",268435456]
["vm2","h1",134217728]
$ ftadmin --db t.db events
AT                        HOST  SEVERITY  VM   KIND  TEXT
2026-11-22T10:00:00.000Z  h1    ▲ warn    vm1  link  the link to h2 \x1b[31mwas lost
! ftadmin: h1: 127.0.0.1 refused the connection on port 1
!   hint: Start sshd there, or give the right port (user@host:port, or Port in ~/.ssh/config).
! ftadmin: h2: 127.0.0.1 refused the connection on port 1
! ftadmin: w1: 127.0.0.1 refused the connection on port 1
[20]
$ ftadmin --db t.db events --plain
2026-11-22T10:00:00.000Z	h1	warn	vm1	link	the link to h2 \x1b[31mwas lost
! ftadmin: h1: 127.0.0.1 refused the connection on port 1
!   hint: Start sshd there, or give the right port (user@host:port, or Port in ~/.ssh/config).
! ftadmin: h2: 127.0.0.1 refused the connection on port 1
! ftadmin: w1: 127.0.0.1 refused the connection on port 1
[20]
$ ftadmin --db t.db events --json 2>err | jq -c '.events[] | [.seq, .severity]'
[1,"warn"]
$ ftadmin --db t.db host show h1
Host          h1
Address       127.0.0.1:1
Kind          hypervisor
Engine        0.1.0
Seen          3 h

NIC   MAC                BRIDGE  LINK  MBIT/S  ADDRESSES
eth0  52:54:00:00:00:01  -       yes        0  10.0.0.1/24

LINK TO  ADDRESS   NIC   CARRIES     MEASURED
h2       10.0.0.2  eth0  900 Mbit/s       3 h

VM   STATE    VCPUS     MEMORY      DISKS  UUID
vm1  running      2  256.0 MiB    1.0 GiB  aaaaaaaa-2222-3333-4444-555555555555
vm2  off          1  128.0 MiB  512.0 MiB  bbbbbbbb-2222-3333-4444-555555555555
$ ftadmin --db t.db host show h1 --json | jq -c '.host.nics'
[{"name":"eth0","mac":"52:54:00:00:00:01","bridge":"","carrier":true,"speed_mbit":0,"addresses":"10.0.0.1/24"}]
$ ftadmin --db t.db host show h1 --json | jq -c '.host.links[0] | del(.age_s)'
{"host":"h2","address":"10.0.0.2","nic":"eth0","bytes_per_s":117000000,"carries":"900 Mbit/s"}
$ ftadmin --db t.db switchover vm1 --yes
! ftadmin: h1: 127.0.0.1 refused the connection on port 1
!   hint: Start sshd there, or give the right port (user@host:port, or Port in ~/.ssh/config).
! ftadmin: h2: 127.0.0.1 refused the connection on port 1
! ftadmin: w1: 127.0.0.1 refused the connection on port 1
! ftadmin: no host that carries vm1 answers
!   hint: ftadmin status shows what is known
[20]
$ ftadmin --db t.db verify vm1
! ftadmin: 127.0.0.1 refused the connection on port 1
!   hint: Start sshd there, or give the right port (user@host:port, or Port in ~/.ssh/config).
[20]
$ ftadmin --db t.db unprotect vm1
! ftadmin: this needs a confirmation and there is no terminal to ask on
!   hint: --yes answers it
[5]
$ ftadmin --db t.db host remove h1 --yes
! ftadmin: h1 is used by 1 protected VM
!   hint: unprotect those VMs first (ftadmin status)
[5]
$ ftadmin --db t.db host remove h1 --keep-engine --yes
! ftadmin: h1 is used by 1 protected VM
!   hint: unprotect those VMs first (ftadmin status)
[5]
$ touch engine; chmod +x engine; ftadmin --db t.db host add h9=127.0.0.1:1 --engine ./engine --json
{"schema":1,"hosts":[{"host":"h9","result":"failed","kind":null,"engine":null,"vms":null,"error":"127.0.0.1 refused the connection on port 1","warning":null}]}
! ftadmin: h9: 127.0.0.1 refused the connection on port 1
!   hint: Start sshd there, or give the right port (user@host:port, or Port in ~/.ssh/config).
[20]
$ ftadmin --db t.db protect vm1 --engine ./engine --yes
! ftadmin: h1: 127.0.0.1 refused the connection on port 1
!   hint: Start sshd there, or give the right port (user@host:port, or Port in ~/.ssh/config).
! ftadmin: h2: 127.0.0.1 refused the connection on port 1
! ftadmin: w1: 127.0.0.1 refused the connection on port 1
[20]
$ ftadmin --db t.db protect vm1 --engine ./missing --yes
! ftadmin: ./missing is not an executable file
[10]
$ ftadmin --db t.db status --line
FTADMIN UNKNOWN - Nobody answers for vm1; 3 h ago it was protected. | protected=0 at_risk=0 copying=0 alone=0 unprotected=0 failed=0 unknown=1 hosts=0;;;0;3 lag=0ms
[3]
$ ftadmin --db t.db status vm2 --line
FTADMIN CRITICAL - vm2 is not protected
! ftadmin: vm2 is not protected
!   hint: ftadmin protect makes it fault tolerant
[2]
$ ftadmin --db none/t.db status --line
FTADMIN UNKNOWN - none/t.db: No such file or directory
! ftadmin: none/t.db: No such file or directory
!   hint: name another place with --db FILE
[3]
$ ftadmin --db t.db status --if-lost h1 2>err
VM   OUTCOME      RUNS ON  HEARD AFTER  WHY
vm1  cannot tell  -                  -  the host that runs it is silent
[20]
$ ftadmin --db t.db status --if-lost h1,h9 2>err; head -n 1 err
ftadmin: no host named h9
$ ftadmin --db t.db status --problems --plain 2>err | cut -f 1-3
vm1	UNKNOWN	unknown
$ ftadmin --db t.db status --filter 'state=unknown host=h2' --plain 2>err | cut -f 1-3
vm1	UNKNOWN	unknown
$ ftadmin --db t.db status --filter state=alone 2>/dev/null | head -n 2
HOST  HEALTH  STATE    ENGINE  PAIRS  SEEN  ERROR
h1    ✗ CRIT  refused  0.1.0       -   3 h  127.0.0.1 refused the connection on port 1
$ ftadmin --db t.db status --sort colour
! ftadmin: there is no column "colour"
!   hint: VM, HEALTH, STATE, PRIMARY, STANDBY, WITNESS, EPOCHS/S, PAUSE P50, P99, LAG, HEARD, REASON
[2]
$ ftadmin --db t.db status --filter host=
! ftadmin: "host=" is no filter
!   hint: write it as state=alone, host=h1, or text
[2]
$ ftadmin --db t.db status >/dev/full
! ftadmin: writing the output: No space left on device
[1]
$ ftadmin --db t.db status --json 2>/dev/null >/dev/full
[1]
$ ftadmin --db t.db host show h3 --json
{"schema":1,"error":{"exit":3,"text":"no host named h3","hint":"ftadmin host list shows the known hosts, ftadmin host add adds one"}}
! ftadmin: no host named h3
!   hint: ftadmin host list shows the known hosts, ftadmin host add adds one
[3]
$ ftadmin --db t.db events --vm vm1 --severity warn --plain 2>err
2026-11-22T10:00:00.000Z	h1	warn	vm1	link	the link to h2 \x1b[31mwas lost
[20]
$ ftadmin --db t.db events --severity crit --plain 2>err
[20]
$ ftadmin --db t.db events --since 2027-01-01 --plain 2>err
[20]
$ ftadmin --db t.db events --host h2 --plain 2>err
[20]
$ ftadmin --db t.db events --since yesterday
! ftadmin: "yesterday" is no time
!   hint: write it as 90s, 10m, 2h, 3d, 2026-11-28 or 2026-11-28T10:00 (UTC)
[2]
$ ftadmin --db t.db events --until 2020-01-01 --plain 2>err
[20]
$ ftadmin --db t.db events --until 2020-01-01 --follow
! ftadmin: --follow has no end: not with --until
[2]
$ ftadmin --db t.db events --film vm1 --vm vm1
! ftadmin: --film goes with --until only
[2]
$ ftadmin --db t.db events --film vm1 2>err
[3]
$ grep -c "no takeover of this VM is known" err
1
$ ftadmin --db t.db events --film vm9 2>err
[3]
$ ftadmin --db t.db events --severity bad
! ftadmin: --severity needs info, warn or crit, not "bad"
[2]
$ ftadmin --db t.db status --identity /nonexist
! ftadmin: the key file /nonexist cannot be read: No such file or directory
[10]
$ ftadmin --db t.db status --password-file /nonexist
! ftadmin: /nonexist: no password could be read: No such file or directory
[10]
$ ftadmin --db t.db status --password-file /dev/null
! ftadmin: /dev/null: there is no password in it
[10]
