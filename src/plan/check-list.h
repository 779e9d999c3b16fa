/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every check that there is: what it looks at, and where what it warns of was seen.
 * ftadmin-checks(7) and `ftadmin checks` are made of this table, in its order,
 * which is that of the page; a finding cannot be made without its line here.
 *
 *   X(NAME, ID, LOOKS, SEEN)
 *
 * ID is stable. LOOKS says what is to be so, or what is pointed out. SEEN is where it
 * was met by this project, NULL: put in by reasoning, from the sources and manuals of
 * what it is about.
 */
#ifndef FT_PLAN_CHECK_LIST_H
#define FT_PLAN_CHECK_LIST_H

/* clang-format off */
#define FT_CHECK_LIST(X) \
    X(VM_RUNNING, "vm.running", \
      "The VM runs: only a running one can be protected.", \
      NULL) \
    X(VM_PROTECTED, "vm.protected", \
      "The VM is in no other pair.", \
      NULL) \
    X(VM_XML, "vm.xml", \
      "libvirt gives the VM's definition, and it can be read.", \
      NULL) \
    X(VM_QEMU, "vm.qemu", \
      "The version of the QEMU that runs the VM is known.", \
      NULL) \
    X(VM_KVM, "vm.kvm", \
      "The VM runs with KVM, whose processors in the tests were emulated ones.", \
      "20 takeovers on whole machines with emulated processors; none on real ones") \
    X(VM_TRANSIENT, "vm.transient", \
      "The VM is defined, and not gone when it ends.", \
      NULL) \
    X(VM_BLOCK_JOB, "vm.block-job", \
      "No block job of somebody else runs on a disk: only one at a time can mirror " \
      "it.", \
      "a backup's job and the mirror's exclude each other") \
    X(VM_BLOCKED, "vm.blocked", \
      "QEMU itself says nothing against giving the VM's state away.", \
      NULL) \
    X(VM_DISK_SIZE, "vm.disk-size", \
      "The size of each disk that the guest may write is known.", \
      NULL) \
    X(VM_DISK_SNAPSHOTS, "vm.disk-snapshots", \
      "A disk has no internal snapshots: the copy is a flat raw image without them.", \
      NULL) \
    X(NOTE_LIBVIRT_EVENTS, "note.libvirt-events", \
      "Other programs see the VM suspended and resumed at each checkpoint.", \
      "virt-manager showed Paused in 31 of 40 looks at a VM that answered") \
    X(PLAN_NAME, "plan.name", \
      "Names fit what the engine stores.", \
      NULL) \
    X(PRIMARY_LIBVIRT, "primary.libvirt", \
      "libvirt on the VM's host answers, and is 8.2 or later.", \
      NULL) \
    X(PRIMARY_WORKERS, "primary.workers", \
      "libvirt there works on enough calls at once that a hanging VM does not hold " \
      "up others.", \
      "VMs on a storage that hung kept others' epochs waiting") \
    X(PRIMARY_KERNEL, "primary.kernel", \
      "The kernel has what memory is tracked by; each feature is tried.", \
      "Debian 12 with its own 6.1") \
    X(PRIMARY_WAY_BACK, "primary.way-back", \
      "The VM's host has room for the copy that comes back to it after a takeover.", \
      NULL) \
    X(PRIMARY_FACTS, "primary.facts", \
      "The engine on the VM's host tells all that is looked at here.", \
      NULL) \
    X(PRIMARY_ENGINE, "primary.engine", \
      "That engine is of ftadmin's own version.", \
      NULL) \
    X(PRIMARY_TIME, "primary.time", \
      "Somebody sets that host's clock (NTP).", \
      NULL) \
    X(PRIMARY_ROOM, "primary.room", \
      "There is room for what the engine keeps of its pairs.", \
      NULL) \
    X(PRIMARY_PRESSURE, "primary.pressure", \
      "That host is not short of memory, storage or processors (PSI, 5 minutes).", \
      NULL) \
    X(PRIMARY_MAINTENANCE, "primary.maintenance", \
      "That host is not under maintenance (ftadmin maintenance).", \
      NULL) \
    X(PRIMARY_REBOOT, "primary.reboot", \
      "No reboot is due on that host.", \
      NULL) \
    X(PRIMARY_VIRTUAL, "primary.virtual", \
      "That host is no virtual machine itself.", \
      "every lab of this project: a machine that stands is taken for dead") \
    X(STANDBY_HOST, "standby.host", \
      "The copy is on another machine, by machine-id and SSH key, not only under " \
      "another name.", \
      "one machine under two names") \
    X(STANDBY_CLONE, "standby.clone", \
      "The two hosts are no copies of one machine.", \
      "three hosts of one image: one MAC address on three bridges, lost frames, " \
      "logins of 70 s") \
    X(STANDBY_LIBVIRT, "standby.libvirt", \
      "libvirt on the host of the copy answers, and is 8.2 or later.", \
      NULL) \
    X(STANDBY_WORKERS, "standby.workers", \
      "The same as primary.workers on the host of the copy.", \
      "VMs on a storage that hung kept others' epochs waiting") \
    X(STANDBY_KERNEL, "standby.kernel", \
      "The same as primary.kernel on the host of the copy: the VM is protected from " \
      "there after a takeover.", \
      "Debian 12 with its own 6.1") \
    X(STANDBY_QEMU, "standby.qemu", \
      "The host of the copy has the QEMU that the VM runs, or a later one; of a " \
      "later series it is a warning, an older one is refused.", \
      "a Debian 12 and a Debian 13 host") \
    X(STANDBY_MACHINE, "standby.machine", \
      "QEMU there knows the VM's machine type.", \
      NULL) \
    X(STANDBY_QEMU_PACKAGE, "standby.qemu-package", \
      "The packages of QEMU are of one build, and that of the copy's host is no " \
      "later version: the VM could not come back then.", \
      NULL) \
    X(STANDBY_LIBVIRT_VERSION, "standby.libvirt-version", \
      "Both hosts have the same libvirt.", \
      NULL) \
    X(STANDBY_CPU, "standby.cpu", \
      "The CPU there has every feature that the guest sees.", \
      NULL) \
    X(STANDBY_VCPUS, "standby.vcpus", \
      "The host there has as many CPUs as the VM.", \
      NULL) \
    X(STANDBY_MEMORY, "standby.memory", \
      "The host there has the guest's memory free, which the waiting copy holds.", \
      NULL) \
    X(STANDBY_POOL, "standby.pool", \
      "A storage pool there takes files and has the room of all disks.", \
      "a host without any pool; a pool that was full") \
    X(STANDBY_POOL_THIN, "standby.pool-thin", \
      "That pool does not lie on a thin volume, where room is only promised.", \
      NULL) \
    X(STANDBY_POOL_ROOM, "standby.pool-room", \
      "Room in that pool can be kept: not on ZFS and btrfs.", \
      NULL) \
    X(STANDBY_PORT, "standby.port", \
      "TCP ports that the definition fixes are free there.", \
      NULL) \
    X(STANDBY_FILE, "standby.file", \
      "Files of the host that the VM uses are there at the same path, too.", \
      "an ISO image that only one host had") \
    X(STANDBY_COLLISION, "standby.collision", \
      "The VM's name and UUID are free there.", \
      "a definition left by an older copy") \
    X(STANDBY_NETWORK, "standby.network", \
      "Bridges, libvirt networks and devices that its NICs are on are there, up, " \
      "with an uplink.", \
      NULL) \
    X(STANDBY_OVS, "standby.ovs", \
      "A bridge of Open vSwitch that a NIC is on is one there, too, and one of the " \
      "kernel is none.", \
      NULL) \
    X(STANDBY_OVS_VLAN, "standby.ovs-vlan", \
      "VLANs that leave that bridge here leave it there, by a port that is up.", \
      NULL) \
    X(STANDBY_OVS_CONTROLLED, "standby.ovs-controlled", \
      "That bridge has no controller, which may take the waiting copy's port for the " \
      "VM's.", \
      NULL) \
    X(STANDBY_MAC, "standby.mac", \
      "No other VM there has one of its MAC addresses.", \
      NULL) \
    X(STANDBY_VHOST, "standby.vhost", \
      "The kernel there can hold the output of vhost-net.", \
      "a kernel without sch_plug") \
    X(STANDBY_TPM, "standby.tpm", \
      "swtpm is there, of the same version, for an emulated TPM.", \
      NULL) \
    X(STANDBY_CLOCK, "standby.clock", \
      "The clocks of both hosts agree.", \
      NULL) \
    X(STANDBY_FACTS, "standby.facts", \
      "The same as primary.facts.", \
      NULL) \
    X(STANDBY_ENGINE, "standby.engine", \
      "The same as primary.engine.", \
      NULL) \
    X(STANDBY_TIME, "standby.time", \
      "The same as primary.time.", \
      NULL) \
    X(STANDBY_ROOM, "standby.room", \
      "The same as primary.room.", \
      NULL) \
    X(STANDBY_PRESSURE, "standby.pressure", \
      "The same as primary.pressure: what the copy acknowledges waits for this " \
      "host.", \
      NULL) \
    X(STANDBY_MAINTENANCE, "standby.maintenance", \
      "The same as primary.maintenance.", \
      NULL) \
    X(STANDBY_REBOOT, "standby.reboot", \
      "The same as primary.reboot.", \
      NULL) \
    X(STANDBY_VIRTUAL, "standby.virtual", \
      "The same as primary.virtual.", \
      NULL) \
    X(STANDBY_GUEST, "standby.guest", \
      "The host of the copy is no virtual machine on the VM's host.", \
      NULL) \
    X(STANDBY_CHASSIS, "standby.chassis", \
      "The two hosts do not stand in one chassis, nor are they one board.", \
      NULL) \
    X(STANDBY_MICROCODE, "standby.microcode", \
      "CPUs of one model have one microcode: another one may hide features.", \
      NULL) \
    X(STANDBY_KERNEL_OLDER, "standby.kernel-older", \
      "The kernel there is not older than that of the VM's host.", \
      NULL) \
    X(STANDBY_CLOCKSOURCE, "standby.clocksource", \
      "The host there keeps time by the TSC, if the VM's host does.", \
      NULL) \
    X(STANDBY_COMMIT, "standby.commit", \
      "Where the kernel there promises no more memory than it has, it may still " \
      "promise the copy's.", \
      NULL) \
    X(STANDBY_SECURITY, "standby.security", \
      "Both hosts have the same security driver (AppArmor, SELinux).", \
      NULL) \
    X(STANDBY_PINNING, "standby.pinning", \
      "CPUs and NUMA nodes that the VM is pinned to are there.", \
      NULL) \
    X(STANDBY_CAPACITY, "standby.capacity", \
      "The CPUs there do for all VMs that would run there after a takeover.", \
      NULL) \
    X(STANDBY_APART, "standby.apart", \
      "VMs that a rule keeps apart do not run on one host after a takeover.", \
      NULL) \
    X(STANDBY_POOL_AUTOSTART, "standby.pool-autostart", \
      "The pool of the copy's disks is started with the host.", \
      NULL) \
    X(STANDBY_POOL_FLUSH, "standby.pool-flush", \
      "The storage of that pool has what was written in 50 ms, nine times of ten.", \
      NULL) \
    X(STANDBY_POOL_SHARED, "standby.pool-shared", \
      "The copy's disks are not on a file server, which the VM may need, too.", \
      NULL) \
    X(STANDBY_BRIDGE_MTU, "standby.bridge-mtu", \
      "The VM's bridges there take frames as large as here.", \
      NULL) \
    X(STANDBY_COPY_DISK, "standby.copy-disk", \
      "The files of the waiting copy's disks are where it has them.", \
      "an image removed under a copy that waited") \
    X(STANDBY_COPY_ROOM, "standby.copy-room", \
      "The pool has the room that the waiting copy's disks may still grow by.", \
      "a pool that filled while the VM was protected") \
    X(STANDBY_TOLD, "standby.told", \
      "The host of the copy tells of itself all the time.", \
      "a libvirtd that answered nothing any more") \
    X(LINK_ADDRESS, "link.address", \
      "The two hosts share a network for the link.", \
      NULL) \
    X(LINK_PORT, "link.port", \
      "They let each other in at the engine's port, both ways.", \
      "iptables that dropped and that rejected") \
    X(LINK_JITTER, "link.jitter", \
      "Round trips between them stay well below the silence that a takeover waits " \
      "for.", \
      "a network that lost one packet in ten") \
    X(LINK_MTU, "link.mtu", \
      "The NICs of the link have one MTU.", \
      NULL) \
    X(LINK_MTU_PASSES, "link.mtu-passes", \
      "Packets as large as the NICs of the link take come through between them, as an " \
      "echo of that size shows.", \
      "NICs of 4000 bytes on a network of 1500") \
    X(LINK_SPEED, "link.speed", \
      "The link has 1 Gbit/s or more.", \
      NULL) \
    X(LINK_THROUGHPUT, "link.throughput", \
      "The link carries what a network of 1 Gbit/s does, as bytes sent over it " \
      "show, and all of the guest's memory within half an hour.", \
      NULL) \
    X(LINK_SHARED, "link.shared", \
      "The link is not the network of the guests.", \
      NULL) \
    X(LINK_BOND, "link.bond", \
      "Where the link goes over a bond, two of its NICs or more have a carrier on both " \
      "hosts.", \
      NULL) \
    X(LINK_SINGLE, "link.single", \
      "The two hosts share a second network, for when the first is lost.", \
      "a pulled plug: with one network the copy is lost with it, with two it is not") \
    X(WITNESS_NONE, "witness.none", \
      "There is a witness: without one the copy never takes over by itself.", \
      "tried: it does not") \
    X(WITNESS_MISSING, "witness.missing", \
      "There is a third host that could be the witness.", \
      NULL) \
    X(WITNESS_HOST, "witness.host", \
      "The witness is neither of the two, under any name.", \
      NULL) \
    X(WITNESS_CLONE, "witness.clone", \
      "The witness is no copy of one of the two.", \
      NULL) \
    X(WITNESS_ADDRESS, "witness.address", \
      "Both hosts share a network with the witness.", \
      NULL) \
    X(WITNESS_PORT, "witness.port", \
      "The witness lets both hosts in at its port.", \
      "iptables that dropped and that rejected") \
    X(WITNESS_FACTS, "witness.facts", \
      "The same as primary.facts.", \
      NULL) \
    X(WITNESS_ENGINE, "witness.engine", \
      "The same as primary.engine.", \
      NULL) \
    X(WITNESS_TIME, "witness.time", \
      "The same as primary.time.", \
      NULL) \
    X(WITNESS_ROOM, "witness.room", \
      "The witness has room for what it decides.", \
      NULL) \
    X(WITNESS_MAINTENANCE, "witness.maintenance", \
      "The same as primary.maintenance.", \
      NULL) \
    X(WITNESS_REBOOT, "witness.reboot", \
      "The same as primary.reboot.", \
      NULL) \
    X(WITNESS_GUEST, "witness.guest", \
      "The witness is no virtual machine on one of the two hosts.", \
      NULL) \
    X(WITNESS_CHASSIS, "witness.chassis", \
      "The witness does not stand in one chassis with one of the two.", \
      NULL) \
    X(PLACEMENT_NONE, "placement.none", \
      "There is a second host.", \
      NULL) \
    X(PLACEMENT_CANDIDATE, "placement.candidate", \
      "A host will do as a standby.", \
      NULL) \
    X(CARRY_DEVICES, "carry.devices", \
      "All devices of the VM are known, and carried.", \
      NULL) \
    X(CARRY_REFUSED, "carry.refused", \
      "A device that is not known is refused: nobody knows what it holds.", \
      NULL) \
    X(CARRY_COUNT, "carry.count", \
      "A VM has no more NICs and disks than the engine takes.", \
      NULL) \
    X(CARRY_TYPE, "carry.type", \
      "The domain is of QEMU's, with KVM or TCG.", \
      NULL) \
    X(CARRY_ARCH, "carry.arch", \
      "The guest is x86-64.", \
      NULL) \
    X(CARRY_ENCRYPTED_MEMORY, "carry.encrypted-memory", \
      "Guest memory is not encrypted (SEV, TDX).", \
      NULL) \
    X(CARRY_HUGEPAGES, "carry.hugepages", \
      "Guest memory is not in huge pages of hugetlbfs.", \
      NULL) \
    X(CARRY_MEMORY_SOURCE, "carry.memory-source", \
      "Guest memory is no file.", \
      NULL) \
    X(CARRY_SHARED_MEMORY, "carry.shared-memory", \
      "Guest memory is not shared with another process.", \
      NULL) \
    X(CARRY_MEMORY_DEVICE, "carry.memory-device", \
      "Memory devices are DIMMs.", \
      NULL) \
    X(CARRY_NESTED, "carry.nested", \
      "The guest runs no virtual machines of its own.", \
      NULL) \
    X(CARRY_INVTSC, "carry.invtsc", \
      "The guest does not rely on a TSC that never changes its rate.", \
      NULL) \
    X(CARRY_MIGRATABLE, "carry.migratable", \
      "The guest sees no CPU features that cannot be migrated.", \
      NULL) \
    X(CARRY_FIRMWARE, "carry.firmware", \
      "The firmware's file is the same on both hosts.", \
      NULL) \
    X(CARRY_FIRMWARE_WRITABLE, "carry.firmware-writable", \
      "The guest does not write its firmware.", \
      NULL) \
    X(CARRY_NVRAM, "carry.nvram", \
      "UEFI variables are carried in memory; the file there is a new one.", \
      NULL) \
    X(CARRY_BOOT_FILE, "carry.boot-file", \
      "Kernel and initrd that the VM starts from are on both hosts.", \
      NULL) \
    X(CARRY_COMMANDLINE, "carry.commandline", \
      "No argument is given to QEMU past libvirt.", \
      NULL) \
    X(CARRY_HOSTDEV, "carry.hostdev", \
      "No device of the host is passed through.", \
      NULL) \
    X(CARRY_TPM, "carry.tpm", \
      "The host's TPM is not passed through.", \
      NULL) \
    X(CARRY_TPM_BACKEND, "carry.tpm-backend", \
      "A TPM's state is not in another process than swtpm.", \
      NULL) \
    X(CARRY_TPM_ENCRYPTION, "carry.tpm-encryption", \
      "The state of an emulated TPM is not encrypted with this host's key.", \
      NULL) \
    X(CARRY_TPM_EMULATOR, "carry.tpm-emulator", \
      "The state of an emulated TPM is fetched into each epoch.", \
      "a PCR and an NV index kept over a takeover") \
    X(CARRY_TPM_CRB, "carry.tpm-crb", \
      "With QEMU before 8.1, the TPM is not a tpm-crb, whose two memories are of " \
      "one size.", \
      "the copy could not be filled") \
    X(CARRY_VIDEO_QXL, "carry.video-qxl", \
      "With QEMU before 8.1, QXL's two memories are of different sizes.", \
      "the copy could not be filled") \
    X(CARRY_FILESYSTEM, "carry.filesystem", \
      "No folder of the host is shared with the guest.", \
      NULL) \
    X(CARRY_SHMEM, "carry.shmem", \
      "No shared memory device.", \
      NULL) \
    X(CARRY_VSOCK, "carry.vsock", \
      "No vsock: its connections end in the host's kernel.", \
      NULL) \
    X(CARRY_INPUT, "carry.input", \
      "No input device of the host.", \
      NULL) \
    X(CARRY_SMARTCARD, "carry.smartcard", \
      "No smart card of the host.", \
      NULL) \
    X(CARRY_VHOST_USER, "carry.vhost-user", \
      "No video by a vhost-user process.", \
      NULL) \
    X(CARRY_GL, "carry.gl", \
      "No 3D graphics by the host's GPU.", \
      NULL) \
    X(CARRY_RNG_EGD, "carry.rng-egd", \
      "Random numbers do not come over a connection.", \
      NULL) \
    X(CARRY_CRYPTO, "carry.crypto", \
      "No crypto device.", \
      NULL) \
    X(CARRY_PSTORE, "carry.pstore", \
      "No pstore file.", \
      NULL) \
    X(CARRY_CHARDEV, "carry.chardev", \
      "What a character device is connected to can be connected on the other host.", \
      NULL) \
    X(CARRY_CHARDEV_LOCAL, "carry.chardev-local", \
      "Of a character device nothing reaches another host, or only what is asked " \
      "again.", \
      NULL) \
    X(CARRY_CHARDEV_OUTSIDE, "carry.chardev-outside", \
      "A character device whose output is seen before it is committed.", \
      NULL) \
    X(CARRY_CHARDEV_LOG, "carry.chardev-log", \
      "What a character device writes is kept in a file of the host.", \
      NULL) \
    X(CARRY_REDIRECTED, "carry.redirected", \
      "A viewer's USB device is redirected: a takeover unplugs it.", \
      NULL) \
    X(CARRY_BLOCK_JOB, "carry.block-job", \
      "No block job is in the VM's definition.", \
      NULL) \
    X(CARRY_DISK_TYPE, "carry.disk-type", \
      "The disk's writes pass QEMU's block layer.", \
      NULL) \
    X(CARRY_DISK_LUN, "carry.disk-lun", \
      "No SCSI device is passed through.", \
      NULL) \
    X(CARRY_DISK_SHAREABLE, "carry.disk-shareable", \
      "The disk is not shared with other VMs.", \
      NULL) \
    X(CARRY_DISK_TRANSIENT, "carry.disk-transient", \
      "Changes to the disk are not thrown away at shutdown.", \
      NULL) \
    X(CARRY_DISK_ENCRYPTION, "carry.disk-encryption", \
      "The image is not encrypted by QEMU.", \
      NULL) \
    X(CARRY_DISK_CHAIN, "carry.disk-chain", \
      "The image does not lie upon another: the copy is flat.", \
      NULL) \
    X(CARRY_DISK_READONLY, "carry.disk-readonly", \
      "A read-only disk's file is on the other host, too.", \
      NULL) \
    X(CARRY_MEDIA, "carry.media", \
      "A medium in a drive is on the other host, too.", \
      NULL) \
    X(CARRY_MEDIA_WRITABLE, "carry.media-writable", \
      "The guest cannot write a medium.", \
      NULL) \
    X(CARRY_NIC_HOSTDEV, "carry.nic-hostdev", \
      "No network device of the host is passed through.", \
      NULL) \
    X(CARRY_NIC_VHOST_USER, "carry.nic-vhost-user", \
      "No NIC by a vhost-user process.", \
      NULL) \
    X(CARRY_NIC_USER, "carry.nic-user", \
      "No user-mode networking.", \
      NULL) \
    X(CARRY_NIC_SOCKET, "carry.nic-socket", \
      "No NIC on a socket of the host.", \
      NULL) \
    X(CARRY_NIC_ETHERNET, "carry.nic-ethernet", \
      "A tap that is managed by hand is on the other host, too.", \
      NULL) \
    X(CARRY_NIC_DIRECT, "carry.nic-direct", \
      "The device of a macvtap is on the other host, too.", \
      "a macvtap carried over a takeover") \
    X(CARRY_NIC_VHOST, "carry.nic-vhost", \
      "The host's kernel can hold what vhost-net sends.", \
      "a VM as virt-install makes it") \
    X(CARRY_NIC_QUEUES, "carry.nic-queues", \
      "The host's kernel can hold what several queues send.", \
      NULL) \
    X(CARRY_NIC_BANDWIDTH, "carry.nic-bandwidth", \
      "No limit of bandwidth is where the output is held.", \
      NULL)
/* clang-format on */

#define FT_CHECK_ENUM_(name, id, looks, seen) FT_CHECK_##name,
enum ft_check_id { FT_CHECK_LIST(FT_CHECK_ENUM_) FT_CHECKS };
#undef FT_CHECK_ENUM_

struct ft_check_line {
    const char *id, *looks, *seen; /* seen: or NULL */
};

/* Constant, FT_CHECKS lines. */
extern const struct ft_check_line ft_check_lines[];

/* FT_CHECKS: there is none of this id. */
enum ft_check_id ft_check_find(const char *id);

#endif
