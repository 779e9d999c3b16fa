/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What ftadmin mends by itself: of which findings that is said; and that each is done
 * once, and taken back exactly, with programs that keep what they are told in files.
 */
#include "config.h"

#include "plan/checks-private.h"
#include "plan/connections.h"
#include "plan/fixes.h"
#include "plan/plan.h"
#include "tests/unit/inventory-fixture.h"
#include "tests/unit/scratch.h"

#include <sys/wait.h>

/* ---- findings ---- */

static void
is_fix(const struct ft_findings *findings, enum ft_check_id check,
       enum ft_fix_kind kind, const char *object)
{
    const struct ft_finding *found = ft_findings_find(findings, check);

    assert_non_null(found);
    assert_int_equal(found->fix.kind, kind);
    assert_string_equal(found->fix.object, object);
    if (kind != FT_FIX_NONE)
        assert_string_equal(found->fix.host, "h2");
    if (kind != FT_FIX_NONE)
        assert_true(ft_check_fixable(check));
}

static void
test_pools(void **state)
{
    static const struct {
        const char *type, *wanted;
        bool active, autostart, none;
        enum ft_check_id check;
        enum ft_fix_kind kind;
        const char *object;
    } cases[] = {
        { "dir", NULL, true, true, false, FT_CHECK_STANDBY_POOL_AUTOSTART,
          FT_FIX_NONE, "" },
        { "dir", NULL, true, false, false, FT_CHECK_STANDBY_POOL_AUTOSTART,
          FT_FIX_POOL_AUTOSTART, "default" },
        { "dir", NULL, false, true, false, FT_CHECK_STANDBY_POOL,
          FT_FIX_POOL_START, "default" },
        { "dir", "default", false, true, false, FT_CHECK_STANDBY_POOL,
          FT_FIX_POOL_START, "default" },
        { "dir", "other", false, true, false, FT_CHECK_STANDBY_POOL,
          FT_FIX_NONE, "" },
        { "logical", NULL, false, true, false, FT_CHECK_STANDBY_POOL,
          FT_FIX_NONE, "" },
        { "dir", NULL, true, true, true, FT_CHECK_STANDBY_POOL,
          FT_FIX_POOL_DEFINE, "default" },
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        struct ft_findings findings = FT_FINDINGS_INIT;
        size_t count = f->h2->pool_count;

        strcpy(f->h2->pools[0].type, cases[i].type);
        f->h2->pools[0].active = cases[i].active;
        f->h2->pools[0].autostart = cases[i].autostart;
        f->h2->pool_count = cases[i].none ? 0 : count;
        assert_int_equal(ft_check_pool(f->vm, f->h2, cases[i].wanted, &findings),
                         0);
        is_fix(&findings, cases[i].check, cases[i].kind, cases[i].object);
        f->h2->pool_count = count;
        ft_findings_free(&findings);
    }
}

static void
test_network(void **state)
{
    static const char xml[] =
        "<domain><devices><interface type='network'><source network='default'/>"
        "<mac address='52:54:00:11:22:33'/></interface></devices></domain>";
    struct fixture *f = *state;

    free(f->vm->xml);
    f->vm->xml = strdup(xml);
    for (int i = 0; i < 3; i++) {
        struct ft_findings findings = FT_FINDINGS_INIT;
        size_t count = f->h2->network_count;

        f->h2->networks[0].active = i == 1;
        f->h2->network_count = i == 2 ? 0 : count;
        assert_int_equal(ft_check_networks(&f->inventory, f->h1, f->vm, f->h2,
                                           &findings),
                         0);
        is_fix(&findings, FT_CHECK_STANDBY_NETWORK,
               i == 0 ? FT_FIX_NETWORK_START : FT_FIX_NONE,
               i == 0 ? "default" : "");
        f->h2->network_count = count;
        ft_findings_free(&findings);
    }
}

