/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "plan/effects.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/paths.h"
#include "plan/checks-private.h"
#include "plan/step-kinds.h"
#include "plan/xml-values.h"

#define EFFECTS_MAX 512 /* disks and NICs are limited by carry.c */

#define ENGINE_UNDOING "rollback, host remove"
#define PAIR_UNDOING "rollback, unprotect"
#define STAYS "stays as it is"

enum where { ALL, VM_HOSTS, PRIMARY, STANDBY, WITNESS };

/* What is made whatever the VM is. In what, %P is the pair, %V the VM. */
static const struct fixed {
    enum ft_step_kind step;
    enum where where;
    enum ft_effect_kind kind;
    const char *what, *detail, *undoing;
} engine_effects[] = {
#define ENGINE(where, kind, what, detail)                                     \
    {                                                                         \
        FT_STEP_ENGINE, where, FT_EFFECT_##kind, what, detail, ENGINE_UNDOING \
    }
    ENGINE(ALL, FILE, "/usr/local/lib/ftadmin/ftengine",
           "none where the package ftengine is of this version"),
    ENGINE(ALL, FILE, "/etc/systemd/system/ftengine.service",
           "where systemd runs"),
    ENGINE(ALL, FILE, "/etc/systemd/system/ftengine-drain.service",
           "where systemd runs"),
    ENGINE(ALL, FILE, "/etc/init.d/ftengine", "where systemd does not run"),
    ENGINE(VM_HOSTS, FILE, "/etc/libvirt/hooks/qemu.d/ftadmin",
           "refuses a second start of a protected VM; libvirt reads it anew"),
    ENGINE(ALL, FOLDER, FT_STATE_FOLDER, "records and events"),
    ENGINE(ALL, FOLDER, FT_LOG_FOLDER, "logs"),
    ENGINE(ALL, FOLDER, FT_RUN_FOLDER, "sockets"),
    ENGINE(ALL, SERVICE, "ftengine", "started now and at every boot"),
    ENGINE(ALL, PORT, "tcp 7331", "no firewall is changed"),
#undef ENGINE
}, witness_effects[] = {
#define STARTED(kind, what, detail)                               \
    {                                                             \
        FT_STEP_WITNESS, WITNESS, FT_EFFECT_##kind, what, detail, \
            ENGINE_UNDOING                                        \
    }
    STARTED(FOLDER, FT_WITNESS_FOLDER, "who may speak for which VM"),
    STARTED(PROCESS, "ftengine witness", "now and at every boot"),
    STARTED(PORT, "tcp 7332", "no firewall is changed"),
#undef STARTED
}, pair_effects[] = {
#define PAIR(step, where, kind, what, detail)                               \
    {                                                                       \
        FT_STEP_##step, where, FT_EFFECT_##kind, what, detail, PAIR_UNDOING \
    }
    PAIR(WITNESS_PAIR, WITNESS, WITNESS, "pair %P", "generation 1"),
    PAIR(WITNESS_PAIR, WITNESS, KEY, FT_WITNESS_FOLDER "/keys/%P", ""),
    PAIR(STANDBY, STANDBY, FOLDER, FT_PAIRS_FOLDER "/%P",
         "configuration and record"),
    PAIR(STANDBY, STANDBY, KEY, FT_PAIRS_FOLDER "/%P/key", "of the link"),
    PAIR(STANDBY, STANDBY, PROCESS, "ftengine worker --pair %P",
         "log: " FT_LOG_FOLDER "/%V.log, which stays"),
    PAIR(PRIMARY, PRIMARY, FOLDER, FT_PAIRS_FOLDER "/%P",
         "configuration and record"),
    PAIR(PRIMARY, PRIMARY, KEY, FT_PAIRS_FOLDER "/%P/key", "of the link"),
    PAIR(PRIMARY, PRIMARY, PROCESS, "ftengine worker --pair %P",
         "log: " FT_LOG_FOLDER "/%V.log, which stays"),
}, witness_key_effects[] = {
    PAIR(STANDBY, STANDBY, KEY, FT_PAIRS_FOLDER "/%P/witness-key",
         "of the witness"),
    PAIR(PRIMARY, PRIMARY, KEY, FT_PAIRS_FOLDER "/%P/witness-key",
         "of the witness"),
#undef PAIR
};

struct making {
    const struct ft_effects_wish *wish;
    struct ft_effects *effects;
    const struct ft_host *host; /* whose effects are added now */
    bool no_memory;
};

/* ---- one ---- */

/* NULL: there is no memory, or there are too many. */
static struct ft_effect *
add(struct making *m, enum ft_step_kind step, enum ft_effect_kind kind)
{
    struct ft_effects *effects = m->effects;
    struct ft_effect *effect;

    if (effects->count == EFFECTS_MAX)
        return NULL;
    if (effects->list == NULL)
        effects->list = calloc(EFFECTS_MAX, sizeof(*effects->list));
    if (effects->list == NULL) {
        m->no_memory = true;
        return NULL;
    }
    effect = &effects->list[effects->count++];
    snprintf(effect->host, sizeof(effect->host), "%s", m->host->name);
    effect->kind = kind;
    effect->step = ft_step_kind_name(step);
    effect->undoing = PAIR_UNDOING;
    return effect;
}

