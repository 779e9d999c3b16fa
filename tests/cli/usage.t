SPDX-License-Identifier: GPL-2.0-or-later
Wrong usage: exit code 2, a message that names the mistake, nothing on stdout.

$ ftadmin
! usage: ftadmin [OPTIONS] COMMAND [ARGUMENTS]
! 
! Keeps virtual machines running when their host dies.
! 
! Commands:
!   discover [RANGE|HOST]... Look for machines, changing nothing on them
!   host add [NAME=]HOST...  Install the engine on hosts and remember them
!   host list                List the known hosts
!   host show HOST           Show what is known about a host
!   host diff HOST [HOST]    Show in what two hosts differ, and why that matters
!   host upgrade HOST...     Replace the engine on hosts, VMs running
!   host remove HOST         Remove the engine from a host and forget it
!   vm list                  List the virtual machines of all hosts
!   check VM                 Check what could make a failover of the VM fail
!   checks [CHECK...]        List what check and protect look at
!   estimate VM              Measure a running VM: what would protecting it cost
!   facts export             Write what all hosts tell of themselves, as JSON
!   facts import FILE        Fill a database with the hosts of such a file
!   rule add apart VM VM...  Keep VMs apart, so that one host is not the end of all
!   rule list                List the rules for placement
!   rule remove RULE         Forget a rule
!   waive VM CHECK           Accept what a check warns of, with a reason
!   waivers [VM]             List what was waived, by whom and why
!   protect VM...            Make running VMs fault tolerant
!   status [VM]              Show protected VMs and hosts as they are now
!   events                   Show what happened on the hosts
!   set VM                   Show or change how a protected VM's time is spent
!   backup VM                Back up a protected VM from its copy, undisturbed
!   switchover VM            Let the VM go on at its other host, planned
!   witness VM HOST          Give a protected VM another witness
!   maintenance HOST on|off  Take a host out of service, or back into it
!   rehearse VM              Try a takeover out: let the copy run apart
!   policy VM                Show or change what is done for a VM by itself
!   start VM                 Start a VM of a pair that no host runs
!   unprotect VM             End the protection of a VM
!   resume [VM]              Go on with a protect or unprotect that has not ended
!   rollback VM              Take back a protect that has not ended
!   jobs                     List what ftadmin does and did to VMs and hosts
!   jobs show JOB            Show one job: its steps, how far it is, what it leaves
!   jobs stop JOB            Ask a job to stop at its next safe point
!   console                  Open the console: everything live, on the whole screen
!   help [COMMAND]           Explain a command
! 
! Options of every command:
!       --json                   print one JSON document (it has a schema number)
!       --plain                  print tab-separated lines without header
!       --db FILE                topology database instead of the user's own
!       --config FILE            ftadmin.conf(5) instead of the user's own
!   -y, --yes                    answer every confirmation with yes
!       --accept-new-host-keys   trust the SSH key of a host seen for the first time
!       --timeout SECONDS        patience with a host for a connection and for an answer
!   -i, --identity FILE          SSH key file to try first
!       --password-file FILE     read the SSH password from FILE (/dev/fd/N works)
!   -v, --verbose                say more on standard error
!   -V, --version                print the version
!   -h, --help                   print help
! 
! Exit codes:
!   0 done, 1 failed, 2 wrong usage, 3 not found, 4 a check failed,
!   5 refused for safety, 6 not permitted, 7 partly done, 10 bad configuration,
!   20 host or engine unreachable, 21 timeout, 22 protocol mismatch,
!   30 degraded, 31 unprotected, 130 interrupted
[2]
$ ftadmin protct vm1
! ftadmin: no command "protct"; did you mean "protect"?
! Try 'ftadmin --help'.
[2]
$ ftadmin host lsit
! ftadmin: no command "host lsit"; did you mean "host list"?
! Try 'ftadmin --help'.
[2]
$ ftadmin hots add h1
! ftadmin: no command "hots"; did you mean "host add"?
! Try 'ftadmin --help'.
[2]
$ ftadmin help statsu
! ftadmin: no command "statsu"; did you mean "status"?
!   hint: ftadmin help lists the commands
[2]
$ ftadmin protect vm1 --stanby h2
! ftadmin: unrecognized option '--stanby'; did you mean '--standby'?
! Try 'ftadmin protect --help'.
[2]
$ ftadmin --jsno status
! ftadmin: unrecognized option '--jsno'; did you mean '--json'?
! Try 'ftadmin --help'.
[2]
$ ftadmin --wrong
! ftadmin: unrecognized option '--wrong'
! Try 'ftadmin --help'.
[2]
$ ftadmin fly
! ftadmin: no command "fly"
! Try 'ftadmin --help'.
[2]
$ ftadmin host
! ftadmin: host what?
! usage: ftadmin host COMMAND [ARGUMENTS]
! 
! Commands:
!   host add [NAME=]HOST...  Install the engine on hosts and remember them
!   host list                List the known hosts
!   host show HOST           Show what is known about a host
!   host diff HOST [HOST]    Show in what two hosts differ, and why that matters
!   host upgrade HOST...     Replace the engine on hosts, VMs running
!   host remove HOST         Remove the engine from a host and forget it
[2]
$ ftadmin host fly
! ftadmin: no command "host fly"
! Try 'ftadmin --help'.
[2]
$ ftadmin host add
! ftadmin: host add needs [NAME=]HOST...
! Try 'ftadmin host add --help'.
[2]
$ ftadmin host add 'h1:99999'
! ftadmin: "h1:99999" is not a host
!   hint: write it as [NAME=][user@]host[:port], an IPv6 address with a port in brackets
[2]
$ ftadmin host add -- -oProxyCommand=id
! ftadmin: "-oProxyCommand=id" is not a host
!   hint: write it as [NAME=][user@]host[:port], an IPv6 address with a port in brackets
[2]
$ ftadmin protect
! ftadmin: protect needs VM...
! Try 'ftadmin protect --help'.
[2]
$ ftadmin unprotect vm1 vm2
! ftadmin: too many arguments: "vm2"
! Try 'ftadmin unprotect --help'.
[2]
$ ftadmin protect vm1 --silence 5
! ftadmin: --silence needs a whole number from 50 to 60000, not "5"
! Try 'ftadmin protect --help'.
[2]
$ ftadmin protect vm1 --client-latency 4
! ftadmin: --client-latency needs a whole number from 5 to 1004, not "4"
! Try 'ftadmin protect --help'.
[2]
$ ftadmin protect vm1 --commit-timeout 5001
! ftadmin: --commit-timeout needs a whole number from 200 to 5000, not "5001"
! Try 'ftadmin protect --help'.
[2]
$ ftadmin set vm1 --cpu-budget 101
! ftadmin: --cpu-budget needs a whole number from 1 to 100, not "101"
! Try 'ftadmin set --help'.
[2]
$ ftadmin set vm1 --max-rate 100
! ftadmin: --max-rate is 1M to 1048576M or 1G to 1024G (MiB or GiB a second), or none
[2]
$ ftadmin protect vm1 --max-rate 1025G
! ftadmin: --max-rate is 1M to 1048576M or 1G to 1024G (MiB or GiB a second), or none
[2]
$ ftadmin set
! ftadmin: set needs VM
! Try 'ftadmin set --help'.
[2]
$ ftadmin status --standby h1
! ftadmin: unrecognized option '--standby'
! Try 'ftadmin status --help'.
[2]
$ ftadmin status --json --plain
{"schema":1,"error":{"exit":2,"text":"--json and --plain exclude each other","hint":""}}
! ftadmin: --json and --plain exclude each other
! Try 'ftadmin status --help'.
[2]
$ ftadmin status --timeout soon
! ftadmin: --timeout needs a whole number from 1 to 3600, not "soon"
! Try 'ftadmin status --help'.
[2]
$ ftadmin protect vm1 vm2 vm1
! ftadmin: vm1 is named twice
[2]
$ ftadmin protect vm1 vm2 --standby h2 --standby vm3=h3
! ftadmin: --standby is for vm3, which is not to be protected
!   hint: Write the VM as it is named there.
[2]
$ ftadmin protect vm1 vm2 --pool fast
! ftadmin: --pool is of one VM
!   hint: Protect that VM by a command of its own.
[2]
$ ftadmin rehearse vm1 --console '**'
! ftadmin: a pattern for a console says nothing
!   hint: Name a text of one line, like 'login:'.
[2]
$ ftadmin policy vm1 --agent
! ftadmin: --agent and --console go with --rehearse DAYS
[2]
$ ftadmin policy vm1 --rehearse 0
! ftadmin: --rehearse is 1 to 365 days, or never
[2]
$ ftadmin events --limit 0
! ftadmin: --limit needs a whole number from 1 to 100000, not "0"
! Try 'ftadmin events --help'.
[2]
$ ftadmin help fly
! ftadmin: no command "fly"
!   hint: ftadmin help lists the commands
[2]
$ ftadmin --version
ftadmin 0.1.0
$ ftadmin status --version
ftadmin 0.1.0
$ ftadmin host --help
usage: ftadmin host COMMAND [ARGUMENTS]

Commands:
  host add [NAME=]HOST...  Install the engine on hosts and remember them
  host list                List the known hosts
  host show HOST           Show what is known about a host
  host diff HOST [HOST]    Show in what two hosts differ, and why that matters
  host upgrade HOST...     Replace the engine on hosts, VMs running
  host remove HOST         Remove the engine from a host and forget it
