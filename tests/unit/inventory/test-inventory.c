/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The decoder of facts: what it takes, and what it refuses.
 */
#include "config.h"

#include "tests/unit/inventory-fixture.h"

#include "base/host-names.h"
#include "inventory/identity.h"

static void
test_decodes(void **state)
{
    struct fixture *f = *state;
    const struct ft_domain *vm = ft_host_domain(f->h1, "vm1");

    assert_string_equal(f->h1->hostname, "h1");
    assert_string_equal(f->h1->engine_version, "0.1.0");
    assert_int_equal(f->h1->memory_available, 16 * GIB_BYTES);
    assert_true(f->h1->kernel.pagemap_scan);
    assert_false(f->h1->kernel.kvm);
    assert_true(f->h1->kernel.plug); /* not told: by an older engine */
    assert_string_equal(f->h1->cpu.flags, "fpu sse sse2 avx");
    assert_int_equal(f->h1->nic_count, 4);
    assert_string_equal(ft_host_nic(f->h1, "eth0")->master, "br0");
    assert_string_equal(ft_host_nic(f->h1, "eth1")->addresses[0].text,
                        "10.78.0.1");
    assert_int_equal(ft_host_nic(f->h1, "eth1")->addresses[0].prefix, 24);
    assert_int_equal(ft_host_nic(f->h1, "br0")->speed_mbps, -1);
    assert_string_equal(ft_host_network(f->h1, "default")->forward, "nat");
    assert_int_equal(ft_host_pool(f->h1, "default")->available,
                     UINT64_C(53687091200));
    assert_int_equal(
        ft_host_emulator(f->h1, "/usr/bin/qemu-system-x86_64")->machine_count,
        3);
    assert_non_null(vm);
    assert_ptr_equal(vm, ft_host_domain(f->h1, VM_UUID));
    assert_int_equal(vm->state, FT_DOMAIN_RUNNING);
    assert_true(vm->autostart);
    assert_int_equal(vm->memory, GIB_BYTES);
    assert_string_equal(vm->macs[0], "52:54:00:11:22:33");
    assert_string_equal(vm->disks[0].pool, "default");
    assert_string_equal(vm->xml, VM1_XML);
    assert_string_equal(f->w1->libvirt.error, "no socket");
    assert_int_equal(f->w1->domain_count, 0);
}

static void
test_names(void **state)
{
    static const char *const good[] = { "h1", "kvm-1.example.org", "fe80::1",
                                        "_a" };
    static const char *const bad[] = { "",    "-h1",     "a b",  "a/b",
                                       "a\n", "$(x)",    "a'b",  "\xc3\xa4",
                                       "a@b", "\033[2J", "a\x7f" };
    static const char *const addresses[] = { "h1", "root@[fe80::1%eth0]:22",
                                             "10.0.0.1:22" };
    static const char *const none[] = {
        "", "-oProxyCommand=x", "@h", "a b", "a\tb", "a/b", "a\"b", "a\033[2J"
    };
    char longest[FT_NAME_SIZE + 1];

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(good); i++)
        assert_true(ft_host_name_valid(good[i]));
    for (size_t i = 0; i < FT_ARRAY_SIZE(bad); i++)
        assert_false(ft_host_name_valid(bad[i]));
    for (size_t i = 0; i < FT_ARRAY_SIZE(addresses); i++)
        assert_true(ft_host_address_valid(addresses[i]));
    for (size_t i = 0; i < FT_ARRAY_SIZE(none); i++)
        assert_false(ft_host_address_valid(none[i]));
    memset(longest, 'a', sizeof(longest));
    longest[FT_NAME_SIZE] = '\0';
    assert_false(ft_host_name_valid(longest));
    assert_false(ft_host_address_valid(longest));
    longest[FT_NAME_SIZE - 1] = '\0';
    assert_true(ft_host_name_valid(longest));
    assert_true(ft_host_address_valid(longest));
}

