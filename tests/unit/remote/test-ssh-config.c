/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What `ssh -G` prints, read: nothing of it is believed that ssh(1) would not
 * print, because it ends up in other programs' arguments.
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
#include "remote/ssh-config.h"

static struct ft_ssh_config config;

static int
parse(const char *text)
{
    struct ft_error err = FT_ERROR_INIT;
    int rc = ft_ssh_config_parse(text, strlen(text), &config, &err);

    assert_true(rc == 0 || (err.code == EINVAL && *err.text != '\0'));
    return rc;
}

/* As OpenSSH 9.2 prints it. */
static void
test_real(void **state)
{
    (void)state;
    assert_int_equal(parse("host db\n"
                           "user admin\n"
                           "hostname 10.0.0.7\n"
                           "port 2222\n"
                           "addkeystoagent false\n"
                           "requesttty auto\n"
                           "identityfile ~/.ssh/id_rsa\n"
                           "identityfile /keys/with space\n"
                           "certificatefile ~/.ssh/id-cert.pub\n"
                           "identityagent none\n"
                           "globalknownhostsfile /etc/ssh/ssh_known_hosts "
                           "/etc/ssh/ssh_known_hosts2\n"
                           "userknownhostsfile /root/.ssh/known_hosts "
                           "/root/.ssh/known_hosts2\n"
                           "hostkeyalias db-key\n"
                           "proxyjump root@j1:2200,j2\n"
                           "sendenv LANG LC_*\n"),
                     0);
    assert_string_equal(config.hostname, "10.0.0.7");
    assert_string_equal(config.user, "admin");
    assert_int_equal(config.port, 2222);
    assert_string_equal(config.host_key_alias, "db-key");
    assert_int_equal(config.identity_count, 2);
    assert_string_equal(config.identities[0], "~/.ssh/id_rsa");
    assert_string_equal(config.identities[1], "/keys/with space");
    assert_int_equal(config.certificate_count, 1);
    assert_string_equal(config.agent, "none");
    assert_string_equal(config.known_hosts, "/root/.ssh/known_hosts");
    assert_string_equal(config.global_known_hosts, "/etc/ssh/ssh_known_hosts");
    assert_string_equal(config.proxy_jump, "root@j1:2200,j2");
    assert_string_equal(config.proxy_command, "");
}

static void
test_none(void **state)
{
    (void)state;
    assert_int_equal(parse("hostname h\nproxycommand none\nproxyjump none\n"
                           "certificatefile none\nuserknownhostsfile none"),
                     0);
    assert_string_equal(config.proxy_command, "");
    assert_string_equal(config.proxy_jump, "");
    assert_int_equal(config.certificate_count, 0);
    assert_string_equal(config.known_hosts, "");
}

static void
test_wrong(void **state)
{
    static const char *const texts[] = {
        "",
        "port 22\n",
        "hostname \n",
        "hostname -oProxyCommand=x\n",
        "hostname a b\n",
        "hostname h\nuser -x\n",
        "hostname h\nhostkeyalias -R\n",
        "hostname h\nhostkeyalias a b\n",
        "hostname h\nport 0\n",
        "hostname h\nport 65536\n",
        "hostname h\nport 22x\n",
        "hostname h\nport -1\n",
        "hostname h\nport 99999999999\n",
        "hostname h\nproxycommand nc\t%h\033[2J\n",
        "hostname h\r\n",
    };
    char text[FT_SSH_CONFIG_PATH + 100];

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(texts); i++)
        if (parse(texts[i]) != -EINVAL)
            fail_msg("taken: %s", texts[i]);
    snprintf(text, sizeof(text), "hostname h\nidentityfile %0*d\n",
             FT_SSH_CONFIG_PATH, 0);
    assert_int_equal(parse(text), -EINVAL);
}

/* What a session that goes by another name could not fill in itself. */
static void
test_tokens(void **state)
{
    char text[FT_SSH_CONFIG_PATH + 100];

    (void)state;
    assert_int_equal(parse("identityfile ~/%h/%p-%k\nidentityfile /%r%%h%\n"
                           "certificatefile /%h%d.pub\nhostkeyalias name\n"
                           "hostname fe80::1%eth0\nport 2200\n"),
                     0);
    assert_string_equal(config.identities[0], "~/fe80::1%%eth0/2200-name");
    assert_string_equal(config.identities[1], "/%r%%h%");
    assert_string_equal(config.certificates[0], "/fe80::1%%eth0%d.pub");
    assert_int_equal(parse("identityfile /%k\nhostname h\n"), 0);
    assert_string_equal(config.identities[0], "/%k");
    snprintf(text, sizeof(text), "hostname 12345\nidentityfile %%h%0*d\n",
             FT_SSH_CONFIG_PATH - 5, 0);
    assert_int_equal(parse(text), -EINVAL);
    snprintf(text, sizeof(text), "hostname 12345\nidentityfile %%h%0*d\n",
             FT_SSH_CONFIG_PATH - 6, 0);
    assert_int_equal(parse(text), 0);
    assert_int_equal(strlen(config.identities[0]), FT_SSH_CONFIG_PATH - 1);
}

/* More files than there is room for are no reason not to connect. */
static void
test_many_files(void **state)
{
    char text[2000] = "hostname h\n";

    (void)state;
    for (int i = 0; i < 40; i++)
        snprintf(text + strlen(text), sizeof(text) - strlen(text),
                 "identityfile /k%d\n", i);
    assert_int_equal(parse(text), 0);
    assert_int_equal(config.identity_count, FT_SSH_CONFIG_FILES);
    assert_string_equal(config.identities[0], "/k0");
}

/* Rubbish of any kind is refused or read, and never more than that. */
static void
test_rubbish(void **state)
{
    static const char alphabet[] = "hostname portuserid\n\n\n  -%@x0\t\377";
    char text[400];
    unsigned seed = 1;

    (void)state;
    for (int n = 0; n < 20000; n++) {
        for (size_t i = 0; i < sizeof(text); i++) {
            seed = seed * 1103515245u + 12345u;
            text[i] = alphabet[(seed >> 16) % (sizeof(alphabet) - 1)];
        }
        ft_ssh_config_parse(text, sizeof(text), &config, NULL);
    }
}

static void
test_expand(void **state)
{
    static const struct {
        const char *command, *host, *user, *expanded;
    } cases[] = {
        { "nc %h %p", "10.0.0.1", "root", "nc 10.0.0.1 22" },
        { "ssh -l %r j -W [%h]:%p # %n 100%%", "fe80::1%eth0", "root",
          "ssh -l root j -W [fe80::1%eth0]:22 # db 100%" },
        { "x %q", "h", "u", NULL },
        { "x %", "h", "u", NULL },
        { "nc %h", "h;reboot", "u", NULL },
        { "nc %h", "-x", "u", NULL },
        { "nc %r", "h", "$(id)", NULL },
        { "nc", "$(id)", "u", "nc" },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        FT_AUTOFREE char *out =
            ft_ssh_config_expand(cases[i].command, "db", cases[i].host, 22,
                                 cases[i].user);

        if (cases[i].expanded == NULL)
            assert_null(out);
        else
            assert_string_equal(out, cases[i].expanded);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_real),   cmocka_unit_test(test_none),
        cmocka_unit_test(test_wrong),  cmocka_unit_test(test_many_files),
        cmocka_unit_test(test_tokens), cmocka_unit_test(test_rubbish),
        cmocka_unit_test(test_expand),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
