/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libvirt's hook, scripts/libvirt-hook/ftadmin, on records as the engine writes
 * them: what each record, operation and VM is answered. The state folder is
 * "state" in the scratch folder (local.mk).
 */
#include "config.h"

#include "tests/unit/scratch.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/paths.h"
#include "base/slots.h"
#include "worker/pair-store.h"

#define PAIR "6d2f1c1e-0f4b-4a53-9f0e-3b0d5c6a7e81"
#define VM_UUID "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
#define OTHER_UUID "00000000-0000-4000-8000-00000000000f"
#define KEY "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define RECORD FT_PAIRS_FOLDER "/" PAIR "/state"

#define NAMED(name, uuid) "<domain type='kvm'>\n  <name>" name "</name>\n" uuid
#define UUID(uuid) "  <uuid>" uuid "</uuid>\n"
#define DISK(source)                                                           \
    "  <devices>\n    <disk type='file' device='disk'>\n      <source " source \
    "/>\n    </disk>\n  </devices>\n"
#define WITH_DISK(source) NAMED("new", UUID(OTHER_UUID) DISK(source))
#define PLAIN NAMED("vm1", UUID(VM_UUID)) "</domain>\n"
#define WAITING                           \
    NAMED("vm1", UUID(VM_UUID))           \
    "  <qemu:commandline>\n"              \
    "    <qemu:arg value='-incoming'/>\n" \
    "    <qemu:arg value='defer'/>\n"     \
    "  </qemu:commandline>\n</domain>\n"

static const struct ft_ownership_record sole = { .generation = 7,
                                                 .role = FT_ROLE_PRIMARY };
static const struct ft_ownership_record shared = { .generation = 7,
                                                   .role = FT_ROLE_PRIMARY,
                                                   .peer_may_take_over = true };
static const struct ft_ownership_record unrun = { .generation = 8,
                                                  .role = FT_ROLE_PRIMARY,
                                                  .unrun = true };
static const struct ft_ownership_record other = { .generation = 8,
                                                  .owner = 1,
                                                  .role = FT_ROLE_STANDBY };

/* A file that is there. */
static char real_image[PATH_MAX];

static void
make_pair(void)
{
    FT_AUTOJSON json_t *json =
        json_pack("{s:i,s:s,s:s,s:s,s:i,s:[{s:s,s:[s]},{s:s,s:[s]}]}", "schema",
                  1, "pair", PAIR, "vm", "vm1", "vm_uuid", VM_UUID, "self", 0,
                  "hosts", "name", "h1", "addresses", "192.0.2.1", "name", "h2",
                  "addresses", "192.0.2.2");
    struct ft_error err = FT_ERROR_INIT;

    assert_non_null(json);
    if (ft_pair_save(json, KEY, NULL, &err))
        fail_msg("%s", err.text);
}

static void
make_record(const struct ft_ownership_record *record)
{
    struct ft_pair_record state = { .record = *record };
    struct ft_pair_config config;
    struct ft_error err = FT_ERROR_INIT;

    /* what a nested object says does not count */
    state.last_takeover = json_pack("{s:s,s:b,s:b}", "role", "primary",
                                    "peer_may_take_over", 0, "unrun", 0);
    ft_pair_state_add_image(&state, "/images/vm1-disk0.raw");
    ft_pair_state_add_image(&state, "/images/it's <one> & more.raw");
    ft_pair_state_add_image(&state, real_image);
    if (ft_pair_load(PAIR, &config, &err) ||
        ft_pair_state_save(&config, &state, &err))
        fail_msg("%s", err.text);
    ft_pair_state_clear(&state);
}

/* The hook as it is, with the folder of this test. */
static int
setup(void **state)
{
    const char *top = getenv("srcdir");
    FT_AUTOFREE char *source = realpath(top ? top : ".", NULL);
    char command[8192];

    if (!source || scratch_enter(state))
        return -1;
    snprintf(command, sizeof(command),
             "sed 's#^pairs=/var/lib/ftadmin/pairs$#pairs=" FT_PAIRS_FOLDER
             "#' '%s/scripts/libvirt-hook/ftadmin' >hook && "
             "grep -q '^pairs=" FT_PAIRS_FOLDER "' hook",
             source);
    put_file_bytes("image", "", 0);
    if (!realpath("image", real_image))
        return -1;
    return system(command); // NOLINT(cert-env33-c): a test's own command
}

