# SPDX-License-Identifier: GPL-2.0-or-later
# One takeover under load, judged by the ledger, of vm1 on one of m1 and m2, and back to a pair;
# beside it the guest control on m3. For rows; sourced.
# shellcheck shell=bash
: "${folder:?}"

takeover_round() { # NUMBER: odd ones kill the host, even ones cut it off
    local fault_time how=kill report rc=0 before again
    [ $(($1 % 2)) -eq 1 ] || how="cut"
    wait_for 400 is_protected vm1 || fail "not protected: $(ftadmin status 2>&1)"
    before=${primary:?}
    figure "how=$how from=$before"
    start_client control
    start_client vm1
    # not waiting for something: the moment is to be a random one
    sleep $((5 + RANDOM % 10))
    fault_time=$(date +%s.%N)
    case $how in
    kill) must machines power-off "$before" ;;
    cut) must machines cut "$before" ;;
    esac
    wait_for 120 answers_since vm1 "$fault_time" || fail "no answer within 120 s"
    again=$SECONDS
    case $how in
    kill) must machines power-on "$before" ;;
    cut) must machines heal "$before" ;;
    esac
    wait_for 400 is_protected vm1 "$before" || fail "not protected again: $(ftadmin status 2>&1)"
    figure "to=$primary again_s=$((SECONDS - again))"
    stop_clients
    report=$(check_ledger vm1 --fault-time "$fault_time") || rc=1
    figure "$(ledger_figures "$report")"
    figure "outage_ms=$(jq '.fault.outage_ms | round' <<<"$report")"
    figure "control:"
    figure "$(ledger_figures "$(check_ledger control)")"
    jq -e '.fault.answers_after >= 20 and .resets == 0 and (.boot_ids | length) == 1' \
        <<<"$report" >/dev/null || rc=1
    [ $rc = 0 ] || fail "the ledger: $report"
}

ledger_figures() { # REPORT
    jq -r '"answers=\(.answers) lost=\(.lost) doubled=\(.duplicated) resets=\(.resets) " +
        "boots=\(.boot_ids | length) gap_ms=\(.longest_gap.ms | round)"' <<<"$1" 2>/dev/null ||
        echo "no report"
}
