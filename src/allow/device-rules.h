/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The allow-list: devices; see rules.h. A colon behind a name is what allow.c
 * tells apart: a disk that gets a replica from one that does not, the far end of
 * a character device by its type.
 */
#ifndef FT_ALLOW_DEVICE_RULES_H
#define FT_ALLOW_DEVICE_RULES_H

#include "allow/rules.h"

#define DEVICES "domain/devices/"
#define DISK DEVICES "disk:replica|disk:media"
#define CHARDEV DEVICES "serial|parallel|console|channel|redirdev|smartcard"
#define VIRTIO " iommu:yes ats:yes packed:yes page_per_vq:yes"

static const struct allow_rule device_rules[] = {
    { "domain/devices", NULL, NULL, 0 },
    { DEVICES "emulator", NULL, ":emulator", 0 },
    { DEVICES "*/alias", "name:word", NULL, 0 },
    { DEVICES "*/address",
      "type=pci|drive|usb|virtio-serial|ccid|isa|dimm|virtio-mmio|unassigned "
      "domain:number bus:number slot:number function:number multifunction:yes "
      "controller:number target:number unit:number port:port iobase:number "
      "irq:number base:number",
      NULL, 0 },
    { DEVICES "*/boot", "order:number loadparm:word", NULL, 0 },
    { DEVICES "*/acpi", "index:number", NULL, 0 },
    { DEVICES "*/rom", "bar:yes enabled:yes file:firmware", NULL, 0 },

    /* disks */
    { DEVICES "disk:replica",
      "type:replica-type device=disk model:word snapshot:word rawio=no sgio=filtered",
      NULL, 0 },
    { DEVICES "disk:media",
      "type=file|block device=disk|cdrom|floppy model:word snapshot:word rawio=no",
      NULL, 0 },
    { DISK "/driver",
      "name=qemu type:format cache:word error_policy:word rerror_policy:word "
      "io:word ioeventfd:yes event_idx:yes copy_on_read:yes discard:word "
      "discard_no_unref:yes detect_zeroes:word queues:number queue_size:number "
      "iothread:number" VIRTIO,
      NULL, 0 },
    { DISK "/driver/iothreads", NULL, NULL, 0 },
    { DISK "/driver/iothreads/iothread", "id:number", NULL, 0 },
    { DISK "/driver/iothreads/iothread/queue", "id:number", NULL, 0 },
    { DEVICES "disk:replica/driver/metadata_cache", NULL, NULL, ALLOW_OF_RUN },
    { DEVICES "disk:replica/source", "file:replica index:number", NULL,
      ALLOW_REPLACED },
    { DEVICES "disk:replica/auth", NULL, NULL, ALLOW_OF_RUN },
    { DEVICES "disk:media/source",
      "file:media dev:optical index:number startupPolicy:word", NULL, 0 },
    { DISK "/backingStore|mirror", NULL, NULL, ALLOW_OF_RUN },
    { DISK "/target",
      "dev:target bus:word tray:word removable:yes rotation_rate:number", NULL,
      0 },
    { DISK "/readonly", NULL, NULL, 0 },
    { DISK "/iotune", NULL, NULL, 0 },
    { DISK "/iotune/*", NULL, ":word", 0 },
    { DISK "/serial|wwn|vendor|product", NULL, ":text", 0 },
    { DISK "/geometry", "cyls:number heads:number secs:number trans:word", NULL,
      0 },
    { DISK "/blockio",
      "logical_block_size:number physical_block_size:number "
      "discard_granularity:number",
      NULL, 0 },

    /* NICs */
    { DEVICES "interface",
      "type=bridge|network|direct|ethernet managed=no trustGuestRxFilters:yes",
      NULL, 0 },
    { DEVICES "interface/mac", "address:mac type:word check:yes", NULL, 0 },
    { DEVICES "interface/source",
      "bridge:ifname network:name portgroup:name portid:word dev:ifname "
      "mode=bridge|vepa|private",
      NULL, 0 },
    { DEVICES "interface/target", "dev:ifname managed:yes", NULL, 0 },
    { DEVICES "interface/guest", "dev:ifname actual:ifname", NULL, 0 },
    { DEVICES "interface/model", "type:word", NULL, 0 },
    { DEVICES "interface/driver",
      "name=qemu|vhost queues:number rx_queue_size:number tx_queue_size:number "
      "txmode:word ioeventfd:yes event_idx:yes rss:yes rss_hash_report:yes" VIRTIO,
      NULL, 0 },
    { DEVICES "interface/driver/host|guest",
      "csum:yes gso:yes tso4:yes tso6:yes ecn:yes ufo:yes mrg_rxbuf:yes", NULL,
      0 },
    { DEVICES "interface/backend", "tap=/dev/net/tun vhost=/dev/vhost-net",
      NULL, 0 },
    { DEVICES "interface/link", "state=up|down", NULL, 0 },
    { DEVICES "interface/mtu", "size:number", NULL, 0 },
    { DEVICES "interface/coalesce|coalesce/rx", NULL, NULL, 0 },
    { DEVICES "interface/coalesce/rx/frames", "max:number", NULL, 0 },
    { DEVICES "interface/port", "isolated:yes", NULL, 0 },
    { DEVICES "interface/tune", NULL, NULL, 0 },
    { DEVICES "interface/tune/sndbuf", NULL, ":number", 0 },
    { DEVICES "interface/bandwidth", NULL, NULL, 0 },
    { DEVICES "interface/bandwidth/inbound|outbound",
      "average:number peak:number burst:number floor:number", NULL, 0 },
    { DEVICES "interface/vlan", "trunk:yes", NULL, 0 },
    { DEVICES "interface/vlan/tag", "id:number nativeMode:word", NULL, 0 },
    { DEVICES "interface/virtualport", "type=openvswitch", NULL, 0 },
    { DEVICES "interface/virtualport/parameters",
      "interfaceid:word profileid:name", NULL, 0 },
    { DEVICES "interface/filterref", "filter:name", NULL, 0 },
    { DEVICES "interface/filterref/parameter", "name:word value:word", NULL, 0 },

    /* character devices */
    { DEVICES "serial|parallel|console|channel",
      "type=pty|null|vc|file|unix|tcp|udp|spicevmc|spiceport|qemu-vdagent tty:pty",
      NULL, 0 },
    { DEVICES "redirdev", "bus=usb type=spicevmc|tcp", NULL, 0 },
    { DEVICES "redirfilter", NULL, NULL, 0 },
    { DEVICES "redirfilter/usbdev",
      "class:number vendor:number product:number version:word allow:yes", NULL,
      0 },
    { DEVICES "smartcard", "mode=passthrough type=spicevmc|tcp", NULL, 0 },
    { CHARDEV "/source:pty", "path:pty", NULL, 0 },
    { CHARDEV "/source:file", "path:log append:yes", NULL, 0 },
    { CHARDEV "/source:unix", "mode=bind|connect path:socket", NULL, 0 },
    { CHARDEV "/source:tcp|source:udp",
      "mode=bind|connect host:host service:number tls:yes", NULL, 0 },
    { CHARDEV "/source:unix|source:tcp/reconnect", "enabled:yes timeout:number",
      NULL, 0 },
    { CHARDEV "/source:spiceport", "channel:word", NULL, 0 },
    { CHARDEV "/source:qemu-vdagent", NULL, NULL, 0 },
    { CHARDEV "/source:qemu-vdagent/clipboard", "copypaste:yes", NULL, 0 },
    { CHARDEV "/source:qemu-vdagent/mouse", "mode:word", NULL, 0 },
    { CHARDEV "/protocol", "type:word", NULL, 0 },
    { CHARDEV "/log", "file:log append:yes", NULL, 0 },
    { CHARDEV "/target", "type:word port:number name:word state:word", NULL, 0 },
    { CHARDEV "/target/model", "name:word", NULL, 0 },

    /* screens, sound, what one types on */
    { DEVICES "graphics",
      "type=vnc|spice port:number tlsPort:number autoport:yes websocket:number "
      "listen:listen keymap:word passwd:text passwdValidTo:word connected:word "
      "sharePolicy:word defaultMode:word powerControl:yes socket:of-run",
      NULL, 0 },
    { DEVICES "graphics/listen",
      "type=address|network|socket|none address:listen network:name socket:of-run",
      NULL, 0 },
    { DEVICES "graphics/channel", "name:word mode:word", NULL, 0 },
    { DEVICES "graphics/image|jpeg|zlib|playback", "compression:word", NULL, 0 },
    { DEVICES "graphics/streaming|mouse", "mode:word", NULL, 0 },
    { DEVICES "graphics/clipboard", "copypaste:yes", NULL, 0 },
    { DEVICES "graphics/filetransfer", "enable:yes", NULL, 0 },
    { DEVICES "graphics/gl", "enable=no", NULL, 0 },
    { DEVICES "graphics/audio", "id:number", NULL, 0 },
    { DEVICES "video", NULL, NULL, 0 },
    { DEVICES "video/driver", "name=qemu vgaconf:word" VIRTIO, NULL, 0 },
    { DEVICES "video/model",
      "type:word ram:number vram:number vram64:number vgamem:number heads:number "
      "primary:yes blob:yes edid:yes",
      NULL, 0 },
    { DEVICES "video/model/acceleration", "accel2d:yes accel3d=no", NULL, 0 },
    { DEVICES "video/model/resolution", "x:number y:number", NULL, 0 },
    { DEVICES "audio", "id:number type=none|spice timerPeriod:number", NULL, 0 },
    { DEVICES "audio/input|output",
      "mixingEngine:yes fixedSettings:yes voices:number bufferLength:number",
      NULL, 0 },
    { DEVICES "audio/input|output/settings",
      "frequency:number channels:number format:word", NULL, 0 },
    { DEVICES "sound", "model:word multichannel:yes streams:number", NULL, 0 },
    { DEVICES "sound/codec", "type:word", NULL, 0 },
    { DEVICES "sound/audio", "id:number", NULL, 0 },
    { DEVICES "input", "type=mouse|tablet|keyboard bus:word model:word", NULL,
      0 },
    { DEVICES "input/driver", VIRTIO, NULL, 0 },

    /* the rest of a machine */
    { DEVICES "controller",
      "type:word index:number model:word ports:number vectors:number", NULL, 0 },
    { DEVICES "controller/driver",
      "queues:number cmd_per_lun:number max_sectors:number ioeventfd:yes "
      "iothread:number" VIRTIO,
      NULL, 0 },
    { DEVICES "controller/driver/iothreads", NULL, NULL, 0 },
    { DEVICES "controller/driver/iothreads/iothread", "id:number", NULL, 0 },
    { DEVICES "controller/driver/iothreads/iothread/queue", "id:number", NULL,
      0 },
    { DEVICES "controller/model", "name:word", NULL, 0 },
    { DEVICES "controller/target",
      "chassisNr:number chassis:number port:number busNr:number index:number "
      "hotplug:yes memReserve:number",
      NULL, 0 },
    { DEVICES "controller/target/node", NULL, ":number", 0 },
    { DEVICES "controller/pcihole64", SIZE, ":number", 0 },
    { DEVICES "controller/master", "startport:number", NULL, 0 },
    { DEVICES "hub", "type=usb", NULL, 0 },
    { DEVICES "memballoon", "model:word autodeflate:yes freePageReporting:yes",
      NULL, 0 },
    { DEVICES "memballoon/stats", "period:number", NULL, 0 },
    { DEVICES "memballoon/driver", VIRTIO, NULL, 0 },
    { DEVICES "watchdog", "model:word action:word", NULL, 0 },
    { DEVICES "panic", "model:word", NULL, 0 },
    { DEVICES "memory", "model=dimm discard:yes access=shared|private", NULL,
      0 },
    { DEVICES "memory/source", NULL, NULL, 0 },
    { DEVICES "memory/source/pagesize", SIZE, ":number", 0 },
    { DEVICES "memory/source/nodemask", NULL, ":set", 0 },
    { DEVICES "memory/target", NULL, NULL, 0 },
    { DEVICES "memory/target/size", SIZE, ":number", 0 },
    { DEVICES "memory/target/node", NULL, ":number", 0 },
    { DEVICES "iommu", "model:word", NULL, 0 },
    { DEVICES "iommu/driver",
      "intremap:yes caching_mode:yes eim:yes iotlb:yes aw_bits:number "
      "dma_translation:yes passthrough:yes xtsup:yes",
      NULL, 0 },
    { DEVICES "rng", "model:word", NULL, 0 },
    { DEVICES "rng/driver", VIRTIO, NULL, 0 },
    { DEVICES "rng/rate", "bytes:number period:number", NULL, 0 },
    { DEVICES "rng/backend:random", "model=random", ":random", 0 },
    { DEVICES "rng/backend:builtin", "model=builtin", NULL, 0 },
    { DEVICES "rng/backend:egd", "model=egd type=tcp|udp", NULL, 0 },
    { DEVICES "rng/backend:egd/source",
      "mode=bind|connect host:host service:number", NULL, 0 },
    { DEVICES "rng/backend:egd/protocol", "type:word", NULL, 0 },
    { DEVICES "tpm", "model:word", NULL, 0 },
    { DEVICES "tpm/backend:emulator",
      "type=emulator version:word persistent_state:yes", NULL, 0 },
    { DEVICES "tpm/backend:emulator/active_pcr_banks", NULL, NULL, 0 },
    { DEVICES "tpm/backend:emulator/active_pcr_banks/*", NULL, NULL, 0 },
    { DEVICES "tpm/backend:emulator/profile",
      "name:word source:word removeDisabled:word", NULL, 0 },
    { DEVICES "crypto", "model=virtio type=qemu", NULL, 0 },
    { DEVICES "crypto/backend", "model=builtin queues:number", NULL, 0 },
};

#endif
