/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "drift/drift-run.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/json.h"
#include "base/log.h"
#include "base/priority.h"
#include "drift/drift.h"
#include "drift/ways-try.h"
#include "inventory/probe.h"
#include "plan/host-files.h"
#include "plan/throughput.h"
#include "worker/facts-frame.h"
#include "worker/pair-store.h"
#include "worker/pair-waivers.h"
#include "worker/worker-drift.h"

#define NICE 10
#define PEER_MAX (1u << 20)
#define OURS_MAX (8u << 20) /* more than is sent, so that looks stay gentle */
#define KNOWN_FILE "drift.json" /* in the pair's own folder, for good */
#define KNOWN_MAX (256u << 10)
#define CARRIED_MAX 4096

static struct ft_ways ours; /* from this host */

/* ---- this host ---- */

static json_t *
file_json(struct ft_host_file *file)
{
    struct stat st;

    file->there = stat(file->path, &st) == 0;
    file->readable =
        file->there && S_ISREG(st.st_mode) && (st.st_mode & S_IROTH);
    return json_pack("{s:s,s:b,s:b}", "path", file->path, "there", file->there,
                     "readable", file->readable);
}

/* The host's files that its VMs use, copies that wait included. */
static void
add_files(json_t *facts)
{
    json_t *list = json_array(), *domain;
    size_t i;

    json_array_foreach(json_object_get(facts, "domains"), i, domain) {
        FT_AUTOFREE struct ft_host_file *files = NULL;
        size_t count;

        if (ft_host_files(ft_json_string(domain, "xml", NULL), &files, &count))
            continue;
        for (size_t k = 0;
             k < count && json_array_size(list) < FT_HOST_LIST_MAX; k++)
            json_array_append_new(list, file_json(&files[k]));
    }
    json_object_set_new(facts, "files", list);
}

/* For the peers: the definitions of our VMs are none of their business. */
static void
write_host(const json_t *facts)
{
    FT_AUTOJSON json_t *told = json_deep_copy(facts);
    json_t *domain;
    size_t i;
    int rc;

    json_array_foreach(json_object_get(told, "domains"), i, domain)
        json_object_del(domain, "xml");
    rc = told ? ft_json_save(FT_DRIFT_HOST_FILE, told) : -ENOMEM;
    if (rc)
        ft_log(FT_LOG_WARN, "cannot write " FT_DRIFT_HOST_FILE ": %s",
               strerror(-rc));
}

/* ---- the peer of a pair ---- */

struct peer {
    struct ft_host *host; /* NULL: it has told nothing yet */
    struct ft_ways ways;  /* as it told of them */
    bool linked;
    int64_t age_s; /* of what it told, or of the link */
};

static int
decode(const char *text, size_t size, int64_t received_ns, const char *name,
       struct peer *peer, struct ft_error *err)
{
    FT_AUTOJSON json_t *json = NULL;
    const json_t *facts;
    int64_t sent_ns;
    int rc = ft_json_parse(text, size, &json, err);

    if (!rc)
        rc = ft_json_need_int(json, "sent_ns", 0, INT64_MAX, &sent_ns, err);
    if (!rc)
        rc = ft_facts_check(json, err);
    if (!rc)
        rc = ft_host_from_json(json_object_get(json, "facts"), &peer->host, err);
    if (rc)
        return rc;
    facts = json_object_get(json, "facts");
    ft_ways_from_json(json_object_get(facts, "ways"), &peer->ways);
    snprintf(peer->host->name, sizeof(peer->host->name), "%s", name);
    peer->host->clock_offset_ms = (sent_ns - received_ns) / FT_NS_PER_MS;
    peer->host->clock_known = true;
    return 0;
}

static int
read_peer(const char *pair, const char *name, struct peer *peer,
          struct ft_error *err)
{
    FT_AUTOFREE char *text = NULL;
    char path[PATH_MAX], *end;
    int64_t received_ns;
    size_t size;

    ft_drift_path(pair, FT_DRIFT_PEER_FILE, path);
    if (ft_file_read(path, PEER_MAX, &text, &size))
        return 0;
    received_ns = strtoll(text, &end, 10);
    if (*end != '\n' || received_ns < 0)
        return ft_fail(err, EINVAL, NULL, "%s is damaged", path);
    peer->linked = true;
    peer->age_s = (ft_clock_realtime_ns() - received_ns) / FT_NS_PER_S;
    end++;
    return end == text + size
               ? 0
               : decode(end, size - (end - text), received_ns, name, peer, err);
}

