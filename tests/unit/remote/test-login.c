/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ways in, over a real sshd: other users and their sudo, certificates, several
 * questions, the agent, and hosts that are reached through others. All in
 * namespaces of our own, where passwd(5) has a user more and sudo is a script.
 */
#include "config.h"

#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "remote/control.h"
#include "remote/reach.h"
#include "remote/secret.h"
#include "tests/unit/remote/sshd-fixture.h"

#define JOE "ftjoe"
#define PASSWORD "pass with 'quotes'"

static struct sshd sshd;

static void shell(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void
shell(const char *format, ...)
{
    char command[4096];
    va_list args;

    va_start(args, format);
    vsnprintf(command, sizeof(command), format, args);
    va_end(args);
    if (system(command) != 0)
        fail_msg("failed: %s", command);
}

static void
write_file(const char *name, mode_t mode, const char *text)
{
    char path[400];

    snprintf(path, sizeof(path), "%.250s/%s", sshd.folder, name);
    assert_int_equal(ft_file_replace(path, text, strlen(text), mode), 0);
}

/*
 * As sudo(8) does: -n asks for nothing, -S reads a line of stdin, without echo
 * of it, and what follows is for the command. The file sudo-mode says what
 * sudoers would.
 */
static const char sudo_script[] =
    "#!/bin/sh\n"
    "mode=$(cat /usr/local/bin/sudo-mode)\n"
    "asks= stdin= cached=yes\n"
    "while [ $# -gt 0 ]; do case $1 in\n"
    "-k) cached= ;; -n) asks=no ;; -S) stdin=yes ;; -p) shift ;;\n"
    "--) shift; break ;; *) exit 99 ;; esac; shift; done\n"
    "case $mode in\n"
    "free) exec \"$@\" ;;\n"
    "never) echo \"sudo: ftjoe is not in the sudoers file\" >&2; exit 1 ;;\n"
    "esac\n"
    "[ -z \"$asks\" ] || { echo 'sudo: a password is required' >&2; exit 1; }\n"
    "[ -n \"$stdin\" ] || { echo 'sudo: no terminal' >&2; exit 1; }\n"
    "read -r word\n"
    "[ \"$word\" = \"$mode\" ] || {\n"
    "echo 'sudo: 1 incorrect password attempt' >&2; exit 1; }\n"
    "exec \"$@\"\n";

static int
start(void **state)
{
    (void)state;
    shell("ip link set lo up && mount --make-rprivate /");
    sshd_start(&sshd);
    shell("chmod 755 %s && chmod 644 %s/authorized", sshd.folder, sshd.folder);
    shell("cd %s && { cat /etc/passwd; echo '" JOE
          ":x:54321:54321::/tmp:/bin/sh'; } > passwd && "
          "{ cat /etc/shadow; echo \"" JOE ":$(openssl passwd -6 \"" PASSWORD
          "\"):19000:0:99999:7:::\"; } > shadow && chmod 600 shadow && "
          "mount --bind passwd /etc/passwd && mount --bind shadow /etc/shadow",
          sshd.folder);
    write_file("pam", 0644,
               "auth required pam_unix.so\n"
               "account required pam_permit.so\n"
               "session required pam_permit.so\n");
    shell("touch /etc/pam.d/sshd && mount --bind %s/pam /etc/pam.d/sshd",
          sshd.folder);
    shell("mount -t tmpfs -o mode=755 none /usr/local/bin");
    assert_int_equal(ft_file_replace("/usr/local/bin/sudo", sudo_script,
                                     strlen(sudo_script), 0755),
                     0);
    return 0;
}

static int
stop(void **state)
{
    (void)state;
    sshd_stop(&sshd);
    return 0;
}

static void
sudoers(const char *mode)
{
    shell("printf '%%s' \"%s\" > /usr/local/bin/sudo-mode && "
          "chmod 644 /usr/local/bin/sudo-mode",
          mode);
}

/* sshd with these lines before its own. */
static void
configure(const char *lines)
{
    shell("cd %s && grep -v '^#' sshd_config > plain && "
          "[ -f sshd_config.first ] || cp sshd_config sshd_config.first && "
          "{ printf '%s'; cat sshd_config.first; } > sshd_config",
          sshd.folder, lines);
    sshd_restart(&sshd);
}

struct answers {
    int asked;
    const char *secrets[4]; /* one after the other; NULL: gives up */
    char prompts[4][300];
};

static int
on_secret(void *data, const char *prompt, char *out, size_t size)
{
    struct answers *a = data;
    const char *secret = a->asked < 4 ? a->secrets[a->asked] : NULL;

    if (a->asked < 4)
        snprintf(a->prompts[a->asked], sizeof(a->prompts[0]), "%s", prompt);
    a->asked++;
    if (secret == NULL)
        return -ECANCELED;
    snprintf(out, size, "%s", secret);
    return 0;
}

static struct ft_ssh_options
options_for(struct answers *a)
{
    struct ft_ssh_options options;

    sshd_options(&sshd, &options);
    options.accept_new_host_keys = true;
    if (a != NULL) {
        options.prompts.secret = on_secret;
        options.prompts.data = a;
    }
    return options;
}

static const char *
joe(void)
{
    static char destination[100];

    snprintf(destination, sizeof(destination), JOE "@127.0.0.1:%u", sshd.port);
    return destination;
}

/* What a command gets as its input is what was meant for it, and only that. */
static void
must_run(struct ft_ssh *ssh)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_ssh_result r;

    for (int i = 0; i < 2; i++) {
        if (ft_ssh_run(ssh, "cat; echo \"arg $0\"", "in\n", 3, 0, &r, &err) < 0)
            fail_msg("%s", err.text);
        assert_string_equal(r.out, "in\narg sh\n");
        assert_int_equal(r.status, 0);
        ft_ssh_result_free(&r);
    }
}

