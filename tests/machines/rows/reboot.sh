# SPDX-License-Identifier: GPL-2.0-or-later
# A host is rebooted in good order, with the package or what ftadmin put there: a primary hands its VM
# over first, and the guest goes on elsewhere, in odd rounds; a standby ends its copy, and the guest
# does not notice, in even ones. Protected again when the host is back, by itself.
# shellcheck shell=bash
: "${folder:?}"
. "${here:?}/takeover.sh"
# shellcheck disable=SC2034 # the runner reads it
rounds=2

begin() {
    local host
    must machines up m1 m2 m3
    for host in m1 m2; do # what was said before a reboot is read after it
        must machines on $host sh -c 'mkdir -p /var/log/journal && journalctl --flush'
    done
    start_guest m1 vm1
    add_hosts m1 m2 m3
    protect_guest vm1 m2 m3
}

boot_of() { # HOST
    machines on "$1" cat /proc/sys/kernel/random/boot_id 2>/dev/null
}

has_rebooted() { # HOST BOOT-ID
    local now
    now=$(boot_of "$1") && [ -n "$now" ] && [ "$now" != "$2" ]
}

round() { # NUMBER
    local host boot begun fault_time report rc=0
    wait_for 400 is_protected vm1 || fail "not protected: $(ftadmin status 2>&1)"
    host=${primary:?}
    [ $(($1 % 2)) -eq 1 ] || host=$([ "$primary" = m1 ] && echo m2 || echo m1)
    figure "reboot=$host from=$primary"
    must machines on "$host" systemctl is-active ftengine-drain
    boot=$(boot_of "$host")
    start_client vm1
    fault_time=$(date +%s.%N) begun=$SECONDS
    machines on "$host" systemctl reboot
    wait_for 600 has_rebooted "$host" "$boot" || fail "$host does not come back"
    figure "reboot_s=$((SECONDS - begun))"
    # the stop is over long before libvirt-guests would give up
    figure "$(machines on "$host" journalctl -b -1 -u ftengine-drain -o cat --no-pager |
        grep -E ' goes on on | stays: ' | tr ' ' '_')"
    wait_for 400 is_protected vm1 || fail "not protected again: $(ftadmin status 2>&1)"
    [ $(($1 % 2)) -eq 0 ] || [ "$primary" != "$host" ] || fail "vm1 was not handed over"
    figure "to=$primary again_s=$((SECONDS - begun))"
    wait_for 120 answers_since vm1 "$fault_time" || fail "no answer within 120 s"
    stop_clients
    report=$(check_ledger vm1 --fault-time "$fault_time") || rc=1
    figure "$(ledger_figures "$report")"
    jq -e '.resets == 0 and (.boot_ids | length) == 1' <<<"$report" >/dev/null || rc=1
    [ $rc = 0 ] || fail "the ledger: $report"
}
