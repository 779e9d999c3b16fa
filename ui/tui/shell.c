/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/shell.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "ui/tui/terminal.h"

static void __attribute__((noreturn)) become(const struct ft_words *program)
{
    const char *shell = getenv("SHELL");
    const char *argv[FT_WORDS_MAX + 1] = { NULL };

    ft_terminal_lend();
    for (size_t i = 0; program && i < program->count; i++)
        argv[i] = program->list[i];
    if (!program)
        argv[0] = shell && *shell ? shell : "/bin/sh";
    execvp(argv[0], (char *const *)(void *)argv);
    fprintf(stderr, "%s cannot be run here\n", argv[0]);
    _exit(127);
}

static void
wait_for_enter(void)
{
    char byte;

    fputs("Enter goes back to ftadmin. ", stdout);
    fflush(stdout);
    tcflush(STDIN_FILENO, TCIFLUSH);
    while (read(STDIN_FILENO, &byte, 1) == 1 && byte != '\n')
        ;
}

static void
say(const struct ft_words *program)
{
    printf("%s", program->list[0]);
    for (size_t i = 1; i < program->count; i++)
        printf(" %s", program->list[i]);
    puts("   (its end goes back to ftadmin)");
}

void
ft_shell_run(const struct ft_words *program)
{
    int status = 0;
    pid_t pid;

    if (program)
        say(program);
    fflush(stdout);
    pid = fork();
    if (pid == 0)
        become(program);
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    ft_terminal_take_back();
    if (program && status)
        wait_for_enter();
}
