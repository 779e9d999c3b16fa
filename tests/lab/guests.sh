# SPDX-License-Identifier: GPL-2.0-or-later
# Guests of the lab: ordinary libvirt domains. Part of scripts/lab.
# shellcheck shell=bash
: "${FTLAB:?}" "${lab:?}" "${boot_deadline:?}"

guest_usage() {
    say "$@"
    usage
}

is_number() { # TEXT MIN MAX
    [[ $1 =~ ^[0-9]{1,7}$ ]] && [ "$1" -ge "$2" ] && [ "$1" -le "$3" ]
}

guest_address() { # NAME
    awk -v name="$1" '
        $1 == name { print "10.77.0." 100 + $2; found = 1 }
        END { exit !found }' "$FTLAB/guests"
}

lab_guest() {
    local host=${1-} name=${2-} memory=128 vcpus=1 vcpus_max='' machine=pc video=none nics=1 wait=yes uefi=no
    local disk=raw disks=1 disk_size=64 thin=no dirty=0 elements='' devices='' secure_boot=no
    local place address volume
    [ $# -ge 2 ] || usage
    shift 2
    while [ $# -gt 0 ]; do
        case $1 in
        --no-wait)
            wait=no
            shift
            continue
            ;;
        --thin)
            thin=yes
            shift
            continue
            ;;
        --uefi)
            uefi=yes
            shift
            continue
            ;;
        --secure-boot)
            uefi=yes
            secure_boot=yes
            shift
            continue
            ;;
        esac
        [ $# -ge 2 ] || usage
        case $1 in
        --memory) memory=$2 ;;
        --vcpus) vcpus=$2 ;;
        --vcpus-max) vcpus_max=$2 ;;
        --machine) machine=$2 ;;
        --disk) disk=$2 ;;
        --disks) disks=$2 ;;
        --disk-size) disk_size=$2 ;;
        --video) video=$2 ;;
        --dirty-rate) dirty=$2 ;;
        --nics) nics=$2 ;;
        --elements) elements=$2 ;;
        --devices) devices=$2 ;;
        *) guest_usage "unknown option $1" ;;
        esac
        shift 2
    done
    [[ $name =~ ^[a-zA-Z0-9][a-zA-Z0-9_.-]*$ ]] || guest_usage "bad name '$name'"
    is_number "$memory" 96 65536 || guest_usage "--memory: 96 MiB or more"
    is_number "$vcpus" 1 16 || guest_usage "--vcpus: 1 to 16"
    : "${vcpus_max:=$vcpus}"
    is_number "$vcpus_max" "$vcpus" 16 || guest_usage "--vcpus-max: $vcpus to 16"
    is_number "$disks" 1 4 || guest_usage "--disks: 1 to 4"
    is_number "$disk_size" 1 1048576 || guest_usage "--disk-size: MiB"
    is_number "$dirty" 0 100000 || guest_usage "--dirty-rate: MiB/s"
    is_number "$nics" 1 4 || guest_usage "--nics: 1 to 4"
    [[ $machine =~ ^(pc|q35)$ && $disk =~ ^(raw|qcow2|mixed|none)$ && $video =~ ^(none|vga)$ ]] || usage
    [ "$disk" != none ] || disks=0
    known_host "$host"
    [ "$(host_kind "$host")" = kvm ] || die "$host is no KVM host"
    lock_lab || exit 1
    place=$(guest_place "$FTLAB/guests" "$name") || exit 1
    address=$(guest_address_at "$place")
    install_guest_image
    for volume in $(guest_volumes "$name" "$disk" "$disks"); do
        make_volume "$host" "$volume" || die "cannot make the volume $volume on $host"
    done
    guest_xml >"$FTLAB/$host/root/$name.xml"
    virsh_on "$host" define "/root/$name.xml" || exit 1
    virsh_on "$host" start "$name" || exit 1
    flock -u 7
    # its firmware alone takes 20 s where others work
    [ "$uefi" = no ] || boot_deadline=$((3 * boot_deadline))
    [ "$wait" = no ] || wait_for "$boot_deadline" ledger_answers "$host" "$name" "$address" || {
        tail -n 20 "$FTLAB/$host/var/log/libvirt/qemu/$name-console.log" >&2
        die "the ledger of $name does not answer on $address port 7000 after $boot_deadline seconds"
    }
    echo "$address 7000"
}

virsh_on() { # HOST COMMAND...
    local host=$1
    shift
    inside "$host" virsh -q -c qemu:///system "$@" >&2
}

guest_volumes() { # NAME FORMAT COUNT
    local i
    for ((i = 0; i < $3; i++)); do
        echo "$1-disk$i.$(disk_format "$2" "$i")"
    done
}

