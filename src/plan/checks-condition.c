/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How one host is doing, whichever part it has in a pair.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "plan/checks-private.h"

#define MIB (UINT64_C(1) << 20)
#define ROOM_NEEDED (4 * MIB) /* records, and a series of 0.25 MiB a pair */
#define ROOM_WANTED (64 * MIB)

/* Hundredths of a percent of five minutes, from which work there is held up. */
#define PRESSURE_CPU 6000
#define PRESSURE_MEMORY 1000
#define PRESSURE_IO 4000

static const struct condition_checks {
    enum ft_check_id maintenance, facts, engine, time, room, pressure, reboot;
} checks_of[] = {
#define PART(part)                                              \
    {                                                           \
        FT_CHECK_##part##_MAINTENANCE, FT_CHECK_##part##_FACTS, \
            FT_CHECK_##part##_ENGINE, FT_CHECK_##part##_TIME,   \
            FT_CHECK_##part##_ROOM, FT_CHECK_##part##_PRESSURE, \
            FT_CHECK_##part##_REBOOT                            \
    }
    [FT_PART_PRIMARY] = PART(PRIMARY),
    [FT_PART_STANDBY] = PART(STANDBY),
    [FT_PART_WITNESS] = { FT_CHECK_WITNESS_MAINTENANCE, FT_CHECK_WITNESS_FACTS,
                          FT_CHECK_WITNESS_ENGINE, FT_CHECK_WITNESS_TIME,
                          FT_CHECK_WITNESS_ROOM, FT_CHECKS,
                          FT_CHECK_WITNESS_REBOOT },
#undef PART
};

/* Its administrator wants nothing there. */
static int
check_maintenance(const struct ft_host *host, enum ft_check_id check,
                  struct ft_findings *findings)
{
    if (host->maintenance_at == 0)
        return ft_findings_add(findings, FT_PASS, check, host->name, NULL, NULL,
                               "it is not under maintenance");
    return ft_findings_add(
        findings, FT_FAIL, check, host->name,
        "Its administrator has taken it out, and may stop it at any moment.",
        "Choose another host, or end that: ftadmin maintenance HOST off.",
        "%s is under maintenance", host->name);
}

static int
check_engine(const struct ft_host *host, enum ft_check_id check,
             struct ft_findings *findings)
{
    bool same = strcmp(host->engine_version, PACKAGE_VERSION) == 0;

    return ft_findings_add(
        findings, same ? FT_PASS : FT_WARN, check, host->name,
        "What an engine does not know it cannot do: two versions on the hosts of a "
        "pair do what the older one can.",
        same ? NULL : "Bring it up to date: ftadmin host upgrade HOST.",
        "the engine there is %s, this ftadmin's is " PACKAGE_VERSION,
        *host->engine_version != '\0' ? host->engine_version
                                      : "of an unknown version");
}

static int
check_time(const struct ft_host *host, enum ft_check_id check,
           struct ft_findings *findings)
{
    int set = host->condition.clock_set;

    return ft_findings_add(
        findings,
        set > 0    ? FT_PASS
        : set == 0 ? FT_WARN
                   : FT_UNKNOWN,
        check, host->name,
        "Clocks that nobody sets drift apart: what happened on both hosts cannot "
        "be put in order, and a guest that reads its hardware clock after a "
        "takeover sees it jump.",
        set > 0
            ? NULL
            : "Run chrony or systemd-timesyncd there, and look at timedatectl.",
        "%s",
        set > 0    ? "its clock is set by somebody (NTP)"
        : set == 0 ? "nobody sets its clock"
                   : "the kernel does not tell whether its clock is set");
}

static int
check_room(const struct ft_host *host, enum ft_check_id check,
           struct ft_findings *findings)
{
    int64_t room = host->condition.room;
    enum ft_verdict verdict = room < 0                      ? FT_UNKNOWN
                              : room < (int64_t)ROOM_NEEDED ? FT_FAIL
                              : room < (int64_t)ROOM_WANTED ? FT_WARN
                                                            : FT_PASS;

    char text[40] = "nobody knows how much";

    if (room >= 0)
        snprintf(text, sizeof(text), "%lld MiB",
                 (long long)(room / (int64_t)MIB));
    return ft_findings_add(
        findings, verdict, check, host->name,
        "Who may go on has to be written down before anybody does.",
        verdict == FT_PASS ? NULL : "Free room in /var/lib there.",
        "%s is free in /var/lib", text);
}

static int
check_pressure(const struct ft_host *host, enum ft_check_id check,
               struct ft_findings *findings)
{
    const struct ft_condition *c = &host->condition;
    bool well = c->cpu_pressure < PRESSURE_CPU &&
                c->memory_pressure < PRESSURE_MEMORY &&
                c->io_pressure < PRESSURE_IO;

    /* a kernel that does not tell (psi=1) is no reason not to protect */
    if (c->cpu_pressure < 0 && c->memory_pressure < 0 && c->io_pressure < 0)
        return 0;
    return ft_findings_add(
        findings, well ? FT_PASS : FT_WARN, check, host->name,
        "What is short there holds up each checkpoint, and with it all that the "
        "guest sends.",
        well ? NULL : "See what takes it (top, iotop), or choose another host.",
        "in the last 5 minutes something waited for a CPU %.0f %% of the time, for "
        "memory %.0f %%, for storage %.0f %%",
        c->cpu_pressure / 100.0, c->memory_pressure / 100.0,
        c->io_pressure / 100.0);
}

static int
check_reboot(const struct ft_host *host, enum ft_check_id check,
             struct ft_findings *findings)
{
    bool due = host->condition.reboot_due;

    return ft_findings_add(
        findings, due ? FT_WARN : FT_PASS, check, host->name,
        "A host that is to be rebooted is better rebooted now than once a VM "
        "depends on it.",
        due ? "Reboot it; with protected VMs on it, systemctl reboot hands them "
              "over first."
            : NULL,
        due ? "its packages ask for a reboot" : "no reboot is due");
}

int
ft_check_condition(const struct ft_host *host, enum ft_part part,
                   struct ft_findings *findings)
{
    const struct condition_checks *checks = &checks_of[part];
    int rc = check_maintenance(host, checks->maintenance, findings);

    if (rc < 0)
        return rc;
    if (!host->condition.told)
        return ft_findings_add(
            findings, FT_UNKNOWN, checks->facts, host->name,
            "What is not looked at is not known to be well.",
            "Bring it up to date: ftadmin host upgrade HOST.",
            "the engine there (%s) tells nothing of its clock, room and pressure",
            host->engine_version);
    rc = ft_findings_add(findings, FT_PASS, checks->facts, host->name, NULL,
                         NULL, "the engine there tells all that is looked at");
    if (rc == 0)
        rc = check_engine(host, checks->engine, findings);
    if (rc == 0)
        rc = check_time(host, checks->time, findings);
    if (rc == 0)
        rc = check_room(host, checks->room, findings);
    if (rc == 0 && checks->pressure != FT_CHECKS)
        rc = check_pressure(host, checks->pressure, findings);
    return rc == 0 ? check_reboot(host, checks->reboot, findings) : rc;
}
