# SPDX-License-Identifier: GPL-2.0-or-later
# What is on a host that a pair may leave something in, before and after. Sourced after
# functions.sh:
#
#   remember_hosts h1 h2
#   ...                                  # protect, whatever happens, unprotect
#   hosts_are_as_before h1 h2            # fails the test, and says what is left or gone
#   host_differs_by h1 <<'CHANGES'       # or: just in this, besides definitions, sorted
#   < f /var/lib/libvirt/images/vm1-disk0.raw
#   > f /var/lib/libvirt/images/vm1-disk0.raw.stale-TIME
#   CHANGES
#
# Left out is what comes with the engine and stays with it, and what libvirt keeps for itself.
# shellcheck shell=bash
: "${test_folder?}"

# One line a thing. Runs inside the host.
# shellcheck disable=SC2016 # for the inner shell
host_facts_script='
own="/var/lib/ftadmin(/pairs|/events[^/]*)?|/run/ftadmin(/[a-z.]*)?|/etc/libvirt/hooks.*"
own="$own|/var/lib/libvirt/qemu/(domain|channel).*|/etc/libvirt/qemu/autostart"
v() { virsh -q -c qemu:///system "$@" 2>&1; }
for name in $(v list --all --name); do
    v "domstate $name; dominfo $name; dumpxml --inactive $name" |
        grep -vE "^(Id|CPU time|Used memory|Security label|Messages):" | sed "s/^/domain $name: /"
done
for pool in $(v pool-list --all --name); do
    v "pool-refresh $pool; pool-info $pool; vol-list $pool" |
        grep -vE "^(Capacity|Allocation|Available|Pool .* refreshed)" | tr -s " " | sed "s/^/pool $pool: /"
done
v "nwfilter-list; net-list --all; secret-list"
find /var/lib/ftadmin /run/ftadmin /var/lib/libvirt /etc/libvirt -printf "%y %p %l\n" 2>/dev/null |
    grep -vE "^. ($own) *\$"
ip -o link | sed -E "s/^[0-9]+: ([^:@]*).*/link \1/; s/(vnet|tap|macvtap)[0-9]+/\1/"
{ nft list ruleset; iptables-save; ip6tables-save; ebtables-save; tc filter show; } 2>/dev/null |
    grep -v "^#" | sed -E "s/\[[0-9:]*\]//; s/vnet[0-9]+/vnet/; s/^/rule /"
ps -eo args | grep -E "^([^ ]*/)?(ftengine|qemu|swtpm)" | grep -vE "ftengine (daemon|witness|control|drift)" |
    sed -E "s/^([^ ]*)( .*guest=([^,]*),.*)?.*/process \1 \3/"
'

# Sorted; times in names are TIME.
host_facts() { # HOST
    lab on "$1" sh -c "$host_facts_script" |
        sed -E 's/[0-9]{8}T[0-9]{6}Z/TIME/; s/ +$//' | sort
}

remember_hosts() { # HOST...
    local host
    for host; do
        host_facts "$host" >"$test_folder/facts-$host"
    done
}

host_changes() { # HOST
    host_facts "$1" | diff "$test_folder/facts-$1" - | grep '^[<>]'
}

hosts_are_as_before() { # HOST...
    local host changes
    for host; do
        changes=$(host_changes "$host")
        [ -z "$changes" ] || fail "$host is not as it was before:"$'\n'"$changes"
    done
}

host_differs_by() { # HOST <CHANGES, in any order
    sort >"$test_folder/expected"
    host_changes "$1" | grep -vE '^. (domain|pool) ' | sort |
        diff "$test_folder/expected" - >"$test_folder/odd" ||
        fail "$1 differs otherwise:"$'\n'"$(cat "$test_folder/odd")"
}
