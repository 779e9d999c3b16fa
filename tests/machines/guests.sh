# SPDX-License-Identifier: GPL-2.0-or-later
# Guests with the ledger of tests/guest, under KVM. Part of scripts/machines.
# shellcheck shell=bash
: "${top:?}" "${MACHINES:?}" "${images:?}" "${namespace:?}" "${boot_deadline:?}"

machines_guest() { # HOST NAME [OPTION...]
    local host=${1-} name=${2-} nic=vhost memory=192 vcpus=1 made_by=us wait=yes
    local queues=1 hyperv=no
    local place address other
    [ $# -ge 2 ] || usage
    shift 2
    while [ $# -gt 0 ]; do
        case $1 in
        --nic) nic=${2-} && shift ;;
        --memory) memory=${2-} && shift ;;
        --vcpus) vcpus=${2-} && shift ;;
        --queues) queues=${2-} && shift ;;
        --hyperv) hyperv=yes ;;
        --virt-install) made_by=virt-install ;;
        --no-wait) wait=no ;;
        *) usage ;;
        esac
        shift || usage
    done
    [[ $name =~ ^[a-zA-Z0-9][a-zA-Z0-9_.-]*$ && $nic =~ ^(vhost|qemu)$ &&
        $memory =~ ^[1-9][0-9]{1,4}$ && $vcpus =~ ^[1-9]$ && $queues =~ ^[1-9]$ ]] || usage
    number_of "$host" >/dev/null || exit 1
    "$top/tests/guest/build" "$images/guest" || exit 1
    place=$(guest_place "$MACHINES/guests" "$name") || exit 1
    address=$(guest_address_at "$place")
    for other in $(all_machines); do
        ! machine_pid "$other" >/dev/null || give_guest_image "$other" || exit 1
    done
    machine_ssh "$host" "virsh -q -c qemu:///system vol-create-as default $name.raw 64M --format raw" ||
        die "cannot make the volume $name.raw on $host"
    if [ $made_by = us ]; then
        guest_xml | define_guest
    else
        guest_of_virt_install | define_guest
    fi || die "$name does not start on $host"
    [ $wait = no ] || wait_for_ledger
    echo "$address 7000"
}

# At the same place on all hosts: a standby must find what the primary booted from.
give_guest_image() { # HOST
    machine_ssh "$1" 'mkdir -p /var/lib/libvirt/boot; test -e /var/lib/libvirt/boot/ledger-initrd' &&
        return
    machines_copy "$1" "$images/guest/vmlinuz" /var/lib/libvirt/boot/ledger-vmlinuz &&
        machines_copy "$1" "$images/guest/initrd" /var/lib/libvirt/boot/ledger-initrd
}

define_guest() { # reads the XML
    machine_ssh "$host" "cat >/root/$name.xml && virsh -q -c qemu:///system define /root/$name.xml &&
        virsh -q -c qemu:///system start $name" >&2
}

# A guest that resets itself stays where it fell, and is seen: no panic=, on_reboot, on_crash that
# would bring it back.
guest_cmdline() {
    echo "console=ttyS0 panic=0 mitigations=off ipv6.disable=1 no_timer_check cryptomgr.notests" \
        "audit=0 ft.address=$address ft.dirty=0 ft.area=$((memory / 4))"
}

guest_xml() {
    cat <<XML
<domain type='kvm'>
  <name>$name</name>
  <memory unit='MiB'>$memory</memory>
  <vcpu>$vcpus</vcpu>
  <cpu mode='host-passthrough'/>
  <os>
    <type arch='x86_64' machine='q35'>hvm</type>
    <kernel>/var/lib/libvirt/boot/ledger-vmlinuz</kernel>
    <initrd>/var/lib/libvirt/boot/ledger-initrd</initrd>
    <cmdline>$(guest_cmdline)</cmdline>
  </os>
  <features>
    <acpi/>
    <apic/>
XML
    [ "$hyperv" = no ] || cat <<XML
    <hyperv>
      <relaxed state='on'/>
      <vapic state='on'/>
      <spinlocks state='on' retries='8191'/>
      <vpindex state='on'/>
      <synic state='on'/>
    </hyperv>
XML
    cat <<XML
  </features>
XML
    [ "$hyperv" = no ] || echo "  <clock offset='utc'><timer name='hypervclock' present='yes'/></clock>"
    cat <<XML
  <on_reboot>destroy</on_reboot>
  <on_crash>preserve</on_crash>
  <devices>
    <disk type='file' device='disk'>
      <driver name='qemu' type='raw'/>
      <source file='/var/lib/libvirt/images/$name.raw'/>
      <target dev='vda' bus='virtio'/>
    </disk>
    <interface type='bridge'>
      <source bridge='br0'/>
      <model type='virtio'/>
XML
    [ "$nic" = vhost ] || echo "      <driver name='qemu'/>"
    [ "$queues" = 1 ] || echo "      <driver name='vhost' queues='$queues'/>"
    cat <<XML
    </interface>
    <serial type='pty'>
      <log file='/var/log/libvirt/qemu/$name-console.log' append='on'/>
    </serial>
  </devices>
</domain>
XML
}

# What virt-install on that host makes of as little as it can be told, for a Debian guest.
guest_of_virt_install() {
    local xml
    xml=$(machine_ssh "$host" "virt-install --connect qemu:///system --name $name --memory $memory \
        --vcpus $vcpus --import --osinfo $(case $(cat "$MACHINES/$host/system") in
        debian13) echo debian12 ;;
        *) echo debian11 ;;
        esac) --disk vol=default/$name.raw,bus=virtio --network bridge=br0 \
        --boot kernel=/var/lib/libvirt/boot/ledger-vmlinuz,initrd=/var/lib/libvirt/boot/ledger-initrd,kernel_args='$(guest_cmdline)' \
        --events on_reboot=destroy,on_crash=preserve \
        --serial pty,log.file=/var/log/libvirt/qemu/$name-console.log,log.append=on \
        --noautoconsole --print-xml 1") || return
    if [ "$nic" = qemu ]; then
        xml=${xml//<model type=\"virtio\"\/>/<model type=\"virtio\"/><driver name=\"qemu\"/>}
    fi
    echo "$xml"
}

wait_for_ledger() {
    local end=$((SECONDS + boot_deadline))
    until ask_ledger "$address" nsenter --net="/run/netns/$namespace"; do
        [ $SECONDS -lt $end ] ||
            die "the ledger of $name does not answer at $address; its console: $host," \
                "/var/log/libvirt/qemu/$name-console.log"
        sleep 1
    done
}