static void
test_identity(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(ft_host_identity(f->h1, f->h2), FT_IDENTITY_OTHER);
    f->h1->machine_id[0] = f->h2->machine_id[0] = '\0'; /* says nothing */
    strcpy(f->h2->host_key, "ssh-ed25519 SHA256:one");
    strcpy(f->h1->host_key, "ssh-ed25519 SHA256:one");
    assert_int_equal(ft_host_identity(f->h1, f->h2), FT_IDENTITY_OTHER);
    strcpy(f->h1->machine_id, "id");
    strcpy(f->h2->machine_id, "id");
    assert_int_equal(ft_host_identity(f->h1, f->h2), FT_IDENTITY_SAME);
    assert_non_null(strstr(ft_host_identity_why(f->h1, f->h2), "SSH host key"));
    strcpy(f->h2->host_key, "ssh-ed25519 SHA256:two");
    assert_int_equal(ft_host_identity(f->h1, f->h2), FT_IDENTITY_CLONE);
    /* keys of two types say nothing, nor does one that is not known */
    strcpy(f->h2->host_key, "ssh-rsa SHA256:one");
    assert_int_equal(ft_host_identity(f->h1, f->h2), FT_IDENTITY_CLONE);
    f->h2->host_key[0] = '\0';
    assert_int_equal(ft_host_identity(f->h1, f->h2), FT_IDENTITY_CLONE);
    strcpy(f->h1->nics[0].mac, "02:00:00:00:00:09"); /* bridges' are copied */
    strcpy(f->h2->nics[0].mac, "02:00:00:00:00:09");
    assert_true(f->h1->nics[0].is_bridge);
    strcpy(f->h1->nics[1].mac, "00:00:00:00:00:00");
    strcpy(f->h2->nics[1].mac, "00:00:00:00:00:00");
    assert_int_equal(ft_host_identity(f->h1, f->h2), FT_IDENTITY_CLONE);
    strcpy(f->h1->nics[2].mac, "52:54:00:00:00:07");
    strcpy(f->h2->nics[1].mac, "52:54:00:00:00:07");
    assert_int_equal(ft_host_identity(f->h1, f->h2), FT_IDENTITY_SAME);
    assert_non_null(strstr(ft_host_identity_why(f->h1, f->h2), "MAC"));
    f->h2->nics[1].mac[0] = '\0';
    strcpy(f->h2->hostname, f->h1->hostname);
    assert_int_equal(ft_host_identity(f->h1, f->h2), FT_IDENTITY_SAME);
}

static void
test_missing_names_are_null(void **state)
{
    struct fixture *f = *state;

    assert_null(ft_host_domain(f->h1, "vm2"));
    assert_null(ft_host_pool(f->h1, "other"));
    assert_null(ft_host_nic(f->h1, "eth9"));
    assert_null(ft_host_network(f->h1, "x"));
    assert_null(ft_host_emulator(f->h1, "/x"));
    ft_host_free(NULL);
}

