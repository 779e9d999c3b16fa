/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "gate/gate.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fault.h"
#include "gate/gate-filter.h"
#include "gate/gate-plug.h"
#include "virt/qmp.h"

struct ft_gate {
    pthread_mutex_t marking; /* both kinds count the same marks */
    struct ft_gate_filter *filter;
    struct ft_gate_plug *plug; /* NULL: no NIC of that kind */
    bool has_filters;          /* of filter: it is there without NICs too */
};

/* The NICs of a VM by kind. */
struct sorted {
    struct ft_vm_nic filter[FT_VM_NICS_MAX], plug[FT_VM_NICS_MAX];
    size_t n_filter, n_plug;
};

static bool
needs_plug(const struct ft_vm_nic *nic)
{
    return nic->vhost || nic->queues > 1;
}

static struct sorted *
sort(const struct ft_vm_nic *nics, size_t n)
{
    struct sorted *sorted = calloc(1, sizeof(*sorted));
    size_t i;

    for (i = 0; sorted && i < n; i++)
        if (needs_plug(&nics[i]))
            sorted->plug[sorted->n_plug++] = nics[i];
        else
            sorted->filter[sorted->n_filter++] = nics[i];
    return sorted;
}

/* The plugs first: they fail more often, and are undone by us alone. */
static int
attach_kinds(virDomainPtr dom, const struct sorted *nics, size_t limit,
             ft_gate_wake wake, void *opaque, struct ft_gate *gate,
             struct ft_error *err)
{
    int rc = FT_FAULT("gate-attach");

    if (rc < 0)
        return ft_fail(err, -rc, NULL, "fault point gate-attach");
    if (nics->n_plug)
        rc = ft_gate_plug_attach(nics->plug, nics->n_plug, limit, wake, opaque,
                                 &gate->plug, err);
    if (rc < 0)
        return rc;
    rc = ft_gate_filter_attach(dom, nics->filter, nics->n_filter, limit, wake,
                               opaque, &gate->filter, err);
    if (rc < 0)
        ft_gate_plug_undo(FT_STEAL(gate->plug));
    gate->has_filters = nics->n_filter > 0;
    return rc;
}

static void
free_gate(struct ft_gate *gate)
{
    pthread_mutex_destroy(&gate->marking);
    free(gate);
}

int
ft_gate_attach(virDomainPtr dom, const struct ft_vm_nic *nics, size_t n,
               size_t limit, ft_gate_wake wake, void *opaque,
               struct ft_gate **out, struct ft_error *err)
{
    FT_AUTOFREE struct sorted *sorted = NULL;
    struct ft_gate *gate;
    int rc;

    *out = NULL;
    if (n > FT_VM_NICS_MAX)
        return ft_fail(err, E2BIG, NULL, "%zu NICs", n);
    sorted = sort(nics, n);
    gate = calloc(1, sizeof(*gate));
    if (!sorted || !gate) {
        free(gate);
        return ft_fail(err, ENOMEM, NULL, "no memory");
    }
    pthread_mutex_init(&gate->marking, NULL);
    rc = attach_kinds(dom, sorted, limit, wake, opaque, gate, err);
    if (rc < 0)
        free_gate(gate);
    else
        *out = gate;
    return rc;
}

uint64_t
ft_gate_mark(struct ft_gate *gate)
{
    uint64_t mark;

    pthread_mutex_lock(&gate->marking);
    mark = ft_gate_filter_mark(gate->filter);
    if (gate->plug)
        ft_gate_plug_mark(gate->plug);
    pthread_mutex_unlock(&gate->marking);
    return mark;
}

void
ft_gate_release(struct ft_gate *gate, uint64_t mark)
{
    ft_gate_filter_release(gate->filter, mark);
    if (gate->plug)
        ft_gate_plug_release(gate->plug, mark);
}

void
ft_gate_set_open(struct ft_gate *gate, bool open)
{
    ft_gate_filter_set_open(gate->filter, open);
    if (gate->plug)
        ft_gate_plug_set_open(gate->plug, open);
}

const char *
ft_gate_kinds(const struct ft_gate *gate)
{
    if (!gate->plug)
        return "filter";
    return gate->has_filters ? "filter, plug" : "plug";
}

void
ft_gate_stats(struct ft_gate *gate, struct ft_gate_stats *stats)
{
    memset(stats, 0, sizeof(*stats));
    ft_gate_filter_stats(gate->filter, stats);
    if (gate->plug)
        ft_gate_plug_stats(gate->plug, stats);
}

/*
 * What cannot be taken out stays, but a gate is whole: an open filter without the
 * plugs is as good as one with them.
 */
int
ft_gate_detach(struct ft_gate **gate, int timeout_ms, struct ft_error *err)
{
    struct ft_gate *g = *gate;
    int rc, other;

    if (!g)
        return 0;
    ft_gate_set_open(g, true);
    rc = ft_gate_plug_detach(&g->plug, timeout_ms, err);
    other = ft_gate_filter_detach(&g->filter, timeout_ms, rc < 0 ? NULL : err);
    if (!g->filter) {
        ft_gate_plug_abandon(g->plug);
        free_gate(g);
        *gate = NULL;
    }
    return rc < 0 ? rc : other;
}

void
ft_gate_abandon(struct ft_gate *gate)
{
    if (!gate)
        return;
    ft_gate_filter_abandon(gate->filter);
    ft_gate_plug_abandon(gate->plug);
    free_gate(gate);
}

static int
remove_plugs(virDomainPtr dom, unsigned *removed, struct ft_error *err)
{
    FT_AUTOFREE char *xml = virDomainGetXMLDesc(dom, 0);
    struct ft_vm vm = { 0 };
    int rc;

    if (!xml)
        return ft_virt_fail(err, EIO, NULL, "description of the VM");
    rc = ft_vm_from_xml(xml, &vm, err);
    if (rc == 0)
        rc = ft_gate_plug_remove_leftovers(vm.nics, vm.n_nics, removed, err);
    ft_vm_free(&vm);
    return rc;
}

int
ft_gate_remove_leftovers(virDomainPtr dom, unsigned *removed,
                         struct ft_error *err)
{
    unsigned filters = 0, plugs = 0;
    int rc = ft_gate_filter_remove_leftovers(dom, &filters, err);
    int other = remove_plugs(dom, &plugs, rc < 0 ? NULL : err);

    if (removed)
        *removed = filters + plugs;
    return rc < 0 ? rc : other;
}
