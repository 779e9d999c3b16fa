#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# ftadmin is killed before and after the steps of protect, on hosts without an engine and with one
# that was there: rollback makes every host as it was before, and resume goes on until it is killed
# after the next one. A plan that was saved is carried out as it was, or refused.
. "$(dirname "$0")/functions.sh"
. "$(dirname "$0")/host-facts.sh"

hosts="h1 h2 w1"

# Besides host_facts: all that the engine has there itself, but for what is in its logs and events.
# shellcheck disable=SC2016 # for the inner shell
engine_facts_script='
find /usr/local/lib/ftadmin /var/lib/ftadmin /run/ftadmin /etc/init.d/ftengine \
    /etc/libvirt/hooks/qemu.d /etc/systemd/system -printf "engine %y %p %m\n" 2>/dev/null |
    grep -vE "/events|/run/ftadmin/(facts|ways).json" # caches
sha256sum /usr/local/lib/ftadmin/* 2>/dev/null
find /etc -type f ! -path "/etc/libvirt/qemu/*" -exec sha256sum {} + 2>/dev/null
for p in /proc/[0-9]*; do
    tr "\0" " " 2>/dev/null <$p/cmdline | grep -oE "^[^ ]*ftengine (daemon|witness|worker).*"
done
ss -tlnH | grep -oE "[^ ]*:733[0-9] "
tc qdisc show | grep -vE "noqueue|vnet|pfifo_fast"
'

facts_of() { # HOST
    {
        [ "$1" = w1 ] || host_facts "$1"
        lab on "$1" sh -c "$engine_facts_script" | sort
    } 2>/dev/null
}

remember() {
    local host
    for host in $hosts; do
        facts_of "$host" >"$test_folder/before-$host"
    done
}

# Processes end in their own time.
as_before() { # HOST
    facts_of "$1" >"$test_folder/after-$1"
    cmp -s "$test_folder/before-$1" "$test_folder/after-$1"
}

must_be_as_before() { # AFTER-WHAT
    local host end
    for host in $hosts; do
        end=$(($(now_ms) + 15000))
        until as_before "$host"; do
            [ "$(now_ms)" -lt $end ] ||
                fail "$1: $host is not as it was:"$'\n'"$(diff "$test_folder"/{before,after}-"$host")"
        done
    done
    guest_goes_on
    # without an engine nobody answers it
    [ "$(ftadmin status --json 2>/dev/null | jq -c .pairs)" = '[]' ] || fail "$1: ftadmin knows of it"
}

# The hosts stay known; the engines go, as if they had never been there.
take_engines_away() {
    local host
    for host in $hosts; do
        lab on "$host" sh -c '/etc/init.d/ftengine stop >/dev/null 2>&1
            rm -rf /usr/local/lib/ftadmin /etc/init.d/ftengine /etc/libvirt/hooks/qemu.d/ftadmin \
                /var/lib/ftadmin /var/log/ftadmin /run/ftadmin
            rmdir /etc/libvirt/hooks/qemu.d 2>/dev/null
            update-rc.d ftengine remove >/dev/null 2>&1; :' || fail "the engine of $host does not go"
    done
}

# ftadmin dies by SIGKILL at this point.
dies_at() { # POINT[@N] ARGUMENT...
    FT_FAULTS=protect-${1%@*}=kill$(grep -o '@.*' <<<"$1") exits 137 ftadmin "${@:2}"
}

killed_at() { # POINT[@N]
    dies_at "$1" protect vm1 --witness w1 --silence 1000 --commit-timeout 5000 --yes
}

# Once the copy could have taken over it is refused, and says what ends it.
rolled_back() { # POINT
    ftadmin rollback vm1 --yes >"$test_folder/out" 2>"$test_folder/err"
    case $? in
    0) return 0 ;;
    5) grep -q "ftadmin unprotect" "$test_folder/err" || fail "$1: $(cat "$test_folder/err")" ;;
    *) fail "$1: rollback: $(cat "$test_folder/err")" ;;
    esac
    [[ $1 = sync* ]] || fail "$1: refused: $(cat "$test_folder/err")"
    exits 0 ftadmin unprotect vm1 --yes
    return 1
}

shares_machine=yes
start_lab
start_guest h1 vm1 --disk-size 64
add_hosts
FT_FAULTS=protect-engine=5 ftadmin protect vm1 --witness w1 --yes >/dev/null 2>"$test_folder/err"
grep -q "fault point" "$test_folder/err" || skip "built without --enable-fault-injection"
start_client --connections 2

note "engines that were there, killed before and after every other step"
remember
for step in engine-made@2 witness-found witness-made witness-pair-found standby-made primary-found \
    primary-made; do
    killed_at $step
    rolled_back $step
    must_be_as_before "$step, engines there"
done

note "the plan is carried out as it was saved, or refused"
exits 0 ftadmin protect vm1 --witness w1 --silence 1000 --commit-timeout 5000 --dry-run --json
echo "$output" >"$test_folder/plan.json"
lab on h1 virsh -q -c qemu:///system autostart vm1
exits 5 ftadmin protect --apply-plan "$test_folder/plan.json" --yes --json
jq -e '.differences | any(.what == "h1: autostart vm1, later" and .was == null and .is == true)' \
    <<<"$output" >/dev/null || fail "not told: $output"
lab on h1 virsh -q -c qemu:///system autostart --disable vm1
must_be_as_before "a plan that was refused"
FT_FAULTS=protect-standby-made=kill exits 137 ftadmin protect --apply-plan "$test_folder/plan.json" --yes
exits 5 ftadmin protect --apply-plan "$test_folder/plan.json" --yes
rolled_back "a plan"
exits 0 ftadmin protect --apply-plan "$test_folder/plan.json" --yes
[ "$(pair_on h1 .pair)" = "$(jq -r .pair "$test_folder/plan.json")" ] || fail "another pair"
note "what the plan says that it leaves is there"
while IFS=$'\t' read -r host what; do
    lab on "$host" test -e "$what" || fail "$host has no $what"
done < <(jq -r '.effects[] | select(.kind == "folder" or .kind == "key") | [.host, .what] | @tsv' \
    "$test_folder/plan.json")
volume=$(jq -r '.effects[] | select(.kind == "volume") | .what' "$test_folder/plan.json")
lab on h2 virsh -q -c qemu:///system vol-info "$volume" default >/dev/null || fail "no volume $volume"
[ "$(pair_on h1 .gate)" = "$(jq -r '.effects[] | select(.kind == "gate") | .detail' \
    "$test_folder/plan.json" | grep -oE '^[a-z]+')" ] || fail "the gate is $(pair_on h1 .gate)"
exits 5 ftadmin rollback vm1 --yes
complains "ftadmin unprotect"
exits 0 ftadmin unprotect vm1 --yes

note "no engine anywhere, killed before and after every step"
take_engines_away
remember
for step in engine-found engine-found@2 engine-found@3 engine-made engine-made@2 engine-made@3 \
    witness-found witness-made witness-pair-made standby-found standby-made primary-made sync; do
    killed_at $step
    rolled_back $step || take_engines_away
    must_be_as_before "$step, no engine"
done

note "no engine anywhere, resumed after every step, and killed after the next one"
killed_at engine-made
for step in engine-made@2 engine-made@3 witness-made witness-pair-made standby-made primary-made \
    sync; do
    dies_at $step resume vm1
    guest_goes_on
done
exits 0 ftadmin resume vm1
[ "$(pair_on h1 .state)" = protected ] || fail "not protected: $(pair_on h1 .state)"
guest_goes_on
exits 0 ftadmin jobs --json
jq -e '[.jobs[] | select(.verb == "protect")][:9] | map(.continues) == (map(.id)[1:] + [0]) and
    .[0].state == "done" and all(.[1:][]; .state == "interrupted")' <<<"$output" >/dev/null ||
    fail "who continues whom: $(jq -c '.jobs[:10][] | [.id, .verb, .state, .continues]' <<<"$output")"
exits 0 ftadmin unprotect vm1 --yes
take_engines_away
must_be_as_before "resumed after every step"

stop_client
check_ledger
