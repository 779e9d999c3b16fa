#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What a host tells whoever watches it: the snapshot and its past, a heartbeat each second, figures
# at the rate asked for, news at once, ages of words that are not renewed; a follower that does not
# read is sent away and the others go on; hours outlive the daemon.
. "$(dirname "$0")/functions.sh"

followers=()

# Talks to a host's daemon in the background; its lines go to a file. What is to be said comes from a
# FIFO that this test holds open, so that the connection lasts as long as the test.
talk() { # HOST FILE LINE...
    local say=$test_folder/say.${#followers[@]} fd
    mkfifo "$say"
    exec {fd}<>"$say"
    printf '%s\n' "${@:3}" >&"$fd"
    "$test_top/scripts/lab" on "$1" "$engine_path" control <"$say" >"$test_folder/$2" \
        2>/dev/null 8>&- &
    followers+=($!)
}

# Follows a host from now on.
follow() { # HOST FILE [ARGS-JSON]
    talk "$1" "$2" "{\"id\":1,\"verb\":\"watch\",\"args\":${3:-null}}"
    wait_for 10 has_line "$2" '.ok'
}

# Whole lines of a follower that fulfil a jq condition; those of the file's last line may be half.
lines() { # FILE [CONDITION]
    sed '$!b;/}$/!d' "$test_folder/$1" | jq -c "select(${2:-true})" 2>/dev/null
}

count() { # FILE CONDITION
    lines "$@" | wc -l
}

has_line() { # FILE CONDITION
    [ "$(count "$@")" -gt 0 ]
}

beats_of() { # FILE
    count "$1" '.event.beat'
}

has_beats() { # FILE COUNT
    [ "$(beats_of "$1")" -ge "$2" ]
}

# Waits for so many beats more, and keeps what came in between in a file of its own.
over_beats() { # FILE COUNT NEW-FILE
    local from
    from=$(wc -l <"$test_folder/$1")
    wait_for $(($2 * 2 + 5)) has_beats "$1" $(($(beats_of "$1") + $2))
    tail -n +$((from + 1)) "$test_folder/$1" >"$test_folder/$3"
}

in_range() { # WHAT VALUE LEAST MOST
    note "$1: $2"
    if [ "$2" -lt "$3" ] || [ "$2" -gt "$4" ]; then
        fail "$1: $2, not $3 to $4"
    fi
}

age_on() { # FILE: the last that was told
    lines "$1" '.event.ages' | tail -n 1 | jq '[.event.ages[]][0]'
}

older_than() { # FILE MS
    [ "$(age_on "$1")" -gt "$2" ]
}

let_go() {
    kill "${followers[@]}" 2>/dev/null
    wait "${followers[@]}" 2>/dev/null
}

start_lab
start_guest h1 vm1
protect_guest vm1
wait_for 60 protected_from h1
pair=$(pair_on h1 .pair)
start_client --connections 2
guest_goes_on

note "a snapshot, with the past"
seconds_are_there() { # HOST COUNT
    engine "$1" series "{\"pair\":\"$pair\",\"seconds\":600}" |
        jq -e ".seconds | length >= $2" >/dev/null
}
wait_for 60 seconds_are_there h1 10
wait_for 60 seconds_are_there h2 10
# known is by then what is found out once: the ways, and whether the standby has drifted
is_known() {
    [ "$(pair_on h1 '.drift != null and all(.paths[]; .connects != null)')" = true ]
}
wait_for 60 is_known
follow h1 one '{"seconds":600,"minutes":true,"events_after":0}'
follow h2 two '{"seconds":600}'
lines one .ok | head -n 1 >"$test_folder/snapshot"
jq -e --arg pair "$pair" '.result | .host == "h1" and (.pairs | length) == 1
    and .pairs[0].state == "protected" and .pairs[0].age_ms < 20000
    and (.series[$pair].seconds | length) >= 10 and .series[$pair].minutes != null
    and ([.events[].kind] | index("copied")) != null and .events_last >= (.events | length)' \
    "$test_folder/snapshot" >/dev/null || fail "snapshot: $(cat "$test_folder/snapshot")"
jq -e --arg pair "$pair" '.result.series[$pair].seconds[-1].m
    | .pause_ms[0] <= .pause_ms[1] and .pause_ms[1] <= .pause_ms[2] and .pause_ms[3] > 0' \
    "$test_folder/snapshot" >/dev/null || fail "nothing measured: $(cat "$test_folder/snapshot")"

note "ten beats: a beat and a second each second, figures at the rate, and no news of a steady pair"
follow h1 fast '{"rate_ms":200}'
follow h1 slow '{"rate_ms":5000}'
over_beats fast 1 start
from=$(date +%s%N)
over_beats one 10 steady
took=$((($(date +%s%N) - from) / 1000000))
# others may be at work on this machine, and then all of it is late: no more than that
seconds=$((took / 1000))
in_range "ten beats, ms" $took 9000 40000
in_range "seconds" "$(count steady .event.sample)" 5 $((seconds + 2))
in_range "figures at 1 s" "$(count steady .event.figures)" 4 $((seconds + 3))
in_range "figures at 5 s" "$(count slow .event.figures)" 1 $((seconds / 5 + 3))
in_range "figures at 0.2 s, all" "$(count fast .event.figures)" 20 $((seconds * 5 + 25))
in_range "seconds at 5 s" "$(count slow .event.sample)" 1 $((seconds / 5 + 3))
in_range "news" "$(count steady .event.status)" 0 0
lines slow .event.sample | tail -n 1 | jq -e '.event.sample.m.pause_ms[3] > 100' >/dev/null ||
    fail "seconds are not summed up: $(lines slow .event.sample)"
lines steady .event.ages | jq -e '[.event.ages[]] | all(. < 5000)' >/dev/null ||
    fail "a worker that speaks has an age: $(lines steady .event.ages)"

note "a stream ends by cancel, its neighbours on the same connection go on"
requests=()
for ((i = 1; i <= 8; i++)); do
    requests+=("{\"id\":$i,\"verb\":\"watch\",\"args\":{\"rate_ms\":100}}")
done
requests+=('{"id":100,"verb":"cancel","args":{"id":3}}' '{"id":101,"verb":"cancel","args":{"id":99}}')
# three others follow this host, and seven here: one place is enough for any number of streams
for ((i = 200; i < 300; i++)); do
    requests+=("{\"id\":$i,\"verb\":\"watch\"}"
        "{\"id\":$((i + 1000)),\"verb\":\"cancel\",\"args\":{\"id\":$i}}")
done
talk h1 several "${requests[@]}"
wait_for 20 has_line several '.id == 1299'
has_line several '.id == 100 and .result.ended' || fail "no end: $(lines several '.id == 100')"
has_line several '.id == 101 and .result.ended == false' ||
    fail "what ended? $(lines several '.id == 101')"
in_range "refused" "$(count several '.ok == false')" 0 0
over_beats several 16 later
in_range "beats of a neighbour" "$(count later '.id == 4 and .event.beat')" 1 4
in_range "lines of those that were cancelled" "$(count later '.id == 3 or .id >= 200')" 0 0

note "the host itself"
machine=$(engine h1 machine) || fail "no machine"
jq -e --arg pair "$pair" '.vms == [{"name":"vm1","uuid":.vms[0].uuid,"state":"running",
    "memory_bytes":.vms[0].memory_bytes,"vcpus":1,"pair":$pair}] and .vms[0].memory_bytes > 1e8
    and .libvirt_error == null and .cpus > 0 and .memory.available > 0
    and (.pools | any(.name == "default" and .active and .available > 0 and .path != ""))' \
    <<<"$machine" >/dev/null || fail "machine: $machine"

