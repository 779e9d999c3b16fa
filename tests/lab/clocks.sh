# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # guest_address and others are of functions.sh
# Looks at a guest's clocks beside the host's, for the tests of clocks. Sourced, after functions.sh.
#
# A figure of a crowded machine may be some ms off, so a drift that is too large is measured again; a
# clock that runs wrong does so each time.

drift_limit=2000000 # ns in a phase
phase_seconds=15

# What ledger-clock says, or what the jq expression makes of it.
clocks() { # COUNT [JQ]
    lab on adm "$(built tests/guest/ledger-clock)" --connect "$guest_address:$guest_port" \
        --count "$1" --json >"$test_folder/clocks.json" || fail "the ledger tells no clocks"
    jq -r "${2:-.}" "$test_folder/clocks.json"
}

# The guest's uptime less the host's, ns.
offset() { # [COUNT]
    clocks "${1:-200}" .uptime.offset_ns
}

ms() { # NS
    awk -v ns="$1" 'BEGIN { printf "%.3f ms", ns / 1e6 }'
}

within() { # NS LIMIT-NS
    [ "${1#-}" -le "$2" ]
}

kept_on() { # HOST
    [ "$(pair_on "$1" .guest_clock)" = kept ]
}

# Fails the test unless the guest keeps the time for phase_seconds between BEGIN and END. It is idle when
# it is asked: the questions of a crowded machine come late.
keeps_time() { # WHAT BEGIN END
    local before after drift try
    for try in 1 2 3; do
        before=$(offset)
        $2
        sleep $phase_seconds # not waiting for something: the time is what is tested
        $3
        after=$(offset)
        drift=$((after - before))
        note "$1: drift $(ms $drift) in $phase_seconds s, spread $(
            ms "$(jq .uptime.spread_ns "$test_folder/clocks.json")")"
        within $drift $drift_limit && return
        # was the second look a poor one?
        after=$(offset 400)
        drift=$((after - before))
        note "$1: drift $(ms $drift) at a second look"
        within $drift $drift_limit && return
        note "measured again ($try)"
    done
    fail "$1: the guest's clock is $(ms $drift) off after $phase_seconds s"
}

begin_loop() {
    start_client
}

end_loop() {
    stop_client
    check_ledger >/dev/null
}

never_stepped_back() {
    clocks 1 >/dev/null
    note "watched: $(jq -c '{watched_ns, back, jump_ns}' "$test_folder/clocks.json")"
    jq -e '.watched_ns > 0 and all(.back[]; . == 0)' "$test_folder/clocks.json" >/dev/null ||
        fail "a clock of the guest stepped back"
}
