/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the standby takes of a set-up; definitions themselves: test-allow.c. */
#include "config.h"

#include "tests/unit/virt-test.h"

#include "base/cleanup.h"
#include "base/json.h"
#include "standby/admit.h"

static const struct ft_pair_config config = {
    .vm = "g2", .vm_uuid = "3d3c598b-4e7f-4ad7-afcf-7c212cf516bf"
};

static int
admit(const char *xml, const char *disks, struct ft_error *err)
{
    FT_AUTOJSON json_t *setup =
        json_pack("{s:s,s:o}", "xml", xml, "disks",
                  json_loads(disks, JSON_DECODE_ANY, NULL));

    assert_non_null(setup);
    return ft_standby_admit_setup(&config, setup, err);
}

static void
test_good_setup(void **state)
{
    FT_AUTOFREE char *xml = read_data("domain/pc-raw-mirrored.xml");
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    assert_int_equal(admit(xml, "[{\"target\":\"vda\",\"capacity\":5}]", &err),
                     0);
    assert_int_equal(admit(xml, "[]", &err), 0);
}

static void
test_bad_disks(void **state)
{
    static const char *const bad[] = {
        "[{\"target\":\"../vda\",\"capacity\":5}]",
        "[{\"target\":\"b-vda\",\"capacity\":5}]",
        "[{\"target\":\"vda\",\"capacity\":0}]",
        "[{\"target\":\"vda\",\"capacity\":-1}]",
        "[{\"target\":\"vda\"}]",
        "[{\"target\":1,\"capacity\":5}]",
        "[{\"target\":\"vda\",\"capacity\":5},{\"target\":\"vda\",\"capacity\":6}]",
        "[5]",
    };
    FT_AUTOFREE char *xml = read_data("domain/pc-raw-mirrored.xml");

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(bad); i++) {
        struct ft_error err = FT_ERROR_INIT;

        assert_int_equal(admit(xml, bad[i], &err), -EPERM);
        assert_non_null(strstr(err.text, "the set-up is refused"));
    }
}

#define DOMAIN(devices)                                            \
    "<domain type='qemu'><name>g2</name><uuid>"                    \
    "3d3c598b-4e7f-4ad7-afcf-7c212cf516bf</uuid><devices>" devices \
    "</devices></domain>"

static void
test_other_vm_and_hostile_xml(void **state)
{
    FT_AUTOFREE char *other = read_data("domain/q35-qcow2-vga.xml");
    FT_AUTOJSON json_t *empty = json_object();
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    assert_int_equal(admit(other, "[]", &err), -EPERM);
    assert_non_null(strstr(err.text, "domain/name"));
    assert_int_equal(admit(DOMAIN("<emulator>/tmp/x</emulator>"), "[]", &err),
                     -EPERM);
    assert_non_null(strstr(err.text, "domain/devices/emulator"));
    assert_true(*err.hint);
    assert_int_equal(ft_standby_admit_setup(&config, empty, &err), -EPROTO);
    assert_int_equal(ft_standby_admit_setup(&config, NULL, &err), -EPROTO);
}

/* A peer may call a file of this host the image: it is not one that we made. */
static void
test_only_our_replicas(void **state)
{
    static const char form[] = DOMAIN(
        "<disk type='file' device='disk'><driver name='qemu' type='raw'/>"
        "<source file='%s'/><target dev='vda'/></disk>");
    static struct ft_replica replica = { .n_disks = 1 };
    struct ft_error err = FT_ERROR_INIT;
    char path[] = "/pool/g2-vda.ftreplica";
    char xml[600];

    (void)state;
    strcpy(replica.disks[0].target, "vda");
    replica.disks[0].path = path;
    snprintf(xml, sizeof(xml), form, replica.disks[0].path);
    assert_int_equal(ft_standby_admit_ours(&config, &replica, xml, &err), 0);
    snprintf(xml, sizeof(xml), form, "/pool/g3-vda.ftreplica");
    assert_int_equal(ft_standby_admit_ours(&config, &replica, xml, &err),
                     -EPERM);
    replica.n_disks = 0;
    snprintf(xml, sizeof(xml), form, "/pool/g2-vda.ftreplica");
    assert_int_equal(ft_standby_admit_ours(&config, &replica, xml, &err),
                     -EPERM);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_setup),
        cmocka_unit_test(test_bad_disks),
        cmocka_unit_test(test_other_vm_and_hostile_xml),
        cmocka_unit_test(test_only_our_replicas),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
