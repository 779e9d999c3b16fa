# SPDX-License-Identifier: GPL-2.0-or-later
# Shapes of VM, as virt-install and virt-manager make them: each is what a plain guest of the lab gets
# besides. Sourced. `shape NAME` sets
#
#   options       for lab guest
#   elements      XML in <domain>, before the devices
#   devices       XML in <devices>
#   refused       the check that refuses it; empty: it is carried
#   unrehearsed   why its copy cannot be rehearsed; empty: it can
#   proof         what more is to be the same after a takeover: functions PROOF_before, PROOF_after
# shellcheck shell=bash

# shellcheck disable=SC2034 # run reads them
shape_names="plain q35 uefi secure-boot scsi cdrom-ide-empty cdrom-sata-empty cdrom-sata-iso
vnc-vga vnc-virtio spice-qxl spice-qxl-vram usb-tablet rng agent watchdog-i6300esb sound
tpm tpm-crb macvtap nics-3 disks-3 iothread io-uring cpu-host-model cpu-qemu64 vcpus-2
virt-install shared-memory"

cdrom() { # BUS TARGET [ISO]
    echo "<disk type='file' device='cdrom'><driver name='qemu' type='raw'/>"
    [ -z "${3-}" ] || echo "<source file='$3'/>"
    echo "<target dev='$2' bus='$1'/><readonly/></disk>"
}

graphics() { # TYPE MODEL
    echo "<graphics type='$1' listen='127.0.0.1' autoport='yes'/><video><model type='$2'/></video>"
}

tpm() { # MODEL
    echo "<tpm model='$1'><backend type='emulator' version='2.0'/></tpm>"
}

agent="<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>"
tablet="<input type='tablet' bus='usb'/>"
rng="<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>"

# shellcheck disable=SC2034 # its callers read them
shape() { # NAME
    options=() elements='' devices='' refused='' proof='' unrehearsed=''
    case $1 in
    plain) ;;
    q35) options=(--machine q35) ;;
    # 128 MiB do not do for the firmware and the kernel that it starts
    uefi) options=(--machine q35 --uefi --memory 256) ;;
    secure-boot) options=(--machine q35 --secure-boot --memory 256) ;;
    scsi) devices="<controller type='scsi' model='virtio-scsi'/>
        <disk type='file' device='disk'><driver name='qemu' type='raw'/>
        <source file='/var/lib/libvirt/images/shape.raw'/><target dev='sda' bus='scsi'/></disk>" ;;
    cdrom-ide-empty) devices=$(cdrom ide hda) ;;
    cdrom-sata-empty) options=(--machine q35) devices=$(cdrom sata sda) ;;
    cdrom-sata-iso) options=(--machine q35) devices=$(cdrom sata sda /var/lib/libvirt/boot/shape.iso) ;;
    vnc-vga) devices=$(graphics vnc vga) ;;
    vnc-virtio) options=(--machine q35) devices=$(graphics vnc virtio) ;;
    # with QEMU before 8.1: its two memories are of one size by default
    spice-qxl) options=(--machine q35) devices=$(graphics spice qxl) refused='carry\.video-qxl' ;;
    spice-qxl-vram) options=(--machine q35)
        devices="<graphics type='spice' listen='127.0.0.1' autoport='yes'/>
            <video><model type='qxl' ram='65536' vram='32768' vgamem='16384'/></video>" ;;
    usb-tablet) devices=$tablet ;;
    rng) devices=$rng ;;
    agent) devices=$agent ;;
    watchdog-i6300esb) devices="<watchdog model='i6300esb' action='reset'/>" ;;
    sound) options=(--machine q35) devices="<sound model='ich9'/><audio id='1' type='none'/>" ;;
    tpm) options=(--machine q35) proof=tpm unrehearsed='a TPM' devices=$(tpm tpm-tis) ;;
    # with QEMU before 8.1: its two memories are of one size
    tpm-crb) options=(--machine q35) devices=$(tpm tpm-crb) refused='carry\.tpm-crb' ;;
    macvtap) proof=macvtap
        devices="<interface type='direct'><source dev='eth1' mode='bridge'/><model type='virtio'/>
            <address type='pci' domain='0' bus='0' slot='0x1d' function='0'/></interface>" ;;
    nics-3) options=(--nics 3) ;;
    disks-3) options=(--disks 3) ;;
    iothread) options=(--disk none) elements="<iothreads>1</iothreads>"
        devices=$(shape_disk "iothread='1'") ;;
    io-uring) options=(--disk none) devices=$(shape_disk "io='io_uring'") ;;
    cpu-host-model) elements="<cpu mode='host-model'/>" ;;
    cpu-qemu64) elements="<cpu mode='custom' match='exact'><model>qemu64</model></cpu>" ;;
    vcpus-2) options=(--vcpus 2) ;;
    virt-install) # what virt-install 4.1 makes for --osinfo debian12, but for what KVM it needs
        options=(--machine q35)
        devices="$(graphics vnc virtio)$(cdrom sata sda)$agent$tablet$rng
            <controller type='usb' model='qemu-xhci' ports='15'/>
            <watchdog model='i6300esb' action='reset'/><memballoon model='virtio'/>
            <sound model='ich9'/><audio id='1' type='none'/>" ;;
    shared-memory)
        elements="<memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking>"
        refused='carry\.shared-memory' ;;
    *) return 1 ;;
    esac
}

# The guest's only disk, with more said of its driver.
shape_disk() { # ATTRIBUTES
    echo "<disk type='file' device='disk'><driver name='qemu' type='raw' $1/>
        <source file='/var/lib/libvirt/images/shape.raw'/><target dev='vda' bus='virtio'/></disk>"
}
