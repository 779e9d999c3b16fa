/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a definition from another host may say: recorded ones pass, at every
 * stage that they go through; and each hostile one, a good one with one thing
 * changed, is refused at the very element.
 */
#include "config.h"

#include "tests/unit/virt-test.h"

#include "allow/allow.h"
#include "base/cleanup.h"
#include "virt/standby-xml.h"

#define POOL "/var/lib/libvirt/images/"
#define RICH "domain/q35-uefi-spice.xml"

static const struct fixture {
    const char *file, *name, *uuid;
    struct ft_allow_replica replicas[2];
    size_t n;
} fixtures[] = {
    { "domain/pc-raw-mirrored.xml",
      "g2",
      "3d3c598b-4e7f-4ad7-afcf-7c212cf516bf",
      { { "vda", POOL "g2-vda.ftreplica" } },
      1 },
    { "domain/q35-qcow2-vga.xml",
      "q2",
      "4D8A1E16-289A-4387-90ED-3B8D987822BC",
      { { "vda", POOL "q2-vda.ftreplica" } },
      1 },
    { "domain/q35-raw-after-takeover.xml",
      "q1",
      "a98c584e-0c31-4d02-83e2-8a1b361b9c30",
      { { "vda", POOL "q1-vda.ftreplica" } },
      1 },
    { RICH,
      "desk 1",
      "7c1b8b0e-9f0e-4c0e-8a53-0b2f6d1f4a10",
      { { "vda", POOL "desk 1-vda.ftreplica" },
        { "sdb", POOL "desk 1-sdb.ftreplica" } },
      2 },
};

static struct ft_allow_terms
there(const struct fixture *f)
{
    return (struct ft_allow_terms){ .name = f->name, .uuid = f->uuid };
}

static struct ft_allow_terms
here(const struct fixture *f)
{
    return (struct ft_allow_terms){ .name = f->name,
                                    .uuid = f->uuid,
                                    .ours = true,
                                    .replicas = f->replicas,
                                    .n_replicas = f->n };
}

static void
passes(const char *xml, struct ft_allow_terms terms)
{
    struct ft_error err = FT_ERROR_INIT;

    if (ft_allow_xml(xml, &terms, &err))
        fail_msg("%s", err.text);
}

/* As the standby makes it of what its peer sent. */
static char *
make_ours(const struct fixture *f, const char *live)
{
    struct ft_replica_path replicas[2];
    struct ft_error err = FT_ERROR_INIT;
    char *out = NULL;

    for (size_t i = 0; i < f->n; i++) {
        replicas[i].target = f->replicas[i].target;
        replicas[i].path = f->replicas[i].path;
    }
    if (ft_standby_xml(live, replicas, f->n, &out, &err))
        fail_msg("%s", err.text);
    return out;
}

static void
test_recorded_ones_pass(void **state)
{
    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(fixtures); i++) {
        const struct fixture *f = &fixtures[i];
        FT_AUTOFREE char *live = read_data(f->file);
        FT_AUTOFREE char *ours = make_ours(f, live);
        FT_AUTOFREE char *kept = NULL;
        struct ft_error err = FT_ERROR_INIT;

        passes(live, there(f));
        passes(live, (struct ft_allow_terms){ 0 });
        passes(ours, here(f));
        assert_int_equal(ft_persistent_xml(ours, &kept, &err), 0);
        passes(kept, here(f));
    }
}

/* What none of the recorded ones has: elements below others, each of its own. */
static void
test_memory_that_can_be_plugged_passes(void **state)
{
    static const char xml[] =
        "<domain type='qemu'><name>g</name>"
        "<uuid>3d3c598b-4e7f-4ad7-afcf-7c212cf516bf</uuid>"
        "<maxMemory slots='4' unit='KiB'>1048576</maxMemory>"
        "<memory unit='KiB'>262144</memory>"
        "<cpu><numa><cell id='0' cpus='0' memory='131072' unit='KiB'>"
        "<distances><sibling id='0' value='10'/></distances></cell></numa></cpu>"
        "<devices><memory model='dimm'><target>"
        "<size unit='KiB'>131072</size><node>0</node></target>"
        "<alias name='dimm0'/><address type='dimm' slot='0' base='0x100000000'/>"
        "</memory><interface type='bridge'><source bridge='br0'/><coalesce>"
        "<rx><frames max='7'/></rx></coalesce></interface></devices></domain>";

    (void)state;
    passes(xml, (struct ft_allow_terms){ 0 });
}