/* ---- sudo ---- */

static void
test_sudo_free(void **state)
{
    struct answers a = { 0 };
    struct ft_ssh_options options = options_for(&a);
    struct ft_ssh *ssh = sshd_must_open(joe(), &options);

    (void)state;
    sudoers("free");
    assert_false(ft_ssh_is_root(ssh));
    must_run(ssh);
    assert_int_equal(a.asked, 0);
    ft_ssh_close(ssh);
}

static void
test_sudo_password(void **state)
{
    struct answers a = { .secrets = { "wrong", PASSWORD } };
    struct ft_ssh_options options = options_for(&a);
    struct ft_ssh *ssh = sshd_must_open(joe(), &options);

    (void)state;
    sudoers(PASSWORD);
    must_run(ssh);
    assert_int_equal(a.asked, 2);
    assert_non_null(strstr(a.prompts[0], "sudo"));
    assert_non_null(strstr(a.prompts[0], JOE));
    ft_ssh_close(ssh);
}

static void
refuse_sudo(const char *mode, struct answers *a, const char *words)
{
    struct ft_ssh_options options = options_for(a);
    struct ft_ssh *ssh = sshd_must_open(joe(), &options);
    struct ft_error err = FT_ERROR_INIT;
    int asked;

    sudoers(mode);
    assert_int_equal(ft_ssh_must(ssh, "true", NULL, &err), -EACCES);
    assert_int_equal(ft_reach_of(&err), FT_REACH_NO_SUDO);
    if (strstr(err.text, words) == NULL)
        fail_msg("\"%s\" lacks \"%s\"", err.text, words);
    /* once a session: nobody is asked again for the next command */
    asked = a != NULL ? a->asked : 0;
    assert_int_equal(ft_ssh_must(ssh, "true", NULL, &err), -EACCES);
    assert_int_equal(a != NULL ? a->asked : 0, asked);
    ft_ssh_close(ssh);
}

static void
test_sudo_refused(void **state)
{
    struct answers wrong = { .secrets = { "a", "b", "c", "d" } };
    struct answers none = { 0 };
    struct answers never = { .secrets = { "a" } };

    (void)state;
    refuse_sudo(PASSWORD, &wrong, "does not take the password");
    assert_int_equal(wrong.asked, 3);
    refuse_sudo(PASSWORD, &none, "password is required");
    refuse_sudo(PASSWORD, NULL, "password is required");
    refuse_sudo("never", &never, "sudoers");
    assert_int_equal(never.asked, 0);
}