/* What the engine makes once the step has told it to. */
static void add_later(struct making *m, enum ft_step_kind step,
                      enum ft_effect_kind kind, uint64_t bytes,
                      const char *what, const char *detail, ...)
    __attribute__((format(printf, 6, 7)));

static void
add_later(struct making *m, enum ft_step_kind step, enum ft_effect_kind kind,
          uint64_t bytes, const char *what, const char *detail, ...)
{
    struct ft_effect *effect = add(m, step, kind);
    va_list args;

    if (effect == NULL)
        return;
    effect->later = true;
    effect->bytes = bytes;
    snprintf(effect->what, sizeof(effect->what), "%s", what);
    va_start(args, detail);
    vsnprintf(effect->detail, sizeof(effect->detail), detail, args);
    va_end(args);
}

/* Text with %P and %V. */
static void
fill_in(const struct making *m, const char *text, char *out, size_t size)
{
    size_t n = 0;

    *out = '\0';
    for (; *text != '\0' && n + 1 < size; text++) {
        const char *value = text[0] != '%'   ? NULL
                            : text[1] == 'P' ? m->wish->pair
                                             : m->wish->domain->name;

        if (value != NULL) {
            snprintf(out + n, size - n, "%s", value);
            n += strlen(out + n);
            text++;
        } else {
            out[n++] = *text;
            out[n] = '\0';
        }
    }
}

static bool
is_there(const struct making *m, enum where where)
{
    switch (where) {
    case VM_HOSTS:
        return m->host == m->wish->primary || m->host == m->wish->standby;
    case PRIMARY:
        return m->host == m->wish->primary;
    case STANDBY:
        return m->host == m->wish->standby;
    case WITNESS:
        return m->host == m->wish->witness;
    default:
        return true;
    }
}

static void
add_fixed(struct making *m, const struct fixed *table, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct ft_effect *effect = is_there(m, table[i].where)
                                       ? add(m, table[i].step, table[i].kind)
                                       : NULL;

        if (effect == NULL)
            continue;
        effect->undoing = table[i].undoing;
        fill_in(m, table[i].what, effect->what, sizeof(effect->what));
        fill_in(m, table[i].detail, effect->detail, sizeof(effect->detail));
    }
}

/* ---- what is there already ---- */

static void
add_engine(struct making *m)
{
    struct ft_effect *effect;

    if (!m->host->engine_runs) {
        add_fixed(m, engine_effects, FT_ARRAY_SIZE(engine_effects));
        return;
    }
    effect = add(m, FT_STEP_ENGINE, FT_EFFECT_SERVICE);
    if (effect == NULL)
        return;
    effect->undoing = STAYS;
    strcpy(effect->what, "ftengine");
    snprintf(effect->detail, sizeof(effect->detail),
             "runs already%s%s; renewed where it is not ours, which rollback "
             "takes back",
             *m->host->engine_version != '\0' ? ", " : "",
             m->host->engine_version);
}

static void
add_witness(struct making *m)
{
    struct ft_effect *effect;

    if (!m->host->is_witness) {
        add_fixed(m, witness_effects, FT_ARRAY_SIZE(witness_effects));
        return;
    }
    effect = add(m, FT_STEP_WITNESS, FT_EFFECT_PROCESS);
    if (effect == NULL)
        return;
    effect->undoing = STAYS;
    strcpy(effect->what, "ftengine witness");
    strcpy(effect->detail, "runs already");
}

/* ---- of the VM ---- */

static int
add_nvram(void *data, const char *path)
{
    add_later(data, FT_STEP_STANDBY, FT_EFFECT_NVRAM, 0, path, "UEFI variables");
    return 0;
}

static int
add_tpm(void *data, const char *model)
{
    add_later(data, FT_STEP_STANDBY, FT_EFFECT_TPM, 0, "swtpm",
              "%.100s; its state is copied with each epoch", model);
    return 0;
}

static int
add_copy(struct making *m)
{
    const struct ft_domain *domain = m->wish->domain;
    char name[FT_NAME_SIZE + 80];
    int rc;

    for (size_t i = 0; i < domain->disk_count; i++) {
        if (!ft_needs_replica(&domain->disks[i]))
            continue;
        /* src/virt/volume.c */
        snprintf(name, sizeof(name), "%s-%s.ftreplica", domain->name,
                 domain->disks[i].target);
        add_later(m, FT_STEP_STANDBY, FT_EFFECT_VOLUME,
                  domain->disks[i].capacity, name, "raw, in pool %.200s",
                  m->wish->pool);
    }
    add_later(m, FT_STEP_STANDBY, FT_EFFECT_DOMAIN, domain->memory, domain->name,
              "waits, stopped; not defined, and so not after a boot");
    rc = ft_xml_values(domain->xml, "/domain/os/nvram", add_nvram, m);
    return rc < 0
               ? rc
               : ft_xml_values(domain->xml,
                               "/domain/devices/tpm[backend/@type='emulator']"
                               "/@model",
                               add_tpm, m);
}

