/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/paths.h"
#include "inventory/facts.h"
#include "inventory/host.h"

#define FLAGS_MAX 8192

static const struct ft_fact address_facts[] = {
    FT_FACT_NEEDED("text", struct ft_address, text),
    FT_FACT_NUMBER("prefix", struct ft_address, prefix, 0, 128),
    FT_FACT_END,
};

static const struct ft_fact nic_facts[] = {
    FT_FACT_NEEDED("name", struct ft_nic, name),
    FT_FACT_TEXT("mac", struct ft_nic, mac),
    FT_FACT_TEXT("master", struct ft_nic, master),
    FT_FACT_TEXT("kind", struct ft_nic, kind),
    FT_FACT_TEXT("parent", struct ft_nic, parent),
    FT_FACT_NUMBER("speed_mbps", struct ft_nic, speed_mbps, -1, 100000000),
    FT_FACT_NUMBER("mtu", struct ft_nic, mtu, 0, 1 << 20),
    FT_FACT_FLAG("bridge", struct ft_nic, is_bridge),
    FT_FACT_FLAG("up", struct ft_nic, up),
    FT_FACT_FLAG("carrier", struct ft_nic, carrier),
    FT_FACT_LIST("addresses", struct ft_nic, addresses, address_count,
                 FT_HOST_LIST_MAX, address_facts),
    FT_FACT_END,
};

static const struct ft_fact ovs_port_facts[] = {
    FT_FACT_NEEDED("name", struct ft_ovs_port, name),
    FT_FACT_TEXT("kind", struct ft_ovs_port, kind),
    FT_FACT_FLAG("up", struct ft_ovs_port, up),
    FT_FACT_NUMBER("tag", struct ft_ovs_port, tag, 0, 4095),
    FT_FACT_LONG("trunks", struct ft_ovs_port, trunks, 512),
    FT_FACT_END,
};

static const struct ft_fact ovs_bridge_facts[] = {
    FT_FACT_NEEDED("name", struct ft_ovs_bridge, name),
    FT_FACT_FLAG("controlled", struct ft_ovs_bridge, controlled),
    FT_FACT_LIST("ports", struct ft_ovs_bridge, ports, port_count,
                 FT_HOST_LIST_MAX, ovs_port_facts),
    FT_FACT_END,
};

static const struct ft_fact ovs_facts[] = {
    FT_FACT_FLAG("told", struct ft_ovs, told),
    FT_FACT_LIST("bridges", struct ft_ovs, bridges, bridge_count,
                 FT_HOST_LIST_MAX, ovs_bridge_facts),
    FT_FACT_END,
};

static const struct ft_fact network_facts[] = {
    FT_FACT_NEEDED("name", struct ft_network, name),
    FT_FACT_TEXT("bridge", struct ft_network, bridge),
    FT_FACT_TEXT("forward", struct ft_network, forward),
    FT_FACT_FLAG("active", struct ft_network, active),
    FT_FACT_END,
};

static const struct ft_fact pool_facts[] = {
    FT_FACT_NEEDED("name", struct ft_pool, name),
    FT_FACT_TEXT("type", struct ft_pool, type),
    FT_FACT_TEXT("path", struct ft_pool, path),
    FT_FACT_TEXT("backing", struct ft_pool, backing),
    FT_FACT_NUMBER("capacity", struct ft_pool, capacity, 0, INT64_MAX),
    FT_FACT_NUMBER("available", struct ft_pool, available, 0, INT64_MAX),
    FT_FACT_FLAG("active", struct ft_pool, active),
    FT_FACT_FLAG("autostart", struct ft_pool, autostart),
    FT_FACT_NUMBER("flush_p50_us", struct ft_pool, flush_p50_us, 0, INT64_MAX),
    FT_FACT_NUMBER("flush_p90_us", struct ft_pool, flush_p90_us, 0, INT64_MAX),
    FT_FACT_END,
};

static const struct ft_fact emulator_facts[] = {
    FT_FACT_NEEDED("path", struct ft_emulator, path),
    FT_FACT_TEXT("version", struct ft_emulator, version),
    FT_FACT_TEXT("package", struct ft_emulator, package),
    FT_FACT_WORDS("machines", struct ft_emulator, machines, machine_count,
                  FT_HOST_LIST_MAX, 0, "has a member that is no name"),
    FT_FACT_END,
};

