/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kinds of values that name no file of this host; those do: files.c. */
#include "config.h"

#include <string.h>
#include <strings.h>

#include <arpa/inet.h>

#include "allow/allow-private.h"
#include "base/cleanup.h"

static bool
is_word(const struct ft_allow_place *p, const char *value)
{
    (void)p;
    return ft_allow_consists(value, FT_ALLOW_WORD, 256);
}

static bool
is_number(const struct ft_allow_place *p, const char *value)
{
    (void)p;
    if (*value == '-')
        value++;
    return ft_allow_begins(value, "0x")
               ? ft_allow_consists(value + 2, FT_ALLOW_HEX, 16)
               : ft_allow_consists(value, FT_ALLOW_DIGITS, 20);
}

static bool
is_yes(const struct ft_allow_place *p, const char *value)
{
    static const char *const words[] = { "yes", "no", "on", "off" };

    (void)p;
    return ft_allow_any_of(value, words, FT_ARRAY_SIZE(words));
}

static bool
is_set(const struct ft_allow_place *p, const char *value)
{
    (void)p;
    return ft_allow_consists(value, FT_ALLOW_DIGITS ",^- ", 4096);
}

static bool
is_text(const struct ft_allow_place *p, const char *value)
{
    (void)p;
    (void)value; /* XML has no control characters but white space */
    return true;
}

static bool
is_name(const struct ft_allow_place *p, const char *value)
{
    (void)p;
    return *value && *value != '.' && !strpbrk(value, "/\n\r\t") &&
           strlen(value) < 256;
}

static bool
is_port(const struct ft_allow_place *p, const char *value)
{
    (void)p;
    return ft_allow_consists(value, FT_ALLOW_HEX "x.", 32);
}

static bool
is_vm_name(const struct ft_allow_place *p, const char *value)
{
    return is_name(p, value) && !strcmp(value, p->name);
}

static bool
is_vm_uuid(const struct ft_allow_place *p, const char *value)
{
    return ft_allow_consists(value, FT_ALLOW_HEX "-", 36) &&
           (!p->terms->uuid || !strcasecmp(value, p->terms->uuid));
}

static bool
is_ifname(const struct ft_allow_place *p, const char *value)
{
    (void)p;
    return ft_allow_consists(value, FT_ALLOW_WORD "@", 15) && *value != '.';
}

/* Of one card: a group's address on a NIC confuses switches. */
static bool
is_mac(const struct ft_allow_place *p, const char *value)
{
    size_t i;

    (void)p;
    for (i = 0; i < 17; i++)
        if (i % 3 == 2 ? value[i] != ':'
                       : !value[i] || !strchr(FT_ALLOW_HEX, value[i]))
            return false;
    return !value[17] && strchr("02468aceACE", value[1]);
}

static bool
is_machine(const struct ft_allow_place *p, const char *value)
{
    return is_word(p, value) &&
           (ft_allow_begins(value, "pc") || ft_allow_begins(value, "q35") ||
            ft_allow_begins(value, "isapc") ||
            ft_allow_begins(value, "microvm"));
}

static bool
is_listen(const struct ft_allow_place *p, const char *value)
{
    return !*value || is_word(p, value);
}

/* Services of the host itself trust who comes from it. */
static bool
is_far(const char *value)
{
    static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
    unsigned char a[16], none[16] = { 0 };

    if (inet_pton(AF_INET, value, a) == 1)
        return a[0] != 0 && a[0] != 127 && !(a[0] == 169 && a[1] == 254);
    return inet_pton(AF_INET6, value, a) == 1 && memcmp(a, none, 12) != 0 &&
           memcmp(a, mapped, 12) != 0 && !(a[0] == 0xfe && a[1] == 0x80);
}

static bool
is_host(const struct ft_allow_place *p, const char *value)
{
    xmlChar *mode = xmlGetProp(p->node, BAD_CAST "mode");
    bool bind = mode && !strcmp((const char *)mode, "bind");

    xmlFree(mode);
    return bind ? is_listen(p, value) : is_far(value);
}

static bool
is_timezone(const struct ft_allow_place *p, const char *value)
{
    (void)p;
    return ft_allow_consists(value, FT_ALLOW_WORD "/", 64) && *value != '/' &&
           *value != ':' && !strstr(value, "..");
}

