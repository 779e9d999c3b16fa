/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where to look, names that SSH knows, and what a look says.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/addresses.h"
#include "ui/model/found.h"
#include "ui/model/neighbours.h"
#include "ui/model/ssh-names.h"

/* Words with blanks between; those behind '-' are excluded. */
static void
described(const char *add, const char *exclude, const char *expected,
          size_t count)
{
    struct ft_addresses a = { 0 };
    char text[256];

    assert_int_equal(ft_addresses_add_lines(&a, add, NULL), 0);
    for (char word[64], *end = NULL; exclude && *exclude; exclude = end) {
        int used = 0;

        assert_int_equal(sscanf(exclude, "%63s%n", word, &used), 1);
        end = (char *)(uintptr_t)exclude + used;
        assert_int_equal(ft_addresses_exclude(&a, word, NULL), 0);
    }
    ft_addresses_describe(&a, text, sizeof(text));
    assert_string_equal(text, expected);
    assert_int_equal(ft_addresses_count(&a) + a.name_count, count);
    ft_addresses_close(&a);
}

static void
test_ranges(void **state)
{
    (void)state;
    described("10.0.0.0/24", NULL, "10.0.0.1-10.0.0.254", 254);
    described("10.0.0.77/24", NULL, "10.0.0.1-10.0.0.254", 254);
    described("10.0.0.4/30", NULL, "10.0.0.5-10.0.0.6", 2);
    described("10.0.0.4/31", NULL, "10.0.0.4-10.0.0.5", 2);
    described("10.0.0.4/32", NULL, "10.0.0.4", 1);
    described("10.0.0.1-10.0.1.2", NULL, "10.0.0.1-10.0.1.2", 258);
    described("10.0.0.9-12", NULL, "10.0.0.9-10.0.0.12", 4);
    described("10.0.0.5 10.0.0.4 10.0.0.6", NULL, "10.0.0.4-10.0.0.6", 3);
    described("10.0.0.1-9 10.0.0.5-20 10.0.0.30", NULL,
              "10.0.0.1-10.0.0.20, 10.0.0.30", 21);
    described("0.0.0.0 255.255.255.255", NULL, "0.0.0.0, 255.255.255.255", 2);
    described("255.255.255.254-255 0.0.0.0-1", NULL,
              "0.0.0.0-0.0.0.1, 255.255.255.254-255.255.255.255", 4);
    described("10.0.0.0/16", NULL, "10.0.0.1-10.0.255.254", 65534);
}

static void
test_names_and_files(void **state)
{
    (void)state;
    described("hv-west, root@h1:2222 [::1]:22 hv-west", NULL,
              "hv-west, root@h1:2222, [::1]:22", 3);
    described("# all of them\nh1 h2 # not h9\n\n10.0.0.1\r\n", NULL,
              "10.0.0.1, h1, h2", 3);
    described("a b c d e f", NULL, "a, b, c, d and 2 more", 6);
    described("10.0.0.1-x", NULL, "10.0.0.1-x", 1);
}

static void
test_excluded(void **state)
{
    (void)state;
    described("10.0.0.0/29", "10.0.0.3", "10.0.0.1-10.0.0.2, 10.0.0.4-10.0.0.6",
              5);
    described("10.0.0.1-20 h1 h2", "10.0.0.0/28 h1 h7",
              "10.0.0.16-10.0.0.20, h2", 6);
    described("10.0.0.1-20", "10.0.0.1 10.0.0.20", "10.0.0.2-10.0.0.19", 18);
    described("10.0.0.1-20", "0.0.0.0/0", "", 0);
    described("255.255.255.0-255.255.255.255", "255.255.255.255",
              "255.255.255.0-255.255.255.254", 255);
}

static void
test_nonsense_is_refused(void **state)
{
    static const char *const wrong[] = {
        "10.0.0.0/33", "10.0.0/24", "/24",   "10.0.0.9-3", "-oProxyCommand",
        "a b",         "h1;reboot", "$(id)", "",           "10.0.0.0/",
        "10.0.0.0/x",  "x/24",
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(wrong); i++) {
        struct ft_addresses a = { 0 };
        struct ft_error err = FT_ERROR_INIT;

        assert_int_equal(ft_addresses_add(&a, wrong[i], &err), -EINVAL);
        assert_true(*err.text && *err.hint);
        ft_addresses_close(&a);
    }
}

