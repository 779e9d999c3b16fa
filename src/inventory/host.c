/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "inventory/host.h"

#define FLAGS_MAX 8192

/* Decodes one element of a list into memory that is zero. */
typedef int (*decode_item)(const json_t *item, void *out, struct ft_error *err);

static int
malformed(struct ft_error *err, const char *key, const char *what)
{
    return ft_fail(err, EINVAL, NULL,
                   "the facts about the host are malformed: "
                   "\"%s\" %s",
                   key, what);
}

/* Control characters would reach terminals, shells and logs. */
static bool
is_clean(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return false;
    return true;
}

/* A string that may be missing: then out is empty. */
static int
take_text(const json_t *object, const char *key, char *out, size_t size,
          struct ft_error *err)
{
    const json_t *value = json_object_get(object, key);
    const char *text = json_string_value(value);

    *out = '\0';
    if (value == NULL || json_is_null(value))
        return 0;
    if (text == NULL)
        return malformed(err, key, "is not a string");
    if (json_string_length(value) >= size || strlen(text) >= size)
        return malformed(err, key, "is too long");
    if (!is_clean(text))
        return malformed(err, key, "has control characters");
    strcpy(out, text);
    return 0;
}

/* The same, but it must be there. */
static int
need_text(const json_t *object, const char *key, char *out, size_t size,
          struct ft_error *err)
{
    int rc = take_text(object, key, out, size, err);

    if (rc == 0 && *out == '\0')
        rc = malformed(err, key, "is missing");
    return rc;
}

/* Long text in memory of its own; clean: no control characters. */
static int
take_long_text(const json_t *object, const char *key, size_t limit, bool clean,
               char **out, struct ft_error *err)
{
    const json_t *value = json_object_get(object, key);
    const char *text = json_string_value(value);

    *out = NULL;
    if (value == NULL || json_is_null(value))
        return 0;
    if (text == NULL)
        return malformed(err, key, "is not a string");
    if (strlen(text) != json_string_length(value) || strlen(text) > limit)
        return malformed(err, key, "is too long");
    if (clean && !is_clean(text))
        return malformed(err, key, "has control characters");
    *out = strdup(text);
    return *out != NULL ? 0 : ft_fail(err, ENOMEM, NULL, "out of memory");
}

/* A number that may be missing: then 0. */
static int
take_number(const json_t *object, const char *key, int64_t min, int64_t max,
            int64_t *out, struct ft_error *err)
{
    const json_t *value = json_object_get(object, key);

    *out = 0;
    if (value == NULL || json_is_null(value))
        return 0;
    if (!json_is_integer(value))
        return malformed(err, key, "is not a whole number");
    *out = json_integer_value(value);
    return *out >= min && *out <= max ? 0
                                      : malformed(err, key, "is out of bounds");
}

static int
take_size(const json_t *object, const char *key, uint64_t *out,
          struct ft_error *err)
{
    int64_t value;
    int rc = take_number(object, key, 0, INT64_MAX, &value, err);

    *out = value;
    return rc;
}

static bool
take_flag(const json_t *object, const char *key)
{
    return json_is_true(json_object_get(object, key));
}

static int
take_list(const json_t *object, const char *key, size_t item_size,
          decode_item decode, void *items, size_t *count, struct ft_error *err)
{
    const json_t *list = json_object_get(object, key);
    size_t length = json_array_size(list);
    char *memory;

    *count = 0;
    if (list == NULL || json_is_null(list) ||
        (json_is_array(list) && length == 0))
        return 0;
    if (!json_is_array(list))
        return malformed(err, key, "is not a list");
    if (length > FT_HOST_LIST_MAX)
        return malformed(err, key, "has too many members");
    memory = calloc(length, item_size);
    if (memory == NULL)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    memcpy(items, &memory, sizeof(memory));
    for (; *count < length; ++*count) {
        int rc = decode(json_array_get(list, *count),
                        memory + *count * item_size, err);

        if (rc < 0) {
            ++*count; /* it may own memory already */
            return ft_error_prefix(err, "%s[%zu]", key, *count - 1);
        }
    }
    return 0;
}

static int
decode_address(const json_t *item, void *out, struct ft_error *err)
{
    struct ft_address *address = out;
    int64_t prefix;
    int rc = need_text(item, "text", address->text, sizeof(address->text), err);

    if (rc == 0)
        rc = take_number(item, "prefix", 0, 128, &prefix, err);
    if (rc == 0)
        address->prefix = (int)prefix;
    return rc;
}

