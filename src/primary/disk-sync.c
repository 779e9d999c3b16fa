/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * After a takeover the VM's disks are what the standby wrote, the end of it into
 * the page cache only, and the guest does not flush again what it had flushed on
 * the other host. So who gets the VM sees to it once, beside all else.
 */
#include "config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "primary/primary-private.h"
#include "virt/loop.h"

static void
sync_image(const char *path)
{
    FT_AUTOCLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0 || fdatasync(fd) < 0)
        ft_log(FT_LOG_WARN, "%s is not synced: %s", path, strerror(errno));
}

static void
sync_images(void *opaque)
{
    const struct ft_vm *vm = opaque;

    for (size_t i = 0; i < vm->n_disks; i++)
        if (vm->disks[i].source[0] && !vm->disks[i].readonly)
            sync_image(vm->disks[i].source);
}

static void
synced(void *opaque)
{
    ft_vm_free(opaque);
    free(opaque);
}

void
ft_primary_sync_disks(struct ft_worker *w)
{
    FT_AUTOFREE char *xml = virDomainGetXMLDesc(w->dom, 0);
    struct ft_vm *vm = calloc(1, sizeof(*vm));

    if (!vm)
        return;
    if (!xml || ft_vm_from_xml(xml, vm, NULL) ||
        ft_loop_async(sync_images, synced, vm))
        synced(vm);
}