static void
test_too_many_are_refused(void **state)
{
    struct ft_addresses a = { 0 };

    (void)state;
    assert_int_equal(ft_addresses_add(&a, "10.0.0.0/8", NULL), -E2BIG);
    assert_int_equal(ft_addresses_add(&a, "0.0.0.0/0", NULL), -E2BIG);
    assert_int_equal(ft_addresses_add(&a, "10.0.0.0/16", NULL), 0);
    assert_int_equal(ft_addresses_add(&a, "10.1.0.0-2", NULL), -E2BIG);
    assert_int_equal(ft_addresses_add(&a, "10.1.0.0-1", NULL), 0);
    ft_addresses_close(&a);
}

static void
test_addresses_in_order(void **state)
{
    struct ft_addresses a = { 0 };
    char text[FT_ADDRESS_TEXT];

    (void)state;
    ft_addresses_add_lines(&a, "10.0.0.7 10.0.0.1-2", NULL);
    assert_true(ft_addresses_at(&a, 1, text));
    assert_string_equal(text, "10.0.0.2");
    assert_true(ft_addresses_at(&a, 2, text));
    assert_string_equal(text, "10.0.0.7");
    assert_false(ft_addresses_at(&a, 3, text));
    ft_addresses_close(&a);
}

/* "name@source name@source" */
static void
names(const json_t *rows, char *out, size_t size)
{
    const json_t *row;
    size_t index, used = 0;

    *out = '\0';
    json_array_foreach(rows, index, row)
        used +=
            (size_t)snprintf(out + used, size - used, "%s%s@%s",
                             index ? " " : "", ft_json_string(row, "name", "?"),
                             ft_json_string(row, "source", "?"));
}

static void
test_names_of_a_config(void **state)
{
    static const char text[] = "# Host no\n"
                               "Include conf.d/* \"/etc/my file\"\n"
                               "Host bastion\n  HostName 198.51.100.7\n"
                               "host=kvm1 kvm2 *.lab !kvm9\n"
                               "  HOST \"kvm3\"\r\n"
                               "Host *\n"
                               "HostName kvm7\nMatch host kvm8\n"
                               "Host kvm1 -evil a;b\n";
    FT_AUTOJSON json_t *rows = json_array();
    FT_AUTOJSON json_t *includes = json_array();
    struct ft_ssh_names_left left = { 0 };
    char all[512];

    (void)state;
    ft_ssh_names_of_config(text, "c", rows, includes, &left);
    names(rows, all, sizeof(all));
    assert_string_equal(all, "bastion@c:3 kvm1@c:5 kvm2@c:5 kvm3@c:6");
    assert_int_equal(left.patterns, 1);
    assert_int_equal(json_array_size(includes), 2);
    assert_string_equal(json_string_value(json_array_get(includes, 0)),
                        "conf.d/*");
    assert_string_equal(json_string_value(json_array_get(includes, 1)),
                        "/etc/my file");
}

static void
test_names_of_known_hosts(void **state)
{
    static const char text[] = "|1|aa=|bb= ssh-ed25519 AAAA\n"
                               "h1,10.0.0.1 ssh-ed25519 AAAA\n"
                               "h1 ecdsa-sha2-nistp256 AAAA\n"
                               "[h2]:2222 ssh-rsa AAAA\n"
                               "@cert-authority *.lab ssh-rsa AAAA\n"
                               "@revoked h3 ssh-rsa AAAA\n"
                               "*.x,!y,h4 ssh-rsa AAAA\n\n#h5\n";
    FT_AUTOJSON json_t *rows = json_array();
    struct ft_ssh_names_left left = { 0 };
    char all[512];

    (void)state;
    ft_ssh_names_of_known_hosts(text, "k", rows, &left);
    names(rows, all, sizeof(all));
    assert_string_equal(all, "h1@k:2 10.0.0.1@k:2 h4@k:7");
    assert_int_equal(left.hashed, 1);
}

static void
test_many_names(void **state)
{
    FT_AUTOJSON json_t *rows = json_array();
    struct ft_ssh_names_left left = { 0 };
    char text[64];

    (void)state;
    for (int i = 0; i < FT_SSH_NAMES_MAX + 5; i++) {
        snprintf(text, sizeof(text), "h%d ssh-rsa AAAA\n", i);
        ft_ssh_names_of_known_hosts(text, "k", rows, &left);
    }
    assert_int_equal(json_array_size(rows), FT_SSH_NAMES_MAX);
    assert_int_equal(left.more, 5);
}