/* Its exit status; what it says is in the file "said", its output in "out". */
static int
ask(const char *vm, const char *operation, const char *xml)
{
    char command[256];
    int status;

    put_file_bytes("xml", xml, strlen(xml));
    snprintf(command, sizeof(command),
             "sh hook '%s' %s begin - <xml >out 2>said", vm, operation);
    status = system(command); // NOLINT(cert-env33-c): a test's own command
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void
said(const char *words)
{
    char text[1024] = "";
    FILE *file = fopen("said", "re");

    assert_non_null(file);
    assert_true(fread(text, 1, sizeof(text) - 1, file) > 0);
    fclose(file);
    if (!strstr(text, words))
        fail_msg("not \"%s\": %s", words, text);
}

static void
test_records(void **state)
{
    static const struct {
        const struct ft_ownership_record *record;
        const char *words; /* NULL: it may start */
    } rows[] = {
        { &sole, NULL },
        { &shared, "the other host has a copy and may have taken it over" },
        { &unrun, "has not run yet" },
        { &other, "it belongs to h2" },
    };
    static const char *const deciding[] = { "prepare", "start", "restore",
                                            "migrate" };
    static const char *const others[] = { "reconnect", "stopped", "release",
                                          "started",   "attach",  "anything" };

    (void)state;
    make_pair();
    for (size_t i = 0; i < FT_ARRAY_SIZE(rows); i++) {
        make_record(rows[i].record);
        for (size_t o = 0; o < FT_ARRAY_SIZE(deciding); o++) {
            assert_int_equal(ask("vm1", deciding[o], PLAIN), !!rows[i].words);
            if (rows[i].words)
                said(rows[i].words);
            assert_int_equal(ask("vm1", deciding[o], WAITING), 0);
        }
        for (size_t o = 0; o < FT_ARRAY_SIZE(others); o++)
            assert_int_equal(ask("vm1", others[o], PLAIN), 0);
    }
}

static void
test_which_vm(void **state)
{
    (void)state;
    make_pair();
    make_record(&other);
    assert_int_equal(ask("vm1", "prepare", PLAIN), 1);
    assert_int_equal(ask("vm1", "prepare", NAMED("vm1", UUID(OTHER_UUID))), 1);
    assert_int_equal(ask("vm1", "prepare", ""), 1);
    assert_int_equal(ask("new", "prepare", NAMED("new", UUID(VM_UUID))), 1);
    assert_int_equal(ask("new", "prepare", NAMED("new", UUID(OTHER_UUID))), 0);
    assert_int_equal(ask("vm", "prepare", NAMED("vm", UUID(OTHER_UUID))), 0);
    assert_int_equal(ask("h1", "prepare", NAMED("h1", UUID(OTHER_UUID))), 0);
    assert_int_equal(ask("-e", "prepare", NAMED("-e", UUID(OTHER_UUID))), 0);
}

/* Another name, another UUID, and a disk of the pair's on this host. */
static void
test_disks(void **state)
{
    char linked[PATH_MAX + 512], folder[PATH_MAX];

    (void)state;
    make_pair();
    make_record(&other);
    assert_int_equal(ask("new", "prepare",
                         WITH_DISK("file='/images/vm1-disk0.raw' index='1'")),
                     1);
    said("new has /images/vm1-disk0.raw, a disk of vm1");
    said("it belongs to h2");
    said("unprotect vm1");
    assert_int_equal(ask("new", "restore",
                         WITH_DISK("startupPolicy='optional' "
                                   "dev='/images/vm1-disk0.raw'")),
                     1);
    assert_int_equal(ask("new", "prepare",
                         WITH_DISK("file='/images/it&apos;s &lt;one&gt; &amp; "
                                   "more.raw'")),
                     1);
    assert_int_equal(ask("new", "prepare",
                         WITH_DISK("file='/images/vm1-disk0.ra'")),
                     0);
    assert_int_equal(ask("new", "prepare", WITH_DISK("file='vm1-disk0.raw'")),
                     0);
    assert_int_equal(ask("new", "stopped",
                         WITH_DISK("file='/images/vm1-disk0.raw'")),
                     0);
    assert_int_equal(symlink(real_image, "link"), 0);
    assert_non_null(getcwd(folder, sizeof(folder)));
    snprintf(linked, sizeof(linked), WITH_DISK("file='%s/link'"), folder);
    assert_int_equal(ask("new", "prepare", linked), 1);
    make_record(&sole);
    assert_int_equal(ask("new", "prepare",
                         WITH_DISK("file='/images/vm1-disk0.raw'")),
                     0);
}

static void
test_damage(void **state)
{
    static const char *const damaged[] = {
        "", "{}", "{\n  \"role\": \"primary\"\n}",
        "{\n  \"role\": \"king\",\n  \"peer_may_take_over\": false\n}",
        "{\n  \"role\": \"primary\",\n  \"peer_may_take_over\": 0\n}"
    };

    (void)state;
    make_pair();
    unlink(RECORD ".0");
    unlink(RECORD ".1");
    assert_int_equal(ask("vm1", "prepare", PLAIN), 1);
    said("cannot be read");
    assert_int_equal(ask("vm1", "prepare", WAITING), 0);
    for (size_t i = 0; i < FT_ARRAY_SIZE(damaged); i++) {
        assert_int_equal(ft_slots_write(RECORD, damaged[i], strlen(damaged[i])),
                         0);
        assert_int_equal(ask("vm1", "prepare", PLAIN), 1);
        said("damaged");
        assert_int_equal(ask("new", "prepare", NAMED("new", UUID(OTHER_UUID))),
                         0);
    }
}

/* As a power cut in the middle of a writing leaves it. */
static void
spoil(const char *path)
{
    FILE *file = fopen(path, "r+e");

    assert_non_null(file);
    assert_int_equal(fseek(file, FT_SLOT_HEAD + 3, SEEK_SET), 0);
    assert_int_equal(fputc('#', file), '#');
    assert_int_equal(fclose(file), 0);
}

/* The newest that is whole counts, in whichever slot it is. */
static void
test_slots(void **state)
{
    (void)state;
    make_pair();
    for (int i = 0; i < 3; i++) {
        make_record(&sole);
        spoil(i % 2 ? RECORD ".0" : RECORD ".1");
        assert_int_equal(ask("vm1", "prepare", PLAIN), 0);
        make_record(&other);
        assert_int_equal(ask("vm1", "prepare", PLAIN), 1);
        said("it belongs to h2");
    }
    make_record(&sole);
    spoil(RECORD ".0");
    spoil(RECORD ".1");
    assert_int_equal(ask("vm1", "prepare", PLAIN), 1);
    said("cannot be read");
}

/* A record of before slots, which no engine has read yet. */
static void
test_before_slots(void **state)
{
    FT_AUTOFREE char *text = NULL;
    size_t size;

    (void)state;
    make_pair();
    make_record(&sole);
    assert_int_equal(ft_slots_read(RECORD, &text, &size), 0);
    put_file(RECORD ".json", text);
    make_record(&other);
    put_file(RECORD ".json", text);
    assert_int_equal(ask("vm1", "prepare", PLAIN), 1);
    unlink(RECORD ".0");
    unlink(RECORD ".1");
    assert_int_equal(ask("vm1", "prepare", PLAIN), 0);
    unlink(RECORD ".json");
    assert_int_equal(ask("vm1", "prepare", PLAIN), 1);
}

static void
test_no_pair(void **state)
{
    (void)state;
    assert_int_equal(ask("vm1", "prepare", PLAIN), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_pair),      cmocka_unit_test(test_records),
        cmocka_unit_test(test_which_vm),     cmocka_unit_test(test_disks),
        cmocka_unit_test(test_damage),       cmocka_unit_test(test_slots),
        cmocka_unit_test(test_before_slots),
    };

    return cmocka_run_group_tests(tests, setup, scratch_leave);
}
