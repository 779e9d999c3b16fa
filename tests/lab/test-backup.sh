#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A protected VM is backed up from its copy while clients load it: what is restored boots, with all
# that was answered until the backup's moment and nothing from after it; so does an incremental one
# with what it was made upon, by qemu-img alone. The guest is frozen by its
# agent for that moment, and thawed when ftadmin or its host dies then. A takeover in the middle,
# Ctrl-C, a full disk, more written over than is kept and the death of ftadmin leave no file, and a
# guest that noticed nothing.
. "$(dirname "$0")/functions.sh"

restored_address=10.77.0.190
data_mib=24 # on the first disk, behind the ledger's records

# virsh of a host.
virsh_on() { # HOST COMMAND...
    local host=$1
    shift
    must lab on "$host" virsh -q -c qemu:///system "$@"
}

# Enough to copy that something can happen meanwhile. The guest is off for that.
fill_disk() {
    virsh_on h1 destroy vm1
    must lab on h1 qemu-io -c "write -q -P 0x5a 32M ${data_mib}M" \
        /var/lib/libvirt/images/vm1-disk0.qcow2
    virsh_on h1 start vm1
    wait_for 120 guest_listens
}

# A qemu-img that copies slowly, for ftadmin to find first.
slow_path() {
    mkdir "$test_folder/slow"
    cat >"$test_folder/slow/qemu-img" <<'SLOW'
#!/bin/sh
[ "$1" = convert ] && shift && exec /usr/bin/qemu-img convert -r 2M "$@"
exec /usr/bin/qemu-img "$@"
SLOW
    chmod 755 "$test_folder/slow/qemu-img"
}

# In the background; sets backup_pid.
start_slow_backup() { # FILE-OR-FOLDER [OPTION...]
    "$test_top/scripts/lab" on adm env "PATH=$test_folder/slow:$PATH" "$(built ftadmin)" backup vm1 \
        --output "$@" </dev/null >"$test_folder/backup.out" 2>&1 8>&- &
    backup_pid=$!
}

# The same for those who pull, until the addresses are told in backup.json.
start_to_serve() { # OPTION...
    : >"$test_folder/backup.json"
    "$test_top/scripts/lab" on adm "$(built ftadmin)" backup vm1 --json "$@" \
        </dev/null >"$test_folder/backup.json" 2>"$test_folder/backup.out" 8>&- &
    backup_pid=$!
    wait_for 30 test -s "$test_folder/backup.json"
}

pull_by_tls() { # FOLDER-OF-KEYS
    lab on adm timeout 30 qemu-img convert -O qcow2 --image-opts \
        --object "tls-creds-psk,id=t,endpoint=client,dir=$test_folder/$1,username=backup" \
        driver=raw,file.driver=nbd,file.host=127.0.0.1,file.port=10809,file.export=vda,file.tls-creds=t \
        "$test_folder/b/vm1-vda.qcow2"
}

part_has() { # FILE BYTES
    [ "$(stat -c %s "$1.part" 2>/dev/null || echo 0)" -gt "$2" ]
}

backup_ends_with() { # CODE TEXT...
    local code text
    wait "$backup_pid"
    code=$?
    [ $code -eq "$1" ] || fail "backup ended with $code: $(cat "$test_folder/backup.out")"
    shift
    for text; do
        grep -q "$text" "$test_folder/backup.out" ||
            fail "not said: $text"$'\n'"$(cat "$test_folder/backup.out")"
    done
}

nothing_in() { # FOLDER
    [ -z "$(ls -A "$1")" ] || fail "left behind: $(ls -A "$1")"
}

# What the guest's agent says, whom libvirt does not ask while the guest stands for a checkpoint,
# and what it writes at the end of the first disk (tests/guest/agent.c).
guest_is() { # HOST frozen|thawed
    [ "$(lab on "$1" virsh -q -c qemu:///system qemu-agent-command vm1 \
        '{"execute":"guest-fsfreeze-status"}' | jq -r .return)" = "$2" ]
}

marked_as() { # IMAGE-OR-ADDRESS frozen|thawed
    lab on adm qemu-io -r -c "read -v 65532k 16" "$1" | grep -q " $2" ||
        fail "$1 is not marked as $2: $(lab on adm qemu-io -r -c "read -v 65532k 16" "$1")"
}

# ftadmin freezes the guest, and then does this.
freeze_and() { # kill|hang
    "$test_top/scripts/lab" on adm env "FT_FAULTS=backup-frozen=$1" "$(built ftadmin)" backup vm1 \
        --output "$test_folder/a" </dev/null >"$test_folder/freezer.out" 2>&1 8>&- &
    freezer_pid=$!
}

