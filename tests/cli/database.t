SPDX-License-Identifier: GPL-2.0-or-later
The topology database: empty, in the wrong place, damaged, newer, busy.

$ ftadmin host list
! No hosts yet: ftadmin host add HOST...
$ stat -c %a .local/share/ftadmin .local/share/ftadmin/topology.db
700
600
$ ftadmin host list --json
{"schema":1,"hosts":[]}
! No hosts yet: ftadmin host add HOST...
$ ftadmin status --json
{"schema":1,"verdict":{"severity":"UNKNOWN","move":"you, later","sentence":"No host is known yet, and so no VM.","command":"ftadmin host add HOST..."},"summary":{"pairs":0,"protected":0,"at_risk":0,"copying":0,"alone":0,"unprotected":0,"failed":0,"unknown":0,"hosts":0,"answering":0},"pairs":[],"hosts":[],"maintenance":[]}
! No hosts yet: ftadmin host add HOST...
$ ftadmin status
! No hosts yet: ftadmin host add HOST...
$ ftadmin vm list --json
{"schema":1,"vms":[]}
! No hosts yet: ftadmin host add HOST...
$ ftadmin events --json
{"schema":1,"events":[]}
$ ftadmin host show h1
! ftadmin: no host named h1
!   hint: ftadmin host list shows the known hosts, ftadmin host add adds one
[3]
$ ftadmin host remove h1 --yes
! ftadmin: no host named h1
!   hint: ftadmin host list shows the known hosts, ftadmin host add adds one
[3]
$ ftadmin unprotect vm1 --yes
! ftadmin: vm1 is not protected
!   hint: ftadmin status shows the protected VMs
[3]
$ ftadmin switchover vm1 --yes
! ftadmin: vm1 is not protected
!   hint: ftadmin status shows the protected VMs
[3]
$ ftadmin status vm1
! No hosts yet: ftadmin host add HOST...
! ftadmin: no VM named vm1
!   hint: ftadmin vm list shows the VMs of all hosts
[3]
$ ftadmin --db /nonexistent/t.db host list
! ftadmin: /nonexistent/t.db: No such file or directory
!   hint: name another place with --db FILE
[10]
$ ftadmin --db . host list
! ftadmin: .: not a regular file
!   hint: name a file with --db FILE
[10]
$ XDG_DATA_HOME=/dev/null/x ftadmin host list
! ftadmin: /dev/null/x/ftadmin: Not a directory
!   hint: name another place with --db FILE
[10]
$ echo 'not a database, but long enough to look at' >garbage; ftadmin --db garbage host list
! ftadmin: garbage: damaged, or not a database of ftadmin (file is not a database)
!   hint: move the file away and run ftadmin host add again: the hosts keep every pair, and ftadmin finds them there
[10]
$ cat garbage
not a database, but long enough to look at
$ seed t.db 1 && ftadmin --db t.db host list --plain | cut -f 1-5
h1	127.0.0.1:1	hypervisor	0.1.0	2
h2	127.0.0.1:1	hypervisor	0.1.0	0
w1	127.0.0.1:1	witness	0.1.0	0
$ cp t.db newer.db && printf '\377' | dd of=newer.db bs=1 seek=63 conv=notrunc status=none; ftadmin --db newer.db status
! ftadmin: newer.db: written by a newer ftadmin (schema 255, this one knows 17)
!   hint: use the newer ftadmin, or another file with --db FILE
[10]
$ head -c 20000 t.db >cut.db; ftadmin --db cut.db host list
! ftadmin: cut.db: damaged, or not a database of ftadmin (database disk image is malformed)
!   hint: move the file away and run ftadmin host add again: the hosts keep every pair, and ftadmin finds them there
[10]
$ cp t.db holes.db && tr '\000' 'x' </dev/zero | dd of=holes.db bs=4096 seek=2 count=3 conv=notrunc iflag=fullblock status=none; ftadmin --db holes.db host list
! ftadmin: holes.db: damaged, or not a database of ftadmin (database disk image is malformed)
!   hint: move the file away and run ftadmin host add again: the hosts keep every pair, and ftadmin finds them there
[10]
$ cp t.db spoiled.db && seed spoiled.db spoil links && ftadmin --db spoiled.db host list --plain | cut -f 1,2
h1	127.0.0.1:1
h2	127.0.0.1:1
w1	127.0.0.1:1
! ftadmin: spoiled.db: damaged (PRAGMA quick_check found errors)
!   hint: move the file away and run ftadmin host add again: the hosts keep every pair, and ftadmin finds them there
$ ftadmin --db spoiled.db host list --plain >/dev/null
! ftadmin: spoiled.db: damaged (PRAGMA quick_check found errors)
!   hint: move the file away and run ftadmin host add again: the hosts keep every pair, and ftadmin finds them there
[10]
$ ftadmin --db spoiled.db unprotect vm1 --yes 2>&1 >/dev/null | tail -n 2
ftadmin: spoiled.db: damaged (PRAGMA quick_check found errors)
  hint: move the file away and run ftadmin host add again: the hosts keep every pair, and ftadmin finds them there
$ : >empty.db; ftadmin --db empty.db host list --plain; stat -c %a empty.db
600
! No hosts yet: ftadmin host add HOST...
$ export SSH_CLIENT='10.0.0.5 40000 22' SUDO_USER=ops; seed t.db hold 'vm aaaaaaaa-2222-3333-4444-555555555555' 'protect vm1' 'ftadmin --db t.db unprotect vm1 --yes'
! ftadmin: another ftadmin is at work: process PID, protect vm1, by ops from 10.0.0.5 for 0 s
!   hint: ftadmin jobs shows it; wait until it is done and try again
[5]
$ seed t.db hold 'host w1' 'host add w1' 'ftadmin --db t.db unprotect vm1 --yes' 2>&1 | sed 's/, by .*//'
ftadmin: another ftadmin is at work: process PID, host add w1
  hint: ftadmin jobs shows it; wait until it is done and try again
$ seed t.db hold 'vm bbbbbbbb-2222-3333-4444-555555555555' 'protect vm2' 'ftadmin --db t.db unprotect vm1 --yes' 2>&1 | head -n 1
ftadmin: vm1: neither h1 nor h2 can be asked
$ ftadmin --db t.db host list --json >/dev/full 2>&1; echo $?
1
$ mkdir -p .config/ftadmin; printf 'timeout = soon\ncolour = no\n[host list]\ndb = t.db\n' >.config/ftadmin/config; XDG_CONFIG_HOME=$PWD/.config ftadmin host list --plain 2>&1 | cut -f1-3 | sed "s|$PWD/||"
.config/ftadmin/config:1: timeout is a whole number from 1 to 3600, not "soon"
.config/ftadmin/config:2: no option "colour" in [all]
h1	127.0.0.1:1	hypervisor
h2	127.0.0.1:1	hypervisor
w1	127.0.0.1:1	witness