/* Members that make the whole facts wrong, as a JSON object to merge in. */
static const struct {
    const char *merge;
    int code;
    const char *names; /* in the text */
} wrong[] = {
    { "{\"schema\":2}", EPROTO, "schema 2" },
    { "{\"schema\":\"1\"}", EPROTO, "schema" },
    { "{\"hostname\":7}", EINVAL, "hostname" },
    { "{\"hostname\":\"\"}", EINVAL, "hostname" },
    { "{\"hostname\":\"a\\u001b[31m\"}", EINVAL, "hostname" },
    { "{\"hostname\":null}", EINVAL, "hostname" },
    { "{\"memory\":{\"total\":-1}}", EINVAL, "total" },
    { "{\"memory\":{\"total\":1.5}}", EINVAL, "total" },
    { "{\"realtime_ns\":\"now\"}", EINVAL, "realtime_ns" },
    { "{\"kernel\":{}}", EINVAL, "release" },
    { "{\"kernel\":[]}", EINVAL, "release" },
    { "{\"cpu\":{\"count\":70000}}", EINVAL, "count" },
    { "{\"cpu\":{\"flags\":[1]}}", EINVAL, "flags" },
    { "{\"nics\":{}}", EINVAL, "nics" },
    { "{\"nics\":[{}]}", EINVAL, "nics[0]" },
    { "{\"nics\":[7]}", EINVAL, "nics[0]" },
    { "{\"nics\":[{\"name\":\"an-interface-name-too-long\"}]}", EINVAL, "name" },
    { "{\"nics\":[{\"name\":\"e\",\"addresses\":[{\"text\":\"10.0.0.1\","
      "\"prefix\":129}]}]}",
      EINVAL, "prefix" },
    { "{\"nics\":[{\"name\":\"e\",\"addresses\":[{\"prefix\":8}]}]}", EINVAL,
      "text" },
    { "{\"pools\":[{\"name\":\"a\"},{\"name\":\"b\\n\"}]}", EINVAL, "pools[1]" },
    { "{\"emulators\":[{\"path\":\"/q\",\"machines\":[1]}]}", EINVAL,
      "machines" },
    { "{\"domains\":[{\"name\":\"a\"}]}", EINVAL, "uuid" },
    { "{\"domains\":[{\"name\":\"a\",\"uuid\":\"0123456789012345678901234567890"
      "1234567\"}]}",
      EINVAL, "uuid" },
    { "{\"domains\":[{\"name\":\"a\",\"uuid\":\"u\",\"macs\":[\"x\"]}]}",
      EINVAL, "macs" },
    { "{\"domains\":[{\"name\":\"a\",\"uuid\":\"u\",\"disks\":[{}]}]}", EINVAL,
      "target" },
    { "{\"domains\":[{\"name\":\"a\",\"uuid\":\"u\",\"xml\":7}]}", EINVAL,
      "xml" },
};

static void
test_refuses(void **state)
{
    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(wrong); i++) {
        FT_AUTOJSON json_t *facts = make_facts("h1", 1, 1, domain_facts);
        FT_AUTOJSON json_t *merge = json_loads(wrong[i].merge, 0, NULL);
        struct ft_error err = FT_ERROR_INIT;
        struct ft_host *host = NULL;

        assert_non_null(merge);
        json_object_update(facts, merge);
        assert_int_equal(ft_host_from_json(facts, &host, &err), -wrong[i].code);
        assert_null(host);
        if (strstr(err.text, wrong[i].names) == NULL)
            fail_msg("%s: \"%s\" does not name \"%s\"", wrong[i].merge,
                     err.text, wrong[i].names);
    }
}

static void
test_refuses_what_is_no_object(void **state)
{
    FT_AUTOJSON json_t *list = json_array();
    struct ft_error err = FT_ERROR_INIT;
    struct ft_host *host = NULL;

    (void)state;
    assert_int_equal(ft_host_from_json(NULL, &host, &err), -EINVAL);
    assert_int_equal(ft_host_from_json(list, &host, &err), -EINVAL);
    assert_null(host);
}

static void
test_lists_are_bounded(void **state)
{
    FT_AUTOJSON json_t *facts = make_facts("h1", 1, 1, "");
    json_t *pools = json_array();
    struct ft_error err = FT_ERROR_INIT;
    struct ft_host *host = NULL;

    (void)state;
    for (int i = 0; i < FT_HOST_LIST_MAX; i++)
        json_array_append_new(pools, json_pack("{s:s}", "name", "p"));
    json_object_set(facts, "pools", pools);
    assert_int_equal(ft_host_from_json(facts, &host, &err), 0);
    assert_int_equal(host->pool_count, FT_HOST_LIST_MAX);
    ft_host_free(host);
    json_array_append_new(pools, json_pack("{s:s}", "name", "p"));
    json_object_set_new(facts, "pools", pools);
    assert_int_equal(ft_host_from_json(facts, &host, &err), -EINVAL);
    assert_non_null(strstr(err.text, "pools"));
}

static void
test_unknown_members_are_ignored(void **state)
{
    FT_AUTOJSON json_t *facts = make_facts("h1", 1, 1, domain_facts);
    struct ft_error err = FT_ERROR_INIT;
    struct ft_host *host = NULL;

    (void)state;
    json_object_set_new(facts, "newer", json_string("thing"));
    assert_int_equal(ft_host_from_json(facts, &host, &err), 0);
    ft_host_free(host);
}