static void
test_another_vm_does_not(void **state)
{
    FT_AUTOFREE char *live = read_data(fixtures[0].file);
    struct ft_allow_terms terms = there(&fixtures[0]);
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    terms.name = "g";
    assert_int_equal(ft_allow_xml(live, &terms, &err), -EPERM);
    assert_non_null(strstr(err.text, "domain/name"));
    terms = there(&fixtures[0]);
    terms.uuid = fixtures[1].uuid;
    assert_int_equal(ft_allow_xml(live, &terms, &err), -EPERM);
    assert_non_null(strstr(err.text, "domain/uuid"));
}

/* What runs there must not be taken for what is to run here. */
static void
test_live_is_not_ours(void **state)
{
    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(fixtures); i++) {
        FT_AUTOFREE char *live = read_data(fixtures[i].file);
        struct ft_allow_terms terms = here(&fixtures[i]);
        struct ft_error err = FT_ERROR_INIT;

        assert_int_equal(ft_allow_xml(live, &terms, &err), -EPERM);
    }
}

/* from becomes to; or to is put behind it, when it is only a place. */
static char *
mutate(const char *xml, const char *from, const char *to, bool behind)
{
    const char *at = strstr(xml, from);
    char *out = NULL;

    if (!at)
        fail_msg("%s is not in it", from);
    assert_true(asprintf(&out, "%.*s%s%s%s", (int)(at - xml), xml,
                         behind ? from : "", to, at + strlen(from)) > 0);
    return out;
}

#include "tests/unit/allow/hostile.h"

/* Every refusal says where, and what to do, in what any terminal can show. */
static void
refused_at(const char *xml, struct ft_allow_terms terms, const char *path)
{
    struct ft_error err = FT_ERROR_INIT;
    const char *at;
    char words[200];

    if (ft_allow_xml(xml, &terms, &err) != -EPERM)
        fail_msg("%s is let through", path);
    snprintf(words, sizeof(words), "refused: %s", path);
    at = strstr(err.text, words);
    if (!at || !strchr(":/", at[strlen(words)]))
        fail_msg("not '%s', but '%s'", path, err.text);
    assert_true(*err.hint);
    for (const char *c = err.text; *c; c++)
        assert_in_range((unsigned char)*c, 0x20, 0x7e);
}

static void
test_hostile_ones_are_refused(void **state)
{
    const struct fixture *f = &fixtures[3];
    FT_AUTOFREE char *live = read_data(RICH);

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(hostile); i++) {
        const struct hostile *h = &hostile[i];
        FT_AUTOFREE char *bad =
            mutate(live, h->at ? h->at : "<devices>", h->put, !h->replace);

        refused_at(bad, there(f), h->path);
        refused_at(bad, (struct ft_allow_terms){ .name = f->name }, h->path);
    }
}

/* And were it let through, it is refused again before libvirt has it. */
static void
test_hostile_ones_are_refused_again(void **state)
{
    const struct fixture *f = &fixtures[3];
    FT_AUTOFREE char *live = read_data(RICH);
    unsigned tried = 0;

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(hostile); i++) {
        const struct hostile *h = &hostile[i];
        FT_AUTOFREE char *bad =
            mutate(live, h->at ? h->at : "<devices>", h->put, !h->replace);
        FT_AUTOFREE char *ours = NULL;
        struct ft_replica_path replicas[2];
        struct ft_error err = FT_ERROR_INIT;
        char element[160];

        for (size_t k = 0; k < f->n; k++) {
            replicas[k].target = f->replicas[k].target;
            replicas[k].path = f->replicas[k].path;
        }
        /* a disk without a replica is refused there already */
        if (h->only_there || ft_standby_xml(bad, replicas, f->n, &ours, &err))
            continue;
        /* or at the whole element, where it has no place here at all */
        snprintf(element, sizeof(element), "%.*s",
                 (int)(strstr(h->path, "/@") ? strstr(h->path, "/@") - h->path
                                             : (long)strlen(h->path)),
                 h->path);
        refused_at(ours, here(f), element);
        tried++;
    }
    assert_true(tried > FT_ARRAY_SIZE(hostile) / 2);
}

