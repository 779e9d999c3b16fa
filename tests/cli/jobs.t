SPDX-License-Identifier: GPL-2.0-or-later
Jobs: what was done is listed, with who did it and what came of it.

$ ftadmin jobs
! No job yet.
$ seed t.db 1 && ftadmin --db t.db jobs --json
{"schema":1,"jobs":[]}
$ touch engine; chmod +x engine; ftadmin --db t.db host add h8=127.0.0.1:1 h9=127.0.0.1:1 --engine ./engine >/dev/null 2>&1; echo $?
20
$ ftadmin --db t.db host add v1=127.0.0.1:1 --engine ./engine >/dev/null 2>&1; ftadmin --db t.db jobs --plain | cut -f 1,3-5
2	host add v1	failed	127.0.0.1 refused the connection on port 1
1	host add h8 h9	failed	127.0.0.1 refused the connection on port 1
$ ftadmin --db t.db jobs --limit 1 --json | sed 's/"pid":[0-9]*/"pid":0/; s/"\(started\|ended\|by\)":"[^"]*"/"\1":""/g; s/_s":[0-9][0-9.]*/_s":0/g; s/"seconds":[0-9.]*/"seconds":0/'
{"schema":1,"jobs":[{"id":2,"verb":"host add","subject":"v1","what":"host add v1","pair":"","state":"failed","started":"","ended":"","age_s":0,"seconds":0,"progress":"127.0.0.1 refused the connection on port 1","left":"","by":"","pid":0,"step":1,"steps":1,"phase":"","done":0,"total":0,"bytes_per_s":0,"left_from_s":null,"left_to_s":null,"continues":0,"stopping":false,"result":"127.0.0.1 refused the connection on port 1","hint":"Start sshd there, or give the right port (user@host:port, or Port in ~/.ssh/config)."}]}
$ ftadmin --db t.db jobs show 2 | sed '/^Started/d; /^Ended/d; /^Seconds/d; /^Process/d; /^By/d; s/^\(Job\|What\|State\)  */\1 /; s/failed  *[0-9.]*  v/failed v/'
Job 2
What host add v1
State failed
Progress  127.0.0.1 refused the connection on port 1
Hint      Start sshd there, or give the right port (user@host:port, or Port in ~/.ssh/config).

STEP  STATE   SECONDS  WHAT
   1  failed v1: install the engine, look around
$ ftadmin --db t.db jobs show 2 --follow
failed: 127.0.0.1 refused the connection on port 1
[1]
$ ftadmin --db t.db jobs show 99
! ftadmin: no job 99
!   hint: ftadmin jobs lists them
[3]
$ ftadmin --db t.db jobs show first
! ftadmin: no number of a job: "first"
!   hint: ftadmin jobs lists them with their numbers
[2]
$ ftadmin --db t.db jobs stop 2
! ftadmin: job 2 does not run: it is failed
!   hint: ftadmin jobs show says more
[1]
$ seed t.db fix w9; ftadmin --db t.db check vm2 --undo-fix --yes
! To be taken back:
!   w9: stop pool default
! [1/1] failed: w9: stop pool default
! 0 taken back for vm2
! 1 not: a host is not known any more. Once ftadmin host add has added it again, give the same command.
[7]
$ ftadmin --db t.db jobs --limit 1 --plain | cut -f 3-5
undo-fix vm2	partly	0 of 1 taken back; what was done on w9 stays
$ ftadmin jobs show
! ftadmin: jobs show needs JOB
! Try 'ftadmin jobs show --help'.
[2]
$ ftadmin jobs sho
! ftadmin: no command "jobs sho"; did you mean "jobs show"?
! Try 'ftadmin --help'.
[2]
