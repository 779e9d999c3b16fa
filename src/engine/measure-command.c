/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "engine/measure-command.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/json.h"
#include "measure/measure.h"

static volatile sig_atomic_t signalled;

static void
on_signal(int number)
{
    (void)number;
    signalled = 1;
}

static void
catch_signals(void)
{
    struct sigaction action = { .sa_handler = on_signal };

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
}

/* A pipe without a reader is in error, a socket without a peer hung up. */
static bool
is_unwanted(void *opaque)
{
    struct pollfd out = { .fd = STDOUT_FILENO };

    (void)opaque;
    return signalled ||
           (poll(&out, 1, 0) == 1 && (out.revents & (POLLERR | POLLHUP)));
}

json_t *
ft_measure_command(const char *vm, int seconds, int *failed)
{
    const struct ft_measure_options options = { .vm = vm,
                                                .seconds = seconds,
                                                .stopped = is_unwanted };
    struct ft_error err = FT_ERROR_INIT;
    struct ft_measurement measured;

    catch_signals();
    *failed = ft_measure(&options, &measured, &err) != 0;
    if (!*failed)
        return ft_measurement_to_json(&measured);
    fprintf(stderr, "ftengine: %s\n", err.text);
    return json_pack("{s:i,s:o}", "schema", FT_MEASURED_SCHEMA, "error",
                     ft_json_from_error(&err));
}
