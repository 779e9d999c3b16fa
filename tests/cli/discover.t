SPDX-License-Identifier: GPL-2.0-or-later
Looking for machines: what is understood of ranges, and what is said of those that do not answer.

$ ftadmin discover 10.0.0.0/33
! ftadmin: "10.0.0.0/33" is no network
!   hint: Write 10.0.0.0/24, 10.0.0.1-10.0.0.20, 10.0.0.1-20, an address, or a host as ssh(1) takes it.
[2]
$ ftadmin discover 10.0.0.9-3
! ftadmin: "10.0.0.9-3" ends before it begins
!   hint: Write 10.0.0.0/24, 10.0.0.1-10.0.0.20, 10.0.0.1-20, an address, or a host as ssh(1) takes it.
[2]
$ ftadmin discover -- -oProxyCommand=id
! ftadmin: "-oProxyCommand=id" is neither host nor range
!   hint: Write 10.0.0.0/24, 10.0.0.1-10.0.0.20, 10.0.0.1-20, an address, or a host as ssh(1) takes it.
[2]
$ ftadmin discover 10.0.0.0/8
! ftadmin: with "10.0.0.0/8" these are more than 65536 addresses
!   hint: Look at one part after the other.
[2]
$ ftadmin discover 10.0.0.0/20
! ftadmin: this needs a confirmation and there is no terminal to ask on
!   hint: --yes answers it
[5]
$ ftadmin discover 10.0.0.0/24 10.0.0.7 10.0.9.1-20 hv-west --exclude 10.0.0.128/25,hv-east --dry-run
MACHINE              ADDRESS  NAMED IN  LOGIN  VIA  LOOKED AT
10.0.0.1-10.0.0.127  -        -         -      -    yes
10.0.9.1-10.0.9.20   -        -         -      -    yes
hv-west              -        -         -      -    yes
! Would look at 148: 10.0.0.1-10.0.0.127, 10.0.9.1-10.0.9.20, hv-west
$ ftadmin discover 10.0.0.0/24 10.0.9.1-20 hv-west -n --json
{"schema":1,"targets":"10.0.0.1-10.0.0.254, 10.0.9.1-10.0.9.20, hv-west","asked":275,"hosts":[{"name":"10.0.0.1-10.0.0.254","state":"named","marked":true},{"name":"10.0.9.1-10.0.9.20","state":"named","marked":true},{"name":"hv-west","state":"named","marked":true}],"left_out":{"patterns":0,"hashed":0,"more":0}}
$ printf '10.0.0.1 # one\n10.0.0.2\nhv-west\n' | ftadmin discover -f - --dry-run --plain
10.0.0.1-10.0.0.2					yes
hv-west					yes
$ ftadmin discover -f nofile
! ftadmin: nofile cannot be read: No such file or directory
[3]
$ ftadmin discover h1 h2 --host-key 'ssh-ed25519 SHA256:x'
! ftadmin: --host-key is of one machine: name that alone
[2]
$ ftadmin discover 127.0.0.1 --port 1
MACHINE    HEALTH  STANDS AT  IS
127.0.0.1  ▲ WARN  refused    nothing takes SSH there
[20]
$ ftadmin discover 127.0.0.0/26 --port 1
! 62 addresses without SSH (0 silent, 62 say no, 0 no route)
[20]
$ ftadmin discover 127.0.0.1 --port 1 --plain --follow
127.0.0.1	WARN	refused	nothing takes SSH there
[20]
$ ftadmin discover nosuchhost.invalid --plain
nosuchhost.invalid	WARN	name?	its name has no address
[20]
