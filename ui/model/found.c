/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/found.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"

#define VALUE_MAX 200 /* bytes of a text that are kept */
#define VMS_MAX 100   /* names that are kept */
#define KEYS_MAX 8

/* ---- what the script says ---- */

static json_t *
text_value(const char *value)
{
    char cut[VALUE_MAX];

    snprintf(cut, sizeof(cut), "%s", value);
    return *cut ? ft_json_text(cut) : json_null();
}

static json_t *
number_value(const char *value, int64_t unit)
{
    char *end;
    long long number = strtoll(value, &end, 10);

    return end == value || *end || number < 0 || number > INT64_MAX / unit
               ? json_null()
               : json_integer(number * unit);
}

/* "QEMU emulator version 7.2.15 (Debian ...)" -> "7.2.15" */
static json_t *
version_value(const char *value)
{
    const char *from = strpbrk(value, "0123456789");
    size_t length = from ? strspn(from, "0123456789.") : 0;

    return length && length < 32 ? json_stringn(from, length) : json_null();
}

static void
take(json_t *row, const char *key, const char *value)
{
    static const struct {
        const char *key;
        enum { TEXT, NUMBER, KIB, RELEASE, FLAG } kind;
        const char *member;
    } known[] = {
        { "system", TEXT, "system" },
        { "kernel", TEXT, "kernel" },
        { "arch", TEXT, "arch" },
        { "cpu", TEXT, "cpu" },
        { "cpus", NUMBER, "cpus" },
        { "memory", KIB, "memory_bytes" },
        { "available", KIB, "memory_available_bytes" },
        { "kvm", FLAG, "kvm" },
        { "libvirt", RELEASE, "libvirt" },
        { "qemu", RELEASE, "qemu" },
        { "engine", FLAG, "engine_there" },
        { "hypervisor", TEXT, "runs_in" },
    };
    json_t *names = json_object_get(row, "vm_names");

    if (!strcmp(key, "vm") && json_array_size(names) < VMS_MAX && *value)
        json_array_append_new(names, text_value(value));
    for (size_t i = 0; i < FT_ARRAY_SIZE(known); i++) {
        if (strcmp(key, known[i].key) != 0)
            continue;
        json_object_set_new(row, known[i].member,
                            known[i].kind == TEXT     ? text_value(value)
                            : known[i].kind == NUMBER ? number_value(value, 1)
                            : known[i].kind == KIB ? number_value(value, 1024)
                            : known[i].kind == RELEASE
                                ? version_value(value)
                                : json_boolean(!strcmp(value, "yes")));
    }
}

int
ft_found_read(const char *text, json_t *row, struct ft_error *err)
{
    static const char *const members[] = { "system",
                                           "kernel",
                                           "arch",
                                           "cpu",
                                           "cpus",
                                           "memory_bytes",
                                           "memory_available_bytes",
                                           "kvm",
                                           "libvirt",
                                           "qemu",
                                           "engine_there" };
    bool ended = false;
    char line[1024];

    for (size_t i = 0; i < FT_ARRAY_SIZE(members); i++)
        json_object_set_new(row, members[i], json_null());
    json_object_set_new(row, "vm_names", json_array());
    while (*text && !ended) {
        size_t length = strcspn(text, "\n");
        char *value;

        snprintf(line, sizeof(line), "%.*s",
                 (int)FT_MIN(length, sizeof(line) - 1), text);
        text += length + (text[length] == '\n');
        value = line + strcspn(line, " ");
        if (*value)
            *value++ = '\0';
        value += strspn(value, " \t");
        ended = !strcmp(line, "end");
        take(row, line, value);
    }
    json_object_set_new(row, "vms",
                        json_is_string(json_object_get(row, "libvirt"))
                            ? json_integer((json_int_t)json_array_size(
                                  json_object_get(row, "vm_names")))
                            : json_null());
    return ended ? 0
                 : ft_fail(err, EPROTO,
                           "Give that user a login shell that runs commands "
                           "and prints nothing of its own.",
                           "what it answers is not what was asked");
}

void
ft_found_of_machine(const json_t *machine, json_t *row)
{
    const json_t *memory = json_object_get(machine, "memory");
    const json_t *vms = json_object_get(machine, "vms");
    json_t *names = json_array();
    const json_t *vm;
    size_t index;

    json_array_foreach(vms, index, vm)
        if (index < VMS_MAX &&
            !strcmp(ft_json_string(vm, "state", ""), "running"))
            json_array_append_new(names,
                                  text_value(ft_json_string(vm, "name", "?")));
    if (json_is_array(vms)) {
        json_object_set_new(row, "vms",
                            json_integer((json_int_t)json_array_size(names)));
        json_object_set(row, "vm_names", names);
    }
    json_decref(names);
    if (json_is_integer(json_object_get(memory, "available")))
        json_object_set_new(row, "memory_available_bytes",
                            json_integer(ft_json_int(memory, "available", 0,
                                                     INT64_MAX, 0)));
}

