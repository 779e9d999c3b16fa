/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a host is: the facts that `ftengine probe` finds, as types.
 *
 * Ownership: ft_host_from_json allocates the whole host, ft_host_free releases
 * it; every pointer inside belongs to it. Strings are never NULL, except
 * ft_domain.xml. Nothing here does I/O, and a finished host is read only, so
 * several threads may share it.
 *
 * The facts come from a machine we do not control: every count and length has
 * a limit below, and what is larger is an error, never a truncation.
 */
#ifndef FT_INVENTORY_HOST_H
#define FT_INVENTORY_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/error.h"
#include "inventory/system.h"

#define FT_FACTS_SCHEMA 1

#define FT_NAME_SIZE 256  /* names of domains, pools, networks, hosts */
#define FT_UUID_SIZE 37   /* 36 characters of text and NUL */
#define FT_IFNAME_SIZE 16 /* IFNAMSIZ */
#define FT_PATH_SIZE 1024
#define FT_VERSION_SIZE 64

#define FT_LISTENING_MAX 1024 /* TCP ports that are told of */
#define FT_HOST_LIST_MAX 1024 /* NICs, bridges, networks, pools, domains ... */
#define FT_BLOCKED_SIZE 512
#define FT_HOST_XML_MAX (1 << 20)

struct ft_address {
    char text[46]; /* INET6_ADDRSTRLEN; IPv4 or IPv6, no zone */
    int prefix;    /* length of the network part in bits */
};

struct ft_nic {
    char name[FT_IFNAME_SIZE];
    char mac[18];                /* aa:bb:cc:dd:ee:ff or empty */
    char master[FT_IFNAME_SIZE]; /* the bridge or bond it is in, or empty */
    char kind[16]; /* bridge, bond, vlan, veth, tun ...; empty: hardware, or told by
                    * an engine of before */
    char parent[FT_IFNAME_SIZE]; /* of a VLAN what it is on, or empty */
    bool is_bridge;
    bool up; /* IFF_UP */
    bool carrier;
    int speed_mbps; /* -1: unknown (virtual devices) */
    int mtu;        /* bytes; 0: not known */
    struct ft_address *addresses;
    size_t address_count;
};

/* A port of an Open vSwitch bridge that leads out of it: a NIC, a bond, a tunnel, a
 * patch to another bridge. */
struct ft_ovs_port {
    char name[FT_NAME_SIZE];
    char kind[32]; /* empty or "system": a device; "geneve", "patch", ... */
    bool up;
    int tag;      /* the one VLAN that it is in; 0: it is a trunk */
    char *trunks; /* numbers, ",": VLANs of a trunk; empty: all */
};

struct ft_ovs_bridge {
    char name[FT_NAME_SIZE];
    bool controlled; /* by an OpenFlow controller (OVN, OpenStack) */
    struct ft_ovs_port *ports;
    size_t port_count;
};

struct ft_ovs {
    bool told; /* an engine of before, or an ovsdb-server that hangs, tells nothing */
    struct ft_ovs_bridge *bridges;
    size_t bridge_count;
};

/* A libvirt network. */
struct ft_network {
    char name[FT_NAME_SIZE];
    char bridge[FT_IFNAME_SIZE];
    char forward[16]; /* nat, route, bridge ...; empty: isolated */
    bool active;
};

struct ft_pool {
    char name[FT_NAME_SIZE];
    char type[32]; /* dir, logical, ... */
    char path[FT_PATH_SIZE];
    char backing[16]; /* thin, zvol, zfs, btrfs: promises of room are weak */
    bool active;
    bool autostart;
    uint64_t capacity;  /* bytes */
    uint64_t available; /* bytes */
    int64_t flush_p50_us,
        flush_p90_us; /* of its storage (plan/flushes.h); set by the
                                         * caller, 0: not measured */
};