static void
test_ports(void **state)
{
    static const struct {
        const char *firewall;
        enum ft_fix_kind kind;
    } cases[] = { { "firewalld", FT_FIX_PORT_FIREWALLD },
                  { "ufw", FT_FIX_PORT_UFW },
                  { "", FT_FIX_NONE } };
    struct fixture *f = *state;

    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        struct ft_findings findings = FT_FINDINGS_INIT;
        struct ft_connection connections[FT_CONNECTIONS_MAX];

        strcpy(f->h2->firewall, cases[i].firewall);
        ft_connections(f->h1, f->h2, NULL, NULL, connections);
        connections[0].trips.sent = 3;
        assert_int_equal(ft_connections_check(connections, 1, false, &findings),
                         0);
        is_fix(&findings, FT_CHECK_LINK_PORT, cases[i].kind,
               cases[i].kind == FT_FIX_NONE ? "" : "7331");
        ft_findings_free(&findings);
    }
}

/* Of the hosts that will not do one is mended: the first that can be. */
static void
test_candidates(void **state)
{
    struct fixture *f = *state;
    struct ft_plan_choices choices = { .vm = "vm1",
                                       .witness = "w1",
                                       .pair = PAIR_UUID,
                                       .settings = FT_PAIR_SETTINGS_INIT };
    struct ft_fix fixes[FT_FIXES_MAX];
    struct ft_error err = FT_ERROR_INIT;
    struct ft_plan plan;

    f->h2->pools[0].active = f->h3->pools[0].active = false;
    assert_int_equal(ft_plan_check(&f->inventory, &choices, &plan, &err), 0);
    assert_int_equal(ft_findings_fixes(&plan.findings, fixes), 1);
    assert_int_equal(fixes[0].kind, FT_FIX_POOL_START);
    assert_string_equal(fixes[0].host, "h2");
    assert_string_equal(fixes[0].object, "default");
    ft_plan_free(&plan);
}

/* Each once, none of what was waived, and no more than there is room for. */
static void
test_which(void **state)
{
    struct ft_findings findings = FT_FINDINGS_INIT;
    struct ft_fix fixes[FT_FIXES_MAX];
    char name[16];
    json_t *json;

    (void)state;
    ft_findings_fix(&findings, FT_FIX_POOL_START, "h2", "none yet");
    ft_findings_add(&findings, FT_PASS, FT_CHECK_STANDBY_POOL, "h2", NULL, NULL,
                    "x");
    ft_findings_fix(&findings, FT_FIX_POOL_START, "h2", "passed");
    assert_int_equal(ft_findings_fixes(&findings, fixes), 0);
    for (int i = 0; i < 3; i++) {
        ft_findings_add(&findings, FT_WARN, FT_CHECK_STANDBY_POOL, "h2", NULL,
                        NULL, "x");
        ft_findings_fix(&findings, FT_FIX_POOL_START, "h2", i == 1 ? "b" : "a");
    }
    assert_int_equal(ft_findings_fixes(&findings, fixes), 2);
    assert_string_equal(fixes[0].object, "a");
    assert_string_equal(fixes[1].object, "b");
    strcpy(findings.list[2].waived, "because");
    assert_int_equal(ft_findings_fixes(&findings, fixes), 1);
    json = ft_findings_to_json(&findings);
    assert_int_equal(ft_json_bool(json_array_get(json, 0), "fixable", -1), 0);
    assert_int_equal(ft_json_bool(json_array_get(json, 1), "fixable", -1), 1);
    assert_string_equal(ft_json_string(json_array_get(json, 1), "fix", ""),
                        "start pool a");
    json_decref(json);
    for (int i = 0; i < 2 * FT_FIXES_MAX; i++) {
        snprintf(name, sizeof(name), "p%d", i);
        ft_findings_add(&findings, FT_WARN, FT_CHECK_STANDBY_POOL, "h2", NULL,
                        NULL, "x");
        ft_findings_fix(&findings, FT_FIX_POOL_START, "h2", name);
    }
    assert_int_equal(ft_findings_fixes(&findings, fixes), FT_FIXES_MAX);
    ft_findings_free(&findings);
}

static void
test_words(void **state)
{
    char done[FT_FIX_TEXT], undone[FT_FIX_TEXT];

    (void)state;
    for (int kind = FT_FIX_NONE + 1; kind < FT_FIX_KINDS; kind++) {
        struct ft_fix fix = { (enum ft_fix_kind)kind, "h2", "%s;x" };

        assert_int_equal(ft_fix_of_word(ft_fix_word(fix.kind)), kind);
        ft_fix_text(&fix, false, done);
        ft_fix_text(&fix, true, undone);
        assert_non_null(strstr(done, "%s;x"));
        assert_non_null(strstr(undone, "%s;x"));
        assert_string_not_equal(done, undone);
    }
    assert_int_equal(ft_fix_of_word("rm -rf /"), FT_FIX_NONE);
    assert_int_equal(ft_fix_of_word(""), FT_FIX_NONE);
    assert_string_equal(ft_fix_word((enum ft_fix_kind)99), "");
}

