/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What leaves a VM past the gate: its character devices. Their output is not
 * held until it is committed, so for each kind of device and each backend it is
 * decided whether somebody outside can tell, and what he sees. Pure.
 *
 * Names: https://libvirt.org/formatdomain.html, consoles and channels (libvirt
 * 9.0: stdio and nmdm too, which QEMU's driver refuses by itself).
 */
#ifndef FT_PLAN_CHARDEVS_H
#define FT_PLAN_CHARDEVS_H

#include "plan/findings.h"

#define FT_CHARDEV_DEVICES(X) \
    X(SERIAL, "serial")       \
    X(CONSOLE, "console")     \
    X(PARALLEL, "parallel")   \
    X(CHANNEL, "channel")     \
    X(REDIRDEV, "redirdev")   \
    X(SMARTCARD, "smartcard")

#define FT_CHARDEV_BACKENDS(X) \
    X(NULL, "null")            \
    X(VC, "vc")                \
    X(PTY, "pty")              \
    X(SPICEVMC, "spicevmc")    \
    X(SPICEPORT, "spiceport")  \
    X(VDAGENT, "qemu-vdagent") \
    X(FILE, "file")            \
    X(UNIX, "unix")            \
    X(TCP, "tcp")              \
    X(UDP, "udp")              \
    X(PIPE, "pipe")            \
    X(DEV, "dev")              \
    X(STDIO, "stdio")          \
    X(NMDM, "nmdm")            \
    X(DBUS, "dbus")

struct ft_chardev {
    const char *device;  /* name of the element */
    const char *backend; /* its type; for a smartcard's mode='host' empty */
    const char *target;  /* target's type: "virtio", "guestfwd", "serial" */
    const char *name;    /* target's name: "org.qemu.guest_agent.0"; or "" */
};

struct ft_chardev_decision {
    enum ft_verdict verdict;
    enum ft_check_id check;
    const char *sees; /* what somebody outside sees, and when */
    const char *why;
    const char *remedy;
};

/* Never NULL; what is not known is refused. */
const struct ft_chardev_decision *ft_chardev_decide(const struct ft_chardev *c);

#endif
