/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "gate/gate-qemu.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/json.h"
#include "virt/qmp.h"

#define PREFIX "ftgate-"
#define SOCKET_NAME "ftadmin-gate"
#define NAME_SIZE 64
/* Room for bursts: QEMU's main loop waits when its socket is full. Bytes. */
#define SOCKET_BUFFER (4 << 20)

void
ft_gate_new_tag(char tag[FT_GATE_TAG_SIZE])
{
    snprintf(tag, FT_GATE_TAG_SIZE, "%llx",
             (unsigned long long)ft_clock_realtime_ns());
}

/* Makes a socket pair and gives QEMU one end as chardev name; *ours is the
 * other end. */
static int
add_chardev(virDomainPtr dom, const char *name, int *ours, struct ft_error *err)
{
    FT_AUTOCLOSE int theirs = -1;
    const int size = SOCKET_BUFFER;
    int pair[2], i, rc;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return ft_fail(err, errno, NULL, "socket pair: %s", strerror(errno));
    *ours = pair[0];
    theirs = pair[1];
    for (i = 0; i < 2; i++)
        if (setsockopt(pair[i], SOL_SOCKET, SO_SNDBUFFORCE, &size,
                       sizeof(size)) < 0)
            setsockopt(pair[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
    rc = ft_set_nonblocking(*ours, 1);
    if (rc < 0)
        return ft_fail(err, -rc, NULL, "socket: %s", strerror(-rc));
    rc = ft_qmp_give_fd(dom, SOCKET_NAME, theirs, err);
    if (rc < 0)
        return rc;
    rc = ft_qmp(dom, "chardev-add",
                json_pack("{s:s, s:{s:s, s:{s:{s:s, s:{s:s}}, s:b}}}", "id",
                          name, "backend", "type", "socket", "data", "addr",
                          "type", "fd", "data", "str", SOCKET_NAME, "server", 0),
                NULL, err);
    if (rc < 0)
        ft_qmp_take_fd(dom, SOCKET_NAME, NULL);
    return rc;
}

static int
remove_filter(virDomainPtr dom, const char *id, struct ft_error *err)
{
    return ft_qmp(dom, "object-del", json_pack("{s:s}", "id", id), NULL, err);
}

static int
remove_chardev(virDomainPtr dom, const char *id, struct ft_error *err)
{
    return ft_qmp(dom, "chardev-remove", json_pack("{s:s}", "id", id), NULL,
                  err);
}

static int
add_filter(virDomainPtr dom, const char *name, const struct ft_vm_nic *nic,
           const char *out, const char *in, struct ft_error *err)
{
    /* vnet_hdr_support only puts the header's length into the frames; it is
     * right for netdevs without one too (length 0). */
    return ft_qmp(dom, "object-add",
                  json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:b}", "qom-type",
                            "filter-redirector", "id", name, "netdev",
                            nic->netdev, "queue", "rx", "outdev", out, "indev",
                            in, "vnet_hdr_support", 1),
                  NULL, err);
}

int
ft_gate_add(virDomainPtr dom, const char *tag, unsigned index,
            const struct ft_vm_nic *nic, struct ft_gate_sockets *sockets,
            struct ft_error *err)
{
    char filter[NAME_SIZE], out[NAME_SIZE], in[NAME_SIZE];
    int rc;

    sockets->out = sockets->in = -1;
    snprintf(filter, sizeof(filter), PREFIX "%s-%u-filter", tag, index);
    snprintf(out, sizeof(out), PREFIX "%s-%u-out", tag, index);
    snprintf(in, sizeof(in), PREFIX "%s-%u-in", tag, index);
    rc = add_chardev(dom, out, &sockets->out, err);
    if (rc < 0)
        goto fail;
    rc = add_chardev(dom, in, &sockets->in, err);
    if (rc < 0)
        goto fail_out;
    rc = add_filter(dom, filter, nic, out, in, err);
    if (rc == 0)
        return 0;
    ft_error_prefix(err, "NIC %s", nic->alias);
    remove_chardev(dom, in, NULL);
fail_out:
    remove_chardev(dom, out, NULL);
fail:
    ft_cleanup_close(&sockets->out);
    ft_cleanup_close(&sockets->in);
    sockets->out = sockets->in = -1;
    return rc;
}

/* Whether name is an object of gate tag (NULL: any) and not of gate keep. */
static int
is_ours(const char *name, const char *tag, const char *keep)
{
    size_t n = strlen(PREFIX);

    if (strncmp(name, PREFIX, n) != 0)
        return 0;
    name += n;
    if (keep && strncmp(name, keep, strlen(keep)) == 0 &&
        name[strlen(keep)] == '-')
        return 0;
    return !tag ||
           (strncmp(name, tag, strlen(tag)) == 0 && name[strlen(tag)] == '-');
}

/* Calls change for the names (member key) in list that are ours. The first
 * failure is reported, the others are tried all the same. */
static int
for_ours(virDomainPtr dom, const json_t *list, const char *key, const char *tag,
         const char *keep,
         int (*change)(virDomainPtr, const char *, struct ft_error *),
         unsigned *count, struct ft_error *err)
{
    const json_t *item;
    int first = 0;
    size_t i;

    json_array_foreach(list, i, item) {
        const char *name = ft_json_string(item, key, "");
        int rc;

        if (!is_ours(name, tag, keep))
            continue;
        rc = change(dom, name, first == 0 ? err : NULL);
        if (rc == 0)
            (*count)++;
        else if (first == 0)
            first = rc;
    }
    return first;
}

static int
list_filters(virDomainPtr dom, json_t **list, struct ft_error *err)
{
    return ft_qmp(dom, "qom-list", json_pack("{s:s}", "path", "/objects"), list,
                  err);
}

static int
turn_off(virDomainPtr dom, const char *name, struct ft_error *err)
{
    char path[NAME_SIZE + 16];

    snprintf(path, sizeof(path), "/objects/%s", name);
    return ft_qmp(dom, "qom-set",
                  json_pack("{s:s, s:s, s:s}", "path", path, "property",
                            "status", "value", "off"),
                  NULL, err);
}

int
ft_gate_bypass(virDomainPtr dom, const char *tag, struct ft_error *err)
{
    FT_AUTOJSON json_t *filters = NULL;
    unsigned count = 0;
    int rc = list_filters(dom, &filters, err);

    return rc < 0 ? rc
                  : for_ours(dom, filters, "name", tag, NULL, turn_off, &count,
                             err);
}

int
ft_gate_remove(virDomainPtr dom, const char *tag, const char *keep,
               unsigned *removed, struct ft_error *err)
{
    FT_AUTOJSON json_t *filters = NULL;
    FT_AUTOJSON json_t *chardevs = NULL;
    unsigned count = 0, unused = 0;
    int rc = list_filters(dom, &filters, err);

    /* Filters first: a chardev in use cannot be removed. */
    if (rc == 0)
        rc = for_ours(dom, filters, "name", tag, keep, remove_filter, &count,
                      err);
    if (removed)
        *removed = count;
    if (rc < 0)
        return rc;
    ft_qmp_take_fd(dom, SOCKET_NAME, NULL); /* of who died adding one */
    rc = ft_qmp(dom, "query-chardev", NULL, &chardevs, err);
    if (rc < 0)
        return rc;
    return for_ours(dom, chardevs, "label", tag, keep, remove_chardev, &unused,
                    err);
}