note "a worker that hangs: its words grow old, and are not told again"
wait_for 60 protected_from h1
worker=$(worker_pid h2)
must lab on h2 kill -STOP "$worker"
over_beats two 1 before
wait_for 8 older_than two 3000
over_beats two 1 silent
must lab on h2 kill -CONT "$worker"
in_range "figures and seconds in the silence" "$(count silent '.event.figures or .event.sample')" 0 0
wait_for 10 has_line one '.event.status.state == "alone"'
wait_for 60 protected_from h1

note "a worker that dies: news at once"
worker=$(worker_pid h2)
must lab on h2 kill -KILL "$worker"
wait_for 3 has_line two ".event.status.worker_pid == 0"
wait_for 10 has_line two ".event.status.worker_pid > 0 and .event.status.worker_pid != $worker"
wait_for 60 protected_from h1

note "a switchover"
exits 0 ftadmin switchover vm1 --yes
wait_for 2 has_line one '.event.status | .primary == "h2" and .role == "standby"'
wait_for 2 has_line two '.event.status | .primary == "h2" and .role == "primary"'
has_line one '.event.log.kind == "switchover"' || fail "the switchover is no event"
wait_for 60 protected_from h2

note "the host without libvirt"
libvirt=$(lab on h1 cat /run/libvirtd.pid)
must lab on h1 kill -STOP "$libvirt"
engine h1 machine | jq -e '.vms == null and .libvirt_error != null and .memory.total > 0' \
    >/dev/null || fail "machine without libvirt"
must lab on h1 kill -CONT "$libvirt"
wait_for 60 protected_from h2

note "who does not read is sent away; the others go on, and so does the VM"
requests=()
for ((i = 1; i <= 24; i++)); do
    requests+=("{\"id\":$i,\"verb\":\"watch\",\"args\":{\"rate_ms\":100,\"seconds\":600}}")
done
mkfifo "$test_folder/unread"
exec 9<>"$test_folder/unread"
talk h2 unread "${requests[@]}"
was_sent_away() {
    lab on h2 grep -q "does not read" /var/log/ftadmin/daemon.log
}
memory_of() { # HOST
    lab on "$1" sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$(daemon_pid "$1")/status"
}
wait_for 60 was_sent_away
in_range "memory of the daemon, KiB" "$(memory_of h2)" 1000 100000
timeout 20 cat "$test_folder/unread" >"$test_folder/read-late" &
wait_for 20 has_line read-late .event.bye
kill $!
exec 9<&-
tail -n 1 "$test_folder/read-late" | jq -e .event.bye >/dev/null ||
    fail "no word: $(tail -c 300 "$test_folder/read-late")"
over_beats two 2 after
guest_goes_on
protected_from h2 || fail "vm1 is $(pair_on h2)"

note "the daemon ends in order, with a word, and the past is there again"
seconds=$(engine h2 series "{\"pair\":\"$pair\",\"seconds\":600}" | jq '.seconds | length')
must lab on h2 /etc/init.d/ftengine stop
wait_for 5 has_line two .event.bye
must lab on h2 /etc/init.d/ftengine start
wait_for 20 seconds_are_there h2 2
engine h2 series "{\"pair\":\"$pair\",\"minutes\":true,\"hours\":true}" |
    jq -e '(.minutes | length) > 0 and (.hours | length) > 0' >/dev/null ||
    fail "after $seconds seconds no hour was saved"

note "unprotect"
exits 0 ftadmin unprotect vm1 --yes
wait_for 3 has_line one ".event.removed == \"$pair\""
let_go
stop_client
check_ledger
