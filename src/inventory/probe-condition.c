/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a host is doing and what it stands in: its clock, how short it is of something,
 * the room for its own records, its chassis. What the kernel does not tell is -1 or "".
 *
 * Sources: adjtimex(2), proc_meminfo(5), proc_sys_vm(5), the kernel's
 * Documentation/accounting/psi.rst and ABI/testing/sysfs-class-dmi,
 * /run/reboot-required: update-notifier, unattended-upgrades.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/load.h"
#include "base/paths.h"
#include "inventory/host.h"
#include "inventory/probe-private.h"

#define PRESSURE_SECONDS 300

/* The first line of a file, or ""; what is not plain text in it is "?". */
static void
first_line(const char *path, char *line, size_t size)
{
    FT_AUTOFREE char *text = NULL;
    size_t length;

    *line = '\0';
    if (ft_file_read(path, 4096, &text, &length) < 0)
        return;
    snprintf(line, size, "%.*s", (int)strcspn(text, "\n"), text);
    for (; *line != '\0'; line++)
        if ((unsigned char)*line < 0x20 || (unsigned char)*line >= 0x7f)
            *line = '?';
}

static json_t *
line_of(const char *path)
{
    char line[64];

    first_line(path, line, sizeof(line));
    return json_string(line);
}

#define TIMESYNCD "/run/systemd/timesync/synchronized"

/*
 * 1 somebody sets it (NTP, PTP), 0 nobody does, -1 not known: where a filter of system
 * calls keeps the engine from asking, as a unit of before has it, only what
 * systemd-timesyncd says is heard.
 */
static int
clock_is_set(void)
{
    struct timex t = { .modes = 0 };

    if (adjtimex(&t) < 0)
        return access(TIMESYNCD, F_OK) == 0 ? 1 : -1;
    return (t.status & STA_UNSYNC) == 0;
}

/* Bytes that a new process may still ask for; -1: as many as it likes. */
static json_int_t
commit_left(void)
{
    FT_AUTOFREE char *text = NULL;
    char mode[8];
    uint64_t limit, used;
    size_t size;

    first_line("/proc/sys/vm/overcommit_memory", mode, sizeof(mode));
    if (strcmp(mode, "2") != 0 ||
        ft_file_read("/proc/meminfo", 65536, &text, &size) < 0)
        return -1;
    limit = ft_load_memory_value(text, "CommitLimit");
    used = ft_load_memory_value(text, "Committed_AS");
    return limit > used ? (json_int_t)(limit - used) : 0;
}

/* Bytes for what the engine keeps of its pairs. */
static json_int_t
room(void)
{
    struct statvfs fs;
    uint64_t bytes;

    if (statvfs(FT_STATE_FOLDER, &fs) < 0 && statvfs("/var/lib", &fs) < 0)
        return -1;
    bytes = (uint64_t)fs.f_bavail * fs.f_frsize;
    return (json_int_t)bytes;
}

/* In hundredths of a percent. */
static json_int_t
pressure_of(const char *path)
{
    double part = ft_load_pressure(path, PRESSURE_SECONDS);

    return part < 0 ? -1 : (json_int_t)(part * 100);
}

json_t *
ft_probe_condition(void)
{
    return json_pack("{s:b,s:i,s:o,s:o,s:o,s:I,s:I,s:I,s:I,s:I,s:b}", "told", 1,
                     "clock_set", clock_is_set(), "clocksource",
                     line_of("/sys/devices/system/clocksource/clocksource0/"
                             "current_clocksource"),
                     "chassis", line_of("/sys/class/dmi/id/chassis_serial"),
                     "board", line_of("/sys/class/dmi/id/board_serial"),
                     "commit_left", commit_left(), "room", room(),
                     "cpu_pressure", pressure_of(FT_PRESSURE_CPU),
                     "memory_pressure", pressure_of(FT_PRESSURE_MEMORY),
                     "io_pressure", pressure_of(FT_PRESSURE_IO), "reboot_due",
                     access("/run/reboot-required", F_OK) == 0);
}
