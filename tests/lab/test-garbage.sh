#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Strangers at every door while a protected VM is under load: garbage, half messages, endless lines
# and silence on the engine's port, the witness's port and the control socket. Nothing is lost,
# protection is not even interrupted, and neither memory, descriptors nor logs grow.
. "$(dirname "$0")/functions.sh"

doors="10.78.0.1:7331 10.77.0.1:7331 10.77.0.2:7331 10.77.0.250:7331 10.77.0.250:7332"

# Sends what comes on stdin to a door, from a host, and hangs up. Being refused is fine.
throw() { # FROM ADDRESS:PORT
    # shellcheck disable=SC2016 # for the inner shell
    lab on "$1" bash -c 'exec 3<>"/dev/tcp/${0%:*}/${0#*:}" && cat >&3' "$2" 2>/dev/null
    return 0
}

# Connections that say this much and then nothing, held for as long as the process lives; with a
# rate those that are closed are made anew.
hold() { # COUNT ADDRESS:PORT TEXT [RATE]; sets holders
    "$test_top/scripts/lab" on adm "$(built tests/lab/flood)" "${2%:*}" "${2#*:}" "$1" \
        "${4:-0}" "$3" >"$test_folder/held.$RANDOM" 2>/dev/null </dev/null 8>&- &
    holders+=($!)
}

all_held() {
    [ "$(grep -l made "$test_folder"/held.* 2>/dev/null | wc -l)" -ge "${#holders[@]}" ]
}

let_go() {
    kill "${holders[@]}" 2>/dev/null
    wait "${holders[@]}" 2>/dev/null
    holders=()
    rm -f "$test_folder"/held.*
}

preamble() { # KIND PAIR: as in src/link/preamble.c
    printf 'FTLINK1\n'
    printf %b "\\x0$1"
    head -c 19 /dev/zero
    printf %s "$2"
}

# What must not grow: name, descriptors and KiB of memory of every process of the engine.
sizes() { # HOST
    # shellcheck disable=SC2016 # for the inner shell
    lab on "$1" sh -c 'for pid in $(pgrep -f "ftengine (daemon|worker|witness)"); do
            name=$(tr "\0" _ <"/proc/$pid/cmdline")
            memory=$(sed -n "s/^VmRSS: *\([0-9]*\) kB/\1/p" "/proc/$pid/status")
            echo "${name##*/} $(ls "/proc/$pid/fd" | wc -l) $memory"
        done' | grep '^ftengine_' | sort
}

