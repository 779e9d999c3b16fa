# SPDX-License-Identifier: GPL-2.0-or-later
# Parts of tests/bench/run: what is done to the lab, and what is read from it. Every function
# that measures prints one JSON object. What is asked for here is set there; $address, $port,
# $folder and $client_pid change later.
# shellcheck shell=bash
: "${top:?}" "${here:?}" "${build:?}" "${vm:?}" "${seconds:?}" "${shielded:?}" "${calm:?}"
: "${memory:?}" "${vcpus:?}" "${machine:?}" "${folder?}" "${client_pid?}"
: "${address?}" "${port?}"

say() {
    echo "bench: $*" >&2
}

fail() {
    say "$@"
    exit 1
}

lab() {
    "$top/scripts/lab" "$@"
}

ftadmin() {
    lab on adm "$build/ftadmin" "$@" >>"$folder/ftadmin.log" 2>&1
}

finish() {
    local code=$?
    trap - EXIT
    [ -z "$client_pid" ] || kill "$client_pid" 2>/dev/null
    if [ $code = 0 ]; then
        lab down
        rm -rf "$folder"
    else
        lab down --keep-logs "$folder/logs"
        say "logs are in $folder"
    fi
    exit $code
}

wait_for() { # SECONDS COMMAND...
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.05
    done
}

# With --shield, the lab comes before everything else on this machine: nice values count only
# inside of a session, so the sessions themselves are ranked (sched(7), autogroup).
shield() {
    local host
    $shielded || return 0
    for host in h1 h2 w1 adm; do
        # shellcheck disable=SC2016 # for the inner shell
        lab on "$host" sh -c 'for a in /proc/[0-9]*/autogroup; do echo -15 >"$a"; done' \
            2>/dev/null
    done
    return 0
}

# With --calm, the engines do not see how crowded this machine is, and make as many epochs as they
# may. Before they start; a host that boots again sees it.
calm_down() { # HOST...
    local host
    $calm || return 0
    for host; do
        lab on "$host" sh -c 'echo some avg10=0.00 avg60=0.00 avg300=0.00 total=0 >/tmp/calm &&
            mount --bind /tmp/calm /proc/pressure/cpu' || fail "$host is not calmed"
    done
}

sample() { # HOST
    lab on "$1" "$here/sample" "$vm"
}

# One number from the engine's STATUS on a host.
status_of() { # HOST JQ-FILTER
    sample "$1" | jq -r ".status | $2"
}

# Time that somebody on this machine waited for a processor, in microseconds, ever.
waited_us() {
    sed -n 's/^some.*total=//p' /proc/pressure/cpu 2>/dev/null || echo null
}

clock_is_kept() { # PRIMARY
    [ "$(status_of "$1" .guest_clock 2>/dev/null)" = kept ]
}

# Where the guest's clock is, ns, and when that was, s.
clock() {
    lab on adm "$build/tests/guest/ledger-clock" --connect "$address:$port" --count 200 --json |
        jq -c --argjson time "$EPOCHREALTIME" '{offset_ns: .uptime.offset_ns, $time}'
}

# What one load costs: both hosts before and after, and how crowded the machine was. The questions
# to the clock are a load of their own: outside of that.
measure() { # PRIMARY STANDBY
    local waited now first second last clock
    clock=$(clock) || fail "the ledger tells no clocks"
    sleep 2
    waited=$(waited_us)
    first=$(sample "$1") || fail "no status of $vm"
    second=$(sample "$2") || fail "no status of $vm"
    sleep $((seconds - 2))
    last=$(sample "$1") || fail "no status of $vm"
    now=$(waited_us)
    jq -n --argjson a "$first" --argjson b "$last" --argjson c "$second" \
        --argjson d "$(sample "$2")" --argjson waited "$((${now:-0} - ${waited:-0}))" \
        --argjson clock "$clock" --argjson clock_now "$(clock)" \
        '{primary: [$a, $b], standby: [$c, $d], $waited, clock: [$clock, $clock_now]}'
}

# ---- load

# Starts a ledger client on adm and waits for its first answers.
start_client() { # [OPTION...]
    client_log=$folder/client-$(date +%s%N).log
    # not through lab(): $! of a function is a shell in between, and signals would end there
    "$top/scripts/lab" on adm "$build/tests/guest/ledger-client" --connect "$address:$port" \
        --log "$client_log" "$@" </dev/null >"$folder/client.out" 2>&1 &
    client_pid=$!
    wait_for 30 answers_after 0 || fail "the ledger does not answer"
    shield
}

stop_client() {
    kill -TERM "$client_pid" 2>/dev/null
    wait "$client_pid"
    client_pid=
}

answers_after() { # TIME
    tail -n 200 "$client_log" 2>/dev/null | awk -v time="$1" '
        $1 == "answer" && $11 > time { found = 1 }
        END { exit !found }'
}

