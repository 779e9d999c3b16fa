# SPDX-License-Identifier: GPL-2.0-or-later
# Where a guest of scripts/lab or scripts/machines is, and whether its ledger answers. Sourced; needs
# `die`.
# shellcheck shell=bash

# A guest's place decides its addresses. It stays the same for a name as long as its lab lives, which
# keeps them in FILE.
guest_place() { # FILE NAME
    local place
    place=$(awk -v name="$2" '$1 == name { print $2 }' "$1" 2>/dev/null)
    if [ -z "$place" ]; then
        place=$(wc -l 2>/dev/null <"$1" || echo 0)
        [ "$place" -lt 100 ] || die "more than 100 guests"
        echo "$2 $place" >>"$1"
    fi
    echo "$place"
}

guest_address_at() { # PLACE
    echo "10.77.0.$((100 + $1))"
}

# Asks a ledger, by a command that runs others where guests are reached.
ask_ledger() { # ADDRESS COMMAND...
    # shellcheck disable=SC2016 # for the inner shell
    "${@:2}" timeout 5 bash -c 'exec 3<>"/dev/tcp/$0/7000" && echo status >&3 &&
        read -r line <&3 && [[ $line == status* ]]' "$1" 2>/dev/null
}