log_bytes() {
    cat "$FTLAB"/{h1,h2,w1}/var/log/ftadmin/*.log* \
        "$FTLAB"/{h1,h2,w1}/var/lib/ftadmin/events.jsonl* 2>/dev/null | wc -c
}

# The same processes, hardly larger than before; descriptors of the last connections may still be
# there for a moment.
not_grown() {
    local host
    for host in h1 h2 w1; do
        sizes $host >"$test_folder/now.$host"
        join "$test_folder/sizes.$host" "$test_folder/now.$host" | awk -v all="$(
            wc -l <"$test_folder/sizes.$host")" '
            $4 <= $2 + 4 && $5 <= $3 + 8192 { good++ }
            END { exit good != all }' || return
    done
}

# Protection was not interrupted since the test's garbage began.
undisturbed() {
    guest_goes_on
    protected_from h1 || fail "$1: vm1 is $(pair_on h1)"
    [ "$(pair_on h1 .generation)" = "$generation" ] || fail "$1: another generation"
    [ "$(worker_pid h1) $(worker_pid h2)" = "$workers" ] || fail "$1: a worker has died"
    ! has_event h1 state || fail "$1: protection was interrupted"
}

start_lab
start_guest h1 vm1
protect_guest vm1 --silence 1000 # a busy machine is not to look like a harm done
start_client --connections 3 --payload 200
guest_goes_on
wait_for 60 protected_from h1
pair=$(pair_on h1 .pair)
link_preamble="FTLINK1\n\1$(printf '\\0%.0s' {1..19})$pair"
generation=$(pair_on h1 .generation)
workers="$(worker_pid h1) $(worker_pid h2)"
forget_events h1 h2
for host in h1 h2 w1; do
    sizes $host >"$test_folder/sizes.$host"
    [ -s "$test_folder/sizes.$host" ] || fail "no engine on $host"
done
logs_before=$(log_bytes)
holders=()

note "garbage, also with the right beginning"
for door in $doors; do
    for bytes in 1 63 64 65 5000 300000; do
        head -c "$bytes" /dev/urandom | throw adm "$door"
    done
    printf 'GET / HTTP/1.1\r\nHost: %s\r\n\r\n' "$door" | throw adm "$door"
    printf 'FTLINK1\n' | throw adm "$door"
    preamble 9 "$pair" | throw adm "$door"
    preamble 1 "00000000-0000-0000-0000-000000000000" | throw adm "$door"
    preamble 1 "$(tr 0-9a-f X <<<"$pair")" | throw adm "$door"
    preamble 2 "$pair" | throw adm "$door"
done
undisturbed "garbage"

note "the right preamble, and then no TLS"
for ((i = 0; i < 20; i++)); do
    { preamble 1 "$pair" && head -c $((i * 100)) /dev/urandom; } | throw adm 10.77.0.2:7331
    { preamble 1 "$pair" && head -c $((i * 100)) /dev/zero; } | throw adm 10.77.0.1:7331
done
{ preamble 1 "$pair" && printf '\x16\x03\x01\x40\x00' && head -c 100000 /dev/urandom; } |
    throw adm 10.77.0.2:7331
undisturbed "no TLS"

note "silence: hundreds of connections on each port, at each stage of opening"
hold 900 10.77.0.2:7331 ''
hold 40 10.77.0.2:7331 'FTLINK1\n'
hold 40 10.77.0.2:7331 "$link_preamble" 250
hold 40 10.78.0.1:7331 "$link_preamble" 250
hold 120 10.77.0.1:7331 ''
hold 900 10.77.0.250:7332 ''
wait_for 30 all_held
undisturbed "silence"
note "and one that is expected gets through"
worker=$(worker_pid h2)
must lab on h2 kill -KILL "$worker"
another_worker() {
    workers="$(worker_pid h1) $(worker_pid h2)"
    [ "${workers#* }" != "$worker" ] && [ -n "${workers#* }" ]
}
wait_for 20 another_worker
wait_for 20 has_event h1 state # protection was lost
wait_for 60 protected_from h1
let_go
generation=$(pair_on h1 .generation)
forget_events h1 h2
undisturbed "after silence"

note "the control socket"
say() { # HOST: what comes on stdin goes to the daemon
    lab on "$1" timeout 10 "$engine_path" control >/dev/null 2>&1
    return 0
}
for host in h1 h2 w1; do
    head -c 100000 /dev/urandom | say $host
    head -c 3000000 /dev/zero | tr '\0' a | say $host
    head -c 900000 /dev/zero | tr '\0' '[' | say $host
    printf '{"id":1,"verb":"status"' | say $host
    printf '{"id":1,"verb":"status"}\n{"id":2,"ver' | say $host
    printf '{"id":1}\n[]\n"x"\nnull\n{"verb":7}\n\n\n{"verb":"\xff\xfe"}\n' | say $host
    printf '{"id":%s,"verb":"hello"}\n' 9999999999999999999999 -1 1e400 '"x"' | say $host
    for verb in pair-set pair-remove switchover verify witness-pair-set witness-pair-remove \
        witness-start; do
        for arguments in null '[]' '{}' '{"pair":7}' '{"pair":"../../etc"}' \
            '{"config":{"pair":"x"},"key":"00"}' '{"port":99999999}' \
            "{\"pair\":\"$(head -c 5000 /dev/zero | tr '\0' 7)\"}"; do
            case $verb-$arguments in
            witness-start-*) [ $host != w1 ] || continue ;;
            esac
            printf '{"id":1,"verb":"%s","args":%s}\n' "$verb" "$arguments"
        done
    done | say $host
    engine $host hello >/dev/null || fail "the daemon of $host is gone"
done
for ((i = 0; i < 30; i++)); do
    printf '{"id":1,"verb":"status"}\n%.0s' {1..50} | say h1
done
undisturbed "control"

note "nothing has grown"
wait_for 30 not_grown
grown=$(($(log_bytes) - logs_before))
note "logs and events: $grown bytes more"
[ $grown -lt 400000 ] || fail "the logs grew by $grown bytes"
refusals=$(engine h2 events |
    jq '[.events[] | select(.kind == "link-refused")] | length')
[ "$refusals" -le 5 ] || fail "strangers fill the list of events: $refusals"
exits 0 ftadmin verify vm1
exits 0 ftadmin switchover vm1 --yes
guest_goes_on
wait_for 60 protected_from h2

note "10,000 at each door, for each that is closed another one, while the host is lost"
of_takeover() { # FIELD
    pair_on h1 ".last_takeover.$1"
}
hold 10000 10.77.0.250:7332 '' 1000
for address in 10.77.0.1 10.78.0.1 10.77.0.2; do
    hold 10000 $address:7331 '' 500
    hold 10000 $address:7331 "$link_preamble" 250
done
wait_for 60 has_answers "$client_log" $(($(answers_in "$client_log") + 100))
protected_from h2 || fail "strangers ended protection: $(pair_on h2)"
fault=$(mark_fault)
must lab power-off h2
wait_for 60 answers_since "$fault"
took_over() {
    [ "$(of_takeover reason)" = "the primary was lost" ]
}
wait_for 30 took_over
let_go
# strangers came by the ten thousand after that, too
[ $(($(log_bytes) - logs_before)) -lt 500000 ] || fail "the logs grew by the flood"
note "noticed after $(of_takeover detect_ms) ms, the witness's word after $(of_takeover win_ms) ms"
[ "$(pair_on h1 '.last_takeover | .detect_ms < 1200 and .win_ms < 1000')" = true ] ||
    fail "strangers delayed the takeover: $(pair_on h1 .last_takeover)"
stop_client
check_ledger --fault-time "$fault"
