/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The domains of a host: what libvirt's API says of each, then what its XML says.
 * A protected VM is looked at more than once, for its checkpoints pause it.
 * Element names: https://libvirt.org/formatdomain.html
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libvirt/libvirt.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/libvirt-names.h"
#include "inventory/host.h"
#include "inventory/probe-libvirt-private.h"
#include "inventory/probe-private.h"
#include "inventory/probe.h"

#define VERSIONS_MAX 32

/* Versions already asked for, by the program's inode. */
struct versions {
    struct {
        dev_t device;
        ino_t inode;
        char version[FT_VERSION_SIZE];
    } known[VERSIONS_MAX];
    size_t count;
};

/* libvirt keeps the pid in its run folder; 0 when it is not there. */
static int64_t
pid_of(const char *name)
{
    FT_AUTOFREE char *path = ft_libvirt_pid_file(name);
    FT_AUTOFREE char *text = NULL;
    size_t size;

    if (path == NULL || ft_file_read(path, 64, &text, &size) < 0)
        return 0;
    return atoll(text);
}

static void
version_of(struct versions *versions, int64_t pid, char *out)
{
    struct stat st;
    char path[64];
    size_t i = versions->count;

    *out = '\0';
    snprintf(path, sizeof(path), "/proc/%lld/exe", (long long)pid);
    if (pid <= 0 || stat(path, &st) < 0)
        return;
    for (size_t k = 0; k < versions->count; k++)
        if (versions->known[k].inode == st.st_ino &&
            versions->known[k].device == st.st_dev) {
            strcpy(out, versions->known[k].version);
            return;
        }
    ft_probe_qemu_version(pid, out, FT_VERSION_SIZE);
    if (i == VERSIONS_MAX)
        return;
    versions->known[i].device = st.st_dev;
    versions->known[i].inode = st.st_ino;
    strcpy(versions->known[i].version, out);
    versions->count++;
}

static int
holds_vhost(int64_t pid)
{
    char path[300];
    char target[64];
    struct dirent *entry;
    int found = 0;
    DIR *folder;

    snprintf(path, sizeof(path), "/proc/%lld/fd", (long long)pid);
    folder = pid > 0 ? opendir(path) : NULL;
    while (folder != NULL && !found && (entry = readdir(folder)) != NULL) {
        ssize_t n = readlinkat(dirfd(folder), entry->d_name, target,
                               sizeof(target) - 1);

        target[n > 0 ? n : 0] = '\0';
        found = strcmp(target, "/dev/vhost-net") == 0;
    }
    if (folder != NULL)
        closedir(folder);
    return found;
}

static int
take_mac(struct ft_probe_xml *xml, xmlNodePtr node, void *data)
{
    return json_array_append_new(data,
                                 ft_probe_xml_json(xml, node,
                                                   "string(mac/@address)")) == 0
               ? 0
               : -ENOMEM;
}

const char *
ft_probe_state_name(int state)
{
    switch (state) {
    case VIR_DOMAIN_RUNNING:
    case VIR_DOMAIN_BLOCKED:
        return ft_domain_state_name(FT_DOMAIN_RUNNING);
    case VIR_DOMAIN_PAUSED:
        return ft_domain_state_name(FT_DOMAIN_PAUSED);
    case VIR_DOMAIN_SHUTOFF:
        return ft_domain_state_name(FT_DOMAIN_OFF);
    case VIR_DOMAIN_CRASHED:
        return ft_domain_state_name(FT_DOMAIN_CRASHED);
    default:
        return ft_domain_state_name(FT_DOMAIN_OTHER);
    }
}

/*
 * A protected VM stands for a moment in each epoch, and is not paused for that:
 * it is looked at again. So is what somebody has paused, as some checkpoints
 * do, but not each waiting copy of a host that has many: left is for all.
 */
static const char *
state_of(virDomainPtr domain, int *left)
{
    int state, reason = 0;

    for (int i = 0;; i++) {
        state = VIR_DOMAIN_NOSTATE;
        virDomainGetState(domain, &state, &reason, 0);
        if (state != VIR_DOMAIN_PAUSED || i == FT_PROBE_AGAIN_TIMES ||
            (reason == VIR_DOMAIN_PAUSED_USER && (*left)-- <= 0))
            return ft_probe_state_name(state);
        ft_clock_sleep(FT_PROBE_AGAIN_NS(i));
    }
}

