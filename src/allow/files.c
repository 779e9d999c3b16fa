/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kinds of values that name a file of this host. libvirt runs it, opens it,
 * appends to it, removes it or gives it to QEMU's user: so each kind has folders
 * and names of its own, and none of them is of the host itself.
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "allow/allow-private.h"
#include "base/cleanup.h"

#define IMAGES "/var/lib/libvirt/images/"
#define BOOT "/var/lib/libvirt/boot/"
#define NVRAM "/var/lib/libvirt/qemu/nvram/"

/* Folders of the host itself: nothing in them is a VM's. */
static const char *const system_folders[] = {
    "bin",  "boot", "dev",  "etc", "lib", "lib32", "lib64", "libx32", "proc",
    "root", "run",  "sbin", "sys", "tmp", "usr",   "var",   "selinux"
};

static bool
ends_in_one_of(const char *value, const char *const *endings, size_t n)
{
    size_t length = strlen(value), i;

    for (i = 0; i < n; i++)
        if (length > strlen(endings[i]) &&
            !strcasecmp(value + length - strlen(endings[i]), endings[i]))
            return true;
    return false;
}

static const char *
base_of(const char *path)
{
    return strrchr(path, '/') + 1;
}

/* "/a/b": absolute, of a file, and nothing in it that leads elsewhere. */
static bool
is_path(const char *value)
{
    const unsigned char *c;

    if (*value != '/' || strlen(value) > 1023)
        return false;
    for (c = (const unsigned char *)value; *c; c++)
        if (*c < 0x20 || *c == 0x7f)
            return false;
    for (; *value; value += strcspn(value, "/")) {
        size_t n = strcspn(++value, "/");

        if (n == 0 || (n == 1 && *value == '.') ||
            (n == 2 && value[0] == '.' && value[1] == '.'))
            return false;
    }
    return true;
}

static bool
is_of_system(const char *path)
{
    size_t n = strcspn(path + 1, "/"), i;

    for (i = 0; i < FT_ARRAY_SIZE(system_folders); i++)
        if (strlen(system_folders[i]) == n &&
            !strncmp(system_folders[i], path + 1, n))
            return true;
    return false;
}

static bool
is_emulator(const struct ft_allow_place *p, const char *value)
{
    static const char *const known[] = {
        "/usr/bin/qemu-system-x86_64",
        "/usr/bin/qemu-kvm",
        "/usr/bin/kvm",
        "/usr/bin/kvm-spice",
        "/usr/libexec/qemu-kvm",
        "/usr/local/bin/qemu-system-x86_64",
        "/run/libvirt/nix-emulators/qemu-system-x86_64",
        "/run/libvirt/nix-emulators/qemu-kvm",
    };

    (void)p;
    return ft_allow_any_of(value, known, FT_ARRAY_SIZE(known));
}

static bool
is_firmware(const struct ft_allow_place *p, const char *value)
{
    static const char *const endings[] = { ".fd", ".bin", ".rom", ".qcow2" };

    (void)p;
    return is_path(value) &&
           (ft_allow_begins(value, "/usr/share/") ||
            ft_allow_begins(value, BOOT)) &&
           ends_in_one_of(value, endings, FT_ARRAY_SIZE(endings));
}

static bool
is_boot_file(const struct ft_allow_place *p, const char *value)
{
    static const char *const names[] = { "vmlinuz",  "vmlinux", "bzImage",
                                         "linux",    "kernel",  "initrd",
                                         "initramfs" };
    size_t i;

    (void)p;
    if (!is_path(value) || ft_allow_begins(value, BOOT))
        return ft_allow_begins(value, BOOT) && is_path(value);
    for (i = 0; i < FT_ARRAY_SIZE(names); i++)
        if (ft_allow_begins(base_of(value), names[i]))
            return !is_of_system(value);
    return false;
}

static bool
is_media(const struct ft_allow_place *p, const char *value)
{
    static const char *const endings[] = { ".iso", ".img", ".vfd", ".flp" };

    (void)p;
    return is_path(value) &&
           ends_in_one_of(value, endings, FT_ARRAY_SIZE(endings)) &&
           (!is_of_system(value) || ft_allow_begins(value, IMAGES) ||
            ft_allow_begins(value, BOOT) ||
            ft_allow_begins(value, "/usr/share/"));
}

static bool
is_optical(const struct ft_allow_place *p, const char *value)
{
    (void)p;
    return !strcmp(value, "/dev/cdrom") || !strcmp(value, "/dev/dvd") ||
           (ft_allow_begins(value, "/dev/sr") &&
            ft_allow_consists(value + 7, FT_ALLOW_DIGITS, 3));
}