static const struct ft_fact disk_facts[] = {
    FT_FACT_NEEDED("target", struct ft_disk, target),
    FT_FACT_TEXT("device", struct ft_disk, device),
    FT_FACT_TEXT("source", struct ft_disk, source),
    FT_FACT_TEXT("format", struct ft_disk, format),
    FT_FACT_TEXT("pool", struct ft_disk, pool),
    FT_FACT_NUMBER("capacity", struct ft_disk, capacity, 0, INT64_MAX),
    FT_FACT_NUMBER("snapshots", struct ft_disk, snapshots, 0, INT32_MAX),
    FT_FACT_NUMBER("size", struct ft_disk, size, 0, INT64_MAX),
    FT_FACT_NUMBER("allocated", struct ft_disk, allocated, 0, INT64_MAX),
    FT_FACT_FLAG("missing", struct ft_disk, missing),
    FT_FACT_FLAG("readonly", struct ft_disk, readonly),
    FT_FACT_FLAG("job", struct ft_disk, job),
    FT_FACT_END,
};

static const char *const state_names[] = {
    [FT_DOMAIN_OFF] = "off",       [FT_DOMAIN_RUNNING] = "running",
    [FT_DOMAIN_PAUSED] = "paused", [FT_DOMAIN_CRASHED] = "crashed",
    [FT_DOMAIN_OTHER] = "other",
};

const char *
ft_domain_state_name(enum ft_domain_state state)
{
    return (unsigned)state <= FT_DOMAIN_OTHER ? state_names[state] : "other";
}

static enum ft_domain_state
state_of(const char *name)
{
    for (unsigned i = 0; i <= FT_DOMAIN_OTHER; i++)
        if (strcmp(name, state_names[i]) == 0)
            return i;
    return FT_DOMAIN_OTHER;
}

static const char *
take_state(const json_t *value, void *domain)
{
    char name[16];
    const char *wrong = ft_facts_text(value, name, sizeof(name));

    ((struct ft_domain *)domain)->state = state_of(name);
    return wrong;
}

static const struct ft_fact domain_facts[] = {
    FT_FACT_NEEDED("name", struct ft_domain, name),
    FT_FACT_NEEDED("uuid", struct ft_domain, uuid),
    FT_FACT_TAKEN("state", take_state),
    FT_FACT_TEXT("machine", struct ft_domain, machine),
    FT_FACT_TEXT("emulator", struct ft_domain, emulator),
    FT_FACT_TEXT("qemu_version", struct ft_domain, qemu_version),
    FT_FACT_TEXT("blocked", struct ft_domain, blocked),
    FT_FACT_RAW("xml", struct ft_domain, xml, FT_HOST_XML_MAX),
    FT_FACT_FLAG("autostart", struct ft_domain, autostart),
    FT_FACT_FLAG("persistent", struct ft_domain, persistent),
    FT_FACT_FLAG("kvm", struct ft_domain, kvm),
    FT_FACT_FLAG("vhost", struct ft_domain, vhost),
    FT_FACT_NUMBER("memory", struct ft_domain, memory, 0, INT64_MAX),
    FT_FACT_NUMBER("vcpus", struct ft_domain, vcpus, 0, 65536),
    FT_FACT_NUMBER("pid", struct ft_domain, pid, 0, INT32_MAX),
    FT_FACT_LIST("disks", struct ft_domain, disks, disk_count, FT_HOST_LIST_MAX,
                 disk_facts),
    FT_FACT_WORDS("macs", struct ft_domain, macs, mac_count, FT_HOST_LIST_MAX,
                  17, "has a member that is no MAC address"),
    FT_FACT_END,
};

/* An engine from before this fact tells nothing of it, and when it is told to hold
 * output says itself what it lacks. */
static const char *
take_plug(const json_t *value, void *kernel)
{
    ((struct ft_kernel *)kernel)->plug = value == NULL || json_is_true(value);
    return NULL;
}

static const struct ft_fact kernel_facts[] = {
    FT_FACT_NEEDED("release", struct ft_kernel, release),
    FT_FACT_TEXT("security", struct ft_kernel, security),
    FT_FACT_FLAG("userfaultfd", struct ft_kernel, userfaultfd),
    FT_FACT_FLAG("uffd_wp_async", struct ft_kernel, uffd_wp_async),
    FT_FACT_FLAG("pagemap_scan", struct ft_kernel, pagemap_scan),
    FT_FACT_FLAG("pidfd_getfd", struct ft_kernel, pidfd_getfd),
    FT_FACT_FLAG("kvm", struct ft_kernel, kvm),
    FT_FACT_FLAG("vhost_net", struct ft_kernel, vhost_net),
    FT_FACT_TAKEN("plug", take_plug),
    FT_FACT_END,
};

static const struct ft_fact system_facts[] = {
    FT_FACT_TEXT("id", struct ft_system, id),
    FT_FACT_TEXT("version", struct ft_system, version),
    FT_FACT_TEXT("like", struct ft_system, like),
    FT_FACT_TEXT("name", struct ft_system, name),
    FT_FACT_END,
};

