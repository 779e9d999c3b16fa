/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a running domain is made of, as far as the engine must know it.
 *
 * Ownership: ft_vm_inspect fills a struct of the caller, who frees its
 * contents with ft_vm_free.
 * Threads: thread safe.
 * Source: libvirt's domain XML (formatdomain), QEMU's QMP.
 */
#ifndef FT_VIRT_VM_H
#define FT_VIRT_VM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <libvirt/libvirt.h>

#include "base/error.h"

#define FT_VM_DISKS_MAX 64
#define FT_VM_NICS_MAX 32

struct ft_vm_disk {
    char target[32];   /* "vda" */
    char alias[64];    /* "virtio-disk0" */
    char source[4096]; /* file or block device; "" when neither */
    char format[32];   /* "raw", "qcow2" */
    char device[16];   /* "disk", "cdrom", "floppy", "lun" */
    uint64_t capacity; /* bytes as the guest sees them */
    bool readonly;
    bool shareable;
};

struct ft_vm_nic {
    char alias[64];  /* "net0" */
    char netdev[64]; /* QEMU's netdev id: "hostnet0" */
    char mac[18];    /* lower case, colons */
    char model[32];  /* "virtio", "e1000" */
    char type[32];   /* "bridge", "network", "user" */
    char bridge[64]; /* bridge of the tap, or "" */
    char tap[32];    /* tap device on this host ("vnet3") or "" */
    unsigned queues; /* 1 unless multi-queue */
    bool vhost;      /* the kernel's vhost moves its packets */
};

struct ft_vm {
    char name[256];
    char uuid[37];
    char machine[64]; /* QEMU's own name: "pc-i440fx-7.2" */
    uint64_t memory;  /* bytes of RAM given to the guest at most */
    unsigned vcpus;   /* plugged in now, of the most it may have */
    pid_t pid;        /* QEMU's process on this host */
    uid_t uid;        /* whom it runs as */
    gid_t gid;
    char qemu_version[32]; /* "7.2.22" */
    bool persistent;
    bool autostart;
    bool running; /* false: paused or otherwise stopped */
    struct ft_vm_disk *disks;
    size_t n_disks;
    struct ft_vm_nic *nics;
    size_t n_nics;
};

/* Fills *out about an active domain. -ESRCH when it does not run, -E2BIG with
 * more disks or NICs than the limits above. */
int ft_vm_inspect(virDomainPtr dom, struct ft_vm *out, struct ft_error *err);

/*
 * The VM as libvirt knows it, to be freed by virDomainFree; *dom is NULL where it
 * knows none. -EHOSTUNREACH: it does not tell, which is no word about the VM.
 */
int ft_vm_find(virConnectPtr conn, const char *uuid, virDomainPtr *dom,
               struct ft_error *err);

/*
 * As virDomainGetState; VIR_DOMAIN_NOSTATE when libvirt knows no such VM (any
 * more). -EHOSTUNREACH: it does not tell. reason: may be NULL.
 */
int ft_vm_state(virDomainPtr dom, int *state, int *reason, struct ft_error *err);

/* The same VM by another connection, to be freed by virDomainFree; NULL, with
 * libvirt's own error set, when conn does not know it. */
virDomainPtr ft_vm_by(virConnectPtr conn, virDomainPtr dom);

/* Frees what *domain holds, not the struct. */
void ft_vm_free(struct ft_vm *domain);

/*
 * The parts of ft_vm_inspect that need no running domain: name, uuid,
 * memory, disks and NICs from the XML text. Pure; -EINVAL for XML that is none.
 */
int ft_vm_from_xml(const char *xml, struct ft_vm *out, struct ft_error *err);

/*
 * QEMU's process of this domain: from libvirt's pid file, and only when
 * /proc/PID/cmdline carries the uuid. -ESRCH when there is none.
 */
int ft_vm_pid(const char *name, const char *uuid, pid_t *pid,
              struct ft_error *err);

/*
 * Whether that process is no more, or ends right now: it was killed or crashed,
 * and its memory is given back or written as a core. True before anybody can
 * see its files closed; false where that cannot be looked at. Source: proc_pid_status(5), VmSize and CoreDumping.
 */
bool ft_vm_process_ends(pid_t pid);

/* Whether a disk is replicated: a writable hard disk. */
int ft_disk_is_replicated(const struct ft_vm_disk *disk);

#endif