/* "NAME_VARS.fd": QEMU writes to it. */
static bool
is_nvram(const struct ft_allow_place *p, const char *value)
{
    const char *base;

    if (!is_path(value) || !ft_allow_begins(value, NVRAM))
        return false;
    base = value + strlen(NVRAM);
    return *p->name && !strchr(base, '/') && ft_allow_begins(base, p->name) &&
           ft_allow_begins(base + strlen(p->name), "_VARS.");
}

/* virtlogd appends to it, as root. */
static bool
is_log(const struct ft_allow_place *p, const char *value)
{
    static const char *const endings[] = { ".log" };

    (void)p;
    return is_path(value) && ft_allow_begins(value, "/var/log/libvirt/") &&
           ends_in_one_of(value, endings, 1);
}

/* Those of libvirt's own folder are made anew: virt/standby-xml.c. */
static bool
is_socket_of_run(const struct ft_allow_place *p, const char *value)
{
    xmlChar *mode;
    bool bind;

    if (p->terms->ours || strcmp((const char *)p->node->parent->name, "channel"))
        return false;
    mode = xmlGetProp(p->node, BAD_CAST "mode");
    bind = mode && !strcmp((const char *)mode, "bind");
    xmlFree(mode);
    return bind && strstr(value, "/libvirt/qemu/");
}

/* libvirt removes what has its name, as root. */
static bool
is_socket(const struct ft_allow_place *p, const char *value)
{
    static const char *const endings[] = { ".sock", ".socket", ".agent" };
    const char *base;
    size_t length = strlen(p->name);

    if (is_socket_of_run(p, value))
        return true;
    if (!is_path(value) || !length ||
        !(ft_allow_begins(value, "/run/") ||
          ft_allow_begins(value, "/var/run/") ||
          ft_allow_begins(value, "/tmp/") ||
          ft_allow_begins(value, "/var/lib/libvirt/")) ||
        !ends_in_one_of(value, endings, FT_ARRAY_SIZE(endings)))
        return false;
    base = base_of(value);
    return ft_allow_begins(base, p->name) && base[length] &&
           strchr(".-_", base[length]);
}

static bool
is_pty(const struct ft_allow_place *p, const char *value)
{
    (void)p;
    return ft_allow_begins(value, "/dev/pts/") &&
           ft_allow_consists(value + 9, FT_ALLOW_DIGITS, 6);
}

static bool
is_random(const struct ft_allow_place *p, const char *value)
{
    static const char *const known[] = { "/dev/urandom", "/dev/random",
                                         "/dev/hwrng" };

    (void)p;
    return ft_allow_any_of(value, known, FT_ARRAY_SIZE(known));
}

static bool
is_partition(const struct ft_allow_place *p, const char *value)
{
    (void)p;
    return is_path(value) && ft_allow_consists(value, FT_ALLOW_WORD "/", 255);
}

#define DO_MOVE(where)                                                    \
    "Copy the file to " where " on both hosts, and name it there in the " \
    "VM's definition (virsh edit)."

const struct ft_allow_kind ft_allow_file_kinds[] = {
    { "emulator", is_emulator, "where distributions have QEMU",
      "Use the distribution's QEMU, /usr/bin/qemu-system-x86_64." },
    { "firmware", is_firmware,
      "a .fd, .bin, .rom or .qcow2 in /usr/share or " BOOT,
      DO_MOVE("/var/lib/libvirt/boot") },
    { "boot-file", is_boot_file,
      "in " BOOT ", or a vmlinuz or initrd outside the system's folders",
      DO_MOVE("/var/lib/libvirt/boot") },
    { "media", is_media,
      "a .iso, .img, .vfd or .flp in " IMAGES " or outside the system's folders",
      "Eject it (virsh change-media --eject), or copy it to "
      "/var/lib/libvirt/images as a .iso on both hosts and insert that." },
    { "optical", is_optical, "an optical drive (/dev/sr0)", NULL },
    { "nvram", is_nvram, "NAME_VARS.fd of this VM in " NVRAM,
      "Shut the VM down, move the file there and name it in the definition." },
    { "log", is_log, "a .log in /var/log/libvirt",
      "Let it write to a .log in /var/log/libvirt/qemu (virsh edit)." },
    { "socket", is_socket,
      "named NAME-*.sock after this VM, in /run, /tmp or /var/lib/libvirt",
      "Name the socket after the VM, /run/NAME-console.sock (virsh edit)." },
    { "pty", is_pty, "a terminal in /dev/pts", NULL },
    { "random", is_random, "/dev/urandom, /dev/random or /dev/hwrng", NULL },
    { "partition", is_partition, "a cgroup partition", NULL },
};

const size_t ft_allow_file_kinds_count = FT_ARRAY_SIZE(ft_allow_file_kinds);