# Boots the files of a backup, with those that they are made upon, as another VM on a host, with an
# address of its own.
restore() { # FOLDER HOST
    local file
    for file in "$1"/vm1-vd?.qcow2; do
        must qemu-img check -q "$file"
        must qemu-img convert -O qcow2 "$file" \
            "$FTLAB/$2/var/lib/libvirt/images/old-$(basename "$file")"
    done
    sed -e 's,<name>vm1<,<name>old<,' -e "s,ft\.address=[0-9.]*,ft.address=$restored_address," \
        -e 's,vm1-disk0\.qcow2,old-vm1-vda.qcow2,' -e 's,vm1-disk1\.qcow2,old-vm1-vdb.qcow2,' \
        -e 's,vm1-console,old-console,' -e "s,mac address='52:54:00:\(..\),mac address='52:54:01:\1," \
        "$FTLAB/h1/root/vm1.xml" >"$FTLAB/$2/root/old.xml"
    virsh_on "$2" create /root/old.xml
    guest_address=$restored_address wait_for 180 guest_listens
}

# The lines of answers of the client's log for which an awk condition on sent and received holds.
answers_where() { # CONDITION AT
    awk -v at="$2" '$1 != "answer" { if ($1 == "start" || $1 == "open") print; next }
        { sent = $(NF - 2); received = $NF } '"$1"' { print }' "$client_log"
}

check_restored() { # LOG
    lab on adm "$(built tests/guest/ledger-check)" --json --connect "$restored_address:$guest_port" \
        "$1"
}

# All that was answered before is there; nothing that was asked for after it is.
is_as_it_was() { # AT
    local at report
    at=$(date -d "$1" +%s.%N)
    answers_where 'received < at - 0.05' "$at" >"$test_folder/before.log"
    answers_where 'sent > at + 0.05' "$at" >"$test_folder/after.log"
    report=$(check_restored "$test_folder/before.log")
    jq -e '.answers >= 50 and .lost == 0 and .duplicated == 0' <<<"$report" >/dev/null ||
        fail "answered before $1, and not in the backup: $report"
    note "$(jq -r '"\(.answers) answers before the backup, \(.lost) not in it"' <<<"$report")"
    report=$(check_restored "$test_folder/after.log" 2>/dev/null)
    jq -e '.answers >= 50 and .lost == .answers' <<<"$report" >/dev/null ||
        fail "asked for after $1, and in the backup: $report"
}

shares_machine=yes
start_lab
cat >"$test_folder/agent.xml" <<'XML'
<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
XML
start_guest h1 vm1 --disk qcow2 --disks 2 --devices "$test_folder/agent.xml"
fill_disk
slow_path
add_hosts
mkdir "$test_folder/a" "$test_folder/b" "$test_folder/c" "$test_folder/full"

note "what is not protected is refused"
exits 3 ftadmin backup vm1 --output "$test_folder/a"
complains "virsh backup-begin"
# the first chunk that is kept, of the third store: those before it are of the two that are refused
must lab on h2 sh -c 'echo chunk-store-room=28@4 >/var/lib/ftadmin/faults'
protect_guest vm1
wait_for 60 protected_from h1
must lab on h2 rm /var/lib/ftadmin/faults

note "what cannot be made is refused, and nothing is left"
exits 2 ftadmin backup vm1
exits 2 ftadmin backup vm1 --output "$test_folder/a" --format vmdk
exits 1 ftadmin backup vm1 --output "$test_folder/a/x.qcow2" --no-freeze
complains "vm1 has 2 disks" "Name a folder"
exits 3 ftadmin backup vm1 --output "$test_folder/missing/x.qcow2"
touch "$test_folder/a/vm1-vdb.qcow2"
exits 1 ftadmin backup vm1 --output "$test_folder/a" --no-freeze
complains "vm1-vdb.qcow2 is there already"
exits 2 ftadmin backup vm1 --output "$test_folder/b" --format raw --incremental "$test_folder/a"
rm "$test_folder/a/vm1-vdb.qcow2"
exits 3 ftadmin backup vm1 --output "$test_folder/b" --incremental "$test_folder/a"
complains "no backup of vm1"
must qemu-img create -q -f qcow2 "$test_folder/a/vm1-vda.qcow2" 64M
exits 1 ftadmin backup vm1 --output "$test_folder/b" --incremental "$test_folder/a"
complains "is no backup that another one can be made upon" "full backup"
rm "$test_folder/a/vm1-vda.qcow2"
nothing_in "$test_folder/a"
nothing_in "$test_folder/b"

note "more is written over than is kept"
start_client --connections 3 --payload 200
forget_events h2
start_slow_backup "$test_folder/b"
backup_ends_with 1 "is inconclusive" "has written over more than is kept" "Begin anew"
nothing_in "$test_folder/b"
wait_for 10 has_event h2 backup-void
protected_from h1 || fail "vm1 is $(pair_on h1 .state)"
guest_goes_on