/* ---- what is found ---- */

static const char looked[] = "system Debian GNU/Linux 12\n"
                             "kernel 6.1.0-13-amd64\narch x86_64\n"
                             "cpu AMD EPYC 7302\ncpus 16\n"
                             "memory 67108864\navailable 33554432\n"
                             "kvm yes\nlibvirt libvirtd (libvirt) 9.0.0\n"
                             "qemu QEMU emulator version 7.2.15 (Debian 1)\n"
                             "vm db-01\nvm mail\nengine no\nend\n";

static void
sentence(const char *json, const char *expected, const char *standing,
         const char *severity)
{
    FT_AUTOJSON json_t *row = json_loads(json, 0, NULL);
    char text[256];

    assert_non_null(row);
    ft_found_sentence(row, text, sizeof(text));
    assert_string_equal(text, expected);
    assert_string_equal(ft_found_standing(row), standing);
    assert_string_equal(ft_found_severity(row), severity);
}

static void
test_a_look_is_read(void **state)
{
    FT_AUTOJSON json_t *row =
        json_pack("{s:s,s:s}", "name", "h", "state", "looked");
    char text[256];

    (void)state;
    assert_int_equal(ft_found_read(looked, row, NULL), 0);
    assert_string_equal(ft_json_string(row, "qemu", ""), "7.2.15");
    assert_string_equal(ft_json_string(row, "libvirt", ""), "9.0.0");
    assert_int_equal(ft_json_int(row, "memory_bytes", 0, INT64_MAX, 0),
                     INT64_C(64) << 30);
    assert_int_equal(ft_json_int(row, "vms", 0, 10, -1), 2);
    assert_true(ft_json_bool(row, "kvm", 0));
    assert_false(ft_json_bool(row, "engine_there", 1));
    ft_found_sentence(row, text, sizeof(text));
    assert_string_equal(text, "KVM host, QEMU 7.2.15, 2 VMs, 32 GiB free");
}

/* What another program said in its place, or only a part of it. */
static void
test_other_answers_are_refused(void **state)
{
    static const char *const wrong[] = {
        "",
        "Welcome to hv-west!\n",
        "kernel 6.1\ncpus",
        "system Debian\nen",
    };
    FT_AUTOJSON json_t *row = json_object();

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(wrong); i++)
        assert_int_equal(ft_found_read(wrong[i], row, NULL), -EPROTO);
    assert_int_equal(ft_found_read("cpus -4\nmemory 99999999999999999999\nmemory x\n"
                                   "kernel \xff\x1b[2J\nvm \nend\n",
                                   row, NULL),
                     0);
    assert_true(json_is_null(json_object_get(row, "cpus")));
    assert_true(json_is_null(json_object_get(row, "memory_bytes")));
    assert_true(json_is_null(json_object_get(row, "vms")));
    assert_true(json_is_string(json_object_get(row, "kernel")));
}

static void
test_sentences(void **state)
{
    (void)state;
    sentence("{\"state\":\"looked\"}", "no libvirt: it can be a witness",
             "looked at", "ok");
    sentence("{\"state\":\"looked\",\"libvirt\":\"9.0.0\",\"qemu\":\"7.2\","
             "\"kvm\":false,\"vms\":1,\"engine\":\"0.1.0\"}",
             "host without KVM, QEMU 7.2, 1 VM, engine 0.1.0", "looked at",
             "ok");
    sentence("{\"state\":\"failed\",\"reach\":\"key-unknown\"}",
             "SSH answers; nothing sent to it yet", "key new", "warn");
    sentence("{\"state\":\"failed\",\"reach\":\"key-changed\"}",
             "another host key than the known one", "key CHANGED", "crit");
    sentence("{\"state\":\"failed\",\"reach\":null,\"error\":\"odd\"}", "odd",
             "failed", "warn");
    sentence("{\"state\":\"answers\"}", "SSH answers; looking", "SSH answers",
             "unknown");
}

