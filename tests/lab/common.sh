# SPDX-License-Identifier: GPL-2.0-or-later
# Shared by the parts of scripts/lab, which sets what is asked for here.
# shellcheck shell=bash
: "${FTLAB:?}" "${lab:?}" "${boot_deadline:?}"

say() {
    echo "lab: $*" >&2
}

die() {
    say "$@"
    exit 1
}

# Monotonic milliseconds, for deadlines only: a test that changes the wall clock must not
# upset them.
now_ms() {
    local up
    read -r up _ </proc/uptime
    up=${up/./}
    echo $((10#$up * 10))
}

# Waits until the command succeeds; fails after SECONDS. Asks often: what is waited for is
# usually there at once.
wait_for() { # SECONDS COMMAND...
    local end=$(($(now_ms) + $1 * 1000))
    shift
    until "$@"; do
        [ "$(now_ms)" -lt "$end" ] || return 1
        sleep 0.05
    done
}

need_root() {
    [ "$(id -u)" = 0 ] || die "needs root"
}

# One lab verb that changes things at a time; `on` and `status` do not take it. The children of a
# verb hold the lock too: when `up` is killed, `down` waits for what it had begun. Fails when the
# lock is not to be had in time.
lock_lab() {
    exec 7>"$FTLAB/lock" || exit 1
    flock -w $((2 * boot_deadline)) 7 || {
        say "another lab command does not end"
        return 1
    }
}

# The namespace of a host, or of the switch.
netns() { # HOST
    echo "ftlab-$lab-$1"
}

all_hosts() {
    [ -f "$FTLAB/hosts" ] && cut -d' ' -f1 "$FTLAB/hosts"
}

host_kind() { # HOST
    case $1 in
    h[1-9] | h[1-9][0-9]) echo kvm ;;
    w1) echo witness ;;
    adm) echo adm ;;
    esac
}

# The last number of the host's addresses.
host_number() { # HOST
    case $1 in
    w1) echo 250 ;;
    adm) echo 254 ;;
    *) echo "${1#h}" ;;
    esac
}

known_host() { # HOST
    all_hosts | grep -qxF -- "$1" || die "no host '$1' in this lab (see: lab status)"
}

# The host's init as seen from outside, or nothing. A pid alone proves nothing after a
# crash: the namespace has to be the host's.
host_pid() { # HOST
    local pid
    pid=$(cat "$FTLAB/$1/pid" 2>/dev/null) || return 1
    [ "/proc/$pid/ns/net" -ef "/run/netns/$(netns "$1")" ] && echo "$pid"
}

# Runs a command inside a host.
inside() { # HOST COMMAND...
    local pid
    pid=$(host_pid "$1") || return 125
    shift
    "$FTLAB/bin/enter" "$pid" "$@"
}
