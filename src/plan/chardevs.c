/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "plan/chardevs.h"

#include <string.h>

#include "base/cleanup.h"

#define AGENT "org.qemu.guest_agent.0"

#define WHY                                                                    \
    "Only what goes to the network is held until the other host has what led " \
    "to it."
#define DO_NOT_ACT                                                           \
    "Let nothing act on it that could not ask again; its other end or path " \
    "must exist on the other host too."

enum effect { UNKNOWN, HIDDEN, LOCAL, ASKED, STREAM, PAPER, TALK, PLUGGED };

static const struct ft_chardev_decision decisions[] = {
    [UNKNOWN] = { FT_FAIL, FT_CHECK_CARRY_CHARDEV,
                  "what it is connected to is of this host only, or not known",
                  "It cannot be connected on the other host in the same way.",
                  "Shut the VM down and remove the device (virsh edit)." },
    [HIDDEN] = { FT_PASS, FT_CHECK_CARRY_CHARDEV_LOCAL,
                 "nothing of it leaves QEMU", WHY, "" },
    [LOCAL] = { FT_PASS, FT_CHECK_CARRY_CHARDEV_LOCAL,
                "who looks on at this host is cut off by a takeover; on the "
                "other one the guest may write anew what was seen since the "
                "last epoch",
                WHY, "" },
    [ASKED] = { FT_PASS, FT_CHECK_CARRY_CHARDEV_LOCAL,
                "a command of libvirt's to the guest agent that was answered "
                "since the last epoch is undone by a takeover",
                WHY, "" },
    [STREAM] = { FT_WARN, FT_CHECK_CARRY_CHARDEV_OUTSIDE,
                 "a reader sees output before it is committed; after a takeover "
                 "he sees what came since the last epoch a second time, or "
                 "otherwise, and what was sent to the guest since is lost",
                 WHY, DO_NOT_ACT },
    [PAPER] = { FT_WARN, FT_CHECK_CARRY_CHARDEV_OUTSIDE,
                "it prints before it is committed: after a takeover it prints a "
                "second time, or otherwise, what came since the last epoch",
                WHY, DO_NOT_ACT },
    [TALK] = { FT_WARN, FT_CHECK_CARRY_CHARDEV_OUTSIDE,
               "who asks the guest there has answers before they are committed; "
               "after a takeover the guest does not know of what was asked and "
               "answered since the last epoch, and may answer it a second time",
               WHY, DO_NOT_ACT },
    [PLUGGED] = { FT_WARN, FT_CHECK_CARRY_REDIRECTED,
                  "a viewer's device is unplugged at a takeover; what was "
                  "written to it since the last epoch stays there, and the "
                  "guest does not know of it",
                  WHY, "Redirect no device that the guest writes to." },
};

#define NAME(name, text) text,
#define INDEX(name, text) DEVICE_##name,
static const char *const devices[] = { FT_CHARDEV_DEVICES(NAME) };
static const char *const backends[] = { FT_CHARDEV_BACKENDS(NAME) };
enum { FT_CHARDEV_DEVICES(INDEX) };
#undef INDEX
#define INDEX(name, text) BACKEND_##name,
enum { FT_CHARDEV_BACKENDS(INDEX) };
#undef INDEX
#undef NAME

/* What is not here is UNKNOWN. */
static const enum effect effects[FT_ARRAY_SIZE(devices)][FT_ARRAY_SIZE(backends)] = {
#define LOOKED_AT                                                         \
    [BACKEND_NULL] = HIDDEN, [BACKEND_VC] = LOCAL, [BACKEND_PTY] = LOCAL, \
    [BACKEND_SPICEVMC] = LOCAL, [BACKEND_SPICEPORT] = LOCAL, [BACKEND_VDAGENT] = LOCAL
#define TAKEN(effect)                                                \
    LOOKED_AT, [BACKEND_FILE] = (effect), [BACKEND_UNIX] = (effect), \
               [BACKEND_TCP] = (effect), [BACKEND_UDP] = (effect)
    [DEVICE_SERIAL] = { TAKEN(STREAM) },
    [DEVICE_CONSOLE] = { TAKEN(STREAM) },
    [DEVICE_PARALLEL] = { TAKEN(PAPER) },
    [DEVICE_CHANNEL] = { TAKEN(TALK) },
    [DEVICE_REDIRDEV] = { [BACKEND_SPICEVMC] = PLUGGED, [BACKEND_TCP] = PLUGGED },
    [DEVICE_SMARTCARD] = { [BACKEND_SPICEVMC] = PLUGGED, [BACKEND_TCP] = PLUGGED },
};

static size_t
find(const char *const names[], size_t n, const char *name)
{
    size_t i = 0;

    while (i < n && strcmp(names[i], name) != 0)
        i++;
    return i;
}

const struct ft_chardev_decision *
ft_chardev_decide(const struct ft_chardev *c)
{
    size_t device = find(devices, FT_ARRAY_SIZE(devices), c->device);
    size_t backend = find(backends, FT_ARRAY_SIZE(backends), c->backend);
    enum effect effect = UNKNOWN;

    if (device < FT_ARRAY_SIZE(devices) && backend < FT_ARRAY_SIZE(backends))
        effect = effects[device][backend];
    if (strcmp(c->target, "guestfwd") == 0) /* of user-mode networking */
        effect = UNKNOWN;
    if (effect == TALK && backend == BACKEND_UNIX && strcmp(c->name, AGENT) == 0)
        effect = ASKED;
    return &decisions[effect];
}
