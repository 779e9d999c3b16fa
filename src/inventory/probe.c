/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/load.h"
#include "inventory/host.h"
#include "inventory/probe-private.h"
#include "inventory/probe.h"

/* The value after "name : " in /proc/cpuinfo; malloc'd or NULL. */
static char *
proc_value(const char *text, const char *name)
{
    size_t length = strlen(name);

    while (text != NULL && *text != '\0') {
        if (strncmp(text, name, length) == 0 &&
            strchr("\t :", text[length]) != NULL) {
            text += length + strspn(text + length, "\t :");
            return strndup(text, strcspn(text, "\n"));
        }
        text = strchr(text, '\n');
        text = text != NULL ? text + 1 : NULL;
    }
    return NULL;
}

/* A kernel without NUMA has one node and tells of none. */
static void
probe_nodes(char nodes[64])
{
    FT_AUTOFREE char *text = NULL;
    size_t size;

    strcpy(nodes, "0");
    if (ft_file_read("/sys/devices/system/node/online", 4096, &text, &size) < 0)
        return;
    text[strcspn(text, "\r\n")] = '\0';
    snprintf(nodes, 64, "%s", strlen(text) < 64 ? text : "");
}

static json_t *
probe_cpu(void)
{
    FT_AUTOFREE char *text = NULL;
    FT_AUTOFREE char *model = NULL;
    FT_AUTOFREE char *vendor = NULL;
    FT_AUTOFREE char *flags = NULL;
    FT_AUTOFREE char *microcode = NULL;
    char nodes[64];
    size_t size;

    probe_nodes(nodes);

    if (ft_file_read("/proc/cpuinfo", 4 << 20, &text, &size) == 0) {
        model = proc_value(text, "model name");
        vendor = proc_value(text, "vendor_id");
        flags = proc_value(text, "flags");
        microcode = proc_value(text, "microcode");
    }
    return json_pack("{s:s*,s:s*,s:s*,s:s*,s:s,s:I}", "model", model, "vendor",
                     vendor, "flags", flags, "microcode", microcode, "nodes",
                     nodes, "count", (json_int_t)sysconf(_SC_NPROCESSORS_ONLN));
}

json_t *
ft_probe_memory(void)
{
    struct ft_memory memory;

    ft_load_memory(&memory);
    return json_pack("{s:I,s:I}", "total", (json_int_t)memory.total,
                     "available", (json_int_t)memory.available);
}

static json_t *
probe_machine_id(void)
{
    FT_AUTOFREE char *text = NULL;
    size_t size;

    if (ft_file_read("/etc/machine-id", 256, &text, &size) < 0)
        return json_string("");
    text[strcspn(text, "\r\n")] = '\0';
    return json_string(text);
}

static json_t *
probe_system(void)
{
    FT_AUTOFREE char *text = NULL;
    struct ft_system system = { "", "", "", "" };
    size_t size;

    if (ft_file_read("/etc/os-release", 65536, &text, &size) == 0)
        ft_system_parse(text, &system);
    return json_pack("{s:s,s:s,s:s,s:s}", "id", system.id, "version",
                     system.version, "like", system.like, "name", system.name);
}

static int
probe(const json_t *before, bool gently, json_t **out, struct ft_error *err)
{
    FT_AUTOJSON json_t *facts = NULL;
    char hostname[FT_NAME_SIZE] = "", swtpm[FT_VERSION_SIZE] = "";

    *out = NULL;
    ft_probe_know_programs(before);
    ft_probe_program_version("/usr/bin/swtpm", swtpm, sizeof(swtpm), NULL);
    gethostname(hostname, sizeof(hostname) - 1);
    facts =
        json_pack("{s:i,s:s,s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:s,s:s,s:o,s:o}",
                  "schema", FT_FACTS_SCHEMA, "engine", PACKAGE_VERSION,
                  "hostname", hostname, "machine_id", probe_machine_id(),
                  "system", probe_system(), "kernel", ft_probe_kernel(before),
                  "cpu", probe_cpu(), "memory", ft_probe_memory(), "nics",
                  ft_probe_nics(), "listening", ft_probe_ports(), "firewall",
                  ft_probe_firewall(), "swtpm", swtpm, "condition",
                  ft_probe_condition(), "ovs", ft_probe_ovs());
    if (facts == NULL || ft_probe_libvirt(facts, gently) < 0)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    /* Looking took time; the clock is read by the caller around the answer. */
    json_object_set_new(facts, "programs", ft_probe_programs());
    json_object_set_new(facts, "realtime_ns",
                        json_integer(ft_clock_realtime_ns()));
    *out = FT_STEAL(facts);
    return 0;
}

int
ft_probe(json_t **out, struct ft_error *err)
{
    return probe(NULL, false, out, err);
}

int
ft_probe_gently(const json_t *before, json_t **out, struct ft_error *err)
{
    return probe(before, true, out, err);
}
