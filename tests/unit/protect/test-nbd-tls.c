/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses of the network's end of a backup, and that end itself: qemu-nbd with TLS
 * before a unix socket, which serves nobody without the key.
 */
#include "config.h"

#include "tests/unit/scratch.h"

#include <errno.h>
#include <poll.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "protect/nbd-tls.h"

#define PORT 38517 /* nobody's, and so is the next */
#define PATIENCE_NS (30 * FT_NS_PER_S)

static struct ft_error last;

static void
assert_address(const char *text, const char *host, unsigned port)
{
    struct ft_nbd_address address;

    assert_int_equal(ft_nbd_address_parse(text, &address), 0);
    assert_string_equal(address.host, host);
    assert_int_equal(address.port, port);
}

static void
test_addresses(void **state)
{
    (void)state;
    assert_address("192.0.2.10", "192.0.2.10", 10809);
    assert_address("192.0.2.10:1234", "192.0.2.10", 1234);
    assert_address("backup.example:65535", "backup.example", 65535);
    assert_address("2001:db8::1", "2001:db8::1", 10809);
    assert_address("[2001:db8::1]:99", "2001:db8::1", 99);
    assert_address("[::]", "::", 10809);
    assert_address("fe80::1%eth0", "fe80::1%eth0", 10809);
}

static void
test_no_addresses(void **state)
{
    static const char *const texts[] = {
        "",     ":1",       "a:",          "a:0",     "a:65536", "a:1x",
        "a:-1", "a:+1",     "[::1",        "[]:1",    "[::1]x",  "[::1]:",
        "a b",  "a,port=1", "host/path:1", "a:99999", "[::1]1",
    };
    struct ft_nbd_address address;
    char longest[400];

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(texts); i++)
        if (ft_nbd_address_parse(texts[i], &address) != -EINVAL)
            fail_msg("%s is taken", texts[i]);
    memset(longest, 'a', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    assert_int_equal(ft_nbd_address_parse(longest, &address), -EINVAL);
}

static void
test_uri(void **state)
{
    struct ft_nbd_address address = { "192.0.2.10", 10809 };
    char text[128];

    (void)state;
    ft_nbd_address_uri(&address, 0, "vda", text, sizeof(text));
    assert_string_equal(text, "nbds://192.0.2.10:10809/vda");
    ft_nbd_address_parse("[2001:db8::1]:99", &address);
    ft_nbd_address_uri(&address, 1, "vdb", text, sizeof(text));
    assert_string_equal(text, "nbds://[2001:db8::1]:100/vdb");
}

static struct ft_nbd_tls *
start(const char *creds)
{
    static struct ft_backup_begun begun = {
        .disks = { { "vda", 1 << 20 }, { "vdb", 1 << 20 } }, .n_disks = 2
    };
    const struct ft_nbd_address address = { "127.0.0.1", PORT };
    struct ft_nbd_tls *tls;

    if (ft_nbd_tls_start(&address, creds, "nbd.sock", &begun, &tls, &last))
        fail_msg("%s", last.text);
    return tls;
}

static int
wait_for_it(struct ft_nbd_tls *tls)
{
    int64_t end = ft_clock_ns() + PATIENCE_NS;
    int rc;

    while (!(rc = ft_nbd_tls_look(tls, &last)) && ft_clock_ns() < end)
        poll(NULL, 0, 20);
    return rc;
}

static int
copies(const char *key)
{
    char command[400];

    snprintf(command, sizeof(command),
             "timeout 20 qemu-img convert -O raw "
             "--object tls-creds-psk,id=t,endpoint=client,dir=%s,username=qemu "
             "--image-opts driver=raw,file.driver=nbd,file.host=127.0.0.1,"
             "file.port=%d,file.export=vdb,file.tls-creds=t copy 2>/dev/null",
             key, PORT + 1);
    return system(command);
}

/* Two disks of what a server of no TLS has; other keys, and none, get nothing. */
static void
test_serves(void **state)
{
    struct ft_nbd_tls *tls;

    (void)state;
    assert_int_equal(
        system("mkdir ours theirs && "
               "echo qemu:00112233445566778899aabbccddeeff >ours/keys.psk && "
               "echo qemu:ff112233445566778899aabbccddeeff >theirs/keys.psk && "
               "head -c 1M /dev/urandom >disk && "
               "qemu-storage-daemon --daemonize --pidfile daemon.pid "
               "--blockdev driver=file,node-name=d,filename=disk,read-only=on "
               "--nbd-server addr.type=unix,addr.path=nbd.sock "
               "--export type=nbd,id=a,node-name=d,name=vda "
               "--export type=nbd,id=b,node-name=d,name=vdb"),
        0);
    tls = start("ours");
    if (wait_for_it(tls) != 1)
        fail_msg("%s", last.text);
    assert_int_equal(copies("ours"), 0);
    assert_int_equal(system("cmp disk copy"), 0);
    assert_int_not_equal(copies("theirs"), 0);
    assert_int_not_equal(
        system(
            "timeout 20 qemu-img info nbd://127.0.0.1:38518/vdb >/dev/null 2>&1"),
        0);
    ft_nbd_tls_stop(tls);
    assert_false(is_there("nbd.sock.vda"));
    assert_int_not_equal(copies("ours"), 0);
}

static int
leave(void **state)
{
    if (is_there("daemon.pid") && system("kill $(cat daemon.pid)"))
        return -1;
    return scratch_leave(state);
}

static void
test_fails(void **state)
{
    struct ft_nbd_tls *tls;

    (void)state;
    assert_int_equal(mkdir("empty", 0700), 0);
    tls = start("empty");
    assert_int_equal(wait_for_it(tls), -EIO);
    assert_in(last.text, "ca-cert.pem");
    ft_nbd_tls_stop(tls);
    ft_nbd_tls_stop(NULL);
    assert_int_equal(ft_nbd_tls_start(&(struct ft_nbd_address){ "::1", 1 },
                                      "nowhere", "nbd.sock",
                                      &(struct ft_backup_begun){ .n_disks = 1 },
                                      &tls, &last),
                     -ENOENT);
    assert_int_equal(ft_nbd_tls_start(&(struct ft_nbd_address){ "::1", 65535 },
                                      "empty", "nbd.sock",
                                      &(struct ft_backup_begun){ .n_disks = 2 },
                                      &tls, &last),
                     -E2BIG);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses), cmocka_unit_test(test_no_addresses),
        cmocka_unit_test(test_uri),       cmocka_unit_test(test_serves),
        cmocka_unit_test(test_fails),
    };

    return cmocka_run_group_tests(tests, scratch_enter, leave);
}