static bool
is_fwcfg(const struct ft_allow_place *p, const char *value)
{
    (void)p;
    return ft_allow_begins(value, "opt/") &&
           ft_allow_consists(value, FT_ALLOW_WORD "/", 55);
}

static bool
is_target(const struct ft_allow_place *p, const char *value)
{
    (void)p;
    return ft_allow_target(value);
}

static bool
is_of_run(const struct ft_allow_place *p, const char *value)
{
    (void)value;
    return !p->terms->ours;
}

/* The replica for the disk that is, or is above, the node; NULL: none. */
static const struct ft_allow_replica *
replica_of(const struct ft_allow_place *p)
{
    const struct ft_allow_replica *found = NULL;
    xmlNodePtr disk = p->node, child;
    size_t i;

    if (strcmp((const char *)disk->name, "disk"))
        disk = disk->parent;
    for (child = disk->children; child; child = child->next) {
        xmlChar *dev;

        if (child->type != XML_ELEMENT_NODE ||
            strcmp((const char *)child->name, "target"))
            continue;
        dev = xmlGetProp(child, BAD_CAST "dev");
        for (i = 0; dev && i < p->terms->n_replicas; i++)
            if (!strcmp(p->terms->replicas[i].target, (const char *)dev))
                found = &p->terms->replicas[i];
        xmlFree(dev);
        return found; /* libvirt takes the first as well */
    }
    return NULL;
}

static bool
is_replica_path(const struct ft_allow_place *p, const char *value)
{
    const struct ft_allow_replica *r = replica_of(p);

    return !p->terms->ours || (r && !strcmp(r->path, value));
}

static bool
is_replica_type(const struct ft_allow_place *p, const char *value)
{
    static const char *const there[] = { "file", "block", "network", "volume" };

    return p->terms->ours ? !strcmp(value, "file")
                          : ft_allow_any_of(value, there, FT_ARRAY_SIZE(there));
}

/* A header in a guest's disk that named other files would be followed. */
static bool
is_format(const struct ft_allow_place *p, const char *value)
{
    static const char *const known[] = { "raw", "qcow2", "qed", "vmdk",
                                         "vdi", "vpc",   "vhdx" };

    return p->terms->ours && replica_of(p)
               ? !strcmp(value, "raw")
               : ft_allow_any_of(value, known, FT_ARRAY_SIZE(known));
}

const struct ft_allow_kind ft_allow_value_kinds[] = {
    { "word", is_word, "a word", NULL },
    { "number", is_number, "a number", NULL },
    { "yes", is_yes, "yes, no, on or off", NULL },
    { "set", is_set, "a list of numbers", NULL },
    { "text", is_text, "text", NULL },
    { "name", is_name, "a name", NULL },
    { "port", is_port, "a port", NULL },
    { "vm-name", is_vm_name, "the name of the protected VM",
      "Unprotect the VM and protect it again." },
    { "vm-uuid", is_vm_uuid, "the UUID of the protected VM",
      "Unprotect the VM and protect it again." },
    { "ifname", is_ifname, "the name of a network device", NULL },
    { "mac", is_mac, "the address of one network card", NULL },
    { "machine", is_machine, "an x86 machine type (pc, q35, microvm)", NULL },
    { "listen", is_listen, "an address", NULL },
    { "host", is_host, "the address of another host, in numbers",
      "Name the other end by its address (virsh edit)." },
    { "timezone", is_timezone, "a time zone", NULL },
    { "fwcfg", is_fwcfg, "opt/...", NULL },
    { "target", is_target, "the target of a disk (vda)", NULL },
    { "of-run", is_of_run, "absent", NULL },
    { "replica", is_replica_path, "the replica that this engine made", NULL },
    { "replica-type", is_replica_type, "file, block, network or volume", NULL },
    { "format", is_format, "raw, or for what is not replicated a known format",
      NULL },
};

const size_t ft_allow_value_kinds_count = FT_ARRAY_SIZE(ft_allow_value_kinds);

bool
ft_allow_target(const char *text)
{
    return ft_allow_consists(text, "abcdefghijklmnopqrstuvwxyz" FT_ALLOW_DIGITS,
                             15);
}
