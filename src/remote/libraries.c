/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "remote/libraries.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"

/* What the engine is linked with; t64 is of Debian 13 and Ubuntu 24.04, NULL: as before. */
static const struct {
    const char *library, *debian, *t64, *fedora;
} packages[] = {
    { "libvirt.so", "libvirt0", NULL, "libvirt-libs" },
    { "libvirt-qemu.so", "libvirt0", NULL, "libvirt-libs" },
    { "libnl-3.so", "libnl-3-200", NULL, "libnl3" },
    { "libnbd.so", "libnbd0", NULL, "libnbd" },
    { "libgnutls.so", "libgnutls30", "libgnutls30t64", "gnutls" },
    { "libsqlite3.so", "libsqlite3-0", NULL, "sqlite-libs" },
    { "libjansson.so", "libjansson4", NULL, "jansson" },
    { "liblz4.so", "liblz4-1", NULL, "lz4-libs" },
    { "libxxhash.so", "libxxhash0", NULL, "xxhash-libs" },
    { "libxml2.so", "libxml2", NULL, "libxml2" },
    { "libzstd.so", "libzstd1", NULL, "libzstd" },
    { "libssh.so", "libssh-4", NULL, "libssh" },
};

/* Those that a host without libvirt lacks. */
static const char usual[] = "libvirt.so libnbd.so libgnutls.so";

static bool
has_word(const char *words, const char *word)
{
    size_t length = strlen(word);
    const char *at = words;

    for (; (at = strstr(at, word)) != NULL; at += length)
        if ((at == words || at[-1] == ' ') && strchr(" ", at[length]) != NULL)
            return true;
    return false;
}

/* By the release's own number; what is like Debian numbers as it pleases, and a t64
 * package answers to its old name, too. Debian's testing has no number. */
static bool
has_t64(const char *ids, const char *version)
{
    unsigned major = 0;
    size_t length = strcspn(ids, " ");

    sscanf(version, "%u", &major);
    if (length == 6 && strncmp(ids, "debian", 6) == 0)
        return *version == '\0' || major >= 13;
    return length == 6 && strncmp(ids, "ubuntu", 6) == 0 && major >= 24;
}

static const char *
package_of(size_t i, bool fedora, bool t64)
{
    if (fedora)
        return packages[i].fedora;
    return t64 && packages[i].t64 != NULL ? packages[i].t64 : packages[i].debian;
}

/* Each once, after a space. */
static void
name_packages(const char *missing, bool fedora, bool t64, char *out, size_t size)
{
    const char *last = "";
    size_t used = 0;

    *out = '\0';
    for (size_t i = 0; i < FT_ARRAY_SIZE(packages) && used < size; i++) {
        const char *package = package_of(i, fedora, t64);

        if (strstr(missing, packages[i].library) == NULL ||
            strcmp(package, last) == 0)
            continue;
        used += (size_t)snprintf(out + used, size - used, " %s", package);
        last = package;
    }
}

void
ft_libraries_hint(const char *missing, const char *ids, const char *version,
                  char hint[FT_LIBRARIES_HINT_SIZE])
{
    bool fedora = has_word(ids, "fedora") || has_word(ids, "rhel");
    bool t64 = has_t64(ids, version);
    char names[256];

    if (!fedora && *ids != '\0' && !has_word(ids, "debian") &&
        !has_word(ids, "ubuntu")) {
        snprintf(hint, FT_LIBRARIES_HINT_SIZE,
                 "Install the packages with these libraries on that host.");
        return;
    }
    name_packages(missing, fedora, t64, names, sizeof(names));
    if (*names == '\0')
        name_packages(usual, fedora, t64, names, sizeof(names));
    snprintf(hint, FT_LIBRARIES_HINT_SIZE, "On that host: %s install%s",
             fedora ? "dnf" : "apt-get", names);
}
