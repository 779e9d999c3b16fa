/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <stddef.h>
#include <string.h>

#include "inventory/system.h"

/* The value of a line, without its quotes; escapes do not occur in these. */
static void
take(const char *value, size_t length, char *out, size_t size)
{
    if (length >= 2 && (*value == '"' || *value == '\'') &&
        value[length - 1] == *value) {
        value++;
        length -= 2;
    }
    if (length >= size)
        return;
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)value[i] < 0x20 || value[i] == 0x7f)
            return;
    memcpy(out, value, length);
    out[length] = '\0';
}

void
ft_system_parse(const char *text, struct ft_system *system)
{
    const struct {
        const char *key;
        char *out;
        size_t size;
    } known[] = {
        { "ID=", system->id, sizeof(system->id) },
        { "VERSION_ID=", system->version, sizeof(system->version) },
        { "ID_LIKE=", system->like, sizeof(system->like) },
        { "PRETTY_NAME=", system->name, sizeof(system->name) },
    };

    memset(system, 0, sizeof(*system));
    while (*text != '\0') {
        size_t length = strcspn(text, "\r\n");

        for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
            size_t key = strlen(known[i].key);

            if (strncmp(text, known[i].key, key) == 0)
                take(text + key, length - key, known[i].out, known[i].size);
        }
        text += length;
        text += strspn(text, "\r\n");
    }
}