# Of the guest's disk with this number.
disk_format() { # FORMAT NUMBER
    local mixed=(qcow2 raw)
    if [ "$1" = mixed ]; then
        echo "${mixed[$2 % 2]}"
    else
        echo "$1"
    fi
}

# Uses the variables of lab_guest. libvirt allocates a raw one as a whole, unless it is told.
make_volume() { # HOST VOLUME
    local allocation=()
    [ "$thin" = no ] || allocation=(--allocation 0)
    virsh_on "$1" vol-create-as default "$2" "${disk_size}M" --format "${2##*.}" "${allocation[@]}"
}

# Kernel and initramfs lie at the same place on every KVM host: a standby must find what the
# primary booted from. Real copies: libvirt changes their owner on each host by itself.
install_guest_image() {
    local host boot
    for host in $(all_hosts); do
        [ "$(host_kind "$host")" = kvm ] || continue
        boot=$FTLAB/$host/var/lib/libvirt/boot
        [ -e "$boot/ledger-initrd" ] || {
            cp "$FTLAB/guest/vmlinuz" "$boot/ledger-vmlinuz" &&
                cp "$FTLAB/guest/initrd" "$boot/ledger-initrd"
        } || die "cannot copy the guest image to $host"
    done
}

# The console's log says when to ask: a question before that would leave adm waiting for ARP.
ledger_answers() { # HOST NAME ADDRESS
    grep -q 'ledger: ready' "$FTLAB/$1/var/log/libvirt/qemu/$2-console.log" 2>/dev/null || return
    ask_ledger "$3" inside adm
}

# Uses the variables of lab_guest. What is not said here is what libvirt makes of it, as for
# any user's domain.
guest_xml() {
    local letters=abcd i mac cmdline format firmware='' discard=''
    [ "$secure_boot" = no ] || firmware=.secboot
    [ "$thin" = no ] || discard=" discard='unmap'"
    # quiet, and no time lost: mitigations, self tests and IPv6 serve nothing here and cost
    # an emulated processor seconds
    cmdline="console=ttyS0 quiet panic=-1 mitigations=off ipv6.disable=1 tsc=reliable"
    cmdline+=" no_timer_check cryptomgr.notests audit=0"
    cmdline+=" ft.address=$address ft.dirty=$dirty ft.area=$((memory / 4))"
    cat <<XML
<domain type='${FTLAB_ACCELERATOR:-qemu}'>
  <name>$name</name>
  <memory unit='MiB'>$memory</memory>
  <vcpu current='$vcpus'>$vcpus_max</vcpu>
  <os>
    <type arch='x86_64' machine='$machine'>hvm</type>
XML
    [ "$uefi" = no ] || cat <<XML
    <loader readonly='yes' secure='$secure_boot' type='pflash'>/usr/share/OVMF/OVMF_CODE_4M$firmware.fd</loader>
    <nvram template='/usr/share/OVMF/OVMF_VARS_4M.fd'/>
XML
    cat <<XML
    <kernel>/var/lib/libvirt/boot/ledger-vmlinuz</kernel>
    <initrd>/var/lib/libvirt/boot/ledger-initrd</initrd>
    <cmdline>$cmdline</cmdline>
  </os>
  <features>
    <acpi/>
    <apic/>
XML
    [ "$secure_boot" = no ] || echo "    <smm state='on'/>"
    echo "  </features>"
    [ -z "$elements" ] || cat "$elements"
    echo "  <devices>"
    [ -z "$devices" ] || cat "$devices"
    for ((i = 0; i < disks; i++)); do
        format=$(disk_format "$disk" "$i")
        cat <<XML
    <disk type='file' device='disk'>
      <driver name='qemu' type='$format'$discard/>
      <source file='/var/lib/libvirt/images/$name-disk$i.$format'/>
      <target dev='vd${letters:i:1}' bus='virtio'/>
    </disk>
XML
    done
    for ((i = 0; i < nics; i++)); do
        mac=$(printf '52:54:00:%s:%02x:%02x' "${lab:0:2}" $((16#${lab:2:2} & 0xfc | i)) "$place")
        cat <<XML
    <interface type='bridge'>
      <mac address='$mac'/>
      <source bridge='br0'/>
      <model type='virtio'/>
    </interface>
XML
    done
    [ "$video" = none ] || cat <<XML
    <graphics type='vnc' listen='127.0.0.1' autoport='yes'/>
    <video>
      <model type='vga'/>
    </video>
XML
    cat <<XML
    <serial type='pty'>
      <log file='/var/log/libvirt/qemu/$name-console.log' append='on'/>
    </serial>
  </devices>
</domain>
XML
}
