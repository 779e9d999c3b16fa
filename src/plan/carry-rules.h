/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the engine cannot carry, as data: each rule selects elements of the
 * domain XML by XPath 1.0. Only carry.c includes this.
 *
 * Names of elements: https://libvirt.org/formatdomain.html (libvirt 9.0)
 */
#ifndef FT_PLAN_CARRY_RULES_H
#define FT_PLAN_CARRY_RULES_H

#include "plan/flat.h"

struct carry_rule {
    const char *path; /* every element found breaks the rule */
    enum ft_verdict verdict;
    enum ft_check_id check;
    const char *evidence;
    const char *detail; /* XPath below the element, put behind evidence */
    const char *why;
    const char *remedy;
};

#define DEVICES "/domain/devices/"

#define WHY_DMA                                                       \
    "Its hardware writes guest memory behind the host's page tables " \
    "and holds state that cannot be copied to the other host."
#define WHY_OUTSIDE                                               \
    "State or connections live outside QEMU, on this host only: " \
    "they would be lost at a takeover."
#define WHY_SHARED_MEMORY                                    \
    "Another process writes guest memory: such pages would " \
    "be missing in the checkpoints."
#define WHY_MEMORY "The engine tracks private, anonymous guest memory only."
#define WHY_PATH                                                    \
    "QEMU on the other host needs the same file at the same path, " \
    "or the waiting copy cannot start."
#define DO_REMOVE "Shut the VM down and remove the device (virsh edit)."
#define DO_SAME_FILE "Copy the file to the same path on the other host."

