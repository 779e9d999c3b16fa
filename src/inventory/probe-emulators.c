/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The emulators that libvirt may start, each with its version and its machine types.
 * The version is the program's own answer, for libvirt tells that of one of them only.
 * Element names: https://libvirt.org/formatcaps.html
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "inventory/host.h"
#include "inventory/probe-libvirt-private.h"
#include "inventory/probe-private.h"

static json_t *
find_emulator(json_t *list, const char *path)
{
    size_t i;
    json_t *emulator;

    json_array_foreach(list, i, emulator)
        if (strcmp(json_string_value(json_object_get(emulator, "path")),
                   path) == 0)
            return emulator;
    return NULL;
}

static json_t *
add_emulator(json_t *list, const char *path)
{
    char version[FT_VERSION_SIZE];
    char package[128];
    json_t *emulator = find_emulator(list, path);

    if (emulator != NULL)
        return emulator;
    ft_probe_program_version(path, version, sizeof(version), package);
    emulator = json_pack("{s:s,s:s,s:s,s:[]}", "path", path, "version", version,
                         "package", package, "machines");
    json_array_append_new(list, emulator);
    return emulator;
}

/* <machine canonical='pc-i440fx-7.2'>pc</machine>: both names count. */
static int
take_machine(struct ft_probe_xml *xml, xmlNodePtr node, void *data)
{
    static const char *const names[] = { "string(.)", "string(@canonical)" };
    json_t *machines = data;

    for (size_t i = 0; i < FT_ARRAY_SIZE(names); i++) {
        FT_AUTOFREE char *name = ft_probe_xml_text(xml, node, names[i]);
        size_t index;
        json_t *known;
        int have = name == NULL || *name == '\0';

        json_array_foreach(machines, index, known)
            have = have || strcmp(json_string_value(known), name) == 0;
        if (!have && json_array_append_new(machines, json_string(name)) < 0)
            return -ENOMEM;
    }
    return 0;
}

static int
take_arch(struct ft_probe_xml *xml, xmlNodePtr node, void *data)
{
    FT_AUTOFREE char *path = ft_probe_xml_text(xml, node, "string(emulator)");
    json_t *emulator;

    if (path == NULL || *path == '\0')
        return 0;
    emulator = add_emulator(data, path);
    if (emulator == NULL)
        return -ENOMEM;
    return ft_probe_xml_each(xml, node, "machine | domain/machine", take_machine,
                             json_object_get(emulator, "machines"));
}

int
ft_probe_emulators(virConnectPtr conn, json_t *facts)
{
    FT_AUTOFREE char *text = virConnectGetCapabilities(conn);
    json_t *list = json_array();
    struct ft_probe_xml xml;
    int rc = 0;

    if (ft_probe_xml_open(&xml, text) == 0) {
        json_object_set_new(
            json_object_get(facts, "libvirt"), "uuid",
            ft_probe_xml_json(&xml, NULL, "string(/capabilities/host/uuid)"));
        rc = ft_probe_xml_each(&xml, NULL,
                               "/capabilities/guest[os_type='hvm']/"
                               "arch[@name='x86_64']",
                               take_arch, list);
    }
    ft_probe_xml_close(&xml);
    return ft_probe_add(facts, "emulators", list) < 0 ? -ENOMEM : rc;
}
