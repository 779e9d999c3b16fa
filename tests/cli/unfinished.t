SPDX-License-Identifier: GPL-2.0-or-later
What was begun and has not ended is shown with both ways on, gone on with, or taken back.

$ seed t.db 1 && ftadmin --db t.db resume
! Nothing is unfinished.
$ ftadmin --db t.db resume --json
{"schema":1,"vms":[]}
! Nothing is unfinished.
$ ftadmin --db t.db resume vm1
! vm1: nothing is unfinished.
$ ftadmin --db t.db rollback vm1 --yes
! ftadmin: vm1: its protect has ended, and is not taken back any more
!   hint: ftadmin unprotect ends its protection.
[5]
$ ftadmin --db t.db rollback vm9 --yes
! ftadmin: nothing was begun for vm9
!   hint: ftadmin status shows what is
[3]
$ ftadmin --db t.db resume vm9
! ftadmin: nothing was begun for vm9
!   hint: ftadmin status shows what is
[3]
$ seed t.db phase applying; ftadmin --db t.db status --json 2>/dev/null | tr , '\n' | grep -A2 pending
"pending":{"verb":"protect"
"resume":"ftadmin resume vm1"
"rollback":"ftadmin rollback vm1"}
$ ftadmin --db t.db status vm1 2>&1 | grep 'is not finished:'
vm1: protect is not finished: ftadmin resume vm1 goes on with it, ftadmin rollback vm1 takes it back.
$ ftadmin --db t.db rollback vm1
! ftadmin: this needs a confirmation and there is no terminal to ask on
!   hint: --yes answers it
[5]
$ ftadmin --db t.db rollback vm1 --yes
! ftadmin: vm1: nothing is undone as long as h1, where it runs, cannot be asked: 127.0.0.1 refused the connection on port 1
!   hint: Bring it back, and give it again.
[20]
$ touch engine; chmod +x engine; ftadmin --db t.db resume vm1 --engine ./engine
! ftadmin: h1: 127.0.0.1 refused the connection on port 1
!   hint: Start sshd there, or give the right port (user@host:port, or Port in ~/.ssh/config).
! ftadmin: h2: 127.0.0.1 refused the connection on port 1
! ftadmin: w1: 127.0.0.1 refused the connection on port 1
[20]
$ ftadmin --db t.db jobs --plain | cut -f 3-5
rollback vm1	failed	vm1: nothing is undone as long as h1, where it runs, cannot be asked: 127.0.0.1 refused the connection on port 1
$ seed t.db hold 'vm aaaaaaaa-2222-3333-4444-555555555555' 'protect vm1' 'ftadmin --db t.db rollback vm1 --yes' 2>&1 | head -n 1 | sed 's/process [0-9]*.*/process PID/'
ftadmin: another ftadmin is at work: process PID
$ seed t.db phase removing; ftadmin --db t.db rollback vm1
! ftadmin: vm1: it is its unprotect that is not finished, which is not taken back
!   hint: ftadmin resume goes on with it.
[5]
$ ftadmin --db t.db rollback vm1 --yes
! ftadmin: vm1: it is its unprotect that is not finished, which is not taken back
!   hint: ftadmin resume goes on with it.
[5]
$ ftadmin --db t.db status --json 2>/dev/null | tr , '\n' | grep -A2 pending
"pending":{"verb":"unprotect"
"resume":"ftadmin resume vm1"
"rollback":null}
$ ftadmin --db t.db status vm1 2>&1 | grep 'is not finished:'
vm1: unprotect is not finished: ftadmin resume vm1 goes on with it.
$ seed t.db phase applying; ftadmin --db t.db verify vm1
! vm1: protect is not finished: ftadmin resume vm1 goes on with it, ftadmin rollback vm1 takes it back.
! ftadmin: 127.0.0.1 refused the connection on port 1
!   hint: Start sshd there, or give the right port (user@host:port, or Port in ~/.ssh/config).
[20]
$ seed t.db hold 'vm aaaaaaaa-2222-3333-4444-555555555555' 'protect vm1' 'ftadmin --db t.db unprotect vm1 --yes' 2>&1 | head -n 1
vm1: protect is not finished: ftadmin resume vm1 goes on with it, ftadmin rollback vm1 takes it back.
$ ftadmin rollback
! ftadmin: rollback needs VM
! Try 'ftadmin rollback --help'.
[2]
$ ftadmin resume vm1 vm2
! ftadmin: too many arguments: "vm2"
! Try 'ftadmin resume --help'.
[2]
$ ftadmin --db t.db protect --apply-plan plan.json
! ftadmin: plan.json: No such file or directory
[3]
$ echo '{"schema":1' >plan.json; ftadmin --db t.db protect --apply-plan plan.json
! ftadmin: plan.json: not JSON: '}' expected near end of file at byte 12
[1]
$ echo '{"schema":7}' >plan.json; ftadmin --db t.db protect --apply-plan plan.json
! ftadmin: plan.json: the plan has schema 7, this ftadmin knows 1
!   hint: Apply it with the ftadmin that wrote it.
[22]
$ echo '{"schema":1,"vm":"vm1"}' | ftadmin --db t.db protect --apply-plan - --json
{"schema":1,"error":{"exit":1,"text":"-: the plan has no right \"primary\"","hint":"ftadmin protect VM --dry-run --json >FILE writes such a file."}}
! ftadmin: -: the plan has no right "primary"
!   hint: ftadmin protect VM --dry-run --json >FILE writes such a file.
[1]
$ ftadmin --db t.db protect --apply-plan plan.json vm1
! ftadmin: --apply-plan names its VM: give no other
[2]
$ ftadmin --db t.db protect --apply-plan plan.json --witness none
! ftadmin: --witness does not go with --apply-plan
!   hint: Plan anew with it, and save that.
[2]
$ head -c 5000000 /dev/zero >plan.json; ftadmin --db t.db protect --apply-plan plan.json
! ftadmin: plan.json: File too large
[1]