/* The password is on no command line and in no environment over there. */
static void
test_sudo_hidden(void **state)
{
    struct answers a = { .secrets = { "hunter2hunter2" } };
    struct ft_ssh_options options = options_for(&a);
    struct ft_ssh *ssh = sshd_must_open(joe(), &options);
    struct ft_error err = FT_ERROR_INIT;
    char *out = NULL;

    (void)state;
    sudoers("hunter2hunter2");
    assert_int_equal(ft_ssh_must(ssh,
                                 "cat /proc/[0-9]*/cmdline /proc/self/environ "
                                 "2>/dev/null | tr '\\0' '\\n'",
                                 &out, &err),
                     0);
    assert_true(strlen(out) > 100);
    assert_null(strstr(out, "hunter2hunter2"));
    free(out);
    ft_ssh_close(ssh);
}

/* ---- several questions ---- */

static void
test_interactive(void **state)
{
    struct answers a = { .secrets = { "wrong", PASSWORD } };
    struct ft_ssh_options options = options_for(&a);
    struct ft_ssh *ssh;

    (void)state;
    configure("UsePAM yes\\nKbdInteractiveAuthentication yes\\n"
              "PubkeyAuthentication no\\n");
    sudoers(PASSWORD);
    options.connect_timeout_ms = 1000; /* PAM puts off what is wrong for 2 s */
    ssh = sshd_must_open(joe(), &options);
    options.connect_timeout_ms = 60000;
    assert_int_equal(a.asked, 2);
    assert_non_null(strstr(a.prompts[0], "Password"));
    /* what was right is right for sudo too */
    must_run(ssh);
    assert_int_equal(a.asked, 2);
    ft_ssh_close(ssh);
    memset(&a, 0, sizeof(a));
    a.secrets[0] = "wrong"; /* and then gives up */
    {
        struct ft_error err = FT_ERROR_INIT;

        ssh = NULL;
        assert_int_equal(ft_ssh_open(joe(), &options, &ssh, &err), -EACCES);
        assert_int_equal(ft_reach_of(&err), FT_REACH_LOGIN_REFUSED);
        assert_non_null(strstr(err.text, "keyboard-interactive"));
    }
    configure("");
}

/* A server that is slow to look at keys has refused none of them. */
static void
test_slow_server(void **state)
{
    struct ft_ssh_options options = options_for(NULL);
    struct ft_error err = FT_ERROR_INIT;
    struct ft_ssh *ssh = NULL;

    (void)state;
    configure("AuthorizedKeysCommand /bin/sleep 3\\n"
              "AuthorizedKeysCommandUser root\\n");
    options.identity = sshd.stranger_key;
    options.connect_timeout_ms = 1000;
    assert_int_equal(ft_ssh_open(joe(), &options, &ssh, &err), -ETIMEDOUT);
    assert_int_equal(ft_reach_of(&err), FT_REACH_TIMEOUT);
    assert_non_null(strstr(err.text, "public keys"));
    configure("");
}

/* A password that lets us in is tried for sudo before another is asked for. */
static void
test_password_and_sudo(void **state)
{
    struct answers a = { .secrets = { PASSWORD } };
    struct ft_ssh_options options = options_for(&a);
    struct ft_ssh *ssh;

    (void)state;
    configure("PasswordAuthentication yes\\nPubkeyAuthentication no\\n");
    sudoers(PASSWORD);
    ssh = sshd_must_open(joe(), &options);
    must_run(ssh);
    assert_int_equal(a.asked, 1);
    ft_ssh_close(ssh);
    configure("");
}

/* ---- certificates, agent ---- */