void
ft_found_keys(const char *text, json_t *row)
{
    json_t *keys = json_array();
    const char *hash;

    while ((hash = strstr(text, " SHA256:")) &&
           json_array_size(keys) < KEYS_MAX) {
        const char *type = hash;
        size_t length = 8 + strcspn(hash + 8, " ,\n;)");

        while (type > text && !strchr(" ,\n(", type[-1]))
            type--;
        json_array_append_new(keys, json_stringn(type, (size_t)(hash - type) +
                                                           length));
        text = hash + length;
    }
    json_object_set_new(row, "keys", keys);
}

/* ---- words ---- */

static const struct {
    const char *reach;
    const char *standing;
    const char *sentence;
} failures[] = {
    { "name-unknown", "name?", "its name has no address" },
    { "no-route", "no route", "the network knows no way to it" },
    { "refused", "refused", "nothing takes SSH there" },
    { "timeout", "silent", "no answer in time" },
    { "key-unknown", "key new", "SSH answers; nothing sent to it yet" },
    { "key-changed", "key CHANGED", "another host key than the known one" },
    { "login-refused", "login refused", "lets nobody in with what we have" },
    { "shell-unusable", "shell", "logged in, but commands cannot be run" },
    { "no-sudo", "no sudo", "logged in, but not as root" },
    { "lost", "lost", "the connection broke" },
    { "protocol", "no SSH", "what answers there is no SSH of a host" },
};

const char *
ft_found_standing(const json_t *row)
{
    const char *state = ft_json_string(row, "state", "");
    const char *reach = ft_json_string(row, "reach", "");

    for (size_t i = 0; i < FT_ARRAY_SIZE(failures); i++)
        if (!strcmp(reach, failures[i].reach))
            return failures[i].standing;
    if (!strcmp(state, "looked"))
        return "looked at";
    if (!strcmp(state, "answers"))
        return "SSH answers";
    return !strcmp(state, "failed") ? "failed" : state;
}

const char *
ft_found_severity(const json_t *row)
{
    const char *state = ft_json_string(row, "state", "");

    if (!strcmp(state, "looked"))
        return "ok";
    if (!strcmp(ft_json_string(row, "reach", ""), "key-changed"))
        return "crit";
    return !strcmp(state, "failed") ? "warn" : "unknown";
}

static void
looked_sentence(const json_t *row, char *out, size_t size)
{
    const char *libvirt = ft_json_string(row, "libvirt", "");
    const char *qemu = ft_json_string(row, "qemu", "");
    int64_t free_bytes =
        ft_json_int(row, "memory_available_bytes", 0, INT64_MAX, -1);
    int64_t vms = ft_json_int(row, "vms", 0, INT64_MAX, -1);
    size_t used;

    if (!*libvirt || !*qemu)
        snprintf(out, size, "no %s: it can be a witness",
                 *libvirt ? "QEMU" : "libvirt");
    else
        snprintf(out, size, "%s, QEMU %s",
                 ft_json_bool(row, "kvm", 0) ? "KVM host" : "host without KVM",
                 qemu);
    used = strlen(out);
    if (vms >= 0 && used < size)
        used += (size_t)snprintf(out + used, size - used, ", %lld VM%s",
                                 (long long)vms, vms == 1 ? "" : "s");
    if (free_bytes >= 0 && *libvirt && used < size)
        used += (size_t)snprintf(out + used, size - used, ", %.0f GiB free",
                                 (double)free_bytes / (1 << 30));
    if (*ft_json_string(row, "engine", "") && used < size)
        snprintf(out + used, size - used, ", engine %s",
                 ft_json_string(row, "engine", ""));
}

void
ft_found_sentence(const json_t *row, char *out, size_t size)
{
    const char *state = ft_json_string(row, "state", "");
    const char *reach = ft_json_string(row, "reach", "");

    *out = '\0';
    if (!strcmp(state, "looked")) {
        looked_sentence(row, out, size);
        return;
    }
    for (size_t i = 0; i < FT_ARRAY_SIZE(failures); i++)
        if (!strcmp(reach, failures[i].reach)) {
            snprintf(out, size, "%s", failures[i].sentence);
            return;
        }
    if (!strcmp(state, "answers"))
        snprintf(out, size, "SSH answers; looking");
    else if (!strcmp(state, "failed"))
        snprintf(out, size, "%s", ft_json_string(row, "error", "it failed"));
}