/* ---- a pair ---- */

static int
silence(const char *name, const char *what, const char *remedy,
        struct ft_findings *findings)
{
    return ft_findings_add(
        findings, FT_UNKNOWN, FT_CHECK_STANDBY_TOLD, name,
        "What nobody can tell may be wrong, and would be found at the takeover.",
        remedy, "%s", what);
}

/*
 * What is known of before, from the first look on, and it shrinks only; and which
 * waivers have ended.
 */
static int
save_known(const char *path, const json_t *before, json_t *known, json_t *ended)
{
    FT_AUTOJSON json_t *after =
        json_pack("{s:O,s:O}", "known", known, "ended", ended);

    if (!after)
        return -ENOMEM;
    return before && json_equal(before, after) ? 0 : ft_json_save(path, after);
}

static int
write_report(const char *pair, struct ft_findings *findings)
{
    FT_AUTOJSON json_t *waivers = ft_pair_load_waivers(pair);
    FT_AUTOJSON json_t *before = NULL;
    FT_AUTOJSON json_t *known = NULL;
    FT_AUTOJSON json_t *ended = NULL;
    FT_AUTOJSON json_t *report = NULL;
    char kept[PATH_MAX], path[PATH_MAX];
    int rc = 0;

    ft_pair_path(pair, KNOWN_FILE, kept);
    ft_drift_path(pair, FT_DRIFT_REPORT_FILE, path);
    ft_json_load(kept, KNOWN_MAX, &before, NULL);
    if (!ft_drift_saw_nothing(findings)) {
        ended =
            ft_drift_waive(waivers, json_object_get(before, "ended"), findings);
        known = ft_drift_known(findings, json_object_get(before, "known"));
        rc = known && ended ? save_known(kept, before, known, ended) : -ENOMEM;
    }
    report = ft_drift_report(findings, known);
    if (!rc && !report)
        rc = -ENOMEM;
    return rc ? rc : ft_json_save(path, report);
}

/* Both ways: after a takeover the copy goes the other one. */
static int
judge_ways(const struct ft_pair_config *config, const struct ft_host *self,
           const struct peer *peer, struct ft_findings *findings)
{
    const struct ft_endpoint *here = &config->hosts[config->self];
    const struct ft_endpoint *there = &config->hosts[!config->self];
    int rc =
        ft_ways_judge(&ours, self, peer->host, there->addresses,
                      there->address_count, (int)config->silence_ms, findings);

    return rc ? rc
              : ft_ways_judge(&peer->ways, peer->host, self, here->addresses,
                              here->address_count, (int)config->silence_ms,
                              findings);
}

/* What the link was seen to carry while it was waited for; mostly nothing is known. */
static int
judge_link(const struct ft_pair_config *config, const struct ft_host *self,
           const struct peer *peer, struct ft_findings *findings)
{
    const struct ft_domain *vm = ft_host_domain(self, config->vm_uuid);
    FT_AUTOJSON json_t *carried = NULL;
    struct ft_link_rate rate = { 0 };
    const struct ft_nic *nic;
    char path[PATH_MAX];

    ft_drift_path(config->pair, FT_DRIFT_CARRIED_FILE, path);
    if (ft_json_load(path, CARRIED_MAX, &carried, NULL) || !vm)
        return 0;
    rate.bytes_per_s =
        json_number_value(json_object_get(carried, "bytes_per_s"));
    nic = ft_link_nic(self, ft_json_string(carried, "local", ""));
    snprintf(rate.nic, sizeof(rate.nic), "%s", nic ? nic->name : "?");
    snprintf(rate.address, sizeof(rate.address), "%s",
             ft_json_string(carried, "peer", ""));
    return rate.bytes_per_s > 0
               ? ft_throughput_check(&rate, 1, rate.address, vm->memory,
                                     self->name, peer->host->name, findings)
               : 0;
}

static int
judge_standby(const struct ft_pair_config *config, const struct ft_host *self,
              const struct peer *peer, struct ft_findings *findings)
{
    const char *pool = config->pools[!config->self];
    struct ft_drift_pair pair = { config->pair, config->vm, config->vm_uuid,
                                  *pool ? pool : NULL };
    int rc = peer->host ? ft_drift_judge(&pair, self, peer->host, findings)
                        : -EAGAIN;

    if (!rc)
        rc = judge_ways(config, self, peer, findings);
    return rc ? rc : judge_link(config, self, peer, findings);
}

