#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Hosts whose management and replication have IPv6 alone: added, protected, taken over. The guest
# speaks as it did before; its bridge is no business of theirs.
. "$(dirname "$0")/functions.sh"

shares_machine=yes
start_lab
start_guest h1 vm1

number=0
for host in h1 h2 w1 adm; do
    number=$((number + 1))
    # shellcheck disable=SC2016 # for the inner shell
    must lab on $host sh -c 'echo 0 >/proc/sys/net/ipv6/conf/all/disable_ipv6
        for net in 77 78; do
            at=$(ip -o -4 addr | awk -v net="10.$net." "index(\$4, net) == 1 { print \$2; exit }")
            [ -n "$at" ] || continue
            echo 0 >"/proc/sys/net/ipv6/conf/$at/disable_ipv6"
            ip -6 addr add "fd00:$net::$0/64" dev "$at" nodad
            [ "$1" = adm ] || ip -4 addr flush dev "$at"
        done' $number $host
done
{
    echo "127.0.0.1 localhost"
    printf 'fd00:77::%d %s\n' 1 h1 2 h2 3 w1
} | lab on adm tee /etc/hosts >/dev/null
no_ipv4() { # HOST
    ! lab on "$1" ip -o -4 addr | grep -qv ' lo '
}
for host in h1 h2 w1; do
    no_ipv4 $host || fail "$host has IPv4"
done

note "hosts by name, and one by its address"
exits 0 ftadmin host add --accept-new-host-keys h1 h2 fd00:77::3
exits 0 ftadmin protect vm1 --yes --silence 1000 --commit-timeout 2000
complains "over fd00:78::1 -> fd00:78::2" "fd00:77::3 decides"
exits 0 ftadmin check vm1
exits 0 ftadmin verify vm1
start_client
guest_goes_on 20
must lab power-off h1
guest_goes_on 20
[ "$(pair_status vm1 .primary)" = h2 ] || fail "it was not taken over: $(pair_status vm1)"
stop_client
check_ledger
