/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/parted.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"

/* What the VM's own host said; NULL: nothing. */
static const json_t *
own_word(const char *runs_on, const json_t *said)
{
    const json_t *host;
    size_t i;

    json_array_foreach(said, i, host)
        if (!strcmp(ft_json_string(host, "host", ""), runs_on) && *runs_on)
            return host;
    return NULL;
}

/* What the VM's own host said is told of the VM. */
static json_t *
others(const char *runs_on, const json_t *said)
{
    json_t *list = json_array();
    json_t *host;
    size_t i;

    json_array_foreach(said, i, host)
        if (strcmp(ft_json_string(host, "host", ""), runs_on) != 0)
            json_array_append(list, host);
    return list;
}

/* Its own old images, beside those that the VM has now. */
static json_t *
stale(const json_t *word)
{
    json_t *images = json_object_get(word, "images");

    return json_is_array(images) ? json_incref(images) : json_array();
}

json_t *
ft_parted_json(const struct ft_parted *p)
{
    const char *other = p->hosts[!strcmp(p->hosts[0], p->runs_on)];
    const json_t *word = own_word(p->runs_on, p->said);

    return json_pack("{s:i,s:s,s:s,s:s,s:s?,s:s?,s:s?,s:s?,s:o,s:o,s:O,s:b}",
                     "schema", 1, "vm", p->vm, "pair", p->pair, "result",
                     json_array_size(p->left) ? "partly" : "unprotected",
                     "runs_on", *p->runs_on ? p->runs_on : NULL, "vm_state",
                     ft_json_string(word, "vm_state", NULL), "since",
                     *p->since ? p->since : NULL, "other_host",
                     *p->runs_on ? other : NULL, "hosts",
                     others(p->runs_on, p->said), "stale", stale(word), "left",
                     p->left, "witness_told",
                     ft_json_bool(word, "witness_told", 0));
}

static void
add(json_t *lines, json_t *line)
{
    json_array_append_new(lines, line);
}

static void
add_vm(json_t *lines, const json_t *document)
{
    static const struct {
        const char *state, *words;
    } states[] = {
        { "running", "it runs on" },
        { "stopped", "it is paused on" },
        { "off", "it is shut off on" },
        { "gone", "it does not run, and belongs to" },
    };
    const char *state = ft_json_string(document, "vm_state", "");
    const char *host = ft_json_string(document, "runs_on", "");
    const char *words = "it belongs to";

    for (size_t i = 0; i < FT_ARRAY_SIZE(states); i++)
        if (!strcmp(states[i].state, state))
            words = states[i].words;
    if (*host)
        add(lines,
            json_sprintf("%s is no longer protected; %s %s",
                         ft_json_string(document, "vm", ""), words, host));
    else
        add(lines, json_sprintf("%s is no longer protected",
                                ft_json_string(document, "vm", "")));
}

static void
add_stale(json_t *lines, const json_t *document)
{
    const json_t *item;
    size_t i;

    json_array_foreach(json_object_get(document, "stale"), i, item)
        add(lines,
            json_sprintf("%s: the image %s of before, last written %s, is "
                         "left there as %s",
                         ft_json_string(document, "runs_on", ""),
                         ft_json_string(item, "path", ""),
                         ft_json_string(item, "written", ""),
                         ft_json_string(item, "now", "")));
}

static void
add_host(json_t *lines, const json_t *said)
{
    const char *host = ft_json_string(said, "host", "");
    const char *definition = ft_json_string(said, "definition", NULL);
    const json_t *item;
    size_t i;

    if (definition)
        add(lines, json_sprintf("%s: its old definition there is kept as %s",
                                host, definition));
    json_array_foreach(json_object_get(said, "images"), i, item)
        add(lines, json_sprintf("%s: %s, last written %s, is %s now", host,
                                ft_json_string(item, "path", ""),
                                ft_json_string(item, "written", ""),
                                ft_json_string(item, "now", "")));
    json_array_foreach(json_object_get(said, "left"), i, item)
        add(lines, json_sprintf("%s: %s", host, json_string_value(item)));
}

/* A host with libvirt that is away keeps more than a record. */
static void
add_left(json_t *lines, const json_t *document, const char *host)
{
    const char *since = ft_json_string(document, "since", "");
    const char *until = ft_json_bool(document, "witness_told", 0)
                            ? "until it reaches the witness, or unprotect is "
                              "given again"
                            : "until unprotect is given again";

    if (strcmp(host, ft_json_string(document, "other_host", "")) != 0)
        return;
    if (*since)
        add(lines,
            json_sprintf("%s: what it has of the VM stays %s: a definition, "
                         "which libvirt's hook there does not let start, and "
                         "disks as they were at %s or before",
                         host, until, since));
    else
        add(lines,
            json_sprintf("%s: what it has of the copy stays %s", host, until));
}

json_t *
ft_parted_lines(const json_t *document)
{
    json_t *lines = json_array();
    const json_t *item;
    size_t i;

    add_vm(lines, document);
    add_stale(lines, document);
    json_array_foreach(json_object_get(document, "hosts"), i, item)
        add_host(lines, item);
    json_array_foreach(json_object_get(document, "left"), i, item)
        add_left(lines, document, json_string_value(item));
    return lines;
}
