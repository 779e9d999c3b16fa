/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "plan/remedy.h"

/* The first kernel with all that the engine needs. */
#define LINUX_MAJOR 6
#define LINUX_MINOR 7

/* What to do with a release of a distribution, up to and with that one. */
struct advice {
    const char *id; /* os-release's ID */
    unsigned up_to; /* VERSION_ID, 22.04 as 2204; 0: any */
    const char *kernel;
    const char *libvirt; /* NULL: its own is new enough */
};

static const char upgrade_debian[] =
    "Upgrade the host to Debian 12 or 13: this release has no such package.";
static const char upgrade_ubuntu[] =
    "Upgrade the host to Ubuntu 24.04: this release has no such package.";
static const char upgrade_rhel[] =
    "Upgrade the host to release 10, whose kernel has it: no package of this "
    "release does.";

/* The first that fits counts. */
static const struct advice advices[] = {
    { "debian", 1199, upgrade_debian, upgrade_debian },
    { "debian", 1299,
      "apt-get install linux-image-6.12-amd64 (it is in bookworm-security), and "
      "reboot the host.",
      NULL },
    { "debian", 0, "apt-get install linux-image-amd64, and reboot the host.",
      NULL },
    { "ubuntu", 2110, upgrade_ubuntu, upgrade_ubuntu },
    { "ubuntu", 2204,
      "Upgrade the host to Ubuntu 24.04 (do-release-upgrade), and reboot it. "
      "linux-generic-hwe-22.04 has such a kernel, but libvirt of 22.04 is too "
      "old, too.",
      "Upgrade the host to Ubuntu 24.04 (do-release-upgrade): 22.04 has libvirt "
      "8.0." },
    { "ubuntu", 2310, upgrade_ubuntu, NULL },
    { "ubuntu", 0, "apt-get install linux-generic, and reboot the host.", NULL },
    { "fedora", 0, "dnf upgrade kernel, and reboot the host.", NULL },
    { "rhel", 899, upgrade_rhel, upgrade_rhel },
    { "rhel", 999, upgrade_rhel, "dnf upgrade libvirt, and restart it." },
    { "rhel", 0, "dnf upgrade kernel, and reboot the host.", NULL },
};

/* Whether ID or one of the words of ID_LIKE is this one. */
static bool
is_like(const struct ft_system *system, const char *id)
{
    size_t length = strlen(id);
    const char *word = system->like;

    if (strcmp(system->id, id) == 0)
        return true;
    /* Ubuntu and others are like Debian, and number as they please. */
    if (strcmp(id, "rhel") != 0)
        return false;
    for (; (word = strstr(word, id)) != NULL; word += length)
        if ((word == system->like || word[-1] == ' ') &&
            (word[length] == '\0' || word[length] == ' '))
            return true;
    return false;
}

static bool
is_up_to(const char *version, unsigned up_to)
{
    unsigned major = 0, minor = 0;

    return up_to == 0 || (sscanf(version, "%u.%u", &major, &minor) >= 1 &&
                          major < 1000 && major * 100 + minor <= up_to);
}

static const struct advice *
advice_for(const struct ft_system *system)
{
    for (size_t i = 0; i < FT_ARRAY_SIZE(advices); i++)
        if (is_like(system, advices[i].id) &&
            is_up_to(system->version, advices[i].up_to))
            return &advices[i];
    return NULL;
}

static bool
is_new_enough(const char *release)
{
    unsigned major = 0, minor = 0;

    sscanf(release, "%u.%u", &major, &minor);
    return major > LINUX_MAJOR || (major == LINUX_MAJOR && minor >= LINUX_MINOR);
}

const char *
ft_remedy_kernel(const struct ft_host *host)
{
    const struct advice *advice = advice_for(&host->system);

    if (is_new_enough(host->kernel.release))
        return "This kernel is new enough, but was built without it: boot the "
               "distribution's own, or build it with CONFIG_USERFAULTFD, "
               "CONFIG_PTE_MARKER_UFFD_WP and CONFIG_PROC_PAGE_MONITOR.";
    if (advice != NULL)
        return advice->kernel;
    return "Install Linux 6.7 or newer and reboot the host.";
}

const char *
ft_remedy_libvirt(const struct ft_host *host)
{
    const struct advice *advice = advice_for(&host->system);

    if (advice != NULL && advice->libvirt != NULL)
        return advice->libvirt;
    return "Upgrade libvirt to 8.2 or newer.";
}

void
ft_remedy_port(const struct ft_host *host, unsigned port, char *text,
               size_t size)
{
    if (strcmp(host->firewall, "firewalld") == 0)
        snprintf(text, size,
                 "On %.60s, which runs firewalld: firewall-cmd --permanent "
                 "--add-port=%u/tcp && firewall-cmd --reload (with --zone=ZONE if "
                 "the network is not in the default zone).",
                 host->name, port);
    else if (strcmp(host->firewall, "ufw") == 0)
        snprintf(text, size, "On %.60s, which runs ufw: ufw allow %u/tcp.",
                 host->name, port);
    else
        snprintf(text, size,
                 "On %.60s: nft insert rule inet filter input tcp dport %u "
                 "accept, or iptables -I INPUT -p tcp --dport %u -j ACCEPT, and "
                 "the same where it keeps its rules; or look what drops it on "
                 "the way.",
                 host->name, port, port);
}
