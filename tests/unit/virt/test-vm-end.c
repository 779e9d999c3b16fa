/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a VM ended, from events as QEMU 7.2 and libvirt 9.0 send them. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <libvirt/libvirt.h>

#include "virt/vm-end.h"

#define SHUTDOWN(guest, reason) \
    "{\"guest\":" #guest ",\"reason\":\"" reason "\"}"
#define HOST VIR_DOMAIN_EVENT_SHUTDOWN_HOST
#define GUEST VIR_DOMAIN_EVENT_SHUTDOWN_GUEST
#define NONE (-1)

/* What one says who looks at every event. */
static void
test_how_it_ended(void **state)
{
    static const struct {
        const char *event, *details; /* QEMU's; or NULL */
        int shutdown;                /* libvirt's, its detail */
        bool crashed;
        int stopped;
        enum ft_vm_end end;
    } rows[] = {
        { "SHUTDOWN", SHUTDOWN(true, "guest-shutdown"), GUEST, false,
          VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN, FT_VM_END_SHUTDOWN },
        { NULL, NULL, NONE, false, VIR_DOMAIN_EVENT_STOPPED_DESTROYED,
          FT_VM_END_SHUTDOWN },
        { NULL, NULL, NONE, false, VIR_DOMAIN_EVENT_STOPPED_MIGRATED,
          FT_VM_END_MIGRATED },
        /* on_reboot=destroy, by the guest and by virsh reset */
        { "SHUTDOWN", SHUTDOWN(true, "guest-reset"), GUEST, false,
          VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN, FT_VM_END_RESET },
        { "SHUTDOWN", SHUTDOWN(false, "host-qmp-system-reset"), HOST, false,
          VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN, FT_VM_END_RESET },
        { "SHUTDOWN", SHUTDOWN(false, "host-signal"), HOST, false,
          VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN, FT_VM_END_SIGNAL },
        { "SHUTDOWN", SHUTDOWN(false, "host-qmp-quit"), HOST, false,
          VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN, FT_VM_END_SIGNAL },
        { "SHUTDOWN", "nonsense", HOST, false,
          VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN, FT_VM_END_SIGNAL },
        { "SHUTDOWN", NULL, HOST, false, VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN,
          FT_VM_END_SIGNAL },
        /* on_crash=destroy */
        { NULL, NULL, NONE, true, VIR_DOMAIN_EVENT_STOPPED_CRASHED,
          FT_VM_END_PANIC },
        { NULL, NULL, NONE, false, VIR_DOMAIN_EVENT_STOPPED_CRASHED,
          FT_VM_END_DEATH },
        /* a panic that is kept, and QEMU dies */
        { NULL, NULL, NONE, true, VIR_DOMAIN_EVENT_STOPPED_FAILED,
          FT_VM_END_DEATH },
        { "WATCHDOG", "{\"action\":\"poweroff\"}", NONE, false,
          VIR_DOMAIN_EVENT_STOPPED_FAILED, FT_VM_END_WATCHDOG },
        { "WATCHDOG", "{\"action\":\"pause\"}", NONE, false,
          VIR_DOMAIN_EVENT_STOPPED_FAILED, FT_VM_END_DEATH },
        { NULL, NULL, NONE, false, VIR_DOMAIN_EVENT_STOPPED_FAILED,
          FT_VM_END_DEATH },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ft_vm_end_signs signs = { 0 };

        if (rows[i].event)
            ft_vm_end_heard(&signs, rows[i].event, rows[i].details);
        if (rows[i].shutdown != NONE)
            ft_vm_end_told(&signs, VIR_DOMAIN_EVENT_SHUTDOWN, rows[i].shutdown);
        if (rows[i].crashed)
            ft_vm_end_told(&signs, VIR_DOMAIN_EVENT_CRASHED, 0);
        assert_int_equal(ft_vm_end_of(&signs, rows[i].stopped), rows[i].end);
    }
}

/* on_crash=restart, on_poweroff=restart: it goes on, and dies much later. */
static void
test_going_on_ends_nothing(void **state)
{
    struct ft_vm_end_signs signs = { true, true, true, true, true };

    (void)state;
    ft_vm_end_told(&signs, VIR_DOMAIN_EVENT_RESUMED, 0);
    assert_int_equal(ft_vm_end_of(&signs, VIR_DOMAIN_EVENT_STOPPED_FAILED),
                     FT_VM_END_DEATH);
    assert_int_equal(ft_vm_end_of(&signs, VIR_DOMAIN_EVENT_STOPPED_CRASHED),
                     FT_VM_END_DEATH);
    assert_int_equal(ft_vm_end_of(&signs, VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN),
                     FT_VM_END_SHUTDOWN);
}

/* libvirt ends a QEMU that was shut down by SIGTERM, of which that tells, too. */
static void
test_the_first_word_counts(void **state)
{
    struct ft_vm_end_signs signs = { 0 };

    (void)state;
    ft_vm_end_heard(&signs, "SHUTDOWN",
                    SHUTDOWN(false, "host-qmp-system-reset"));
    ft_vm_end_told(&signs, VIR_DOMAIN_EVENT_SHUTDOWN, HOST);
    ft_vm_end_heard(&signs, "SHUTDOWN", SHUTDOWN(false, "host-signal"));
    assert_int_equal(ft_vm_end_of(&signs, VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN),
                     FT_VM_END_RESET);
    ft_vm_end_told(&signs, VIR_DOMAIN_EVENT_STARTED, 0);
    ft_vm_end_heard(&signs, "SHUTDOWN", SHUTDOWN(false, "host-signal"));
    ft_vm_end_told(&signs, VIR_DOMAIN_EVENT_SHUTDOWN, HOST);
    ft_vm_end_heard(&signs, "SHUTDOWN", SHUTDOWN(true, "guest-reset"));
    assert_int_equal(ft_vm_end_of(&signs, VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN),
                     FT_VM_END_SIGNAL);
}

static void
test_what_was_wanted(void **state)
{
    (void)state;
    assert_true(ft_vm_end_was_wanted(FT_VM_END_SHUTDOWN));
    assert_true(ft_vm_end_was_wanted(FT_VM_END_RESET));
    assert_true(ft_vm_end_was_wanted(FT_VM_END_PANIC));
    assert_true(ft_vm_end_was_wanted(FT_VM_END_WATCHDOG));
    assert_false(ft_vm_end_was_wanted(FT_VM_END_SIGNAL));
    assert_false(ft_vm_end_was_wanted(FT_VM_END_DEATH));
    assert_false(ft_vm_end_was_wanted(FT_VM_END_COUNT));
    for (unsigned end = 0; end < FT_VM_END_COUNT; end++)
        assert_true(*ft_vm_end_text(end));
    assert_string_equal(ft_vm_end_text(FT_VM_END_COUNT), "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_how_it_ended),
        cmocka_unit_test(test_going_on_ends_nothing),
        cmocka_unit_test(test_the_first_word_counts),
        cmocka_unit_test(test_what_was_wanted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
