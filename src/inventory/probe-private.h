/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of ft_probe; not for others. Each returns a new reference, or NULL
 * when memory ran out.
 */
#ifndef FT_INVENTORY_PROBE_PRIVATE_H
#define FT_INVENTORY_PROBE_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>
#include <libvirt/libvirt.h>

#include "base/clock.h"

/*
 * A VM that stands is looked at again: for longer than a checkpoint stops one, as
 * often as makes sure of one whose checkpoints follow each other (on a busy host it
 * stands half of the time), and not in step with them.
 */
#define FT_PROBE_AGAIN_TIMES 30
#define FT_PROBE_AGAIN_NS(i) ((3 + (i)*7 % 11) * FT_NS_PER_MS)

/* before: facts of earlier in this boot, of which plug is taken where that is known. */
json_t *ft_probe_kernel(const json_t *before);

/*
 * Whether plug is known by facts of before (NULL: no): what a kernel can for good, what
 * it lacks for ten minutes, for a module may be installed meanwhile. now_ns as their
 * realtime_ns. Pure.
 */
bool ft_probe_plug_is_known(const json_t *before, int64_t now_ns);
json_t *ft_probe_condition(void);

/* Whether the kernel can hold the output of a tap: tried, where nobody sees it. */
int ft_probe_plug(void);
json_t *ft_probe_nics(void);

/* What Open vSwitch has; the second by the socket of its database, the third of what
 * that answered to the three selects. */
json_t *ft_probe_ovs(void);
json_t *ft_probe_ovs_at(const char *path);
json_t *ft_probe_ovs_of(const json_t *reply);

/* firewalld, ufw or "". */
const char *ft_probe_firewall(void);

/* Whether the text of ufw.conf says that ufw is enabled; NULL: there is none. */
bool ft_probe_ufw_of(const char *conf);

/* {"total", "available"} in bytes. */
json_t *ft_probe_memory(void);

/* A name of enum ft_domain_state for a virDomainState. */
const char *ft_probe_state_name(int state);

/*
 * Has a question answered that libvirt may pass on to QEMU, in a thread: answer,
 * size bytes of it, is handed in and what the question made of it handed out. False,
 * and answer as it was: nothing came within a second, or did not the last time.
 */
#define FT_PROBE_ANSWER_MAX 512
typedef void (*ft_probe_question)(virDomainPtr domain, void *answer);
bool ft_probe_ask(virDomainPtr domain, ft_probe_question question, void *answer,
                  size_t size);

/* No more questions for now. */
void ft_probe_ask_end(void);

/* Why the QEMU of a running VM could not migrate, or "". It is asked. */
json_t *ft_probe_blocked(virDomainPtr domain);

/* {"type", "path"} of a pool, empty where its XML says nothing. */
json_t *ft_probe_pool_place(virStoragePoolPtr pool);

/*
 * How many internal snapshots an image has, by the first bytes of its file: 0
 * also where it is no qcow2, and for a path that cannot be read.
 */
#define FT_QCOW2_HEADER 72
unsigned ft_probe_qcow2_snapshots(const uint8_t header[FT_QCOW2_HEADER]);
unsigned ft_probe_snapshots(const char *path);

/*
 * What lies below the files of a folder: "thin" (a thin or VDO volume of LVM),
 * "zvol", "zfs", "btrfs", or "" where nothing of this kind is known of. The second
 * is of a block device, by the sysfs that is mounted at sys.
 */
const char *ft_probe_backing(const char *path);
const char *ft_probe_below(const char *sys, unsigned major, unsigned minor);

/* TCP ports on which something listens, at most FT_LISTENING_MAX, as numbers. */
json_t *ft_probe_ports(void);

/* Adds those of a table as /proc/net/tcp or tcp6 is. */
void ft_probe_add_ports(const char *table, json_t *ports);

/* Calls that libvirt works on at once; the second: by its daemon's file. */
unsigned ft_probe_workers(void);
unsigned ft_probe_workers_of(const char *conf);

/* Adds libvirt, networks, pools, emulators and domains to facts; gently: probe.h. 0,
 * -ENOMEM. */
int ft_probe_libvirt(json_t *facts, bool gently);

/*
 * Runs program --version and reads QEMU's answer. package (may be NULL, 128
 * bytes) is what stands in brackets. 0 or -errno. What a file has answered is known
 * from then on; the second begins with what it was by facts of before (NULL:
 * nothing), the third says what it is, for facts.
 */
int ft_probe_program_version(const char *program, char *version, size_t size,
                             char *package);
void ft_probe_know_programs(const json_t *before);
json_t *ft_probe_programs(void);

#endif