/* ---- what is run ---- */

#define OBJECT "a 'b\" $(touch owned)"

static const char virsh[] =
    "#!/bin/sh\n"
    "while [ $# -gt 0 ]; do case $1 in -q) shift;; -c) shift 2;; *) break;; esac\n"
    "done\n"
    "[ ! -e s/away ] || exit 1\n" /* libvirtd */
    "v=$1; f=\"s/$2\"; yes() { [ -e \"$1\" ] && echo yes || echo no; }\n"
    "case $v in\n"
    "uri) echo qemu:///system;;\n"
    "pool-info) [ -e \"$f.defined\" ] || exit 1\n"
    " echo 'Name: x'; [ -e \"$f.runs\" ] && echo 'State:          running' ||\n"
    " echo 'State:          inactive'; echo \"Autostart:      $(yes \"$f.auto\")\";;\n"
    "net-info) echo \"Active:         $(yes \"$f.runs\")\";;\n"
    "net-port-list) [ ! -e \"$f.used\" ] || echo uuid;;\n"
    "pool-start|net-start) [ ! -e \"$f.runs\" ] && [ ! -e s/broken ] &&\n"
    " : >\"$f.runs\";;\n"
    "pool-destroy|net-destroy) rm \"$f.runs\";;\n"
    "pool-autostart) if [ \"$3\" ]; then rm \"$f.auto\"; else : >\"$f.auto\"; fi;;\n"
    "pool-define-as) : >\"$f.defined\";;\n"
    "pool-undefine) rm -f \"$f.defined\" \"$f.auto\";;\n"
    "*) exit 9;; esac\n";

static const char ufw[] =
    "#!/bin/sh\n"
    "[ ! -e s/away ] || exit 1\n"
    "[ \"$1\" != --force ] || shift\n"
    "case $1 in show) echo 'Added user rules:'; cat s/rules 2>/dev/null; true;;\n"
    "allow) echo \"ufw allow $2\" >>s/rules;;\n"
    "delete) grep -vxF \"ufw $2 $3\" s/rules >s/new; mv s/new s/rules\n"
    " [ -s s/rules ] || rm s/rules;;\n"
    "*) exit 9;; esac\n";

static const char firewall[] =
    "#!/bin/sh\n"
    "f=s/now; for a; do case $a in --permanent) f=s/later;; -q) ;; *) o=$a;; esac\n"
    "done\n"
    "[ ! -e s/away ] || exit 252\n" /* firewalld does not run */
    "p=${o#*=}; f=$f.${p%/tcp}\n"
    "case $o in --query-port=*) [ -e \"$f\" ];;\n"
    "--add-port=*) case $f in s/later*) [ ! -e s/full ] || exit 1;; esac\n"
    " : >\"$f\";;\n"
    "--remove-port=*) rm -f \"$f\";;\n"
    "*) exit 9;; esac\n";

static void
put_program(const char *path, const char *text)
{
    put_file_bytes(path, text, strlen(text));
    assert_int_equal(chmod(path, 0755), 0);
}

