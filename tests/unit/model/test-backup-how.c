/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which options of a backup go together. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "ui/model/backup-how.h"

static const struct {
    struct ft_backup_how how;
    const char *why; /* a part of it; NULL: nothing is wrong */
} rows[] = {
    { { 0 }, "needs --output or --nbd" },
    { { .output = "a", .nbd = "/b" }, "needs --output or --nbd" },
    { { .output = "." }, NULL },
    { { .output = ".", .no_freeze = true }, NULL },
    { { .output = ".", .format = "qcow2", .incremental = "b" }, NULL },
    { { .output = ".", .format = "raw" }, NULL },
    { { .output = ".", .format = "vmdk" }, "qcow2 or raw, not \"vmdk\"" },
    { { .output = ".", .format = "raw", .incremental = "b" },
      "--incremental makes files" },
    { { .output = ".", .tls = "keys" }, "--tls is of an address" },
    { { .nbd = "/run/x.sock" }, NULL },
    { { .nbd = "x.sock" }, NULL },
    { { .nbd = "/run/x.sock", .tls = "keys" }, "--tls is of an address" },
    { { .nbd = "/run/x.sock", .format = "raw" }, "--format is of the file" },
    { { .nbd = "/run/x.sock", .incremental = "b" },
      "--incremental makes files" },
    { { .nbd = "192.0.2.1" }, "needs --tls" },
    { { .nbd = "host:10809" }, "needs --tls" },
    { { .nbd = "[2001:db8::1]:99" }, "needs --tls" },
    { { .nbd = "192.0.2.1", .tls = "keys" }, NULL },
    { { .nbd = "[2001:db8::1]:99", .tls = "keys" }, NULL },
    { { .nbd = "a b", .tls = "keys" }, "needs ADDRESS" },
    { { .nbd = "host:0", .tls = "keys" }, "needs ADDRESS" },
};

static void
test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(rows); i++) {
        char why[160] = "";
        bool wrong = ft_backup_how_wrong(&rows[i].how, why, sizeof(why));

        if (wrong != (rows[i].why != NULL) ||
            (wrong && !strstr(why, rows[i].why)))
            fail_msg("row %zu: \"%s\"", i, why);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
