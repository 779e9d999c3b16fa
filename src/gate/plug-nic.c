/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "gate/plug-nic.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"

bool
ft_plug_nic_is_ours(const struct ft_plug_nic *nic)
{
    return !nic->superseded && !nic->gone;
}

int
ft_plug_nic_begin(struct ft_netlink *net, struct ft_plug_nic *nic,
                  const struct ft_vm_nic *from, uint32_t limit, bool *begun,
                  struct ft_error *err)
{
    char path[80];
    int rc;

    *begun = false;
    if (!from->tap[0])
        return ft_fail(err, ENOTSUP, "Use a NIC on a bridge.",
                       "NIC %s has no tap whose output could be held",
                       from->alias);
    rc = ft_plug_path_check(net, from->tap, err);
    if (rc == 0)
        rc = ft_plug_path_find(net, from->tap, limit, &nic->path, err);
    if (rc < 0)
        return ft_error_prefix(err, "NIC %s", from->alias);
    snprintf(path, sizeof(path), "/sys/class/net/%s/statistics/rx_packets",
             from->tap);
    nic->counter_fd = nic->path.root ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    *begun = true;
    rc = ft_plug_path_lay(net, &nic->path, &nic->existed, err);
    nic->counted = ft_plug_nic_count(net, nic);
    return rc < 0 ? ft_error_prefix(err, "NIC %s", from->alias) : 0;
}

/* A fresh plug counts from zero. */
static void
note_totals(struct ft_netlink *net, struct ft_plug_nic *nic)
{
    struct ft_traffic_qdisc plug;

    if (ft_plug_path_look(net, &nic->path, &plug, NULL) < 0)
        return;
    nic->before.released += plug.sent;
    nic->before.released_bytes += plug.sent_bytes;
    nic->before.dropped += plug.dropped + plug.packets;
}

void
ft_plug_nic_give(struct ft_netlink *net, struct ft_plug_nic *nic,
                 enum ft_plug_order order)
{
    if (!ft_plug_nic_is_ours(nic) || nic->broken)
        return;
    if (order == FT_PLUG_FRESH) {
        note_totals(net, nic);
        nic->broken = ft_plug_path_renew(net, &nic->path, NULL) < 0;
        order = ft_plug_marks_replaced(&nic->marks);
    }
    if (!nic->broken && order != FT_PLUG_NOTHING)
        nic->broken = ft_plug_path_order(net, &nic->path, order, NULL) < 0;
}

static void
set_text(char text[FT_GATE_OTHERS_SIZE], const struct ft_error *err)
{
    snprintf(text, FT_GATE_OTHERS_SIZE, "%.300s%s%.200s", err->text,
             err->hint[0] ? "; " : "", err->hint);
}

void
ft_plug_nic_look_for_others(struct ft_netlink *net, struct ft_plug_nic *nic)
{
    struct ft_error err = FT_ERROR_INIT;

    if (!ft_plug_nic_is_ours(nic))
        return;
    nic->others = ft_plug_others_look(net, &nic->path, &err);
    set_text(nic->others_text, &err);
}

void
ft_plug_nic_repair(struct ft_netlink *net, struct ft_plug_nic *nic)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_traffic_link tap;

    if (ft_traffic_look_link(net, NULL, nic->path.tap_index, &tap, NULL) ==
        -ENODEV) {
        nic->gone = true;
        return;
    }
    nic->lost = nic->lost && ft_plug_path_is_whole(net, &nic->path);
    note_totals(net, nic);
    if (ft_plug_path_lay(net, &nic->path, NULL, &err) < 0) {
        set_text(nic->broken_text, &err);
        return;
    }
    nic->broken = false;
    nic->broken_text[0] = '\0';
    nic->repairs += !nic->lost;
    nic->lost = false;
    nic->covered_since_ns = nic->since_ns = 0;
    ft_plug_nic_give(net, nic, ft_plug_marks_replaced(&nic->marks));
}