static int
judge(const struct ft_pair_config *config, struct ft_host *self,
      const struct peer *peer, const struct ft_error *err)
{
    static const char look_there[] =
        "See there whether libvirt answers (virsh list) and whether a file server "
        "hangs; what the engine there says: /var/log/ftadmin/drift.log.";
    const char *name = config->hosts[!config->self].name;
    struct ft_findings findings = FT_FINDINGS_INIT;
    char text[640];
    int rc = 0;

    snprintf(self->name, sizeof(self->name), "%s",
             config->hosts[config->self].name);
    if (err->code == EFBIG) {
        snprintf(text, sizeof(text), "%s: %s", name, err->text);
        rc = silence(name, text, err->hint, &findings);
    } else if (err->code) {
        snprintf(text, sizeof(text), "what %s tells is not understood: %s",
                 name, err->text);
        rc = silence(name, text, look_there, &findings);
    } else if (peer->age_s > FT_DRIFT_STALE_S) {
        snprintf(text, sizeof(text), "%s has told nothing of itself for %lld s",
                 name, (long long)peer->age_s);
        rc = silence(name, text, look_there, &findings);
    } else {
        rc = judge_standby(config, self, peer, &findings);
    }
    if (!rc)
        rc = write_report(config->pair, &findings);
    ft_findings_free(&findings);
    return rc;
}

/* In which QEMU the VM runs, if it does so here; no peer is needed to know that. */
static void
write_qemu(const struct ft_pair_config *config, const struct ft_host *self,
           bool primary)
{
    FT_AUTOJSON json_t *qemu =
        primary ? ft_drift_qemu(self, config->vm_uuid) : NULL;
    char path[PATH_MAX];
    int rc = 0;

    ft_drift_path(config->pair, FT_DRIFT_QEMU_FILE, path);
    if (qemu)
        rc = ft_json_save(path, qemu);
    else
        unlink(path);
    if (rc)
        ft_log(FT_LOG_WARN, "cannot write %s: %s", path, strerror(-rc));
}

static void
look_at_pair(const char *name, struct ft_host *self)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_pair_record record = { 0 };
    struct ft_pair_config config;
    static struct peer peer; /* large: it has ways */
    int rc;

    memset(&peer, 0, sizeof(peer));
    rc = ft_pair_load(name, &config, &err);
    if (!rc)
        rc = ft_pair_state_load(&config, &record, &err);
    if (!rc)
        write_qemu(&config, self, record.record.role == FT_ROLE_PRIMARY);
    if (rc) {
        ft_log_error(&err, "a pair that is not looked at");
    } else if (record.record.role == FT_ROLE_PRIMARY) {
        read_peer(name, config.hosts[!config.self].name, &peer, &err);
        rc = peer.linked || err.code ? judge(&config, self, &peer, &err) : 0;
        if (rc && rc != -EAGAIN && rc != -ENOENT)
            ft_log(FT_LOG_WARN, "%s: no report of drift: %s", config.vm,
                   strerror(-rc));
        ft_host_free(peer.host);
    }
    ft_pair_state_clear(&record);
}

/* Nothing here is in a hurry, and it is the first to go when memory runs out. */
static void
be_modest(void)
{
    ft_priority_set_oom(0, FT_OOM_FIRST);
    if (setpriority(PRIO_PROCESS, 0, NICE) < 0)
        ft_log(FT_LOG_WARN, "cannot lower the priority: %s", strerror(errno));
}

int
ft_drift_main(void)
{
    FT_AUTOJSON json_t *pairs = ft_pair_list();
    FT_AUTOJSON json_t *before = NULL;
    FT_AUTOJSON json_t *facts = NULL;
    struct ft_error err = FT_ERROR_INIT;
    struct ft_host *self = NULL;
    json_t *pair;
    size_t i;

    if (json_array_size(pairs) == 0)
        return 0;
    ft_log_open(FT_LOG_FOLDER "/drift.log", "drift", FT_LOG_INFO);
    be_modest();
    ft_json_load(FT_DRIFT_HOST_FILE, OURS_MAX, &before, NULL);
    if (ft_probe_gently(before, &facts, &err) ||
        ft_host_from_json(facts, &self, &err)) {
        ft_log_error(&err, "this host is not looked at");
        return 1;
    }
    self->clock_known = true;
    add_files(facts);
    ft_ways_try(pairs, &ours);
    json_object_set_new(facts, "ways", ft_ways_to_json(&ours));
    write_host(facts);
    json_array_foreach(pairs, i, pair)
        look_at_pair(json_string_value(pair), self);
    ft_host_free(self);
    return 0;
}
