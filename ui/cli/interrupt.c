/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/cli/interrupt.h"

#include <signal.h>
#include <unistd.h>

#include "ui/cli/exit.h"

static volatile sig_atomic_t interrupted;

static void
on_interrupt(int number)
{
    (void)number;
    if (interrupted)
        _exit(FT_EXIT_INTERRUPTED);
    interrupted = 1;
}

void
ft_cli_catch_interrupts(void)
{
    struct sigaction action = { .sa_handler = on_interrupt };

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

int
ft_cli_interrupted(void *unused)
{
    (void)unused;
    return interrupted != 0;
}