uint64_t
ft_plug_nic_count(struct ft_netlink *net, const struct ft_plug_nic *nic)
{
    struct ft_traffic_qdisc plug;
    char text[32];
    ssize_t n;

    if (nic->counter_fd >= 0) {
        n = pread(nic->counter_fd, text, sizeof(text) - 1, 0);
        text[n > 0 ? n : 0] = '\0';
        return strtoull(text, NULL, 10);
    }
    if (ft_plug_path_look(net, &nic->path, &plug, NULL) < 0)
        return nic->counted;
    return nic->before.released + plug.packets + plug.sent;
}

bool
ft_plug_nic_note_sent(struct ft_netlink *net, struct ft_plug_nic *nic)
{
    if (!ft_plug_nic_is_ours(nic) || ft_plug_nic_count(net, nic) == nic->counted)
        return false;
    if (!nic->since_ns)
        nic->since_ns = ft_clock_ns();
    return true;
}

void
ft_plug_nic_mark(struct ft_netlink *net, struct ft_plug_nic *nic)
{
    enum ft_plug_order order = ft_plug_marks_set(&nic->marks);

    ft_plug_nic_note_sent(net, nic); /* since it was looked for last */
    ft_plug_nic_give(net, nic, order);
    nic->counted = ft_plug_nic_count(net, nic);
    if (order != FT_PLUG_BUFFER)
        return;
    nic->covered_since_ns = nic->since_ns;
    nic->since_ns = 0;
}

void
ft_plug_nic_release(struct ft_netlink *net, struct ft_plug_nic *nic,
                    uint64_t mark)
{
    enum ft_plug_order order = ft_plug_marks_release(&nic->marks, mark);

    ft_plug_nic_give(net, nic, order);
    if (order == FT_PLUG_RELEASE_ONE)
        nic->covered_since_ns = 0;
}

void
ft_plug_nic_open(struct ft_netlink *net, struct ft_plug_nic *nic, bool open)
{
    ft_plug_nic_give(net, nic, ft_plug_marks_open(&nic->marks, open));
    nic->counted = ft_plug_nic_count(net, nic);
    nic->since_ns = nic->covered_since_ns = 0;
}

/* How bad it is; the text is of the worst of all NICs. */
static int
rank(bool broken, bool bypassed)
{
    return bypassed ? 2 : broken;
}

static void
add_others(const struct ft_plug_nic *nic, struct ft_gate_stats *stats)
{
    const bool bypassed = nic->others == FT_PLUG_OTHERS_BEFORE;
    const bool broken = nic->broken || !ft_plug_nic_is_ours(nic);
    const char *text = bypassed || !broken ? nic->others_text : nic->broken_text;
    int now = rank(broken, bypassed);
    int worst = rank(stats->broken, stats->bypassed);

    if (now > worst || (now == worst && !stats->others[0]))
        snprintf(stats->others, sizeof(stats->others), "%s", text);
    stats->broken |= broken;
    stats->bypassed |= bypassed;
    stats->repairs += nic->repairs;
}

/* Frames of which no time is known are on their way out. */
void
ft_plug_nic_stats(struct ft_netlink *net, const struct ft_plug_nic *nic,
                  struct ft_gate_stats *stats)
{
    int64_t since =
        nic->covered_since_ns ? nic->covered_since_ns : nic->since_ns;
    struct ft_traffic_qdisc plug;

    add_others(nic, stats);
    stats->released += nic->before.released;
    stats->released_bytes += nic->before.released_bytes;
    stats->dropped += nic->before.dropped;
    if (!ft_plug_nic_is_ours(nic) ||
        ft_plug_path_look(net, &nic->path, &plug, NULL) < 0)
        return;
    stats->released += plug.sent;
    stats->released_bytes += plug.sent_bytes;
    stats->dropped += plug.dropped;
    if (!since || !plug.packets)
        return;
    stats->held_packets += plug.packets;
    stats->held_bytes += plug.bytes;
    stats->oldest_ns = FT_MAX(stats->oldest_ns, ft_clock_ns() - since);
}
