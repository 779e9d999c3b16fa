/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "engine/witness-process.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/log.h"
#include "base/paths.h"
#include "engine/child.h"
#include "virt/loop.h"
#include "witness/witness-pairs.h"

#define PORT_FILE FT_WITNESS_FOLDER "/port"
#define RESTART_MS 500

static struct {
    uint16_t port; /* 0: not a witness */
    struct ft_child child;
    int timer;
} witness = { .timer = -1 };

static void
on_end(void *opaque, pid_t pid, const char *how)
{
    (void)opaque;
    ft_log(FT_LOG_WARN, "the witness process %d ended: %s", (int)pid, how);
    if (witness.port)
        ft_loop_timer_set(witness.timer, RESTART_MS);
    else
        ft_witness_clear(FT_WITNESS_FOLDER);
}

static void
spawn(void *opaque)
{
    char port[16];
    const char *argv[] = { "ftengine", "witness", "--port", port, NULL };

    (void)opaque;
    ft_loop_timer_set(witness.timer, -1);
    if (witness.child.pid || !witness.port)
        return;
    snprintf(port, sizeof(port), "%u", witness.port);
    /* it holds the port: it must not outlive the daemon that restarts it */
    if (ft_child_start(&witness.child, argv, true))
        ft_loop_timer_set(witness.timer, RESTART_MS);
}

int
ft_witness_process_open(struct ft_error *err)
{
    FT_AUTOFREE char *text = NULL;
    long port;

    witness.child = FT_CHILD_INIT(on_end, NULL);
    witness.timer = ft_loop_timer(spawn, NULL);
    if (witness.timer < 0)
        return ft_fail(err, ENOMEM, NULL, "cannot make a timer");
    if (ft_file_read(PORT_FILE, 64, &text, NULL))
        return 0;
    port = strtol(text, NULL, 10);
    if (port < 1 || port > 65535)
        return ft_fail(err, EINVAL, "Remove the file and run ftadmin again.",
                       "%s holds no port number", PORT_FILE);
    witness.port = port;
    spawn(NULL);
    return 0;
}

/* The process that ends may have its database open still: see on_end. */
static int
stopped(struct ft_error *err)
{
    if (unlink(PORT_FILE) < 0 && errno != ENOENT)
        return ft_fail(err, errno, NULL, "cannot remove %s", PORT_FILE);
    if (!witness.child.pid)
        ft_witness_clear(FT_WITNESS_FOLDER);
    return 0;
}

int
ft_witness_process_set(uint16_t port, struct ft_error *err)
{
    char text[16];
    int n, rc;

    if (port == witness.port)
        return 0;
    witness.port = port;
    if (witness.child.pid)
        kill(witness.child.pid, SIGTERM);
    if (!port)
        return stopped(err);
    rc = ft_make_folder(FT_WITNESS_FOLDER, 0700);
    n = snprintf(text, sizeof(text), "%u\n", port);
    if (!rc)
        rc = ft_file_replace(PORT_FILE, text, n, 0600);
    if (rc)
        return ft_fail(err, -rc, NULL, "cannot write %s: %s", PORT_FILE,
                       strerror(-rc));
    spawn(NULL);
    return 0;
}

int
ft_witness_process_running(void)
{
    return witness.child.pid > 0;
}

int
ft_witness_process_wanted(void)
{
    return witness.port > 0;
}
