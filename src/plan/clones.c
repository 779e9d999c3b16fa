/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "plan/clones.h"

#include <stdio.h>
#include <string.h>

#include "plan/links.h"

/* Appends to text, of size bytes, what fits. */
static void
append(char *text, size_t size, const char *separator, const char *more)
{
    size_t used = strlen(text);

    snprintf(text + used, size - used, "%s%s", used > 0 ? separator : "", more);
}

static void
add(struct ft_clone *clone, const char *what, const char *remedy)
{
    append(clone->what, sizeof(clone->what), ", ", what);
    append(clone->remedy, sizeof(clone->remedy), " ", remedy);
}

static bool
equal(const char *a, const char *b)
{
    return *a != '\0' && strcmp(a, b) == 0;
}

bool
ft_clone_look(const struct ft_host *first, const struct ft_host *second,
              struct ft_clone *clone)
{
    const struct ft_nic *nic = ft_shared_mac(first, second);
    char text[64];

    memset(clone, 0, sizeof(*clone));
    if (equal(first->machine_id, second->machine_id))
        add(clone, "machine-id",
            "New machine-id: rm /etc/machine-id; systemd-machine-id-setup; "
            "reboot.");
    if (equal(first->host_key, second->host_key))
        add(clone, "SSH host key",
            "New keys: rm /etc/ssh/ssh_host_*; ssh-keygen -A.");
    if (equal(first->libvirt.uuid, second->libvirt.uuid))
        add(clone, "libvirt UUID",
            "New UUID: host_uuid in libvirtd.conf (uuidgen).");
    if (nic != NULL) {
        snprintf(text, sizeof(text), "MAC address %s (%s)", nic->mac, nic->name);
        add(clone, text,
            "Another MAC address for its bridge or NIC: with one on two hosts of a "
            "network frames are lost.");
    }
    return *clone->what != '\0';
}