static int
decode_nic(const json_t *item, void *out, struct ft_error *err)
{
    struct ft_nic *nic = out;
    int64_t speed;
    int rc = need_text(item, "name", nic->name, sizeof(nic->name), err);

    if (rc == 0)
        rc = take_text(item, "mac", nic->mac, sizeof(nic->mac), err);
    if (rc == 0)
        rc = take_text(item, "master", nic->master, sizeof(nic->master), err);
    if (rc == 0)
        rc = take_number(item, "speed_mbps", -1, 100000000, &speed, err);
    if (rc < 0)
        return rc;
    nic->speed_mbps = (int)speed;
    nic->is_bridge = take_flag(item, "bridge");
    nic->up = take_flag(item, "up");
    nic->carrier = take_flag(item, "carrier");
    return take_list(item, "addresses", sizeof(*nic->addresses), decode_address,
                     &nic->addresses, &nic->address_count, err);
}

static int
decode_network(const json_t *item, void *out, struct ft_error *err)
{
    struct ft_network *network = out;
    int rc = need_text(item, "name", network->name, sizeof(network->name), err);

    if (rc == 0)
        rc = take_text(item, "bridge", network->bridge, sizeof(network->bridge),
                       err);
    if (rc == 0)
        rc = take_text(item, "forward", network->forward,
                       sizeof(network->forward), err);
    network->active = take_flag(item, "active");
    return rc;
}

static int
decode_pool(const json_t *item, void *out, struct ft_error *err)
{
    struct ft_pool *pool = out;
    int rc = need_text(item, "name", pool->name, sizeof(pool->name), err);

    if (rc == 0)
        rc = take_text(item, "type", pool->type, sizeof(pool->type), err);
    if (rc == 0)
        rc = take_text(item, "path", pool->path, sizeof(pool->path), err);
    if (rc == 0)
        rc = take_text(item, "backing", pool->backing, sizeof(pool->backing),
                       err);
    if (rc == 0)
        rc = take_size(item, "capacity", &pool->capacity, err);
    if (rc == 0)
        rc = take_size(item, "available", &pool->available, err);
    pool->active = take_flag(item, "active");
    pool->autostart = take_flag(item, "autostart");
    return rc;
}

static int
decode_machine(const json_t *item, void *out, struct ft_error *err)
{
    char *machine = out; /* char[64] */
    const char *text = json_string_value(item);

    if (text == NULL || strlen(text) >= 64 || !is_clean(text))
        return malformed(err, "machines", "has a member that is no name");
    strcpy(machine, text);
    return 0;
}

static int
decode_emulator(const json_t *item, void *out, struct ft_error *err)
{
    struct ft_emulator *emulator = out;
    int rc =
        need_text(item, "path", emulator->path, sizeof(emulator->path), err);

    if (rc == 0)
        rc = take_text(item, "version", emulator->version,
                       sizeof(emulator->version), err);
    if (rc == 0)
        rc = take_text(item, "package", emulator->package,
                       sizeof(emulator->package), err);
    if (rc == 0)
        rc = take_list(item, "machines", sizeof(*emulator->machines),
                       decode_machine, &emulator->machines,
                       &emulator->machine_count, err);
    return rc;
}

static int
decode_disk(const json_t *item, void *out, struct ft_error *err)
{
    struct ft_disk *disk = out;
    int64_t snapshots = 0;
    int rc = need_text(item, "target", disk->target, sizeof(disk->target), err);

    if (rc == 0)
        rc = take_text(item, "device", disk->device, sizeof(disk->device), err);
    if (rc == 0)
        rc = take_text(item, "source", disk->source, sizeof(disk->source), err);
    if (rc == 0)
        rc = take_text(item, "format", disk->format, sizeof(disk->format), err);
    if (rc == 0)
        rc = take_text(item, "pool", disk->pool, sizeof(disk->pool), err);
    if (rc == 0)
        rc = take_size(item, "capacity", &disk->capacity, err);
    if (rc == 0)
        rc = take_number(item, "snapshots", 0, INT32_MAX, &snapshots, err);
    disk->snapshots = (unsigned)snapshots;
    disk->readonly = take_flag(item, "readonly");
    disk->job = take_flag(item, "job");
    return rc;
}

static int
decode_mac(const json_t *item, void *out, struct ft_error *err)
{
    char *mac = out; /* char[18] */
    const char *text = json_string_value(item);

    if (text == NULL || strlen(text) != 17 || !is_clean(text))
        return malformed(err, "macs", "has a member that is no MAC address");
    strcpy(mac, text);
    return 0;
}

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

static int
decode_domain_texts(const json_t *item, struct ft_domain *d,
                    struct ft_error *err)
{
    char state[16] = "";
    int rc = need_text(item, "name", d->name, sizeof(d->name), err);

