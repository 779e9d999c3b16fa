/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A guest agent as small as can be: what libvirt asks of qemu-guest-agent to freeze and thaw file
 * systems (docs/interop/qemu-ga-ref of QEMU), one request a line.
 *
 * The ledger writes to its disks without a file system. Frozen here means that it is stopped, so
 * that nobody is answered, and that the last block of the first disk says so: a copy of that moment
 * can be told from any other.
 *
 *   usage: agent LEDGER_PID */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PORTS "/sys/class/virtio-ports"
#define NAME "org.qemu.guest_agent.0"
#define DISK "/dev/vda"
#define BLOCK 4096

static pid_t ledger;
static int frozen;

static int
is_agents(const char *port)
{
    char path[512], name[64] = "";
    FILE *file;

    snprintf(path, sizeof(path), PORTS "/%s/name", port);
    file = fopen(path, "re");
    if (!file)
        return 0;
    if (!fgets(name, sizeof(name), file))
        name[0] = '\0';
    fclose(file);
    name[strcspn(name, "\n")] = '\0';
    return !strcmp(name, NAME);
}

/* The descriptor, or -1: this guest has no such port. */
static int
open_port(void)
{
    DIR *ports = opendir(PORTS);
    struct dirent *port;
    char path[512];
    int fd = -1;

    while (ports && fd < 0 && (port = readdir(ports)))
        if (is_agents(port->d_name)) {
            snprintf(path, sizeof(path), "/dev/%s", port->d_name);
            fd = open(path, O_RDWR | O_CLOEXEC);
        }
    if (ports)
        closedir(ports);
    return fd;
}

static void
mark(const char *text)
{
    static char block[BLOCK] __attribute__((aligned(BLOCK)));
    int fd = open(DISK, O_RDWR | O_DIRECT | O_CLOEXEC);
    off_t size = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);

    memset(block, 0, sizeof(block));
    strcpy(block, text);
    if (size < BLOCK || pwrite(fd, block, BLOCK, size - BLOCK) != BLOCK ||
        fdatasync(fd))
        fprintf(stderr, "agent: cannot write to " DISK "\n");
    if (fd >= 0)
        close(fd);
}

static void
set_frozen(int wanted)
{
    if (wanted)
        kill(ledger, SIGSTOP);
    mark(wanted ? "frozen" : "thawed");
    if (!wanted)
        kill(ledger, SIGCONT);
    frozen = wanted;
}

static void
answer(int fd, const char *request)
{
    const char *id = strstr(request, "\"id\":");

    if (strstr(request, "\"guest-sync\""))
        dprintf(fd, "{\"return\": %lld}\n", id ? atoll(id + 5) : 0LL);
    else if (strstr(request, "\"guest-ping\""))
        dprintf(fd, "{\"return\": {}}\n");
    else if (strstr(request, "\"guest-fsfreeze-status\""))
        dprintf(fd, "{\"return\": \"%s\"}\n", frozen ? "frozen" : "thawed");
    else if (strstr(request, "\"guest-fsfreeze-freeze\"")) {
        set_frozen(1);
        dprintf(fd, "{\"return\": 1}\n");
    } else if (strstr(request, "\"guest-fsfreeze-thaw\"")) {
        int count = frozen;

        set_frozen(0);
        dprintf(fd, "{\"return\": %d}\n", count);
    } else
        dprintf(
            fd,
            "{\"error\": {\"class\": \"CommandNotFound\", \"desc\": \"no such command\"}}\n");
}

int
main(int argc, char **argv)
{
    char line[4096];
    size_t length = 0;
    int fd = open_port();

    if (argc != 2 || fd < 0)
        return 0;
    ledger = (pid_t)atoi(argv[1]);
    for (;;) {
        ssize_t n = read(fd, line + length, 1);

        if (n != 1) {
            poll(NULL, 0, 100); /* nobody is there on the host's side */
            continue;
        }
        if (line[length] != '\n' && length < sizeof(line) - 2) {
            length++;
            continue;
        }
        line[length] = '\0';
        length = 0;
        answer(fd, line);
    }
}