static const struct ft_fact cpu_facts[] = {
    FT_FACT_TEXT("model", struct ft_cpu, model),
    FT_FACT_TEXT("vendor", struct ft_cpu, vendor),
    FT_FACT_TEXT("microcode", struct ft_cpu, microcode),
    FT_FACT_TEXT("nodes", struct ft_cpu, nodes),
    FT_FACT_NUMBER("count", struct ft_cpu, count, 0, 65536),
    FT_FACT_LONG("flags", struct ft_cpu, flags, FLAGS_MAX),
    FT_FACT_END,
};

static const struct ft_fact condition_facts[] = {
    FT_FACT_FLAG("told", struct ft_condition, told),
    FT_FACT_NUMBER("clock_set", struct ft_condition, clock_set, -1, 1),
    FT_FACT_TEXT("clocksource", struct ft_condition, clocksource),
    FT_FACT_TEXT("chassis", struct ft_condition, chassis),
    FT_FACT_TEXT("board", struct ft_condition, board),
    FT_FACT_NUMBER("commit_left", struct ft_condition, commit_left, -1,
                   INT64_MAX),
    FT_FACT_NUMBER("room", struct ft_condition, room, -1, INT64_MAX),
    FT_FACT_NUMBER("cpu_pressure", struct ft_condition, cpu_pressure, -1, 10000),
    FT_FACT_NUMBER("memory_pressure", struct ft_condition, memory_pressure, -1,
                   10000),
    FT_FACT_NUMBER("io_pressure", struct ft_condition, io_pressure, -1, 10000),
    FT_FACT_FLAG("reboot_due", struct ft_condition, reboot_due),
    FT_FACT_END,
};

/* libvirt's own words may be long and have line ends, which become spaces. */
static const char *
take_message(const json_t *value, void *libvirt)
{
    char *out = ((struct ft_libvirt *)libvirt)->error;
    const char *text = json_string_value(value);

    snprintf(out, sizeof(((struct ft_libvirt *)libvirt)->error), "%s",
             text != NULL ? text : "");
    for (; *out != '\0'; out++)
        if ((unsigned char)*out < 0x20 || *out == 0x7f)
            *out = ' ';
    return NULL;
}

/* What makes no sense is not known. */
static const char *
take_workers(const json_t *value, void *libvirt)
{
    json_int_t workers = json_integer_value(value);

    if (workers > 0 && workers <= 1000000)
        ((struct ft_libvirt *)libvirt)->max_workers = (unsigned)workers;
    return NULL;
}

static const struct ft_fact libvirt_facts[] = {
    FT_FACT_TEXT("version", struct ft_libvirt, version),
    FT_FACT_TEXT("uri", struct ft_libvirt, uri),
    FT_FACT_TEXT("uuid", struct ft_libvirt, uuid),
    FT_FACT_TAKEN("error", take_message),
    FT_FACT_TAKEN("max_workers", take_workers),
    FT_FACT_END,
};

/* Of an engine of before: none are known. */
static const char *
take_ports(const json_t *list, void *opaque)
{
    struct ft_host *host = opaque;
    const json_t *port;
    size_t i;

    json_array_foreach(list, i, port)
        if (host->listening_count < FT_LISTENING_MAX &&
            json_integer_value(port) > 0 && json_integer_value(port) < 65536)
            host->listening[host->listening_count++] =
                (uint16_t)json_integer_value(port);
    return NULL;
}

static const struct ft_fact file_facts[] = {
    FT_FACT_NEEDED("path", struct ft_host_file, path),
    FT_FACT_FLAG("there", struct ft_host_file, there),
    FT_FACT_FLAG("readable", struct ft_host_file, readable),
    FT_FACT_END,
};

static const struct ft_fact memory_facts[] = {
    FT_FACT_NUMBER("total", struct ft_host, memory_total, 0, INT64_MAX),
    FT_FACT_NUMBER("available", struct ft_host, memory_available, 0, INT64_MAX),
    FT_FACT_END,
};

