#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Looking for machines: by the names of ~/.ssh/config, by ranges, a whole /24 of which ten answer;
# nothing is left on any of them, unknown host keys are shown and trusted only as they were shown.
. "$(dirname "$0")/functions.sh"

all_files() { # HOST
    lab on "$1" sh -c 'find /root /var/tmp /usr/local /etc -newer /run/before ! -type d
        find /tmp -maxdepth 1 -newer /run/before ! -type d'
}

row() { # NAME JQ
    jq -r --arg name "$1" ".hosts[] | select(.name == \$name) | $2" <<<"$output"
}

is() { # WHAT EXPECTED
    [ "$1" = "$2" ] || fail "\"$1\" is not \"$2\": $output"
}

shares_machine=yes
start_lab
start_guest h1 vm1
for host in h1 h2 w1; do
    lab on $host touch /run/before
done
lab on adm sh -c 'cat >/root/.ssh/config' <<END
Host jump
 HostName 10.77.0.250
Host *.lab
 User nobody
Host h1 h2
 User root
Host w1
 ProxyJump none
Host behind
 HostName 10.77.0.2
 ProxyJump jump
END

note "what would be looked at, nobody contacted"
exits 0 ftadmin discover --dry-run --json
is "$(jq -r '[.hosts[] | select(.marked) | .name] | join(" ")' <<<"$output")" "h1 h2 w1 behind"
is "$(row jump .marked)" false
is "$(row behind .via)" jump
# shellcheck disable=SC2088 # as people write it
is "$(row h1 .source)" "~/.ssh/config:5"

note "unknown keys: shown with all their kinds, nothing trusted"
exits 20 ftadmin discover h1 h2 --json
is "$(row h1 .reach)" key-unknown
key=$(row h1 '.keys[0]')
ours=$(lab on h1 sh -c 'cat /etc/ssh/ssh_host_*_key.pub | ssh-keygen -lf -' | cut -d' ' -f2)
for one in $(row h1 '.keys[]' | cut -d' ' -f2); do
    grep -qF "$one" <<<"$ours" || fail "$one is no key of h1: $ours"
done
lab on adm test -e /root/.ssh/known_hosts && fail "a key was trusted: $(lab on adm cat /root/.ssh/known_hosts)"

note "a key is trusted when it is the one that was shown"
exits 20 ftadmin discover h1 --json --host-key "ssh-ed25519 SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
is "$(row h1 .reach)" key-changed
exits 0 ftadmin discover h1 --json --host-key "$key"
is "$(row h1 .state)" looked
is "$(row h1 .kvm)" "$(lab on h1 test -c /dev/kvm && echo true || echo false)"
is "$(row h1 .kernel)" "$(uname -r)"
is "$(row h1 '.vm_names | join(" ")')" vm1
is "$(row h1 .qemu)" "$(qemu-system-x86_64 --version | sed -n '1s/.*version \([0-9.]*\).*/\1/p')"
is "$(row h1 .libvirt)" "$(libvirtd --version | sed 's/[^0-9]*\([0-9.]*\).*/\1/')"

note "classes of failure"
exits 0 ftadmin discover h1 nosuchhost 10.77.0.99 --json
is "$(row nosuchhost .reach)" name-unknown
[[ "$(row 10.77.0.99 .reach)" =~ ^(timeout|no-route)$ ]] || fail "$output"
lab on h2 useradd -m joe
lab on h2 sh -c 'mkdir -p ~joe/.ssh && cp /root/.ssh/authorized_keys ~joe/.ssh/ && chown -R joe: ~joe/.ssh'
key=$(ftadmin discover h2 --json 2>/dev/null | jq -r '.hosts[0].keys[0]')
exits 20 ftadmin discover joe@h2 --json --host-key "$key"
is "$(row joe@h2 .reach)" no-sudo
exits 20 ftadmin discover nobody@h2 --json
is "$(row nobody@h2 .reach)" login-refused

note "a /24 of which ten answer"
for last in 21 22 23 24 25 26 27; do
    lab on h1 ip addr add 10.77.0.$last/24 dev br0
done
{
    lab on adm ssh-keyscan 10.77.0.1 10.77.0.2
    for last in 21 22 23 24 25 26 27; do
        lab on adm ssh-keyscan 10.77.0.$last
    done
} 2>/dev/null | lab on adm tee -a /root/.ssh/known_hosts >/dev/null
begun=$(now_ms)
exits 0 ftadmin discover 10.77.0.0/24 --exclude 10.77.0.3,10.77.0.100-120 --json
note "$(($(now_ms) - begun)) ms: $(jq -c 'del(.hosts)' <<<"$output")"
is "$(jq -r '[.hosts[] | select(.state == "looked") | .name] | sort | join(" ")' <<<"$output")" \
    "10.77.0.1 10.77.0.2 10.77.0.21 10.77.0.22 10.77.0.23 10.77.0.24 10.77.0.25 10.77.0.26 10.77.0.27"
[ $(($(now_ms) - begun)) -lt 30000 ] || fail "it took $(($(now_ms) - begun)) ms"
is "$(row 10.77.0.3 .name)" ""

note "rows come as they are found"
exits 0 ftadmin discover h1 h2 10.77.0.21-22 --follow --json
jq -es '(.[0] | has("begin")) and (.[-1].end.looked == 4) and
    ([.[].row | select(. != null and .state == "answers") | .name] | sort == ["10.77.0.21", "10.77.0.22"])' \
    <<<"$output" >/dev/null || fail "$output"

note "an engine that is there is asked; nothing was left by looking"
for host in h1 h2 w1; do
    left=$(all_files $host | grep -v joe)
    [ -z "$left" ] || [ $host = h2 ] || fail "written on $host: $left"
done
exits 0 ftadmin host add h1
exits 0 ftadmin discover h1 --json
[ "$(row h1 .engine)" = "$(ftadmin --version | cut -d' ' -f2)" ] || fail "$output"
is "$(row h1 .known)" true
is "$(row h1 .vms)" 1