static int
add_filter(void *data, const char *mac)
{
    add_later(data, FT_STEP_PRIMARY, FT_EFFECT_GATE, 0, mac,
              "filter: an object in QEMU holds what it sends");
    return 0;
}

static int
add_plug(void *data, const char *mac)
{
    add_later(data, FT_STEP_PRIMARY, FT_EFFECT_GATE, 0, mac,
              "plug: the kernel holds what it sends");
    add_later(data, FT_STEP_PRIMARY, FT_EFFECT_QDISC, 0, mac,
              "its tap: clsact, redirected to an ifb (ftgate...) with sch_plug");
    return 0;
}

#define NICS "/domain/devices/interface"
/* src/gate/gate.c, of a VM whose QEMU has /dev/vhost-net open or not */
#define PLUG_BY_VHOST                                 \
    "(driver/@name='vhost' or driver/@queues > 1 or " \
    "(starts-with(model/@type, 'virtio') and not(driver/@name)))"
#define PLUG "(driver/@name='vhost' or driver/@queues > 1)"

static int
add_gates(struct making *m)
{
    const char *xml = m->wish->domain->xml;
    bool vhost = m->wish->domain->vhost;
    int rc = ft_xml_values(xml,
                           vhost ? NICS "[" PLUG_BY_VHOST "]/mac/@address"
                                 : NICS "[" PLUG "]/mac/@address",
                           add_plug, m);

    return rc < 0 ? rc
                  : ft_xml_values(xml,
                                  vhost ? NICS "[not" PLUG_BY_VHOST
                                               "]/mac/@address"
                                        : NICS "[not" PLUG "]/mac/@address",
                                  add_filter, m);
}

static int
add_attached(struct making *m)
{
    const struct ft_domain *domain = m->wish->domain;

    if (domain->autostart)
        add_later(m, FT_STEP_PRIMARY, FT_EFFECT_AUTOSTART, 0, domain->name,
                  "off: the engine starts it with its host, where it may");
    for (size_t i = 0; i < domain->disk_count; i++)
        if (ft_needs_replica(&domain->disks[i]))
            add_later(m, FT_STEP_PRIMARY, FT_EFFECT_MIRROR,
                      domain->disks[i].capacity, domain->disks[i].target,
                      "a block job that writes to " FT_RUN_FOLDER
                      "/%s/disks.sock, too",
                      m->wish->pair);
    add_later(m, FT_STEP_PRIMARY, FT_EFFECT_MEMORY, domain->memory,
              domain->name, "writes are seen by a userfaultfd in its QEMU");
    return add_gates(m);
}

/* ---- all ---- */

static int
add_host(struct making *m, const struct ft_host *host)
{
    int rc = 0;

    m->host = host;
    add_engine(m);
    if (host == m->wish->witness)
        add_witness(m);
    add_fixed(m, pair_effects, FT_ARRAY_SIZE(pair_effects));
    if (m->wish->witness != NULL)
        add_fixed(m, witness_key_effects, FT_ARRAY_SIZE(witness_key_effects));
    if (host == m->wish->standby)
        rc = add_copy(m);
    if (rc == 0 && host == m->wish->primary)
        rc = add_attached(m);
    return m->no_memory ? -ENOMEM : rc;
}

int
ft_effects_make(const struct ft_effects_wish *wish, struct ft_effects *effects)
{
    struct making m = { .wish = wish, .effects = effects };
    int rc = add_host(&m, wish->primary);

    if (rc == 0)
        rc = add_host(&m, wish->standby);
    return rc == 0 && wish->witness != NULL ? add_host(&m, wish->witness) : rc;
}

void
ft_effects_free(struct ft_effects *effects)
{
    free(effects->list);
    memset(effects, 0, sizeof(*effects));
}

const char *
ft_effect_kind_name(enum ft_effect_kind kind)
{
    static const char *const names[FT_EFFECT_KINDS] = {
        "file",    "folder", "key",    "service", "process", "port",
        "witness", "volume", "domain", "nvram",   "tpm",     "autostart",
        "mirror",  "gate",   "qdisc",  "memory",
    };

    return (unsigned)kind < FT_EFFECT_KINDS ? names[kind] : "unknown";
}

json_t *
ft_effects_to_json(const struct ft_effects *effects)
{
    json_t *list = json_array();

    for (size_t i = 0; i < effects->count; i++) {
        const struct ft_effect *e = &effects->list[i];

        json_array_append_new(
            list, json_pack("{s:s,s:s,s:o,s:o,s:o,s:s,s:b,s:s}", "host",
                            e->host, "kind", ft_effect_kind_name(e->kind),
                            "what", ft_json_text(e->what), "detail",
                            ft_json_text(e->detail), "bytes",
                            e->bytes > 0 ? json_integer((json_int_t)e->bytes)
                                         : json_null(),
                            "step", e->step, "later", (int)e->later, "undoing",
                            e->undoing));
    }
    return list;
}