struct ft_disk {
    char target[64];           /* vda */
    char device[16];           /* disk, cdrom, floppy */
    char source[FT_PATH_SIZE]; /* file or device; empty: no medium or network */
    char format[32];           /* raw, qcow2 */
    char pool[FT_NAME_SIZE];   /* the pool it is a volume of, or empty */
    uint64_t capacity;         /* bytes the guest sees; 0: unknown */
    unsigned snapshots;        /* internal ones, in the image */
    uint64_t size;             /* bytes of its file; 0: not known, or no file */
    uint64_t allocated;        /* and of them, those that have room already */
    bool missing;              /* there is no such file */
    bool readonly;
    bool job; /* a block job runs on it now */
};

enum ft_domain_state {
    FT_DOMAIN_OFF,
    FT_DOMAIN_RUNNING,
    FT_DOMAIN_PAUSED,
    FT_DOMAIN_CRASHED,
    FT_DOMAIN_OTHER,
};

struct ft_domain {
    char name[FT_NAME_SIZE];
    char uuid[FT_UUID_SIZE];
    enum ft_domain_state state;
    bool autostart;
    bool persistent;
    bool kvm;        /* <domain type='kvm'> */
    bool vhost;      /* its QEMU holds /dev/vhost-net open */
    uint64_t memory; /* bytes */
    int vcpus;
    int64_t pid;      /* of QEMU, 0 when it does not run */
    char machine[64]; /* pc-i440fx-7.2 */
    char emulator[FT_PATH_SIZE];
    char qemu_version[FT_VERSION_SIZE]; /* of the running process, or empty */
    char blocked[FT_BLOCKED_SIZE]; /* why its QEMU could not migrate, or empty */
    char *xml;                     /* live XML when it runs; may be NULL */
    struct ft_disk *disks;
    size_t disk_count;
    char (*macs)[18]; /* of its NICs */
    size_t mac_count;
};

struct ft_emulator {
    char path[FT_PATH_SIZE];
    char version[FT_VERSION_SIZE]; /* 7.2.22 */
    char package[128];             /* Debian 1:7.2+dfsg-7+deb12u18 or empty */
    char (*machines)[64];
    size_t machine_count;
};

/* A file of the host's own that a VM uses by its path. */
struct ft_host_file {
    char path[FT_PATH_SIZE];
    bool there;
    bool readable; /* a regular file that everybody may read */
};

/* What the kernel can do, each tried and not only looked up. */
struct ft_kernel {
    char release[FT_VERSION_SIZE];
    bool userfaultfd;   /* /dev/userfaultfd opens and gives an fd */
    bool uffd_wp_async; /* UFFD_FEATURE_WP_ASYNC, Linux 6.7 */
    bool pagemap_scan;  /* PAGEMAP_SCAN ioctl, Linux 6.7 */
    bool pidfd_getfd;   /* Linux 5.6 */
    bool kvm;           /* /dev/kvm opens */
    bool vhost_net;     /* /dev/vhost-net exists */
    bool plug; /* ifb, sch_plug, u32 and mirred, to hold vhost's output */
    char security[32]; /* apparmor, selinux or none */
};

struct ft_cpu {
    char model[128];
    char vendor[64];
    char *flags;        /* as in /proc/cpuinfo: words, one space */
    int count;          /* online logical CPUs */
    char microcode[32]; /* its version, or empty */
    char nodes[64];     /* NUMA nodes that are there, "0-1"; empty: not known */
};

/* What its libvirt said about the CPU of the VM that is planned. */
enum ft_cpu_answer {
    FT_CPU_NOT_ASKED,
    FT_CPU_FITS,
    FT_CPU_LACKS,    /* some features, which the text names */
    FT_CPU_NOT_TOLD, /* libvirt cannot tell; the text says why */
};

/* How a host is doing, and what it stands in. */
struct ft_condition {
    bool told;     /* an engine of before tells nothing of this */
    int clock_set; /* somebody sets its clock (NTP); -1: not known */
    char clocksource[64];
    char chassis[64], board[64]; /* serial numbers, or empty */
    int64_t commit_left; /* bytes that may still be asked for; -1: no limit */
    int64_t room;        /* bytes for the engine's records; -1: not known */
    int cpu_pressure;    /* of the last 5 minutes, 1/100 %; -1: not known */
    int memory_pressure;
    int io_pressure;
    bool reboot_due; /* its packages ask for a reboot */
};