/* What the API says, without the XML. */
static json_t *
domain_head(virDomainPtr domain, struct versions *versions, int *left)
{
    const char *name = virDomainGetName(domain);
    int64_t pid = virDomainIsActive(domain) == 1 ? pid_of(name) : 0;
    char uuid[VIR_UUID_STRING_BUFLEN] = "";
    char version[FT_VERSION_SIZE];
    virDomainInfo info = { 0 };
    int autostart = 0;

    virDomainGetUUIDString(domain, uuid);
    virDomainGetInfo(domain, &info);
    virDomainGetAutostart(domain, &autostart);
    version_of(versions, pid, version);
    return json_pack("{s:s,s:s,s:s,s:b,s:b,s:b,s:I,s:I,s:I,s:s}", "name", name,
                     "uuid", uuid, "state", state_of(domain, left), "autostart",
                     autostart, "persistent",
                     virDomainIsPersistent(domain) == 1, "vhost",
                     holds_vhost(pid), "memory", (json_int_t)info.maxMem << 10,
                     "vcpus", (json_int_t)info.nrVirtCpu, "pid",
                     (json_int_t)pid, "qemu_version", version);
}

static int
add_domain_xml(json_t *facts, virDomainPtr domain, const char *text, bool gently)
{
    json_t *disks = json_array();
    json_t *macs = json_array();
    struct ft_probe_xml xml;
    int rc = ft_probe_xml_open(&xml, text);

    if (rc == 0) {
        rc = ft_probe_disks(&xml, domain, gently, disks);
        if (rc == 0)
            rc = ft_probe_xml_each(&xml, NULL, "/domain/devices/interface",
                                   take_mac, macs);
        ft_probe_add(facts, "kvm",
                     json_boolean(ft_probe_xml_true(&xml, NULL,
                                                    "/domain[@type='kvm']")));
        ft_probe_add(facts, "machine",
                     ft_probe_xml_json(&xml, NULL,
                                       "string(/domain/os/type/@machine)"));
        ft_probe_add(facts, "emulator",
                     ft_probe_xml_json(&xml, NULL,
                                       "string(/domain/devices/emulator)"));
    }
    ft_probe_xml_close(&xml);
    ft_probe_add(facts, "disks", disks);
    ft_probe_add(facts, "macs", macs);
    ft_probe_add(facts, "blocked",
                 gently ? json_string("") : ft_probe_blocked(domain));
    return rc < 0 ? rc : ft_probe_add(facts, "xml", json_string(text));
}

static int
add_domain(json_t *list, virDomainPtr domain, struct versions *versions,
           int *left, bool gently)
{
    FT_AUTOFREE char *text = virDomainGetXMLDesc(domain, 0);
    json_t *facts;

    /* A domain that vanished while we looked is no domain. */
    if (text == NULL || strlen(text) > FT_HOST_XML_MAX)
        return 0;
    facts = domain_head(domain, versions, left);
    if (facts == NULL ||
        add_domain_xml(facts, domain, text, gently) == -ENOMEM) {
        json_decref(facts);
        return -ENOMEM;
    }
    return json_array_append_new(list, facts) == 0 ? 0 : -ENOMEM;
}

static bool
is_rehearsal(virDomainPtr domain)
{
    return !strncmp(virDomainGetName(domain), FT_REHEARSAL_PREFIX,
                    strlen(FT_REHEARSAL_PREFIX));
}

int
ft_probe_domains(virConnectPtr conn, json_t *facts, bool gently)
{
    struct versions versions = { .count = 0 };
    virDomainPtr *domains = NULL;
    json_t *list = json_array();
    int count = virConnectListAllDomains(conn, &domains, 0);
    int rc = 0, left = 3 * FT_PROBE_AGAIN_TIMES;

    for (int i = 0; i < count; i++) {
        if (rc == 0 && !is_rehearsal(domains[i]))
            rc = add_domain(list, domains[i], &versions, &left, gently);
        virDomainFree(domains[i]);
    }
    free(domains);
    ft_probe_ask_end();
    return ft_probe_add(facts, "domains", list) < 0 ? -ENOMEM : rc;
}
