# SPDX-License-Identifier: GPL-2.0-or-later
# The lab's switch: two bridges, the hosts' wires, and cutting them. Part of scripts/lab.
# shellcheck shell=bash
: "${FTLAB:?}" "${lab:?}"

make_switch() {
    local sw
    sw=$(netns sw)
    ip netns add "$sw" || die "cannot make a network namespace"
    ip -n "$sw" -batch - <<'BATCH' || die "cannot make the switch"
link set lo up
link add guest type bridge forward_delay 0 mcast_snooping 0
link add replication type bridge forward_delay 0 mcast_snooping 0
link set guest up
link set replication up
BATCH
}

mac_address() { # NETWORK HOST-NUMBER
    printf '02:f7:%s:%s:%s:%02x' "${lab:0:2}" "${lab:2:2}" "$1" "$2"
}

# A host's wires end at two ports of the switch: HOSTg and HOSTr. MAC addresses stay the
# same over a power cycle.
make_wires() { # HOST
    local host=$1 ns number
    ns=$(netns "$host")
    number=$(host_number "$host")
    ip netns add "$ns" || return
    ip -n "$(netns sw)" -batch - <<BATCH || return
link add ${host}g type veth peer name eth0 netns $ns address $(mac_address 00 "$number")
link set ${host}g master guest up
BATCH
    if [ "$host" != adm ]; then
        ip -n "$(netns sw)" -batch - <<BATCH || return
link add ${host}r type veth peer name eth1 netns $ns address $(mac_address 01 "$number")
link set ${host}r master replication up
BATCH
    fi
    "addresses_of_$(host_kind "$host")" "$number" | ip -n "$ns" -batch -
}

addresses_of_kvm() { # NUMBER
    cat <<BATCH
link set lo up
link add br0 address $(mac_address 00 "$1") type bridge forward_delay 0 mcast_snooping 0
link set eth0 master br0 up
link set br0 up
addr add 10.77.0.$1/24 dev br0
link set eth1 up
addr add 10.78.0.$1/24 dev eth1
BATCH
}

addresses_of_witness() { # NUMBER
    cat <<BATCH
link set lo up
link set eth0 up
addr add 10.77.0.$1/24 dev eth0
link set eth1 up
addr add 10.78.0.$1/24 dev eth1
BATCH
}

# adm also reaches the second and later NICs of guests: NIC n has its address in
# 10.77.n.0/24, on the same wire.
addresses_of_adm() { # NUMBER
    cat <<BATCH
link set lo up
link set eth0 up
addr add 10.77.0.$1/24 dev eth0
addr add 10.77.1.$1/24 dev eth0
addr add 10.77.2.$1/24 dev eth0
addr add 10.77.3.$1/24 dev eth0
BATCH
}

# Before a host dies: not a packet of its last moments may get out.
drop_wires() { # HOST
    local ports="link set ${1}g down"
    [ "$1" = adm ] || ports+=$'\n'"link set ${1}r down"
    ip -n "$(netns sw)" -batch - <<<"$ports"
}

delete_wires() { # HOST
    ip -n "$(netns sw)" link del "${1}g" 2>/dev/null
    ip -n "$(netns sw)" link del "${1}r" 2>/dev/null
    ip netns del "$(netns "$1")" 2>/dev/null
}

# Frames between two ports of a bridge are dropped in the switch itself: no firewall on a
# host sees or can undo it, and guests behind the ports are cut off as well. The rules go by
# port name, so they outlive a power cycle of the hosts.
wire_rules() { # -A|-D A B NETS
    local net bad=0
    for net in $4; do
        net=${net:0:1}
        on_switch ebtables "$1" FORWARD -i "$2$net" -o "$3$net" -j DROP || bad=1
        on_switch ebtables "$1" FORWARD -i "$3$net" -o "$2$net" -j DROP || bad=1
    done 2>/dev/null
    return $bad
}

on_switch() { # COMMAND...
    ip netns exec "$(netns sw)" "$@"
}

wire_arguments() { # A B [--net NET]: sets a, b and nets
    [ $# -eq 2 ] || { [ $# -eq 4 ] && [ "$3" = --net ]; } || usage
    a=$1 b=$2
    case ${4-both} in
    both) nets="guest replication" ;;
    guest | replication) nets=$4 ;;
    *) usage ;;
    esac
    known_host "$a"
    known_host "$b"
    [ "$a" != "$b" ] || die "a wire has two ends"
}

lab_cut() {
    local a b nets
    wire_arguments "$@"
    lock_lab || exit 1
    wire_rules -D "$a" "$b" "$nets" # a second cut must not need a second heal
    wire_rules -A "$a" "$b" "$nets" || die "cannot cut $a $b (is ebtables there?)"
}

lab_heal() {
    local a b nets
    wire_arguments "$@"
    lock_lab || exit 1
    wire_rules -D "$a" "$b" "$nets"
    return 0
}

show_cuts() {
    on_switch ebtables -L FORWARD 2>/dev/null | awk '
        $1 == "-i" && $2 < $4 {
            net = $2 ~ /g$/ ? "guest" : "replication"
            sub(/.$/, "", $2)
            sub(/.$/, "", $4)
            print "cut", $2, $4, net
        }'
}