struct ft_libvirt {
    char version[FT_VERSION_SIZE]; /* 9.0.0, empty when not reachable */
    char uri[128];
    char error[512];         /* why it is not reachable, or empty */
    char uuid[FT_UUID_SIZE]; /* of the host, as it says; may be empty */
    unsigned max_workers;    /* calls it works on at once; 0: not known */
};

struct ft_host {
    char name[FT_NAME_SIZE]; /* ftadmin's name for it; owner name of pairs */
    char hostname[FT_NAME_SIZE]; /* what it calls itself */
    char machine_id[64];         /* /etc/machine-id */
    char host_key[FT_NAME_SIZE]; /* of SSH, as it proved it, "TYPE SHA256:...";
                                  * set by the caller, empty: not known */
    char engine_version[FT_VERSION_SIZE];
    struct ft_system system;
    struct ft_kernel kernel;
    struct ft_cpu cpu;
    enum ft_cpu_answer cpu_answer; /* set by the caller (plan/cpu-question.h) */
    char cpu_answer_text[200];
    struct ft_libvirt libvirt;
    struct ft_condition condition;
    uint64_t memory_total;     /* bytes */
    uint64_t memory_available; /* bytes, MemAvailable */
    int64_t realtime_ns;       /* its wall clock when it was probed */
    int64_t clock_offset_ms;   /* its clock minus ours; set by the caller */
    bool clock_known;
    bool engine_runs; /* an engine answered there; set by the caller */
    bool is_witness;  /* which runs a witness; set by the caller */
    /* since when it is under maintenance, ms since 1970; 0: not; set by the caller */
    int64_t maintenance_at;
    char firewall[16]; /* that runs there: firewalld, ufw; empty: neither */
    char swtpm[FT_VERSION_SIZE]; /* its version, empty: there is none */
    int link_port;               /* 7331 */
    uint16_t listening[FT_LISTENING_MAX]; /* TCP ports that are taken */
    size_t listening_count;
    struct ft_nic *nics;
    size_t nic_count;
    struct ft_ovs ovs;
    struct ft_network *networks;
    size_t network_count;
    struct ft_pool *pools;
    size_t pool_count;
    struct ft_emulator *emulators;
    size_t emulator_count;
    struct ft_domain *domains;
    size_t domain_count;
    struct ft_host_file *files; /* those that it told of (src/drift), or that it
                                 * was asked about: the caller sets these, by
                                 * malloc(3) */
    size_t file_count;
};

/*
 * Decodes facts (the JSON of ft_probe). *host is the caller's, to be released
 * with ft_host_free. -EPROTO for another schema, -EINVAL for anything malformed
 * or out of bounds with a text that names the member, -ENOMEM.
 */
int ft_host_from_json(const json_t *facts, struct ft_host **host,
                      struct ft_error *err);

void ft_host_free(struct ft_host *host);

/* Each returns a pointer into host, or NULL. */
const struct ft_domain *ft_host_domain(const struct ft_host *host,
                                       const char *name_or_uuid);
const struct ft_pool *ft_host_pool(const struct ft_host *host, const char *name);
const struct ft_nic *ft_host_nic(const struct ft_host *host, const char *name);
const struct ft_network *ft_host_network(const struct ft_host *host,
                                         const char *name);
const struct ft_ovs_bridge *ft_host_ovs(const struct ft_host *host,
                                        const char *bridge);
const struct ft_emulator *ft_host_emulator(const struct ft_host *host,
                                           const char *path);

/* Whether something listened on that TCP port when it was probed. */
bool ft_host_listens(const struct ft_host *host, unsigned long port);

/* "running", "off", "paused", "crashed" or "other". */
const char *ft_domain_state_name(enum ft_domain_state state);

#endif