/* libvirt's messages have line ends and may be long. */
static void
test_libvirt_message_is_tamed(void **state)
{
    FT_AUTOJSON json_t *facts = make_facts("w1", 1, 0, "");
    struct ft_error err = FT_ERROR_INIT;
    struct ft_host *host = NULL;

    (void)state;
    json_object_set_new(facts, "libvirt",
                        json_pack("{s:s}", "error", "one\ntwo\x1b[0m"));
    assert_int_equal(ft_host_from_json(facts, &host, &err), 0);
    assert_string_equal(host->libvirt.error, "one two [0m");
    ft_host_free(host);
}

static void
test_locate(void **state)
{
    struct fixture *f = *state;
    const struct ft_host *host = NULL;
    const struct ft_domain *domain = NULL;
    struct ft_error err = FT_ERROR_INIT;

    assert_int_equal(ft_inventory_locate(&f->inventory, "vm1", &host, &domain,
                                         &err),
                     0);
    assert_ptr_equal(host, f->h1);
    assert_ptr_equal(domain, f->vm);
    assert_int_equal(ft_inventory_locate(&f->inventory, VM_UUID, &host, NULL,
                                         &err),
                     0);
    assert_int_equal(ft_inventory_locate(&f->inventory, "nix", &host, &domain,
                                         &err),
                     -ENOENT);
    assert_non_null(strstr(err.text, "nix"));
    assert_true(err.hint[0] != '\0');
}

/* A second host that knows vm1 as well: stopped, waiting, or running too. */
static void
test_locate_among_copies(void **state)
{
    struct fixture *f = *state;
    struct ft_host *copy = make_host("h2", 2, 1, domain_facts);
    struct ft_known_pair pair = {
        .pair = PAIR_UUID, .vm = "vm1", .vm_uuid = VM_UUID, .standby = "h2"
    };
    const struct ft_host *host = NULL;
    struct ft_error err = FT_ERROR_INIT;

    f->list[0] = copy; /* the order must not matter */
    f->list[1] = f->h1;
    copy->domains[0].state = FT_DOMAIN_OFF;
    assert_int_equal(ft_inventory_locate(&f->inventory, "vm1", &host, NULL,
                                         &err),
                     0);
    assert_ptr_equal(host, f->h1);
    copy->domains[0].state = FT_DOMAIN_PAUSED;
    assert_int_equal(ft_inventory_locate(&f->inventory, "vm1", &host, NULL,
                                         &err),
                     0);
    assert_ptr_equal(host, f->h1);
    f->inventory.pairs = &pair;
    f->inventory.pair_count = 1;
    f->vm->state = FT_DOMAIN_OFF; /* the waiting copy is still not the VM */
    assert_int_equal(ft_inventory_locate(&f->inventory, "vm1", &host, NULL,
                                         &err),
                     0);
    assert_ptr_equal(host, f->h1);
    f->inventory.pair_count = 0;
    f->vm->state = FT_DOMAIN_RUNNING;
    copy->domains[0].state = FT_DOMAIN_RUNNING;
    assert_int_equal(ft_inventory_locate(&f->inventory, "vm1", &host, NULL,
                                         &err),
                     -EEXIST);
    assert_non_null(strstr(err.text, "h1"));
    assert_non_null(strstr(err.text, "h2"));
    /* two different VMs of one name, one of them only paused */
    copy->domains[0].state = FT_DOMAIN_PAUSED;
    copy->domains[0].uuid[0] = '7';
    assert_int_equal(ft_inventory_locate(&f->inventory, "vm1", &host, NULL,
                                         &err),
                     -EEXIST);
    assert_int_equal(ft_inventory_locate(&f->inventory, VM_UUID, &host, NULL,
                                         &err),
                     0);
    ft_host_free(copy);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_decodes),
        TEST(test_missing_names_are_null),
        TEST(test_identity),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_refuses),
        cmocka_unit_test(test_refuses_what_is_no_object),
        cmocka_unit_test(test_lists_are_bounded),
        cmocka_unit_test(test_unknown_members_are_ignored),
        cmocka_unit_test(test_libvirt_message_is_tamed),
        TEST(test_locate),
        TEST(test_locate_among_copies),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