/* A replica's path is the one that the engine made for that very disk. */
static void
test_only_replicas_of_ours(void **state)
{
    static const struct {
        const char *from, *to, *path;
    } cases[] = {
        { POOL "desk 1-vda.ftreplica", POOL "other.qcow2",
          "domain/devices/disk/source/@file" },
        { POOL "desk 1-vda.ftreplica", POOL "desk 1-sdb.ftreplica",
          "domain/devices/disk/source/@file" },
        { "dev=\"vda\"", "dev=\"vdb\"", "domain/devices/disk/source/@file" },
        { "type=\"raw\" cache", "type=\"qcow2\" cache",
          "domain/devices/disk/driver/@type" },
        { "<disk type=\"file\"", "<disk type=\"block\"",
          "domain/devices/disk/@type" },
    };
    const struct fixture *f = &fixtures[3];
    FT_AUTOFREE char *live = read_data(RICH);
    FT_AUTOFREE char *ours = make_ours(f, live);

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        FT_AUTOFREE char *bad = mutate(ours, cases[i].from, cases[i].to, false);

        refused_at(bad, here(f), cases[i].path);
    }
}

static void
test_all_are_counted(void **state)
{
    static const char xml[] =
        "<domain type='kvm'><name>a</name><uuid>"
        "3d3c598b-4e7f-4ad7-afcf-7c212cf516bf</uuid><devices>"
        "<hostdev/><emulator>/x</emulator><shmem name='a'/></devices></domain>";
    struct ft_allow_terms terms = { 0 };
    struct ft_allow_refusal two[2];
    xmlDocPtr doc = xmlReadMemory(xml, (int)strlen(xml), NULL, NULL, 0);

    (void)state;
    assert_non_null(doc);
    assert_int_equal(ft_allow_tree(xmlDocGetRootElement(doc), &terms, two, 2),
                     3);
    assert_string_equal(two[0].path, "domain/devices/hostdev");
    assert_string_equal(two[1].path, "domain/devices/emulator");
    assert_string_equal((const char *)two[1].node->name, "emulator");
    xmlFreeDoc(doc);
}

static void
test_not_xml(void **state)
{
    static const char *const bad[] = { "", "x", "<domain", "\xff\xfe" };
    struct ft_allow_terms terms = { 0 };
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOFREE char *large = calloc(1, FT_ALLOW_XML_MAX + 2);

    (void)state;
    assert_int_equal(ft_allow_xml(NULL, &terms, &err), -EINVAL);
    for (size_t i = 0; i < FT_ARRAY_SIZE(bad); i++)
        assert_int_equal(ft_allow_xml(bad[i], &terms, &err), -EINVAL);
    assert_non_null(large);
    memset(large, ' ', FT_ALLOW_XML_MAX + 1);
    memcpy(large, "<domain/>", 9);
    assert_int_equal(ft_allow_xml(large, &terms, &err), -EINVAL);
    refused_at("<network/>", terms, "network");
    refused_at("<domain type='kvm'/>", terms, "domain");
}

static void
test_targets(void **state)
{
    static const char *const bad[] = { "",      "b-vda", "../x",
                                       "vda/x", "VDA",   "abcdefghijklmnop" };

    (void)state;
    assert_true(ft_allow_target("vda"));
    assert_true(ft_allow_target("nvme0n1"));
    for (size_t i = 0; i < FT_ARRAY_SIZE(bad); i++)
        assert_false(ft_allow_target(bad[i]));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recorded_ones_pass),
        cmocka_unit_test(test_memory_that_can_be_plugged_passes),
        cmocka_unit_test(test_another_vm_does_not),
        cmocka_unit_test(test_live_is_not_ours),
        cmocka_unit_test(test_hostile_ones_are_refused),
        cmocka_unit_test(test_hostile_ones_are_refused_again),
        cmocka_unit_test(test_only_replicas_of_ours),
        cmocka_unit_test(test_all_are_counted),
        cmocka_unit_test(test_not_xml),
        cmocka_unit_test(test_targets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