    if (rc == 0)
        rc = need_text(item, "uuid", d->uuid, sizeof(d->uuid), err);
    if (rc == 0)
        rc = take_text(item, "state", state, sizeof(state), err);
    d->state = state_of(state);
    if (rc == 0)
        rc = take_text(item, "machine", d->machine, sizeof(d->machine), err);
    if (rc == 0)
        rc = take_text(item, "emulator", d->emulator, sizeof(d->emulator), err);
    if (rc == 0)
        rc = take_text(item, "qemu_version", d->qemu_version,
                       sizeof(d->qemu_version), err);
    if (rc == 0)
        rc = take_text(item, "blocked", d->blocked, sizeof(d->blocked), err);
    if (rc == 0)
        rc = take_long_text(item, "xml", FT_HOST_XML_MAX, false, &d->xml, err);
    return rc;
}

static int
decode_domain(const json_t *item, void *out, struct ft_error *err)
{
    struct ft_domain *d = out;
    int64_t vcpus = 0;
    int rc = decode_domain_texts(item, d, err);

    d->autostart = take_flag(item, "autostart");
    d->persistent = take_flag(item, "persistent");
    d->kvm = take_flag(item, "kvm");
    d->vhost = take_flag(item, "vhost");
    if (rc == 0)
        rc = take_size(item, "memory", &d->memory, err);
    if (rc == 0)
        rc = take_number(item, "vcpus", 0, 65536, &vcpus, err);
    if (rc == 0)
        rc = take_number(item, "pid", 0, INT32_MAX, &d->pid, err);
    d->vcpus = (int)vcpus;
    if (rc == 0)
        rc = take_list(item, "disks", sizeof(*d->disks), decode_disk, &d->disks,
                       &d->disk_count, err);
    if (rc == 0)
        rc = take_list(item, "macs", sizeof(*d->macs), decode_mac, &d->macs,
                       &d->mac_count, err);
    return rc;
}

static int
decode_kernel(const json_t *item, struct ft_kernel *kernel, struct ft_error *err)
{
    int rc = need_text(item, "release", kernel->release,
                       sizeof(kernel->release), err);

    if (rc == 0)
        rc = take_text(item, "security", kernel->security,
                       sizeof(kernel->security), err);
    kernel->userfaultfd = take_flag(item, "userfaultfd");
    kernel->uffd_wp_async = take_flag(item, "uffd_wp_async");
    kernel->pagemap_scan = take_flag(item, "pagemap_scan");
    kernel->pidfd_getfd = take_flag(item, "pidfd_getfd");
    kernel->kvm = take_flag(item, "kvm");
    kernel->vhost_net = take_flag(item, "vhost_net");
    /* an engine from before this fact tells nothing of it, and when it is told to
     * hold output says itself what it lacks */
    kernel->plug =
        json_object_get(item, "plug") == NULL || take_flag(item, "plug");
    return rc;
}

static int
decode_system(const json_t *item, struct ft_system *system, struct ft_error *err)
{
    int rc = take_text(item, "id", system->id, sizeof(system->id), err);

    if (rc == 0)
        rc = take_text(item, "version", system->version,
                       sizeof(system->version), err);
    if (rc == 0)
        rc = take_text(item, "like", system->like, sizeof(system->like), err);
    if (rc == 0)
        rc = take_text(item, "name", system->name, sizeof(system->name), err);
    return rc;
}

static int
decode_cpu(const json_t *item, struct ft_cpu *cpu, struct ft_error *err)
{
    int64_t count = 0;
    int rc = take_text(item, "model", cpu->model, sizeof(cpu->model), err);

    if (rc == 0)
        rc = take_text(item, "vendor", cpu->vendor, sizeof(cpu->vendor), err);
    if (rc == 0)
        rc = take_number(item, "count", 0, 65536, &count, err);
    cpu->count = (int)count;
    if (rc == 0)
        rc = take_long_text(item, "flags", FLAGS_MAX, true, &cpu->flags, err);
    if (rc == 0 && cpu->flags == NULL && (cpu->flags = strdup("")) == NULL)
        rc = ft_fail(err, ENOMEM, NULL, "out of memory");
    return rc;
}

/* libvirt's own words may have line ends; they become spaces. */
static void
take_message(const json_t *object, const char *key, char *out, size_t size)
{
    snprintf(out, size, "%s", ft_json_string(object, key, ""));
    for (; *out != '\0'; out++)
        if ((unsigned char)*out < 0x20 || *out == 0x7f)
            *out = ' ';
}

static int
decode_libvirt(const json_t *item, struct ft_libvirt *libvirt,
               struct ft_error *err)
{
    int rc = take_text(item, "version", libvirt->version,
                       sizeof(libvirt->version), err);

