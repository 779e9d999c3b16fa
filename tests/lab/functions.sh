# SPDX-License-Identifier: GPL-2.0-or-later
# Helpers for the lab's tests. A test is a bash script tests/lab/test-NAME.sh:
#
#   . "$(dirname "$0")/functions.sh"
#   start_lab                                  # of its own; taken down at exit, whatever happens
#   start_guest h1 vm1 --disk qcow2            # sets guest_address and guest_port
#   start_client vm1 --connections 4           # a ledger client in the background, on adm
#   fault_time=$(mark_fault); lab power-off h1
#   wait_for 30 answers_since "$fault_time"
#   stop_client
#   check_ledger --fault-time "$fault_time"    # fails the test unless all holds
#
# With the product, installed by ftadmin over SSH as a user would:
#
#   protect_guest vm1 --silence 300            # adds the hosts, waits until vm1 is protected
#   wait_for 60 protected_from h2              # the engines' word, no SSH: also when a host is dead
#   pair_on h2 .last_takeover.detect_ms
#
# Exit code: 0 passed, 77 skipped (with the reason), 1 failed. The folder of a failed test,
# with all logs of all hosts, is kept in $FT_TEST_LOGS (default: test-logs/NAME in the build
# folder).
# shellcheck shell=bash
set -u

test_name=$(basename "$0" .sh)
test_top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# where programs were built: automake runs tests with the build folder as current folder
test_build=${FT_BUILD:-$PWD}
FTLAB=${FTLAB:-/tmp/ftlab-$test_name-$$}
export FTLAB
export FTLAB_VISIBLE="${FTLAB_VISIBLE:-}:$test_build"
test_logs=${FT_TEST_LOGS:-$test_build/test-logs/$test_name}
test_folder=
client_pid=
client_log=
hosts_added=
engine_path=/usr/local/lib/ftadmin/ftengine
. "$test_top/tests/shell.sh"

# Nothing of a lab holds the lock of the tests (see start_lab): it may survive a killed test.
lab() {
    "$test_top/scripts/lab" "$@" 8>&-
}

skip() {
    echo "SKIP: $*"
    exit 77
}

failure=
fail() {
    failure="FAIL: $*"
    # a program that crashed, and where
    [[ $* != *"exit code 139"* ]] || failure+=$'\n'$(dmesg | grep -A1 "segfault at" | tail -n 4)
    echo "$failure" >&2
    exit 1
}

# Skips the whole test unless the command succeeds.
requires() { # COMMAND...
    "$@" >/dev/null 2>&1 || skip "needs: $*"
}

requires_root() {
    [ "$(id -u)" = 0 ] || skip "needs root"
}

requires_program() { # NAME...
    local program
    for program; do
        command -v "$program" >/dev/null || skip "needs $program"
    done
}

