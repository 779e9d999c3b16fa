/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The allow-list: what a domain is, but for its devices (device-rules.h). Only
 * allow.c includes this. Names: https://libvirt.org/formatdomain.html
 *
 * A path's component is a name, several (a|b) or any (*). Attributes are
 * name=word|word, or name:kind (values.c); text is "=word|word", ":kind" or NULL
 * for none. What says which file, device or program of the host is used has a
 * kind of its own; anything else is a word, a number, or text for the guest.
 */
#ifndef FT_ALLOW_RULES_H
#define FT_ALLOW_RULES_H

enum allow_flag {
    ALLOW_AS_SAID,
    ALLOW_ANYTHING, /* the guest's or the administrator's own; libvirt keeps it */
    ALLOW_OF_RUN,   /* of the run there: taken out (virt/standby-xml.h) */
    ALLOW_REPLACED, /* there anything; ours as said */
};

struct allow_rule {
    const char *path;
    const char *attributes; /* NULL: none */
    const char *text;       /* NULL: none */
    enum allow_flag flag;
};

#define SIZE "unit:word"
#define STATE "state:yes"

static const struct allow_rule machine_rules[] = {
    { "domain", "type=kvm|qemu id:number", NULL, 0 },
    { "domain/name", NULL, ":vm-name", 0 },
    { "domain/uuid", NULL, ":vm-uuid", 0 },
    { "domain/genid", NULL, ":word", 0 },
    { "domain/title|description", NULL, ":text", 0 },
    { "domain/metadata", NULL, NULL, ALLOW_ANYTHING },
    { "domain/memory", SIZE " dumpCore:yes", ":number", 0 },
    { "domain/currentMemory", SIZE, ":number", 0 },
    { "domain/maxMemory", SIZE " slots:number", ":number", 0 },
    { "domain/vcpu", "placement:word cpuset:set current:number", ":number", 0 },
    { "domain/vcpus", NULL, NULL, 0 },
    { "domain/vcpus/vcpu",
      "id:number enabled:yes hotpluggable:yes order:number", NULL, 0 },
    { "domain/iothreads|defaultiothread", NULL, ":number", 0 },
    { "domain/iothreadids", NULL, NULL, 0 },
    { "domain/iothreadids/iothread",
      "id:number thread_pool_min:number thread_pool_max:number", NULL, 0 },
    { "domain/iothreadids/iothread/poll",
      "max:number grow:number shrink:number", NULL, 0 },
    { "domain/on_poweroff|on_reboot|on_crash|on_lockfailure", NULL, ":word", 0 },
    { "domain/pm", NULL, NULL, 0 },
    { "domain/pm/suspend-to-mem|suspend-to-disk", "enabled:yes", NULL, 0 },
    { "domain/perf", NULL, NULL, 0 },
    { "domain/perf/event", "name:word enabled:yes", NULL, 0 },
    { "domain/resource", NULL, NULL, 0 },
    { "domain/resource/partition", NULL, ":partition", 0 },
    { "domain/seclabel", "type=dynamic model:word relabel:yes", NULL,
      ALLOW_OF_RUN },

    /* memory and processors of the host that it may use */
    { "domain/memoryBacking", NULL, NULL, 0 },
    { "domain/memoryBacking/hugepages|nosharepages|locked|discard", NULL, NULL,
      0 },
    { "domain/memoryBacking/hugepages/page", "size:number nodeset:set " SIZE,
      NULL, 0 },
    { "domain/memoryBacking/source", "type=anonymous|memfd|file", NULL, 0 },
    { "domain/memoryBacking/access", "mode=shared|private", NULL, 0 },
    { "domain/memoryBacking/allocation", "mode:word threads:number", NULL, 0 },
    { "domain/memtune", NULL, NULL, 0 },
    { "domain/memtune/hard_limit|soft_limit|swap_hard_limit|min_guarantee",
      SIZE, ":number", 0 },
    { "domain/numatune", NULL, NULL, 0 },
    { "domain/numatune/memory", "mode:word nodeset:set placement:word", NULL,
      0 },
    { "domain/numatune/memnode", "cellid:number mode:word nodeset:set", NULL,
      0 },
    { "domain/blkiotune", NULL, NULL, 0 },
    { "domain/blkiotune/weight", NULL, ":number", 0 },
    { "domain/cputune", NULL, NULL, 0 },
    { "domain/cputune/shares|period|quota|global_period|global_quota|"
      "emulator_period|emulator_quota|iothread_period|iothread_quota",
      NULL, ":number", 0 },
    { "domain/cputune/vcpupin", "vcpu:number cpuset:set", NULL, 0 },
    { "domain/cputune/emulatorpin", "cpuset:set", NULL, 0 },
    { "domain/cputune/iothreadpin", "iothread:number cpuset:set", NULL, 0 },

    /* how it starts */
    { "domain/os", "firmware=bios|efi", NULL, 0 },
    { "domain/os/type", "arch=x86_64 machine:machine", "=hvm", 0 },
    { "domain/os/firmware", "type=bios|efi", NULL, 0 },
    { "domain/os/firmware/feature", "name:word enabled:yes", NULL, 0 },
    { "domain/os/loader",
      "readonly:yes type=rom|pflash secure:yes stateless:yes format:word",
      ":firmware", 0 },
    { "domain/os/nvram",
      "template:firmware templateFormat:word format:word type=file", ":nvram",
      0 },
    { "domain/os/nvram/source", "file:nvram index:number", NULL, 0 },
    { "domain/os/kernel|initrd|dtb", NULL, ":boot-file", 0 },
    { "domain/os/cmdline", NULL, ":text", 0 },
    { "domain/os/boot", "dev:word", NULL, 0 },
    { "domain/os/bootmenu", "enable:yes timeout:number", NULL, 0 },
    { "domain/os/bios", "useserial:yes rebootTimeout:number", NULL, 0 },
    { "domain/os/smbios", "mode=emulate|host|sysinfo", NULL, 0 },
    { "domain/sysinfo", "type=smbios|fwcfg", NULL, 0 },
    { "domain/sysinfo/bios|system|baseBoard|chassis|oemStrings", NULL, NULL, 0 },
    { "domain/sysinfo/*/entry", "name:word", ":text", 0 },
    { "domain/sysinfo/entry", "name:fwcfg", ":text", 0 },

    /* what it finds */
    { "domain/features", NULL, NULL, 0 },
    { "domain/features/acpi|pae|viridian|privnet", NULL, NULL, 0 },
    { "domain/features/apic", "eoi:yes", NULL, 0 },
    { "domain/features/hap|pvspinlock|pmu|vmport|vmcoreinfo|ps2", STATE, NULL,
      0 },
    { "domain/features/smm|async-teardown", STATE, NULL, 0 },
    { "domain/features/smm/tseg", SIZE, ":number", 0 },
    { "domain/features/ioapic", "driver:word", NULL, 0 },
    { "domain/features/msrs", "unknown:word", NULL, 0 },
    { "domain/features/tcg|kvm", NULL, NULL, 0 },
    { "domain/features/tcg/tb-cache", SIZE, ":number", 0 },
    { "domain/features/kvm/hidden|hint-dedicated|poll-control|pv-ipi", STATE,
      NULL, 0 },
    { "domain/features/kvm/dirty-ring", STATE " size:number", NULL, 0 },
    { "domain/features/hyperv", "mode:word", NULL, 0 },
    { "domain/features/hyperv/relaxed|vapic|vpindex|runtime|synic|reset|"
      "frequencies|reenlightenment|ipi|evmcs|avic|emsr_bitmap|xmm_input",
      STATE, NULL, 0 },
    { "domain/features/hyperv/spinlocks", STATE " retries:number", NULL, 0 },
    { "domain/features/hyperv/vendor_id", STATE " value:text", NULL, 0 },
    { "domain/features/hyperv/stimer|tlbflush", STATE, NULL, 0 },
    { "domain/features/hyperv/stimer/direct", STATE, NULL, 0 },
    { "domain/features/hyperv/tlbflush/direct|extended", STATE, NULL, 0 },
    { "domain/cpu",
      "mode:word match:word check:word migratable:yes deprecated_features:yes",
      NULL, 0 },
    { "domain/cpu/model", "fallback:word vendor_id:text", ":word", 0 },
    { "domain/cpu/vendor", NULL, ":word", 0 },
    { "domain/cpu/topology",
      "sockets:number dies:number clusters:number cores:number threads:number",
      NULL, 0 },
    { "domain/cpu/feature", "name:word policy:word", NULL, 0 },
    { "domain/cpu/cache", "level:number mode:word", NULL, 0 },
    { "domain/cpu/maxphysaddr", "mode:word bits:number limit:number", NULL, 0 },
    { "domain/cpu/numa", NULL, NULL, 0 },
    { "domain/cpu/numa/cell",
      "id:number cpus:set memory:number memAccess=shared|private discard:yes " SIZE,
      NULL, 0 },
    { "domain/cpu/numa/cell/distances", NULL, NULL, 0 },
    { "domain/cpu/numa/cell/distances/sibling", "id:number value:number", NULL,
      0 },
    { "domain/clock",
      "offset:word adjustment:word basis:word timezone:timezone start:number",
      NULL, 0 },
    { "domain/clock/timer",
      "name:word track:word tickpolicy:word frequency:number mode:word "
      "present:yes",
      NULL, 0 },
    { "domain/clock/timer/catchup", "threshold:number slew:number limit:number",
      NULL, 0 },

    /* what our own waiting copy has, and no other argument */
    { "domain/qemu:commandline", NULL, NULL, 0 },
    { "domain/qemu:commandline/qemu:arg", "value=-incoming|defer", NULL, 0 },
};

#endif