    if (rc == 0)
        rc = take_text(item, "uri", libvirt->uri, sizeof(libvirt->uri), err);
    if (rc == 0)
        rc = take_text(item, "uuid", libvirt->uuid, sizeof(libvirt->uuid), err);
    take_message(item, "error", libvirt->error, sizeof(libvirt->error));
    libvirt->max_workers =
        (unsigned)ft_json_int(item, "max_workers", 0, 1000000, 0);
    return rc;
}

static int
decode_head(const json_t *facts, struct ft_host *host, struct ft_error *err)
{
    const json_t *memory = json_object_get(facts, "memory");
    int rc = need_text(facts, "hostname", host->hostname,
                       sizeof(host->hostname), err);

    if (rc == 0)
        rc = take_text(facts, "machine_id", host->machine_id,
                       sizeof(host->machine_id), err);
    if (rc == 0)
        rc = take_text(facts, "engine", host->engine_version,
                       sizeof(host->engine_version), err);
    if (rc == 0)
        rc = take_number(facts, "realtime_ns", 0, INT64_MAX, &host->realtime_ns,
                         err);
    if (rc == 0)
        rc = take_size(memory, "total", &host->memory_total, err);
    if (rc == 0)
        rc = take_size(memory, "available", &host->memory_available, err);
    if (rc == 0)
        rc = decode_system(json_object_get(facts, "system"), &host->system, err);
    if (rc == 0)
        rc = decode_kernel(json_object_get(facts, "kernel"), &host->kernel, err);
    if (rc == 0)
        rc = decode_cpu(json_object_get(facts, "cpu"), &host->cpu, err);
    if (rc == 0)
        rc = decode_libvirt(json_object_get(facts, "libvirt"), &host->libvirt,
                            err);
    return rc;
}

/* Of an engine of before: none are known. */
static void
take_ports(const json_t *list, struct ft_host *host)
{
    const json_t *port;
    size_t i;

    json_array_foreach(list, i, port)
        if (host->listening_count < FT_LISTENING_MAX &&
            json_integer_value(port) > 0 && json_integer_value(port) < 65536)
            host->listening[host->listening_count++] =
                (uint16_t)json_integer_value(port);
}

static int
decode_lists(const json_t *facts, struct ft_host *host, struct ft_error *err)
{
    int rc = take_list(facts, "nics", sizeof(*host->nics), decode_nic,
                       &host->nics, &host->nic_count, err);

    take_ports(json_object_get(facts, "listening"), host);
    if (rc == 0)
        rc = take_list(facts, "networks", sizeof(*host->networks),
                       decode_network, &host->networks, &host->network_count,
                       err);
    if (rc == 0)
        rc = take_list(facts, "pools", sizeof(*host->pools), decode_pool,
                       &host->pools, &host->pool_count, err);
    if (rc == 0)
        rc = take_list(facts, "emulators", sizeof(*host->emulators),
                       decode_emulator, &host->emulators, &host->emulator_count,
                       err);
    if (rc == 0)
        rc = take_list(facts, "domains", sizeof(*host->domains), decode_domain,
                       &host->domains, &host->domain_count, err);
    return rc;
}

int
ft_host_from_json(const json_t *facts, struct ft_host **out,
                  struct ft_error *err)
{
    json_int_t schema = json_integer_value(json_object_get(facts, "schema"));
    struct ft_host *host;
    int rc;

    *out = NULL;
    if (!json_is_object(facts))
        return malformed(err, "facts", "is not an object");
    if (schema != FT_FACTS_SCHEMA)
        return ft_fail(err, EPROTO,
                       "Install the same version on both sides: "
                       "ftadmin host add again upgrades the host.",
                       "the facts about the host have schema %lld, this "
                       "ftadmin knows %d",
                       (long long)schema, FT_FACTS_SCHEMA);
    host = calloc(1, sizeof(*host));
    if (host == NULL)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    host->link_port = 7331;
    rc = decode_head(facts, host, err);
    if (rc == 0)
        rc = decode_lists(facts, host, err);
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
    for (size_t i = 0; i < host->nic_count; i++)
        free(host->nics[i].addresses);
    for (size_t i = 0; i < host->emulator_count; i++)
        free(host->emulators[i].machines);
    for (size_t i = 0; i < host->domain_count; i++) {
        free(host->domains[i].xml);
        free(host->domains[i].disks);
        free(host->domains[i].macs);
    }
    free(host->cpu.flags);
    free(host->nics);
    free(host->networks);
    free(host->pools);
    free(host->emulators);
    free(host->domains);
    free(host->files);
    free(host);
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

const struct ft_emulator *
ft_host_emulator(const struct ft_host *host, const char *path)
{
    for (size_t i = 0; i < host->emulator_count; i++)
        if (strcmp(host->emulators[i].path, path) == 0)
            return &host->emulators[i];
    return NULL;
}