# Times from request to answer in a client's log, in ms.
latency() { # LOG
    awk '$1 == "answer" { printf "%.3f\n", ($12 - $10) * 1000 }' "$1" | sort -n | jq -s '
        if length == 0 then error("no answers") else
        {answers: length, p50: .[(length - 1) * 0.5 | floor],
         p99: .[(length - 1) * 0.99 | floor], all: .} end'
}

ledger_load() { # SECONDS
    start_client --duration "$1"
    wait "$client_pid"
    client_pid=
    latency "$client_log" || fail "the ledger did not answer"
}

# For dirty_16_mb_per_epoch of ledger.sh.
dirtied_of() { # HOST
    status_of "$1" '"\(.counters.dirty_bytes) \(.counters.epochs)"'
}

# ---- copies and takeovers

# The last complete copy that a primary made: what its engine noted, and the sizes.
first_copy() { # PRIMARY
    local reply
    reply=$(printf '{"id":1,"verb":"events","args":{"since":0,"follow":false}}\n' |
        lab on "$1" timeout 10 /usr/local/lib/ftadmin/ftengine control) || return 1
    jq '[.result.events[] | select(.kind == "copied")][-1].text
        | {ms: (capture("after (?<ms>[0-9]+) ms").ms | tonumber)}' <<<"$reply"
}

is_protected() { # PRIMARY
    [ "$(status_of "$1" .state 2>/dev/null)" = protected ]
}

# Longest time without an answer that ends after the fault: its length in ms, and its end.
outage_of() { # LOG FAULT-TIME
    awk -v fault="$2" '
        $1 == "answer" {
            if (last && $13 > fault && $13 - last > gap && last < fault + 10) {
                gap = $13 - last
                end = $13
            }
            last = $13
        }
        END { printf "%.3f %.6f\n", gap * 1000, end }' "$1"
}

# Cuts the primary's power under load. Fails when the ledger lost or doubled anything.
take_over() { # PRIMARY STANDBY
    local fault outage end check
    start_client
    wait_for 30 answers_after "$(date +%s.%N)" || fail "the ledger does not answer"
    # some moment of an epoch
    sleep "0.$((RANDOM % 900 + 100))"
    lab power-off "$1" || return 1
    fault=$(cat "$FTLAB/$1/powered-off-at")
    wait_for 60 answers_after "$fault" || { say "$vm did not go on"; return 1; }
    sleep 1
    stop_client
    check=$(lab on adm "$build/tests/guest/ledger-check" --connect "$address:$port" --json \
        --fault-time "$fault" "$client_log") || {
        say "a promise was broken: $check"
        return 1
    }
    read -r outage end <<<"$(outage_of "$client_log" "$fault")"
    sample "$2" | jq -c --argjson outage "$outage" --argjson ended "$end" \
        --argjson fault "$fault" --argjson check "$check" '
        def seconds: (.[0:19] + "Z" | fromdate) + (.[19:23] | tonumber);
        .status.last_takeover as $t
        | if ($t.at | seconds) < $fault then error("no takeover") else . end
        | {outage_ms: $outage, $fault, detect_ms: $t.detect_ms, win_ms: $t.win_ms,
           apply_ms: $t.apply_ms, resume_ms: $t.resume_ms,
           answer_ms: (($ended - ($t.at | seconds)) * 1000), lost: $check.lost,
           duplicated: $check.duplicated, resets: $check.resets}'
}

# The host that failed comes back and is filled as the standby.
back_up() { # PRIMARY-OF-BEFORE PRIMARY-NOW
    lab power-on "$1" || return 1
    shield
    wait_for 90 is_protected "$2" && first_copy "$2"
}

# ---- where this was measured

about() { # HOST
    local qemu libvirt cpu
    qemu=$(qemu-system-x86_64 --version | sed -n '1s/.*version \([0-9.]*\).*/\1/p')
    libvirt=$(libvirtd --version | sed 's/.* //')
    cpu=$(sed -n '/^model name/{s/.*: //p;q}' /proc/cpuinfo)
    jq -n --arg at "$(date -u +%FT%TZ)" --arg kernel "$(uname -r)" --arg qemu "$qemu" \
        --arg libvirt "$libvirt" --arg cpu "$cpu" --argjson cores "$(nproc)" \
        --arg version "$(lab on "$1" /usr/local/lib/ftadmin/ftengine --version)" \
        --arg commit "$(git -C "$top" describe --always --dirty 2>/dev/null)" \
        --arg accelerator "${FTLAB_ACCELERATOR:-qemu}" --argjson shielded "$shielded" \
        --argjson calm "$calm" \
        --argjson memory "$memory" --argjson vcpus "$vcpus" --arg machine "$machine" \
        --argjson seconds "$seconds" '
        {$at, engine: $version, $commit, $kernel, $qemu, $libvirt, $cpu, $cores, $shielded, $calm,
         accelerator: (if $accelerator == "qemu" then "TCG" else $accelerator end),
         $seconds, guest: {memory_mib: $memory, $vcpus, $machine, disk_mib: 64}}'
}