note "both disks, under load; epochs go on meanwhile"
wait_for 30 has_answers "$client_log" 100
forget_events h1 h2
start_slow_backup "$test_folder/b" --no-freeze
wait_for 30 part_has "$test_folder/b/vm1-vda.qcow2" 4000000
before=$(pair_on h1 .epoch)
exits 5 ftadmin backup vm1 --output "$test_folder/a"
complains "being backed up already"
exits 5 ftadmin backup vm1 --output "$test_folder/b/vm1-vda.qcow2"
complains "another backup is being written to .*/b/vm1-vda.qcow2.part" "name another file"
protected_from h1 || fail "vm1 is $(pair_on h1 .state)"
guest_goes_on
[ "$(pair_on h1 .epoch)" -gt "$before" ] || fail "no epoch since $before"
backup_ends_with 0 "crash-consistent"
for kind in backup-began backup-ended; do
    has_event h2 $kind || fail "no event $kind"
done
has_event h1 thawed && fail "it was frozen all the same"
wait_for 30 has_answers "$client_log" $(($(answers_in "$client_log") + 100))
exits 0 ftadmin backup vm1 --output "$test_folder/a" --json
backup=$output
jq -e '.vm == "vm1" and .host == "h2" and .consistency == "frozen" and
    ([.files[].disk] == ["vda", "vdb"]) and all(.files[]; .size == 67108864) and
    .files[0].allocated < 40000000 and .files[1].allocated < 10000000' <<<"$backup" >/dev/null ||
    fail "backup: $backup"
[ "$(stat -c %a "$test_folder/a/vm1-vda.qcow2")" = 600 ] || fail "others may read it"
has_event h1 thawed || fail "no event thawed"
marked_as "$test_folder/a/vm1-vda.qcow2" frozen
note "$(jq -r '"\(.seconds * 1000 | round) ms, kept \(.kept_bytes) bytes"' <<<"$backup")"

note "what has changed since"
wait_for 30 has_answers "$client_log" $(($(answers_in "$client_log") + 200))
exits 0 ftadmin backup vm1 --output "$test_folder/c" --incremental "$test_folder/a" --json
backup=$output
jq -e --arg base "$test_folder/a/vm1-vdb.qcow2" '.incremental and .consistency == "frozen" and
    .files[1].base == $base and all(.files[]; .size == 67108864 and .allocated < 4000000)' \
    <<<"$backup" >/dev/null || fail "incremental: $backup"
marked_as "$test_folder/c/vm1-vda.qcow2" frozen
note "$(jq -r '"\(.seconds * 1000 | round) ms, \(.files | map(.allocated) | add) bytes"' <<<"$backup")"
wait_for 30 has_answers "$client_log" $(($(answers_in "$client_log") + 200))
guest_goes_on
stop_client
check_ledger

