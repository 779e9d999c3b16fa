/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether QEMU's answers show a record of all writes, of one copy and of all disks;
 * and which block jobs are ours.
 */
#include "config.h"

#include "tests/unit/virt-test.h"

#include <stdbool.h>

#include "base/cleanup.h"
#include "virt/block-copy.h"
#include "virt/write-record.h"

#define ID "0a1b2c3d-0000-4000-8000-00000000000a"
#define OTHER "0a1b2c3d-0000-4000-8000-00000000000b"
#define BITMAP(id, recording)                               \
    "{\"name\":\"ftadmin-" id "\",\"recording\":" recording \
    ",\"granularity\":65536,\"count\":0,\"busy\":false,\"persistent\":false}"
#define DISK(file, node, bitmaps)                                    \
    "{\"device\":\"\",\"qdev\":\"q\",\"inserted\":{\"file\":\"" file \
    "\",\"node-name\":\"" node "\",\"dirty-bitmaps\":[" bitmaps "]}}"
#define PLAIN(file, node) \
    "{\"inserted\":{\"file\":\"" file "\",\"node-name\":\"" node "\"}}"

static struct ft_recorded_disk disks[2];

static json_t *
parse(const char *text)
{
    json_t *json = json_loads(text, 0, NULL);

    if (!json)
        fail_msg("no JSON: %s", text);
    return json;
}

static void
test_blocks(void **state)
{
    static const struct {
        const char *answer;
        bool known;
        const char *id;
    } cases[] = {
        { "[" PLAIN("/a", "n0") "," PLAIN("/b", "n1") "]", true, "" },
        { "[" DISK("/a", "n0",
                   BITMAP(ID, "true")) "," DISK("/b", "n1",
                                                BITMAP(ID, "true")) "]",
          true, ID },
        { "[" DISK("/b", "n1", BITMAP(ID, "true")) ",{\"device\":\"cd\"}," DISK(
              "/a", "n0", BITMAP(ID, "true")) "]",
          true, ID },
        /* of one only, of two copies, not recording, another's */
        { "[" DISK("/a", "n0", BITMAP(ID, "true")) "," PLAIN("/b", "n1") "]",
          true, "" },
        { "[" PLAIN("/a", "n0") "," DISK("/b", "n1", BITMAP(ID, "true")) "]",
          true, "" },
        { "[" DISK("/a", "n0",
                   BITMAP(ID, "true")) "," DISK("/b", "n1",
                                                BITMAP(OTHER, "true")) "]",
          true, "" },
        { "[" DISK("/a", "n0", BITMAP(ID, "true")) "," DISK(
              "/b", "n1", BITMAP(OTHER, "true") "," BITMAP(ID, "true")) "]",
          true, ID },
        { "[" DISK("/a", "n0",
                   BITMAP(ID, "true")) "," DISK("/b", "n1",
                                                BITMAP(ID, "false")) "]",
          true, "" },
        { "[" DISK("/a", "n0",
                   BITMAP(ID, "false")) "," DISK("/b", "n1",
                                                 BITMAP(ID, "true")) "]",
          true, "" },
        { "[" DISK(
              "/a", "n0",
              "{\"name\":\"ftadmin-" ID
              "\",\"recording\":true,\"inconsistent\":true}") "," DISK("/b",
                                                                       "n1",
                                                                       BITMAP(
                                                                           ID,
                                                                           "true")) "]",
          true, "" },
        { "[" DISK("/a", "n0", "{\"name\":\"backup\",\"recording\":true}") "," DISK(
              "/b", "n1", "{\"name\":\"backup\",\"recording\":true}") "]",
          true, "" },
        { "[" DISK("/a", "n0", "{\"name\":\"ftadmin-\",\"recording\":true}") "," DISK(
              "/b", "n1", "{\"name\":\"ftadmin-\",\"recording\":true}") "]",
          true, "" },
        /* a disk is not there, or has no name */
        { "[" DISK("/a", "n0", BITMAP(ID, "true")) "]", false, "" },
        { "[" DISK("/a", "n0", BITMAP(ID, "true")) ",{\"inserted\":{\"file\":"
                                                   "\"/b\"}}]",
          false, "" },
        { "[]", false, "" },
        { "{}", false, "" },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        FT_AUTOJSON json_t *json = parse(cases[i].answer);
        char id[FT_RECORD_ID_SIZE] = "none";

        disks[0] = (struct ft_recorded_disk){ .file = "/a" };
        disks[1] = (struct ft_recorded_disk){ .file = "/b" };
        assert_int_equal(ft_write_record_read(json, disks, 2, id),
                         cases[i].known);
        if (!cases[i].known)
            continue;
        assert_string_equal(id, cases[i].id);
        assert_string_equal(disks[0].node, "n0");
        assert_string_equal(disks[1].node, "n1");
    }
}

#define STATS(node, writes, unmaps)                                    \
    "{\"node-name\":\"" node "\",\"stats\":{\"wr_operations\":" writes \
    ",\"unmap_operations\":" unmaps "}}"

static void
test_unwritten(void **state)
{
    static const struct {
        const char *answer;
        bool unwritten;
    } cases[] = {
        { "[" STATS("n0", "0", "0") "," STATS("n1", "0", "0") "]", true },
        { "[" STATS("n1", "0", "0") "," STATS("n2", "9",
                                              "9") "," STATS("n0", "0", "0") "]",
          true },
        { "[" STATS("n0", "1", "0") "," STATS("n1", "0", "0") "]", false },
        { "[" STATS("n0", "0", "0") "," STATS("n1", "1", "0") "]", false },
        { "[" STATS("n0", "0", "0") "," STATS("n1", "0", "1") "]", false },
        { "[" STATS("n0", "0", "0") "]", false },
        { "[" STATS("n0", "0", "0") ",{\"node-name\":\"n1\"}]", false },
        { "[]", false },
    };

    (void)state;
    strcpy(disks[0].node, "n0");
    strcpy(disks[1].node, "n1");
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        FT_AUTOJSON json_t *json = parse(cases[i].answer);

        assert_int_equal(ft_write_record_unwritten(json, disks, 2),
                         cases[i].unwritten);
    }
}

static void
test_jobs(void **state)
{
    static const struct {
        const char *details;
        bool ours;
    } cases[] = {
        { "{\"type\":\"mirror\",\"device\":\"copy-vda-ftadmin\"}", true },
        { "{\"device\":\"copy-a-ftadmin\"}", true },
        { "{\"device\":\"copy--ftadmin\"}", false },
        { "{\"device\":\"copy-ftadmin\"}", false },
        { "{\"device\":\"copy-vda-libvirt-3-format\"}", false },
        { "{\"device\":\"commit-vda-ftadmin\"}", false },
        { "{\"device\":\"copy-0123456789abcdef0123456789abcdef0-ftadmin\"}",
          false },
        { "{}", false },
        { "not JSON", false },
        { NULL, false },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++)
        assert_int_equal(ft_block_copy_is_new(cases[i].details), cases[i].ours);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_unwritten),
        cmocka_unit_test(test_jobs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