static void
test_certificate(void **state)
{
    struct answers a = { .secrets = { "secret" } };
    struct ft_ssh_options options = options_for(&a);
    struct ft_error err = FT_ERROR_INIT;
    struct ft_ssh *ssh = NULL;

    (void)state;
    shell("cd %s && ssh-keygen -q -t ed25519 -N '' -f ca && "
          "ssh-keygen -q -s ca -I me -n root stranger.pub && "
          "ssh-keygen -q -t ed25519 -N secret -f shut && "
          "ssh-keygen -q -s ca -I me -n root shut.pub && "
          "ssh-keygen -q -t ed25519 -N '' -f nobody && "
          "ssh-keygen -q -s ca -I me -n nobody nobody.pub",
          sshd.folder);
    {
        char line[400];

        snprintf(line, sizeof(line), "TrustedUserCAKeys %.250s/ca.pub\\n",
                 sshd.folder);
        configure(line);
    }
    options.identity = sshd.stranger_key;
    ssh = sshd_must_open(sshd.destination, &options);
    assert_int_equal(a.asked, 0);
    ft_ssh_close(ssh);
    {
        char path[300];

        snprintf(path, sizeof(path), "%.250s/shut", sshd.folder);
        options.identity = path;
        ssh = sshd_must_open(sshd.destination, &options);
        assert_int_equal(a.asked, 1);
        assert_non_null(strstr(a.prompts[0], "shut"));
        ft_ssh_close(ssh);
        snprintf(path, sizeof(path), "%.250s/nobody", sshd.folder);
        ssh = NULL;
        assert_int_equal(ft_ssh_open(sshd.destination, &options, &ssh, &err),
                         -EACCES);
    }
    configure("");
    shell("rm -f %s/stranger-cert.pub", sshd.folder);
}

static void
test_agent(void **state)
{
    struct ft_ssh_options options = options_for(NULL);
    char path[300];

    (void)state;
    shell("cd %s && ssh-agent -a %s/agent > agent.env && "
          "SSH_AUTH_SOCK=%s/agent ssh-add -q key",
          sshd.folder, sshd.folder, sshd.folder);
    snprintf(path, sizeof(path), "%.250s/agent", sshd.folder);
    setenv("SSH_AUTH_SOCK", path, 1);
    options.identity = NULL;
    ft_ssh_close(sshd_must_open(sshd.destination, &options));
    unsetenv("SSH_AUTH_SOCK");
    shell(". %s/agent.env && kill $SSH_AGENT_PID", sshd.folder);
}

/* ---- through other hosts ---- */

static void
write_config(const char *rest)
{
    char text[2000];

    snprintf(text, sizeof(text),
             "Host hop\n  HostName 127.0.0.1\n  Port %u\n  User root\n"
             "  IdentityFile %s\n  UserKnownHostsFile %s\n"
             "  StrictHostKeyChecking accept-new\n"
             "Host box\n  HostName 127.0.0.1\n  Port %u\n  User root\n"
             "  IdentityFile %s\n%s",
             sshd.port, sshd.key, sshd.known_hosts, sshd.port, sshd.key, rest);
    write_file("config", 0600, text);
}

static void
through(const char *rest)
{
    struct ft_ssh_options options = options_for(NULL);
    struct ft_ssh *ssh;
    struct ft_error err = FT_ERROR_INIT;
    char *out = NULL;

    write_config(rest);
    options.identity = NULL;
    ssh = sshd_must_open("box", &options);
    assert_int_equal(ft_ssh_must(ssh, "echo there", &out, &err), 0);
    assert_string_equal(out, "there\n");
    free(out);
    ft_ssh_close(ssh);
}

static void
test_proxies(void **state)
{
    char command[600];

    (void)state;
    through("  ProxyJump hop\n");
    through("Match originalhost box\n  ProxyJump hop\n");
    snprintf(command, sizeof(command),
             "  ProxyCommand ssh -F %.250s/config -W %%h:%%p %%r@hop\n",
             sshd.folder);
    through(command);
}