/* The status of the script, with this object. */
static int
run(enum ft_fix_kind kind, bool undo, const char *object)
{
    int in[2], status;
    pid_t pid;

    assert_int_equal(pipe(in), 0);
    dprintf(in[1], "%s\n", object); /* before it can end without reading it */
    pid = fork();
    if (pid == 0) {
        dup2(in[0], STDIN_FILENO);
        close(in[1]);
        setenv("PATH", "bin:/usr/bin:/bin", 1);
        if (!freopen("/dev/null", "w", stdout) ||
            !freopen("errors", "w", stderr))
            _exit(126);
        execl("/bin/sh", "sh", "-c", ft_fix_script(kind, undo), (char *)NULL);
        _exit(127);
    }
    close(in[0]);
    close(in[1]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* All names in the folder of state, in order. */
static char *
now(void)
{
    FILE *list = popen("ls s; cat s/rules 2>/dev/null", "r");
    static char text[4][1000];
    static int turn;
    char *out = text[turn++ % 4];
    size_t n;

    assert_non_null(list);
    n = fread(out, 1, sizeof(text[0]) - 1, list);
    out[n] = '\0';
    pclose(list);
    return out;
}

static void
touch(const char *path)
{
    put_file_bytes(path, "", 0);
}

/* Done, done already, taken back to what was there, taken back already. */
static void
is_exact(enum ft_fix_kind kind, const char *object)
{
    const char *before = now(), *done;

    assert_int_equal(run(kind, false, object), 0);
    done = now();
    assert_string_not_equal(done, before);
    assert_int_equal(run(kind, false, object), 3);
    assert_string_equal(now(), done);
    assert_int_equal(run(kind, true, object), 0);
    assert_string_equal(now(), before);
    assert_int_equal(run(kind, true, object), 0);
    assert_string_equal(now(), before);
    assert_int_not_equal(access("owned", F_OK), 0);
}

static void
test_scripts(void **state)
{
    (void)state;
    mkdir("bin", 0755);
    mkdir("s", 0755);
    put_program("bin/virsh", virsh);
    put_program("bin/ufw", ufw);
    put_program("bin/firewall-cmd", firewall);
    touch("s/" OBJECT ".defined");
    is_exact(FT_FIX_POOL_START, OBJECT);
    is_exact(FT_FIX_POOL_AUTOSTART, OBJECT);
    is_exact(FT_FIX_NETWORK_START, OBJECT);
    is_exact(FT_FIX_PORT_UFW, "7331");
    is_exact(FT_FIX_PORT_FIREWALLD, "7331");
    if (access("/var/lib/libvirt/images", F_OK) == 0)
        is_exact(FT_FIX_POOL_DEFINE, "default");
}

/* What cannot be done, or must not be taken back, is left as it is. */
static void
test_refused(void **state)
{
    const char *before;

    (void)state;
    touch("s/net.used");
    assert_int_equal(run(FT_FIX_NETWORK_START, false, "net"), 0);
    before = now();
    assert_int_equal(run(FT_FIX_NETWORK_START, true, "net"), 1);
    assert_string_equal(now(), before);
    touch("s/later.7331"); /* and not for now */
    before = now();
    assert_int_equal(run(FT_FIX_PORT_FIREWALLD, false, "7331"), 1);
    assert_string_equal(now(), before);
    touch("s/broken");
    before = now();
    assert_int_not_equal(run(FT_FIX_POOL_START, false, "p"), 0);
    assert_string_equal(now(), before);
    if (access("/var/lib/libvirt/images", F_OK) == 0) {
        assert_int_not_equal(run(FT_FIX_POOL_DEFINE, false, "p"), 0);
        assert_string_equal(now(), before);
    }
    assert_int_not_equal(run(FT_FIX_NONE, false, "p"), 0);
    assert_int_not_equal(run(FT_FIX_NONE, true, "p"), 0);
}

/* Nobody who can tell whether it is so still: it is not taken for taken back. */
static void
test_nobody_to_ask(void **state)
{
    const char *before;

    (void)state;
    touch("s/away");
    before = now();
    for (int kind = FT_FIX_NONE + 1; kind < FT_FIX_KINDS; kind++) {
        assert_int_not_equal(run((enum ft_fix_kind)kind, true, "7331"), 0);
        assert_int_not_equal(run((enum ft_fix_kind)kind, false, "7331"), 0);
        assert_string_equal(now(), before);
    }
    unlink("s/away");
}

/* Where its second half fails the first one is not left. */
static void
test_half(void **state)
{
    const char *before;

    (void)state;
    touch("s/full");
    before = now();
    assert_int_not_equal(run(FT_FIX_PORT_FIREWALLD, false, "7332"), 0);
    assert_string_equal(now(), before);
    unlink("s/full");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_pools, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_network, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_ports, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_candidates, set_up, tear_down),
        cmocka_unit_test(test_which),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_scripts),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_half),
        cmocka_unit_test(test_nobody_to_ask),
    };

    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