static const struct carry_rule carry_rules[] = {
    /* the machine */
    { "/domain[not(@type='kvm' or @type='qemu')]", FT_FAIL, FT_CHECK_CARRY_TYPE,
      "the domain's type is", "string(@type)",
      "The engine knows QEMU with KVM or TCG.", "" },
    { "/domain/os/type[@arch and @arch!='x86_64']", FT_FAIL,
      FT_CHECK_CARRY_ARCH, "the guest's architecture is", "string(@arch)",
      "The engine knows x86-64 guests.", "" },
    { "/domain/launchSecurity", FT_FAIL, FT_CHECK_CARRY_ENCRYPTED_MEMORY,
      "guest memory is encrypted:", "string(@type)",
      "The host cannot read encrypted guest memory.",
      "Remove launchSecurity, or do not protect this VM." },
    { "/domain/memoryBacking/hugepages", FT_FAIL, FT_CHECK_CARRY_HUGEPAGES,
      "guest memory is in huge pages", NULL, WHY_MEMORY,
      "Shut the VM down and remove <hugepages/>; transparent huge pages are "
      "no obstacle." },
    { "/domain/memoryBacking/source[@type!='anonymous']", FT_FAIL,
      FT_CHECK_CARRY_MEMORY_SOURCE, "guest memory is a file:", "string(@type)",
      WHY_MEMORY, "Shut the VM down and remove <source/> of memoryBacking." },
    { "/domain/memoryBacking/access[@mode='shared'] | "
      "/domain/cpu/numa/cell[@memAccess='shared']",
      FT_FAIL, FT_CHECK_CARRY_SHARED_MEMORY, "guest memory is shared", NULL,
      WHY_SHARED_MEMORY,
      "Shut the VM down and remove the shared access (virsh edit)." },
    { DEVICES "memory[@model!='dimm']", FT_FAIL, FT_CHECK_CARRY_MEMORY_DEVICE,
      "a memory device of model", "string(@model)",
      "Its memory comes and goes, or is a file of this host.", DO_REMOVE },
    { "/domain/cpu/feature[(@name='vmx' or @name='svm') and "
      "(@policy='require' or @policy='force')] | "
      "/domain/cpu[@mode='host-passthrough' and not(feature[(@name='vmx' or "
      "@name='svm') and @policy='disable'])]",
      FT_WARN, FT_CHECK_CARRY_NESTED,
      "the guest may run virtual machines of its own", NULL,
      "Nested guests have not been proven to survive a takeover.",
      "Run none in this VM, or disable the vmx/svm CPU feature." },
    { "/domain/cpu/feature[@name='invtsc' and (@policy='require' or "
      "@policy='force')]",
      FT_WARN, FT_CHECK_CARRY_INVTSC,
      "the guest relies on a TSC that never changes its rate", NULL,
      "The other host's TSC may run at another rate: time would run wrong.",
      "Make sure both hosts have the same TSC frequency, or remove invtsc." },
    { "/domain/cpu[@migratable='off']", FT_WARN, FT_CHECK_CARRY_MIGRATABLE,
      "the guest sees CPU features that cannot be carried", NULL,
      "Such features may be missing or behave otherwise on the other host.",
      "Set migratable='on' at the next restart of the VM." },
    { "/domain/os/loader[not(@readonly='yes')][text()]", FT_WARN,
      FT_CHECK_CARRY_FIRMWARE_WRITABLE, "firmware that the guest may write:",
      "string(.)", WHY_PATH, DO_SAME_FILE },
    { "/domain/os/loader[@readonly='yes'][text()]", FT_WARN,
      FT_CHECK_CARRY_FIRMWARE, "the VM starts with the firmware", "string(.)",
      "It must be the same file, of the same version, on both hosts.",
      "Install the same version of the firmware package on both hosts." },
    { "/domain/os/nvram", FT_WARN, FT_CHECK_CARRY_NVRAM,
      "UEFI variables are kept in", "string(.)",
      "A takeover keeps them in memory, but the file on the other host is a "
      "new one: a later cold start sees its defaults.",
      "Copy the file to the other host after changing boot entries." },
    { "/domain/os/kernel | /domain/os/initrd | /domain/os/dtb", FT_WARN,
      FT_CHECK_CARRY_BOOT_FILE, "the VM starts from the host's file",
      "string(.)", WHY_PATH, DO_SAME_FILE },
    { "/domain/*[local-name()='commandline' and namespace-uri()="
      "'http://libvirt.org/schemas/domain/qemu/1.0']"
      /* but for what a takeover of ours left in the live XML */
      "/*[not(@value = '-incoming' or @value = 'defer')]",
      FT_FAIL, FT_CHECK_CARRY_COMMANDLINE,
      "an argument given to QEMU past libvirt:", "string(@value | @name)",
      "Nobody knows what it means: the other host takes no program's arguments "
      "from this one (ft-security(7)).",
      "Shut the VM down and remove it (virsh edit)." },

    /* devices of the host */
    { DEVICES "hostdev", FT_FAIL, FT_CHECK_CARRY_HOSTDEV,
      "a device of the host is passed through:", "string(@type)", WHY_DMA,
      "Detach it (virsh detach-device), or do not protect this VM." },
    { DEVICES "tpm[backend/@type='passthrough']", FT_FAIL, FT_CHECK_CARRY_TPM,
      "the host's TPM is passed through", NULL, WHY_OUTSIDE, DO_REMOVE },
    { DEVICES "tpm[not(backend/@type='passthrough' or "
              "backend/@type='emulator')]",
      FT_FAIL, FT_CHECK_CARRY_TPM_BACKEND,
      "a TPM whose state is in another process:", "string(backend/@type)",
      WHY_OUTSIDE, DO_REMOVE },
    { DEVICES "tpm[backend/encryption]", FT_FAIL, FT_CHECK_CARRY_TPM_ENCRYPTION,
      "the state of the emulated TPM is encrypted on this host", NULL,
      "Its key is a secret of this host's libvirt, and the copy starts without.",
      "Shut the VM down and remove <encryption/> of the TPM (virsh edit)." },
    { DEVICES "tpm[backend/@type='emulator']", FT_WARN,
      FT_CHECK_CARRY_TPM_EMULATOR, "an emulated TPM", "string(backend/@version)",
      "QEMU fetches its state from swtpm for every epoch, and waits for a command "
      "that it works on; the making of a key may take a second.",
      "Install swtpm and swtpm-tools on the other host, of the same version." },
    { DEVICES "filesystem", FT_FAIL, FT_CHECK_CARRY_FILESYSTEM,
      "a folder of the host is shared with the guest:", "string(driver/@type)",
      WHY_OUTSIDE, DO_REMOVE },
    { DEVICES "shmem", FT_FAIL, FT_CHECK_CARRY_SHMEM, "shared memory",
      "string(@name)", WHY_SHARED_MEMORY, DO_REMOVE },
    { DEVICES "vsock", FT_FAIL, FT_CHECK_CARRY_VSOCK,
      "a socket between guest and host kernel (vsock)", NULL, WHY_OUTSIDE,
      DO_REMOVE },
    { DEVICES "input[@type='passthrough' or @type='evdev']", FT_FAIL,
      FT_CHECK_CARRY_INPUT, "an input device of the host:",
      "string(source/@evdev | "
      "source/@dev)",
      WHY_OUTSIDE, DO_REMOVE },
    { DEVICES "smartcard[@mode!='passthrough']", FT_FAIL,
      FT_CHECK_CARRY_SMARTCARD, "a smart card of the host", NULL, WHY_OUTSIDE,
      DO_REMOVE },
    { DEVICES "video[driver/@name='vhostuser']", FT_FAIL,
      FT_CHECK_CARRY_VHOST_USER, "video by a vhost-user process", NULL,
      WHY_SHARED_MEMORY, DO_REMOVE },
    { DEVICES "video[model/acceleration/@accel3d='yes'] | " DEVICES
              "graphics[gl/@enable='yes' or @type='egl-headless']",
      FT_FAIL, FT_CHECK_CARRY_GL, "3D graphics by the host's GPU", NULL,
      WHY_OUTSIDE, "Turn 3D acceleration off (virsh edit)." },
    { DEVICES "rng[backend/@model='egd']", FT_WARN, FT_CHECK_CARRY_RNG_EGD,
      "random numbers come over a connection", NULL,
      "The connection is made anew at a takeover.", "" },
    { DEVICES "crypto", FT_FAIL, FT_CHECK_CARRY_CRYPTO, "a crypto device", NULL,
      "Its sessions have not been proven to survive a takeover.", DO_REMOVE },
    { DEVICES "pstore", FT_FAIL, FT_CHECK_CARRY_PSTORE,
      "a pstore file of this host:", "string(path)", WHY_OUTSIDE, DO_REMOVE },

    /* character devices: chardevs.h; and what is kept of their output */
    { DEVICES "*[not(self::console[target/@type='serial' and ../serial])]/"
              "log[@file]",
      FT_WARN, FT_CHECK_CARRY_CHARDEV_LOG,
      "what a character device writes is kept in", "string(@file)",
      "After a takeover the other host's file has what was written since the "
      "last epoch a second time, or otherwise.",
      "Read the two files by their times." },

    /* disks */
    { DEVICES "disk[@device='lun']", FT_FAIL, FT_CHECK_CARRY_DISK_LUN,
      "a SCSI device is passed through", NULL,
      "SCSI commands reach the device without passing the block layer.",
      "Use device='disk' (virsh edit)." },
    { DEVICES "disk[@type='vhostuser' or @type='nvme' or @type='vhostvdpa' or "
              "@type='dir']",
      FT_FAIL, FT_CHECK_CARRY_DISK_TYPE, "a disk of type", "string(@type)",
      "Its writes do not pass QEMU's block layer.",
      "Use an image file or a block device." },
    { DEVICES "disk[shareable]", FT_FAIL, FT_CHECK_CARRY_DISK_SHAREABLE,
      "the disk is shared with other VMs", NULL,
      "Writes of others would be missing in the replica.",
      "Remove <shareable/>, or do not protect this VM." },
    { DEVICES "disk[transient]", FT_FAIL, FT_CHECK_CARRY_DISK_TRANSIENT,
      "changes to the disk are thrown away at shutdown", NULL,
      "The overlay that holds them exists on this host only.",
      "Remove <transient/> (virsh edit)." },
    { DEVICES "disk[encryption or source/encryption]", FT_FAIL,
      FT_CHECK_CARRY_DISK_ENCRYPTION, "the image is encrypted by QEMU", NULL,
      "The replica on the other host would be stored in the clear.",
      "Encrypt below QEMU (LUKS on the host) or inside the guest." },
    { DEVICES "disk[not(readonly) and backingStore/source]", FT_WARN,
      FT_CHECK_CARRY_DISK_CHAIN, "the disk's image lies upon another:",
      "string(backingStore/source/@file | backingStore/source/@dev | "
      "backingStore/source/@name)",
      FT_WHY_FLAT, FT_DO_FLAT },
    { DEVICES "disk[(@device='cdrom' or @device='floppy') and source]", FT_WARN,
      FT_CHECK_CARRY_MEDIA, "a medium is inserted:",
      "string(source/@file | source/@dev | source/@name)", WHY_PATH,
      "Eject it (virsh change-media --eject), or copy it to the same path on "
      "the other host." },
    { DEVICES "disk[(@device='cdrom' or @device='floppy') and source and "
              "not(readonly)]",
      FT_FAIL, FT_CHECK_CARRY_MEDIA_WRITABLE,
      "a medium that the guest may write:",
      "string(source/@file | source/@dev | source/@name)",
      "Media are not replicated: what the guest writes would be missing on the "
      "other host.",
      "Eject it (virsh change-media --eject), or insert it read-only." },
    { DEVICES "disk[(not(@device) or @device='disk') and readonly]", FT_WARN,
      FT_CHECK_CARRY_DISK_READONLY,
      "a read-only disk:", "string(source/@file | source/@dev | source/@name)",
      WHY_PATH, DO_SAME_FILE },

    /* NICs */
    { DEVICES "interface[@type='hostdev' or @type='vdpa']", FT_FAIL,
      FT_CHECK_CARRY_NIC_HOSTDEV,
      "a network device of the host is passed through:", "string(@type)",
      WHY_DMA,
      "Use a NIC on a bridge (virsh edit), or do not protect this VM." },
    { DEVICES "interface[@type='vhostuser']", FT_FAIL,
      FT_CHECK_CARRY_NIC_VHOST_USER, "a NIC by a vhost-user process", NULL,
      WHY_SHARED_MEMORY, "Use a NIC on a bridge (virsh edit)." },
    { DEVICES "interface[@type='user']", FT_FAIL, FT_CHECK_CARRY_NIC_USER,
      "user-mode networking", NULL,
      "The guest's connections end in QEMU's own network stack on this host.",
      "Use a NIC on a bridge (virsh edit)." },
    { DEVICES "interface[@type='server' or @type='client' or @type='mcast' or "
              "@type='udp' or @type='internal']",
      FT_FAIL, FT_CHECK_CARRY_NIC_SOCKET, "a NIC on a socket of this host:",
      "string(@type)", WHY_OUTSIDE, "Use a NIC on a bridge (virsh edit)." },
    { DEVICES "interface[@type='ethernet']", FT_WARN,
      FT_CHECK_CARRY_NIC_ETHERNET,
      "the NIC's tap is managed by hand:", "string(target/@dev)",
      "The other host must have it, connected to the same network.",
      "Use a NIC on a bridge, or prepare the same on the other host." },
    { DEVICES "interface[@type='direct']", FT_WARN, FT_CHECK_CARRY_NIC_DIRECT,
      "the NIC is a macvtap on", "string(source/@dev)",
      "The other host must have a device of this name in the same network.",
      "Prefer a bridge." },
};

#endif