/* What stands between us may neither ask on a screen nor hang. */
static void
test_proxies_fail(void **state)
{
    static const struct {
        const char *rest;
        enum ft_reach reach;
    } cases[] = {
        { "  ProxyJump root@127.0.0.1:1\n", FT_REACH_REFUSED },
        { "  ProxyJump nosuchhost.invalid\n", FT_REACH_NAME_UNKNOWN },
        { "  ProxyCommand echo 'Permission denied (publickey).' >&2; exit 1\n",
          FT_REACH_LOGIN_REFUSED },
        { "  ProxyCommand [ -t 0 ] || [ -c /dev/tty ] && : < /dev/tty\n",
          FT_REACH_REFUSED },
        { "  ProxyCommand exit 0\n", FT_REACH_REFUSED },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        struct ft_ssh_options options = options_for(NULL);
        struct ft_error err = FT_ERROR_INIT;
        struct ft_ssh *ssh = NULL;

        write_config(cases[i].rest);
        assert_true(ft_ssh_open("box", &options, &ssh, &err) < 0);
        if (ft_reach_of(&err) != cases[i].reach)
            fail_msg("%s: %s, \"%s\"", cases[i].rest, err.kind, err.text);
    }
    write_file("config", 0600, "");
}

/* What includes, and conditions that libssh does not know. */
static void
test_config(void **state)
{
    char rest[600];
    struct ft_ssh_options options = options_for(NULL);
    struct ft_error err = FT_ERROR_INIT;
    struct ft_ssh *ssh = NULL;

    (void)state;
    snprintf(rest, sizeof(rest), "Host other\n  User nobody\n");
    write_file("included", 0600, rest);
    snprintf(rest, sizeof(rest),
             "Include %.250s/included\nMatch originalhost other exec true\n"
             "  HostName 127.0.0.1\n  Port %u\n",
             sshd.folder, sshd.port);
    write_file("config", 0600, rest);
    ssh = sshd_must_open("other", &options);
    assert_false(ft_ssh_is_root(ssh));
    ft_ssh_close(ssh);
    ssh = NULL;
    write_file("config", 0600, "Host x\n  Prot 22\n");
    assert_int_equal(ft_ssh_open("x", &options, &ssh, &err), -EINVAL);
    assert_non_null(strstr(err.text, "rot"));
    write_file("config", 0600, "");
}

/* ---- shells that are none ---- */

static void
test_no_shell(void **state)
{
    static const char *const shells[] = { "/bin/false", "/usr/sbin/nologin" };
    struct ft_ssh_options options = options_for(NULL);
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    sudoers("free");
    for (size_t i = 0; i < FT_ARRAY_SIZE(shells); i++) {
        struct ft_ssh *ssh;
        struct ft_control *control = NULL;

        shell("sed 's|^\\(" JOE ":.*:\\)[^:]*$|\\1%s|' %s/passwd > %s/p2 && "
              "cat %s/p2 > /etc/passwd",
              shells[i], sshd.folder, sshd.folder, sshd.folder);
        ssh = sshd_must_open(joe(), &options);
        assert_true(ft_control_open(ssh, &control, &err) < 0);
        if (ft_reach_of(&err) != FT_REACH_SHELL_UNUSABLE)
            fail_msg("%s: %s, \"%s\"", shells[i], err.kind, err.text);
        ft_ssh_close(ssh);
    }
}

static void
test_secret(void **state)
{
    char *secret = ft_secret_new();

    (void)state;
    assert_non_null(secret);
    assert_string_equal(secret, "");
    memset(secret, 'x', FT_SECRET_MAX);
    ft_secret_free(secret);
    ft_secret_free(NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_secret),
        cmocka_unit_test(test_sudo_free),
        cmocka_unit_test(test_sudo_password),
        cmocka_unit_test(test_sudo_refused),
        cmocka_unit_test(test_sudo_hidden),
        cmocka_unit_test(test_interactive),
        cmocka_unit_test(test_slow_server),
        cmocka_unit_test(test_password_and_sudo),
        cmocka_unit_test(test_certificate),
        cmocka_unit_test(test_agent),
        cmocka_unit_test(test_proxies),
        cmocka_unit_test(test_proxies_fail),
        cmocka_unit_test(test_config),
        cmocka_unit_test(test_no_shell),
    };

    if (!sshd_available())
        return 77;
    if (system("command -v ssh ssh-agent openssl ip >/dev/null") != 0 ||
        unshare(CLONE_NEWNET | CLONE_NEWNS) < 0) {
        printf("# SKIP no ssh, ssh-agent, openssl or namespaces here\n");
        return 77;
    }
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, start, stop);
}
