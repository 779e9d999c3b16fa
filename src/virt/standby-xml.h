/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the live XML of the primary to the definition of the waiting domain on
 * the other host. Pure functions: no connection, no file.
 *
 * The guest must find the same machine: name, uuid, machine type, devices, PCI
 * addresses, MACs, SMBIOS stay. What belongs to the old host goes: the domain
 * id, dynamic security labels, tap names, pty paths, graphics ports, backing
 * chains, mirrors. `-incoming defer` is added through qemu:commandline.
 *
 * All accept the XML of a domain that itself came from a takeover.
 * Ownership: *out is freed by the caller. Threads: thread safe.
 */
#ifndef FT_VIRT_STANDBY_XML_H
#define FT_VIRT_STANDBY_XML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct ft_replica_path {
    const char *target; /* "vda" */
    const char *path;   /* raw file on the standby host */
};

/*
 * live_xml: of virDomainGetXMLDesc (VIR_DOMAIN_XML_SECURE, or passwords of
 * graphics are missing). Every writable disk needs a replica: -ENOENT names
 * the disk without one. -EINVAL for XML that cannot be read.
 */
int ft_standby_xml(const char *live_xml, const struct ft_replica_path *replicas,
                   size_t n_replicas, char **out, struct ft_error *err);

/*
 * Whether this is the XML of such a domain, which waits or was let run by us;
 * false for any other one, and for what is no XML.
 */
bool ft_standby_xml_waits(const char *live_xml);

/*
 * What of a live XML is the guest's machine, to be compared with what it was:
 * without the domain's description, and what its administrator tunes on a host.
 */
int ft_standby_machine_xml(const char *live_xml, char **out,
                           struct ft_error *err);

/*
 * The definition to keep after a takeover (or to restore): as live_xml without
 * anything of the run and without `-incoming defer`. Disks stay where live_xml
 * has them.
 */
int ft_persistent_xml(const char *live_xml, char **out, struct ft_error *err);

/*
 * A persistent definition, with the disks that have a replica where that is, raw;
 * everything else in it stays as it is. *changed: a disk was elsewhere, or of
 * another format.
 */
int ft_definition_xml(const char *definition,
                      const struct ft_replica_path *replicas, size_t n_replicas,
                      bool *changed, char **out, struct ft_error *err);

#endif
