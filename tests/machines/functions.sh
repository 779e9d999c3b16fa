# SPDX-License-Identifier: GPL-2.0-or-later
# Helpers for the rows. A row is a script rows/NAME.sh with
#
#   rounds=N             how many rounds are to be passed in a row
#   begin                brings the machines up and what else all its rounds need
#   round NUMBER         one round; fails by `fail`; says its figures by `figure NAME=VALUE`
#
# Each round runs in a shell of its own: what the next one needs to know is in $folder.
# shellcheck shell=bash
# The runner sets these.
: "${here:?}" "${top:?}" "${build:?}" "${folder:?}"
primary=
test_folder=$folder
. "$top/tests/shell.sh"

cannot() {
    note "cannot run here: $*"
    exit 77
}

fail() {
    echo "FAIL: $*" >&2
    figure "failed=\"$*\""
    exit 1
}

figure() { # NAME=VALUE...
    echo "$*" | tr '\n' ' ' >>"$folder/figures"
}

machines() {
    "$top/scripts/machines" "$@" 8>&-
}

ftadmin() {
    machines on adm "$build/ftadmin" "$@" --timeout 120
}

# Waits until the command succeeds: everything is slow here, and nothing sleeps for a time.
wait_for() { # SECONDS COMMAND...
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        [ $SECONDS -lt $end ] || return 1
        sleep 3
    done
}

# ---- hosts and guests ---------------------------------------------------------------------

add_hosts() { # HOST...
    local host list=()
    for host; do
        list+=("$host=10.77.0.${host#m}")
    done
    exits 0 ftadmin host add --accept-new-host-keys "${list[@]}"
}

# Boots a guest; its address is in $folder/NAME.address.
start_guest() { # HOST NAME [OPTION...]
    local where
    where=$(machines guest "$@") || fail "no guest: $*"
    echo "${where%% *}" >"$folder/$2.address"
}

# Suspects nobody early: a host here stands for seconds when others work.
protect_guest() { # NAME STANDBY WITNESS
    exits 0 ftadmin protect "$1" --standby "$2" --witness "$3" --silence 5000 --yes
}

# Where a pair runs, when it is protected.
protected_on() { # VM
    ftadmin status --json 2>/dev/null | jq -r --arg vm "$1" \
        '.pairs[] | select(.vm == $vm and .state == "protected") | .primary' 2>/dev/null
}

is_protected() { # VM [NOT-ON]: sets $primary
    primary=$(protected_on "$1")
    [ -n "$primary" ] && [ "$primary" != "${2-}" ]
}

# Calls that QEMU makes of KVM (KVM_RUN left out) and of vhost, for 10 s, by each epoch.
calls_per_epoch() { # HOST VM
    # shellcheck disable=SC2016 # for the host's shell
    machines on "$1" sh -c '
        epochs() {
            echo "{\"id\":1,\"verb\":\"status\",\"args\":null}" | ftengine control |
                tr , "\n" | sed -n "s/.*\"epochs\":\([0-9]*\).*/\1/p" | head -n 1
        }
        PATH=$PATH:/usr/local/lib/ftadmin:/usr/libexec/ftadmin:/usr/lib/ftadmin
        cd /sys/kernel/tracing || exit 1
        ls /proc/$(cat /run/libvirt/qemu/'"$2"'.pid)/task >set_event_pid
        echo "hist:keys=cmd" >events/syscalls/sys_enter_ioctl/trigger
        before=$(epochs)
        sleep 10
        after=$(epochs)
        awk -v epochs=$((after - before)) "/cmd:/ {
                cmd = \$3 + 0; n = \$NF + 0; type = int(cmd / 256) % 256
                if (type == 174 && cmd % 256 != 128) kvm += n
                if (type == 175) vhost += n
            } END {
                printf \"epochs=%d kvm_calls=%.1f vhost_calls=%.1f\", epochs, kvm / epochs, vhost / epochs
            }" events/syscalls/sys_enter_ioctl/hist
        echo "!hist:keys=cmd" >events/syscalls/sys_enter_ioctl/trigger
        echo >set_event_pid'
}

# ---- the ledger ---------------------------------------------------------------------------

declare -A client_pids=()

# A client in the background, until stop_clients.
start_client() { # VM
    local log=$folder/$1.client.log
    rm -f "$log"
    "$top/scripts/machines" on adm "$build/tests/guest/ledger-client" \
        --connect "$(cat "$folder/$1.address"):7000" --log "$log" --rate 10 \
        </dev/null >"$folder/$1.client.out" 2>&1 8>&- &
    client_pids[$1]=$!
    wait_for 60 has_answers "$log" 20 || fail "the ledger of $1 does not answer"
}

answers_since() { # VM TIME
    answered_after "$folder/$1.client.log" "$2"
}

stop_clients() {
    local vm
    for vm in "${!client_pids[@]}"; do
        kill -TERM "${client_pids[$vm]}" 2>/dev/null
    done
    for vm in "${!client_pids[@]}"; do
        wait "${client_pids[$vm]}" 2>/dev/null
        unset "client_pids[$vm]"
    done
}

# What the ledger proves, as JSON; its exit code says whether all was kept.
check_ledger() { # VM [OPTION...]
    local vm=$1
    shift
    machines on adm "$build/tests/guest/ledger-check" \
        --connect "$(cat "$folder/$vm.address"):7000" --json "$@" "$folder/$vm.client.log"
}