static void
test_keys_of_a_message(void **state)
{
    FT_AUTOJSON json_t *row = json_object();
    const json_t *keys;

    (void)state;
    ft_found_keys("the host key of h1 is not known and was not accepted: "
                  "ssh-ed25519 SHA256:abc+/,ssh-rsa SHA256:def",
                  row);
    keys = json_object_get(row, "keys");
    assert_int_equal(json_array_size(keys), 2);
    assert_string_equal(json_string_value(json_array_get(keys, 0)),
                        "ssh-ed25519 SHA256:abc+/");
    assert_string_equal(json_string_value(json_array_get(keys, 1)),
                        "ssh-rsa SHA256:def");
}

static void
test_an_engine_s_word(void **state)
{
    FT_AUTOJSON json_t *row = json_object();
    FT_AUTOJSON json_t *machine = json_loads(
        "{\"vms\":[{\"name\":\"a\",\"state\":\"running\"},{\"name\":\"b\","
        "\"state\":\"shut off\"}],\"memory\":{\"total\":9,\"available\":5}}",
        0, NULL);

    (void)state;
    ft_found_of_machine(machine, row);
    assert_int_equal(ft_json_int(row, "vms", 0, 10, -1), 1);
    assert_int_equal(ft_json_int(row, "memory_available_bytes", 0, 10, -1), 5);
    json_object_set_new(machine, "vms", json_null());
    ft_found_of_machine(machine, row);
    assert_int_equal(ft_json_int(row, "vms", 0, 10, -1), 1);
}

/* Only what a host tells that goes by that name here, and no odd names. */
static void
test_neighbours(void **state)
{
    FT_AUTOJSON json_t *hosts =
        json_loads("[{\"name\":\"h1\"},{\"name\":\"h2\"},{\"name\":\"w1\"},3]",
                   0, NULL);
    FT_AUTOJSON json_t *pairs = json_loads(
        "[{\"primary\":\"h1\",\"standby\":\"h2\",\"witness\":\"w1\"},"
        "{\"primary\":\"h9\",\"standby\":\"h1\",\"witness\":\"w9\"},"
        "{\"primary\":\"h1\",\"standby\":\"h9\",\"witness\":null},"
        "{\"primary\":\"a\",\"standby\":\"b\",\"witness\":\"w1\"},"
        "{\"primary\":\"h2\",\"standby\":\"-oProxyCommand=x\",\"witness\":"
        "\"r@h7\"},{\"primary\":\"h2\",\"standby\":\"h8\\u001b[2J\","
        "\"witness\":\"h7:22\"},{\"primary\":\"h2\",\"standby\":\"git\","
        "\"witness\":\"none\"},{},7]",
        0, NULL);
    FT_AUTOJSON json_t *rows =
        json_pack("[{s:s,s:s,s:b}]", "name", "git", "source", "~/.ssh/config:1",
                  "marked", 0);
    static const char *const found[][3] = {
        { "git", "~/.ssh/config:1", "h2" },
        { "h9", "told by h1", "h1" },
        { "w9", "told by h1", "h1" },
    };

    (void)state;
    assert_non_null(pairs);
    for (int i = 0; i < 2; i++) /* again makes none more */
        assert_int_equal(ft_neighbours_add(hosts, pairs, rows), 0);
    assert_int_equal(json_array_size(rows), FT_ARRAY_SIZE(found));
    for (size_t i = 0; i < FT_ARRAY_SIZE(found); i++) {
        const json_t *row = json_array_get(rows, i);

        assert_true(ft_json_bool(row, "marked", 0));
        for (size_t k = 0; k < 3; k++) {
            static const char *const members[] = { "name", "source",
                                                   "neighbour" };

            assert_string_equal(ft_json_string(row, members[k], ""),
                                found[i][k]);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_names_and_files),
        cmocka_unit_test(test_excluded),
        cmocka_unit_test(test_nonsense_is_refused),
        cmocka_unit_test(test_too_many_are_refused),
        cmocka_unit_test(test_addresses_in_order),
        cmocka_unit_test(test_names_of_a_config),
        cmocka_unit_test(test_names_of_known_hosts),
        cmocka_unit_test(test_many_names),
        cmocka_unit_test(test_a_look_is_read),
        cmocka_unit_test(test_other_answers_are_refused),
        cmocka_unit_test(test_sentences),
        cmocka_unit_test(test_keys_of_a_message),
        cmocka_unit_test(test_an_engine_s_word),
        cmocka_unit_test(test_neighbours),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