note "it is restored, as it was then"
restore "$test_folder/c" h2
is_as_it_was "$(jq -r .at <<<"$backup")"
virsh_on h2 destroy old
mv "$test_folder"/c "$test_folder"/base
rm "$test_folder"/[ab]/*

note "other tools pull it, until Ctrl-C"
start_to_serve --nbd "$test_folder/nbd.sock" --no-freeze
for disk in vda vdb; do
    uri=$(jq -r --arg disk $disk '.exports[] | select(.disk == $disk) | .uri' \
        "$test_folder/backup.json")
    must lab on adm qemu-img convert -O qcow2 "$uri" "$test_folder/a/vm1-$disk.qcow2"
    must lab on adm qemu-img compare -q "$uri" "$test_folder/a/vm1-$disk.qcow2"
done
marked_as "$test_folder/a/vm1-vda.qcow2" thawed
[ "$(stat -c %a "$test_folder/nbd.sock")" = 600 ] || fail "others may connect"
must lab on adm pkill -INT -f -o 'ftadmin backup vm1'
backup_ends_with 0
[ ! -e "$test_folder/nbd.sock" ] || fail "the socket is there still"

note "the same over the network, by TLS and for those who have the key"
exits 2 ftadmin backup vm1 --nbd 10.77.0.1:10809
complains "needs --tls"
mkdir "$test_folder/keys" "$test_folder/other"
echo "backup:$(head -c 32 /dev/urandom | od -An -v -tx1 | tr -d " \n")" >"$test_folder/keys/keys.psk"
echo "backup:$(head -c 32 /dev/urandom | od -An -v -tx1 | tr -d " \n")" >"$test_folder/other/keys.psk"
exits 1 ftadmin backup vm1 --nbd 127.0.0.1 --tls "$test_folder/b"
complains "ca-cert.pem"
start_to_serve --nbd 127.0.0.1 --tls "$test_folder/keys"
[ "$(jq -r '.exports[1].uri' "$test_folder/backup.json")" = nbds://127.0.0.1:10810/vdb ] ||
    fail "served at: $(cat "$test_folder/backup.json")"
pull_by_tls other 2>/dev/null && fail "served to one who has another key"
pull_by_tls keys || fail "not served to one who has the key"
marked_as "$test_folder/b/vm1-vda.qcow2" frozen
must lab on adm pkill -INT -f -o 'ftadmin backup vm1'
backup_ends_with 0
pull_by_tls keys 2>/dev/null && fail "it is served still"
rm "$test_folder"/[ab]/*

note "Ctrl-C in the middle; the next one may begin"
start_client --connections 3 --payload 200
start_slow_backup "$test_folder/b"
wait_for 30 part_has "$test_folder/b/vm1-vda.qcow2" 4000000
forget_events h2
must lab on adm pkill -INT -f -o 'ftadmin backup vm1'
backup_ends_with 130 "was stopped"
nothing_in "$test_folder/b"
wait_for 10 has_event h2 backup-ended
[ "$(ftadmin jobs --json | jq -r '.jobs[0] | "\(.verb) \(.state)"')" = "backup stopped" ] ||
    fail "jobs: $(ftadmin jobs --json | jq -c '.jobs[0]')"

note "a full file system"
must lab on adm mount -t tmpfs -o size=8m none "$test_folder/full"
exits 1 ftadmin backup vm1 --output "$test_folder/full"
complains "No space left"
[ -z "$(lab on adm ls -A "$test_folder/full")" ] || fail "left: $(lab on adm ls -lA "$test_folder/full")"
must lab on adm umount "$test_folder/full"

note "ftadmin dies: the engine lets go by itself"
start_slow_backup "$test_folder/b"
wait_for 30 part_has "$test_folder/b/vm1-vda.qcow2" 4000000
forget_events h2
must lab on adm pkill -KILL -f -o 'ftadmin backup vm1'
wait "$backup_pid"
wait_for 90 has_event h2 backup-void

part_has "$test_folder/b/vm1-vda.qcow2" 1 || fail "it could not remove what it had begun"
exits 0 ftadmin backup vm1 --output "$test_folder/b" --no-freeze # over that
rm "$test_folder"/b/*

note "ftadmin dies while the guest is frozen, for seconds at most"
forget_events h1
freeze_and kill
wait "$freezer_pid"
wait_for 10 guest_is h1 frozen
wait_for 10 has_event h1 thawed
wait_for 10 guest_is h1 thawed
guest_goes_on

note "a takeover in the middle"
start_slow_backup "$test_folder/b" --no-freeze
wait_for 30 part_has "$test_folder/b/vm1-vda.qcow2" 4000000
fault=$(mark_fault)
must lab power-off h1
wait_for 60 answers_since "$fault"
backup_ends_with 1 "is inconclusive" "Begin anew"
nothing_in "$test_folder/b"
guest_goes_on
stop_client
check_ledger --fault-time "$fault"
exits 1 ftadmin backup vm1 --output "$test_folder/b"
complains "vm1 is alone" "Wait until"

note "the other way round it is backed up from the other host"
power_on h1
wait_for 60 protected_from h2
exits 0 ftadmin backup vm1 --output "$test_folder/b" --format raw --json
jq -e '.host == "h1" and .files[0].format == "raw" and .consistency == "frozen"' <<<"$output" >/dev/null || fail "$output"
[ "$(stat -c %s "$test_folder/b/vm1-vda.raw")" = 67108864 ] || fail "no whole disk"
nothing_in "$test_folder/a"

note "it does not know what has changed since the backups of h2: a full one"
exits 0 ftadmin backup vm1 --output "$test_folder/a" --incremental "$test_folder/base" --no-freeze
complains "does not know what has changed" "this is a full backup"
must qemu-img check -q "$test_folder/a/vm1-vda.qcow2"
[ "$(qemu-img info --output=json "$test_folder/a/vm1-vda.qcow2" |
    jq 'has("backing-filename")')" = false ] || fail "it needs another one"

note "a takeover of a guest that is frozen: it is thawed where it goes on"
start_client --connections 3
forget_events h1
freeze_and hang
wait_for 10 guest_is h2 frozen
fault=$(mark_fault)
must lab power-off h2
wait_for 60 answers_since "$fault"
must lab on adm pkill -KILL -f -o 'ftadmin backup vm1 --output .*/a$'
wait "$freezer_pid"
has_event h1 thawing || fail "no event thawing"
wait_for 10 guest_is h1 thawed
guest_goes_on
stop_client
check_ledger --fault-time "$fault"