# Monotonic milliseconds.
now_ms() {
    local up
    read -r up _ </proc/uptime
    echo $((10#${up/./} * 10))
}

# How long is waited for what is to come within SECONDS: on a machine that others use too, what
# takes two seconds may take twenty. How fast something is, tests/bench measures.
patience() { # SECONDS
    echo $(($1 < 30 ? 30 : $1))
}

# Waits until the command succeeds. Fails the test when it does not in SECONDS (patience):
# nothing in a test sleeps for a time.
wait_for() { # SECONDS COMMAND...
    local seconds end
    seconds=$(patience "$1")
    end=$(($(now_ms) + seconds * 1000))
    shift
    until "$@"; do
        [ "$(now_ms)" -lt "$end" ] || fail "not so after $seconds s: $*"
        sleep 0.05
    done
}

# A program of the build, or of $PATH where the tests run against an installed product.
built() { # PATH-IN-BUILD-FOLDER
    if [ -x "$test_build/$1" ]; then
        echo "$test_build/$1"
    else
        command -v "$(basename "$1")" || fail "$1 is not built"
    fi
}

# Whether a process in a host wrote what a sanitizer found (log_path=/var/log/asan or so); shows it.
sanitizer_reports() {
    local found
    mapfile -t found < <(find "$FTLAB"/*/var/log -maxdepth 1 -name '*san.*' 2>/dev/null)
    [ ${#found[@]} -gt 0 ] && head -n 40 "${found[@]}" >&2
}

# The threads of a program in a host that wait in the kernel, and for what.
threads_of() { # HOST PATTERN
    # shellcheck disable=SC2016 # for the inner shell
    lab on "$1" sh -c 'for pid in $(pgrep -f "$0"); do for task in /proc/$pid/task/*; do
        read -r name <$task/comm; read -r _ _ state _ <$task/stat
        echo "  $pid $name $state $(cat $task/wchan) $(cut -d" " -f1 $task/syscall)"
    done; done' "$2"
}

# What a failed test leaves behind, while it is still there: what the engines and QEMU say and do,
# and what the client waits for.
diagnose() {
    local host
    for host in h1 h2; do
        echo "== $host: $(engine $host status)"
        lab on $host sh -c 'tail -n 30 /var/log/ftadmin/vm1.log; tail -n 5 /var/log/ftadmin/daemon.log'
        lab on $host pgrep -x libvirtd >/dev/null || echo "libvirtd is not running"
        lab on $host timeout 10 virsh list --all
        for command in query-status query-block-jobs; do
            lab on $host timeout 10 virsh qemu-monitor-command vm1 "{\"execute\":\"$command\"}"
        done
        threads_of $host "ftengine worker|qemu-system"
    done
    lab on adm ss -tinoH state established
    lab on adm ip neighbour
    [ -z "$client_log" ] || tail -n 2 "$client_log"
}

# What a test has to end or remove itself, whatever happens: it defines this anew. Its traps are
# no place for that: how the test ended would be lost.
at_end() {
    :
}

# Runs at every end of the test.
finish_test() {
    local code=$?
    trap - EXIT
    at_end
    if [ $code -ne 0 ] && [ $code -ne 77 ]; then
        diagnose </dev/null >&2 2>&1
    fi
    [ -z "$client_pid" ] || kill "$client_pid" 2>/dev/null
    if sanitizer_reports; then
        code=1
    fi
    if [ $code -eq 0 ] || [ $code -eq 77 ]; then
        lab down
    else
        mkdir -p "$test_logs"
        lab down --keep-logs "$test_logs"
        [ -z "$test_folder" ] || cp -r "$test_folder/." "$test_logs/"
        echo "logs: $test_logs" >&2
        # once more, where whoever reads the end of a log finds it
        [ -z "$failure" ] || echo "$failure" >&2
    fi
    [ -z "$test_folder" ] || rm -rf "$test_folder"
    exit $code
}

# Brings the test's own lab up; arguments as for `lab up`. Tests with labs wait for each other,
# whatever make runs in parallel: two guests more than this machine has processors would be
# starved, and the figures worth nothing. Those in which nothing has to be in time, and which wait
# more than they compute, say shares_machine=yes before, and run beside each other (scripts/check).
start_lab() {
    [ "${FT_LAB_TESTS:-yes}" = yes ] || skip "FT_LAB_TESTS=$FT_LAB_TESTS"
    requires_root
    requires_program ip ebtables libvirtd virtlogd qemu-system-x86_64 sshd busybox jq flock
    exec 8>"${TMPDIR:-/tmp}/ftlab-tests.lock"
    if [ "${shares_machine:-no}" = yes ]; then flock -s 8; else flock 8; fi
    trap finish_test EXIT
    trap 'exit 130' INT TERM HUP
    rm -rf "$test_logs"
    test_folder=$(mktemp -d "${TMPDIR:-/tmp}/$test_name.XXXXXX") || exit 1
    must lab up "$@"
}

# Boots a guest; arguments as for `lab guest`.
start_guest() {
    local where
    where=$(lab guest "$@") || fail "no guest: $*"
    read -r guest_address guest_port <<<"$where"
    note "guest $2 answers at $guest_address port $guest_port"
}

# The guest's port is open. While it boots, it refuses for a moment what it does not yet drop.
guest_listens() {
    lab on adm timeout 5 bash -c ": </dev/tcp/$guest_address/$guest_port" 2>/dev/null
}

# Starts a ledger client on adm, in the background, once the guest listens; further arguments are
# the client's.
start_client() { # [OPTION...]
    wait_for 60 guest_listens
    client_log=$test_folder/client-$(date +%s%N).log
    # not through lab(): $! of a function is a shell in between, and signals would end there
    "$test_top/scripts/lab" on adm "$(built tests/guest/ledger-client)" \
        --connect "$guest_address:$guest_port" --log "$client_log" "$@" \
        </dev/null >"$test_folder/client.out" 2>&1 8>&- &
    client_pid=$!
    wait_for 30 has_answers "$client_log" 1
}

# Seconds since the epoch: what --fault-time takes.
mark_fault() {
    date +%s.%N
}

# Has the client got an answer (sent and received) after this time?
answers_since() { # TIME
    answered_after "$client_log" "$1"
}

# Ends the client in the orderly way: it waits for what is unanswered. Its verdict is the
# checker's business.
stop_client() {
    [ -n "$client_pid" ] || return 0
    kill -TERM "$client_pid" 2>/dev/null
    wait "$client_pid"
    client_pid=
}

# Ends the client when its guest is not to come back.
kill_client() {
    kill -KILL "$client_pid"
    wait "$client_pid" 2>/dev/null
    client_pid=
}

# Fails the test unless the ledger and the client's log agree in everything; prints the figures.
check_ledger() { # [OPTION...]
    lab on adm "$(built tests/guest/ledger-check)" --connect "$guest_address:$guest_port" \
        "$@" "$client_log" ||
        fail "the ledger's check failed (see above)"
}

# Fails the test unless the client gets more answers now.
guest_goes_on() { # [SECONDS]
    wait_for "${1:-10}" answers_since "$(mark_fault)"
}

# The guest answers again, from another boot than the client's, which was started with --drain 0;
# nothing that it had been answered is missing.
nothing_is_lost() {
    local report before=$client_log
    kill -TERM "$client_pid" 2>/dev/null
    wait "$client_pid"
    client_pid=
    start_client
    guest_goes_on
    stop_client
    check_ledger >/dev/null
    report=$(lab on adm "$(built tests/guest/ledger-check)" --json \
        --connect "$guest_address:$guest_port" "$before")
    jq -e '.answers >= 50 and .lost == 0 and .duplicated == 0 and (.boot_ids | length) == 1 and
        .boot_ids[0] != .boot_id_now' <<<"$report" >/dev/null || fail "the ledger: $report"
    note "$(jq -r '"\(.answers) answers before the guest was lost, \(.lost) lost"' <<<"$report")"
}

# One after the other.
power_on() { # HOST...
    local host
    for host; do
        must lab power-on "$host"
    done
}

# ---- ftadmin and the engines --------------------------------------------------------

# As the administrator's user on adm.
ftadmin() {
    lab on adm "$(built ftadmin)" "$@"
}

# For wait_for, where `exits` would end the test.
status_ends_with() { # CODE
    ftadmin status >/dev/null 2>&1
    [ $? -eq "$1" ]
}

add_hosts() { # [HOST...]
    [ $# -gt 0 ] || set -- h1 h2 w1
    exits 0 ftadmin host add --accept-new-host-keys "$@"
    hosts_added=yes
}

# Adds the hosts, if that was not done, and makes the guest fault tolerant; OPTIONs are those of
# ftadmin protect. A machine that is busy shall not look like a host that is dead, nor like a link
# that is slow: unless an OPTION says so, a host is suspected after a second, and an epoch has two.
protect_guest() { # NAME [OPTION...]
    local vm=$1
    shift
    [[ " $* " = *" --silence "* ]] || set -- "$@" --silence 1000
    [[ " $* " = *" --commit-timeout "* ]] || set -- "$@" --commit-timeout 2000
    [ -n "$hosts_added" ] || add_hosts
    exits 0 ftadmin protect "$vm" --witness w1 --yes "$@"
}

# The pair's row of ftadmin status --json, or what the jq expression makes of it. Asks all hosts.
pair_status() { # VM [JQ]
    ftadmin status --json 2>/dev/null |
        jq -r --arg vm "$1" '.pairs[] | select(.vm == $vm) | '"${2:-.}"
}

pair_state() { # VM
    pair_status "$1" .state
}

# One control call to the daemon of a host, as ftadmin makes it, without SSH. Prints the result;
# fails, with the engine's words on stderr, if it is an error or none comes within 60 seconds.
engine() { # HOST VERB [ARGS-JSON]
    local reply
    reply=$(control_call "$1" "{\"id\":1,\"verb\":\"$2\",\"args\":${3:-null}}" 2>/dev/null)
    jq -ce '.result // empty' <<<"$reply" && return
    jq -r '.error | "\(.text) \(.hint)"' <<<"$reply" >&2
    return 1
}

# The stream stays open until the answer is there: the daemon forgets who hangs up before. Runs in
# a subshell of its own, that a broken pipe may end.
control_call() { # HOST LINE
    coproc { "$test_top/scripts/lab" on "$1" "$engine_path" control; } 8>&-
    local to=${COPROC[1]} reply=''
    echo "$2" >&"$to"
    read -r -t 60 -u "${COPROC[0]}" reply
    exec {to}>&-
    echo "$reply"
}

# What the engine of a host says about its only pair.
pair_on() { # HOST [JQ]
    engine "$1" status 2>/dev/null | jq -r ".pairs[0] | ${2:-.}"
}

# Is the guest's primary there, with a standby that can take over at any moment?
protected_from() { # HOST
    [ "$(pair_on "$1" '"\(.role) \(.state) \(.reason)"')" = "primary protected " ]
}

# The processes of the pair on a host; as seen inside it.
# What the one pair of a host has written down (src/base/slots.h).
record_of() { # HOST
    tail -c +65 "$FTLAB/$1"/var/lib/ftadmin/pairs/*/state.0
}

# The last copy that a primary made went this way; of its disks no more was sent than a tenth above
# BYTES and 1 MiB for what was written while it went. Prints how it went.
copied_by() { # HOST WAY-PATTERN [BYTES]
    local copied
    copied=$(pair_on "$1" .copied)
    note "copied by $(jq -r '"\(.way)\(if .why then " (\(.why))" else "" end): " +
        "\(.sent_bytes) bytes of disks, \(.seconds) s; of memory \(.memory.way)" +
        "\(if .memory.why then " (\(.memory.why))" else "" end): \(.memory.sent_bytes) bytes, " +
        "\(.memory.zero_bytes) zero, \(.memory.same_bytes) there, \(.memory.seconds) s"' \
        <<<"$copied")"
    [[ $(jq -r .way <<<"$copied") =~ ^($2)$ ]] || fail "copied by another way than $2: $copied"
    [ $# -lt 3 ] || jq -e --argjson changed "$3" '.sent_bytes <= 1.1 * $changed + 1048576' \
        <<<"$copied" >/dev/null || fail "$3 bytes were changed, and sent: $copied"
}

# The standby's waiting QEMU outlived the link: of memory only what differs was sent.
little_memory() { # HOST
    pair_on "$1" .copied | jq -e '.memory | .way == "comparison" and
        .sent_bytes <= .same_bytes / 4' >/dev/null ||
        fail "memory was copied otherwise: $(pair_on "$1" .copied)"
}

# Writes something else there, while the host is off.
change_record() { # HOST SED-COMMANDS
    local slot serial text sum
    for slot in "$FTLAB/$1"/var/lib/ftadmin/pairs/*/state.[01]; do
        read -r _ serial _ <"$slot"
        text=$(tail -c +65 "$slot" | sed "$2")
        sum=$(printf '%s\n%s' "$serial" "$text" | cksum)
        {
            printf '%-63s\n%s' "ftadmin-record $serial $(printf %s "$text" | wc -c) ${sum% *}" "$text"
            yes ''
        } 2>/dev/null | head -c 65536 >"$FTLAB/slot"
        cp "$FTLAB/slot" "$slot"
    done
}

worker_pid() { # HOST
    lab on "$1" pgrep -f -o "ftengine worker --pair"
}

daemon_pid() { # HOST
    lab on "$1" cat /run/ftadmin/engine.pid
}

qemu_pid() { # HOST [VM]
    lab on "$1" pgrep -f -o "qemu-system.*guest=${2:-vm1},"
}

# Has a host noted an event of such a kind since the last forget_events?
has_event() { # HOST KIND-PATTERN
    engine "$1" events "{\"since\":${events_seen[$1]:-0}}" |
        jq -e --arg kind "$2" 'any(.events[]; .kind | test("^(" + $kind + ")$"))' >/dev/null
}

declare -A events_seen=()

forget_events() { # HOST...
    local host
    for host; do
        events_seen[$host]=$(engine "$host" events | jq '[.events[].seq] | max // 0')
    done
}