static const struct ft_fact host_facts[] = {
    FT_FACT_NEEDED("hostname", struct ft_host, hostname),
    FT_FACT_TEXT("machine_id", struct ft_host, machine_id),
    FT_FACT_TEXT("engine", struct ft_host, engine_version),
    FT_FACT_TEXT("firewall", struct ft_host, firewall),
    FT_FACT_TEXT("swtpm", struct ft_host, swtpm),
    FT_FACT_NUMBER("realtime_ns", struct ft_host, realtime_ns, 0, INT64_MAX),
    FT_FACT_HERE("memory", memory_facts),
    FT_FACT_GROUP("system", struct ft_host, system, system_facts),
    FT_FACT_GROUP("kernel", struct ft_host, kernel, kernel_facts),
    FT_FACT_GROUP("cpu", struct ft_host, cpu, cpu_facts),
    FT_FACT_GROUP("libvirt", struct ft_host, libvirt, libvirt_facts),
    FT_FACT_GROUP("condition", struct ft_host, condition, condition_facts),
    FT_FACT_GROUP("ovs", struct ft_host, ovs, ovs_facts),
    FT_FACT_TAKEN("listening", take_ports),
    FT_FACT_LIST("nics", struct ft_host, nics, nic_count, FT_HOST_LIST_MAX,
                 nic_facts),
    FT_FACT_LIST("networks", struct ft_host, networks, network_count,
                 FT_HOST_LIST_MAX, network_facts),
    FT_FACT_LIST("pools", struct ft_host, pools, pool_count, FT_HOST_LIST_MAX,
                 pool_facts),
    FT_FACT_LIST("emulators", struct ft_host, emulators, emulator_count,
                 FT_HOST_LIST_MAX, emulator_facts),
    FT_FACT_LIST("domains", struct ft_host, domains, domain_count,
                 FT_HOST_LIST_MAX, domain_facts),
    FT_FACT_LIST("files", struct ft_host, files, file_count, FT_HOST_LIST_MAX,
                 file_facts),
    FT_FACT_END,
};

int
ft_host_from_json(const json_t *facts, struct ft_host **out,
                  struct ft_error *err)
{
    json_int_t schema = json_integer_value(json_object_get(facts, "schema"));
    struct ft_host *host;
    int rc;

    *out = NULL;
    if (!json_is_object(facts))
        return ft_facts_malformed(err, "facts", "is not an object");
    if (schema != FT_FACTS_SCHEMA)
        return ft_fail(err, EPROTO,
                       "Install the same version on both sides: "
                       "ftadmin host upgrade HOST.",
                       "the facts about the host have schema %lld, this "
                       "ftadmin knows %d",
                       (long long)schema, FT_FACTS_SCHEMA);
    host = calloc(1, sizeof(*host));
    if (host == NULL)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    host->link_port = FT_ENGINE_PORT;
    rc = ft_facts_decode(host_facts, facts, host, err);
    if (rc < 0) {
        ft_host_free(host);
        return rc;
    }
    *out = host;
    return 0;
}

void
ft_host_free(struct ft_host *host)
{
    if (host == NULL)
        return;
    ft_facts_free(host_facts, host);
    free(host);
}

bool
ft_host_listens(const struct ft_host *host, unsigned long port)
{
    for (size_t i = 0; i < host->listening_count; i++)
        if (host->listening[i] == port)
            return true;
    return false;
}

const struct ft_domain *
ft_host_domain(const struct ft_host *host, const char *name_or_uuid)
{
    for (size_t i = 0; i < host->domain_count; i++)
        if (strcmp(host->domains[i].name, name_or_uuid) == 0)
            return &host->domains[i];
    for (size_t i = 0; i < host->domain_count; i++)
        if (strcasecmp(host->domains[i].uuid, name_or_uuid) == 0)
            return &host->domains[i];
    return NULL;
}

const struct ft_pool *
ft_host_pool(const struct ft_host *host, const char *name)
{
    for (size_t i = 0; i < host->pool_count; i++)
        if (strcmp(host->pools[i].name, name) == 0)
            return &host->pools[i];
    return NULL;
}

const struct ft_nic *
ft_host_nic(const struct ft_host *host, const char *name)
{
    for (size_t i = 0; i < host->nic_count; i++)
        if (strcmp(host->nics[i].name, name) == 0)
            return &host->nics[i];
    return NULL;
}

const struct ft_network *
ft_host_network(const struct ft_host *host, const char *name)
{
    for (size_t i = 0; i < host->network_count; i++)
        if (strcmp(host->networks[i].name, name) == 0)
            return &host->networks[i];
    return NULL;
}

const struct ft_ovs_bridge *
ft_host_ovs(const struct ft_host *host, const char *bridge)
{
    for (size_t i = 0; i < host->ovs.bridge_count; i++)
        if (strcmp(host->ovs.bridges[i].name, bridge) == 0)
            return &host->ovs.bridges[i];
    return NULL;
}

const struct ft_emulator *
ft_host_emulator(const struct ft_host *host, const char *path)
{
    for (size_t i = 0; i < host->emulator_count; i++)
        if (strcmp(host->emulators[i].path, path) == 0)
            return &host->emulators[i];
    return NULL;
}
