# SPDX-License-Identifier: GPL-2.0-or-later
# What of a shape is to be the same after a takeover, besides the ledger: PROOF_before, PROOF_after.
# Sourced by `one`, after functions.sh.
# shellcheck shell=bash
: "${guest_address=}" "${guest_port=}"

# ---- tpm: a PCR, which lasts until its power is cut, and an index of its NV memory ----

# Commands of the TPM 2.0 Library Specification, part 3
tpm_extend_pcr_16=80020000004100000182000000100000000940000009000000000000000001000b$(
    printf '5a%.0s' {1..32})
tpm_read_pcr_16=8001000000140000017e00000001000b03000001
tpm_define_nv=80020000002d0000012a40000001000000094000000900000000000000000e01500001000b0006000600000008
tpm_read_nv_public=80010000000e0000016901500001

ask_tpm() { # HEX
    # shellcheck disable=SC2016 # for the inner shell
    lab on adm timeout 90 bash -c 'exec 3<>"/dev/tcp/$0/$1" && echo "tpm $2" >&3 &&
        read -r _ answer <&3 && echo "$answer"' "$guest_address" "$guest_port" "$1"
}

# Its answer, if that is success.
tpm_does() { # HEX
    local answer
    answer=$(ask_tpm "$1")
    [ "${answer:12:8}" = 00000000 ] || fail "the TPM answers '$answer' to $1"
    echo "$answer"
}

tpm_before() {
    tpm_does "$tpm_extend_pcr_16" >/dev/null
    tpm_does $tpm_define_nv >/dev/null
    tpm_pcr=$(tpm_does $tpm_read_pcr_16)
}

tpm_after() {
    local pcr
    pcr=$(tpm_does $tpm_read_pcr_16)
    [ "$pcr" = "$tpm_pcr" ] || fail "PCR 16 was $tpm_pcr and is $pcr"
    tpm_does $tpm_read_nv_public >/dev/null
}

# ---- macvtap: the second NIC, on the network of replication, answers the witness's host ----

macvtap_before() {
    must lab on w1 ip addr add 10.77.1.250/24 dev eth1
    macvtap_after
}

macvtap_after() {
    wait_for 30 lab on w1 timeout 3 bash -c \
        ": </dev/tcp/10.77.1.${guest_address##*.}/$guest_port" 2>/dev/null
}
