# SPDX-License-Identifier: GPL-2.0-or-later
# Fault points of the engines, armed on one host at a time. Sourced after functions.sh.
# shellcheck shell=bash

# With this in $FT_FAULTS an engine built for it refuses.
built_with_faults() {
    grep -q 'checkpoint-stopped' "$(built ftengine)"
}

new_worker() { # HOST OLD-PID
    local pid
    pid=$(worker_pid "$1") && [ "$pid" != "$2" ]
}

was_hit() { # HOST ACTION PID
    case $2 in
    kill*) new_worker "$1" "$3" ;;
    *) has_event "$1" 'replication-failed|link-lost|copy-failed|setup-failed|state-not-written' ;;
    esac
}

# Since the last forget_events.
events_of() { # HOST KIND
    engine "$1" events "{\"since\":${events_seen[$1]:-0}}" |
        jq --arg kind "$2" '[.events[] | select(.kind == $kind)] | length'
}

# A new daemon has counted no crashes yet: the sixth within a minute would end protection.
forget_crashes() { # HOST
    must lab on "$1" kill -KILL "$(daemon_pid "$1")"
    must lab on "$1" /etc/init.d/ftengine start
    # shellcheck disable=SC2016 # for eval
    wait_for 20 eval '[ "$(pair_on '"$1"' .role)" != null ]'
}

# A new worker on this host has the fault armed; the next one will not.
arm() { # HOST FAULT
    forget_crashes "$1"
    arm_worker "$1" "$2"
}

arm_worker() { # HOST FAULT
    local old
    old=$(worker_pid "$1")
    # shellcheck disable=SC2016 # for the inner shell
    lab on "$1" sh -c 'echo "$0" >/var/lib/ftadmin/faults' "$2"
    forget_events h1 h2
    must lab on "$1" kill -KILL "$old"
    wait_for 20 has_event "$1" state
    # shellcheck disable=SC2034 # who has sourced this asks was_hit about it
    armed=$(worker_pid "$1")
    lab on "$1" rm -f /var/lib/ftadmin/faults
}
