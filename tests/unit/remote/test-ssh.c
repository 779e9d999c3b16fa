/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SSH against a real sshd on loopback.
 */
#include "config.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "remote/reach.h"
#include "remote/ssh-join.h"
#include "tests/unit/remote/sshd-fixture.h"

static struct sshd sshd;

static int
start(void **state)
{
    (void)state;
    sshd_start(&sshd);
    return 0;
}

static int
stop(void **state)
{
    (void)state;
    sshd_stop(&sshd);
    return 0;
}

/* Opens and must fail; returns the code. */
static int
refused(const char *destination, const struct ft_ssh_options *options,
        struct ft_error *err)
{
    struct ft_ssh *ssh = NULL;
    int rc = ft_ssh_open(destination, options, &ssh, err);

    assert_true(rc < 0);
    assert_null(ssh);
    assert_int_equal(err->code, -rc);
    assert_true(err->text[0] != '\0');
    assert_true(err->hint[0] != '\0');
    return -rc;
}

/* ---- host keys ---- */

struct answers {
    int accept;
    int asked;
    char fingerprint[128];
    char keys[800];
    const char *secret;
    char prompt[700];
};

static int
on_host_key(void *data, const char *host, const char *keys, const char *compare)
{
    struct answers *a = data;

    assert_string_equal(host, sshd.destination);
    assert_non_null(strstr(compare, "ssh-keygen -lf"));
    assert_int_equal(strncmp(keys, "ssh-ed25519 SHA256:", 19), 0);
    snprintf(a->keys, sizeof(a->keys), "%s", keys);
    snprintf(a->fingerprint, sizeof(a->fingerprint), "%.*s",
             (int)strcspn(keys + 12, "\n"), keys + 12);
    a->asked++;
    return a->accept;
}

static int
on_secret(void *data, const char *prompt, char *out, size_t size)
{
    struct answers *a = data;

    a->asked++;
    snprintf(a->prompt, sizeof(a->prompt), "%s", prompt);
    if (a->secret == NULL)
        return -ECANCELED;
    snprintf(out, size, "%s", a->secret);
    return 0;
}

static void
test_host_keys(void **state)
{
    struct ft_ssh_options options;
    struct ft_error err = FT_ERROR_INIT;
    struct answers a = { 0 };
    struct ft_ssh *ssh = NULL;
    char before[128], after[128];

    (void)state;
    unlink(sshd.known_hosts);
    sshd_fingerprint(&sshd, before, sizeof(before));
    sshd_options(&sshd, &options);

    /* unknown, nobody to ask: refused, and nothing is written */
    assert_int_equal(refused(sshd.destination, &options, &err), ENOKEY);
    assert_int_equal(ft_reach_of(&err), FT_REACH_KEY_UNKNOWN);
    assert_non_null(strstr(err.text, before));
    assert_int_not_equal(access(sshd.known_hosts, F_OK), 0);

    /* asked, and the answer is no */
    options.prompts.host_key = on_host_key;
    options.prompts.data = &a;
    assert_int_equal(refused(sshd.destination, &options, &err), ENOKEY);
    assert_string_equal(a.fingerprint, before);
    assert_int_equal(a.asked, 1);
    /* and the host's other keys are shown too */
    assert_non_null(strstr(a.keys, "\necdsa-sha2-nistp256 SHA256:"));
    assert_non_null(strstr(a.keys, "\nssh-rsa SHA256:"));

    /* asked, and the answer is yes: remembered */
    a.accept = 1;
    ssh = sshd_must_open(sshd.destination, &options);
    assert_int_equal(a.asked, 2);
    ft_ssh_close(ssh);
    options.prompts.host_key = NULL;
    ssh = sshd_must_open(sshd.destination, &options);
    ft_ssh_close(ssh);

    /* changed: refused whatever was asked for, with both fingerprints */
    sshd_change_host_key(&sshd);
    sshd_fingerprint(&sshd, after, sizeof(after));
    assert_string_not_equal(before, after);
    options.prompts.host_key = on_host_key;
    options.accept_new_host_keys = true;
    assert_int_equal(refused(sshd.destination, &options, &err), EKEYREJECTED);
    assert_int_equal(ft_reach_of(&err), FT_REACH_KEY_CHANGED);
    assert_int_equal(a.asked, 2);
    assert_non_null(strstr(err.text, before));
    assert_non_null(strstr(err.text, after));
    assert_non_null(strstr(err.hint, "ssh-keygen"));
    assert_non_null(strstr(err.hint, sshd.known_hosts));
    assert_non_null(strstr(err.hint, "-R"));
    assert_non_null(strstr(err.text, sshd.known_hosts));
    assert_non_null(strstr(err.text, "line 1"));

    /* the hint's command helps */
    {
        char command[600];
        const char *from = strstr(err.hint, "ssh-keygen");

        snprintf(command, sizeof(command), "%s >/dev/null 2>&1", from);
        assert_int_equal(system(command), 0);
    }
    ssh = sshd_must_open(sshd.destination, &options);
    ft_ssh_close(ssh);
}

/* The key that was written down counts, whatever known_hosts says. */
static void
test_pinned(void **state)
{
    struct ft_ssh_options options;
    struct ft_error err = FT_ERROR_INIT;
    struct ft_ssh *ssh = sshd_log_in(&sshd);
    char key[200];

    (void)state;
    snprintf(key, sizeof(key), "%s", ft_ssh_host_key(ssh));
    assert_int_equal(strncmp(key, "ssh-ed25519 SHA256:", 19), 0);
    ft_ssh_close(ssh);
    sshd_options(&sshd, &options);
    options.pinned = key;
    ssh = sshd_must_open(sshd.destination, &options);
    ft_ssh_close(ssh);
    /* known here, so that nobody needs to be asked again */
    unlink(sshd.known_hosts);
    ssh = sshd_must_open(sshd.destination, &options);
    ft_ssh_close(ssh);
    assert_int_equal(access(sshd.known_hosts, F_OK), 0);
    /* another one, although known_hosts was told to accept it */
    key[25] = key[25] == 'x' ? 'y' : 'x';
    options.accept_new_host_keys = true;
    assert_int_equal(refused(sshd.destination, &options, &err), EKEYREJECTED);
    assert_int_equal(ft_reach_of(&err), FT_REACH_KEY_CHANGED);
    assert_non_null(strstr(err.text, key));
    unlink(sshd.known_hosts);
    assert_int_equal(refused(sshd.destination, &options, &err), EKEYREJECTED);
    assert_int_not_equal(access(sshd.known_hosts, F_OK), 0);
}

/* known_hosts written by OpenSSH, hashed names included. */
static void
test_reads_openssh_known_hosts(void **state)
{
    struct ft_ssh_options options;
    struct ft_ssh *ssh = NULL;
    char command[600];

    (void)state;
    snprintf(command, sizeof(command),
             "ssh-keyscan -H -p %u 127.0.0.1 > %s 2>/dev/null", sshd.port,
             sshd.known_hosts);
    assert_int_equal(system(command), 0);
    sshd_options(&sshd, &options);
    ssh = sshd_must_open(sshd.destination, &options);
    ft_ssh_close(ssh);
}

/* ---- authentication ---- */

static void
test_wrong_key(void **state)
{
    struct ft_ssh_options options;
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    sshd_options(&sshd, &options);
    options.accept_new_host_keys = true;
    options.identity = sshd.stranger_key;
    assert_int_equal(refused(sshd.destination, &options, &err), EACCES);
    assert_non_null(strstr(err.text, "public keys"));
    assert_non_null(strstr(err.hint, "ssh-copy-id"));
}

static void
test_passphrase(void **state)
{
    struct answers a = { .secret = "secret" };
    struct ft_ssh_options options;
    struct ft_error err = FT_ERROR_INIT;
    struct ft_ssh *ssh = NULL;

    (void)state;
    sshd_options(&sshd, &options);
    options.accept_new_host_keys = true;
    options.identity = sshd.locked_key;
    options.prompts.secret = on_secret;
    options.prompts.data = &a;
    ssh = sshd_must_open(sshd.destination, &options);
    ft_ssh_close(ssh);
    assert_int_equal(a.asked, 1);
    assert_non_null(strstr(a.prompt, "locked"));
    a.secret = NULL;
    assert_int_equal(refused(sshd.destination, &options, &err), EACCES);
    a.secret = "wrong";
    assert_int_equal(refused(sshd.destination, &options, &err), EACCES);
}

static void
test_config_file(void **state)
{
    struct ft_ssh_options options;
    struct ft_error err = FT_ERROR_INIT;
    struct ft_ssh *ssh = NULL;
    char text[900];

    (void)state;
    snprintf(text, sizeof(text),
             "Host thebox\n  HostName 127.0.0.1\n  Port %u\n"
             "  User root\n  IdentityFile %s\n  StrictHostKeyChecking no\n",
             sshd.port, sshd.key);
    assert_int_equal(ft_file_replace(sshd.config, text, strlen(text), 0600), 0);
    sshd_options(&sshd, &options);
    options.identity = NULL;
    unlink(sshd.known_hosts);
    /* StrictHostKeyChecking=no does not let unknown keys in silently */
    assert_int_equal(refused("thebox", &options, &err), ENOKEY);
    options.accept_new_host_keys = true;
    ssh = sshd_must_open("thebox", &options);
    assert_string_equal(ft_ssh_name(ssh), "thebox");
    assert_true(ft_ssh_is_root(ssh));
    ft_ssh_close(ssh);
    /* what was asked for wins over the file */
    options.port = 1;
    assert_int_equal(refused("thebox", &options, &err), ECONNREFUSED);
    assert_int_equal(ft_file_replace(sshd.config, "", 0, 0600), 0);
}

static void
forget_keys(const char *line)
{
    assert_int_equal(ft_file_replace(sshd.known_hosts, line, strlen(line), 0600),
                     0);
}

/* What ssh(1) reads and writes with a HostKeyAlias is what we do. */
static void
test_host_key_alias(void **state)
{
    struct ft_ssh_options options;
    struct ft_error err = FT_ERROR_INIT;
    struct ft_ssh *ssh = NULL;
    char *known = NULL;
    char text[1200];

    (void)state;
    snprintf(text, sizeof(text),
             "Host thebox\n  HostName 127.0.0.1\n  Port %u\n  User root\n"
             "  HostKeyAlias The-Box\n  IdentityFile %.200s/id_%%h\n"
             "  UserKnownHostsFile %s\n  GlobalKnownHostsFile /dev/null\n",
             sshd.port, sshd.folder, sshd.known_hosts);
    assert_int_equal(ft_file_replace(sshd.config, text, strlen(text), 0600), 0);
    snprintf(text, sizeof(text), "cp %s %.200s/id_127.0.0.1", sshd.key,
             sshd.folder);
    assert_int_equal(system(text), 0);
    sshd_options(&sshd, &options);
    options.identity = NULL;
    options.known_hosts = NULL; /* the file is named in the configuration */
    forget_keys("");
    options.accept_new_host_keys = true;
    ssh = sshd_must_open("thebox", &options);
    assert_string_equal(ft_ssh_name(ssh), "thebox");
    ft_ssh_close(ssh);
    assert_int_equal(ft_file_read(sshd.known_hosts, 4096, &known, NULL), 0);
    assert_int_equal(strncmp(known, "the-box ssh-", 12), 0);
    assert_null(strstr(known, "127.0.0.1"));
    free(known);
    /* ssh(1) knows what we wrote, and we what it writes */
    snprintf(text, sizeof(text),
             "ssh -F %s -o StrictHostKeyChecking=yes thebox true </dev/null && "
             "cat /dev/null > %s && ssh -F %s -o StrictHostKeyChecking=no "
             "thebox true </dev/null 2>/dev/null",
             sshd.config, sshd.known_hosts, sshd.config);
    assert_int_equal(system(text), 0);
    options.accept_new_host_keys = false;
    ssh = sshd_must_open("thebox", &options);
    ft_ssh_close(ssh);
    /* another key under this name is a changed one, with what to forget */
    sshd_change_host_key(&sshd);
    assert_int_equal(refused("thebox", &options, &err),
                     ft_reach_code(FT_REACH_KEY_CHANGED));
    assert_int_equal(ft_reach_of(&err), FT_REACH_KEY_CHANGED);
    assert_non_null(strstr(err.text, " line 1)"));
    assert_non_null(strstr(err.hint, "-R 'the-box'"));
    forget_keys("");
    assert_int_equal(ft_file_replace(sshd.config, "", 0, 0600), 0);
}

/* ---- connecting ---- */

static void
test_refused_unknown_malformed(void **state)
{
    static const char *const malformed[] = {
        "",        "@",          "root@",  "@host",    "host:",
        "host:0",  "host:65536", "host:x", "host:22x", "-oProxyCommand=x",
        "root@-x", "[::1]:0",
    };
    struct ft_ssh_options options;
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    sshd_options(&sshd, &options);
    assert_int_equal(refused("root@127.0.0.1:1", &options, &err), ECONNREFUSED);
    assert_non_null(strstr(err.text, "port 1"));
    assert_int_equal(refused("no-such-host.invalid", &options, &err),
                     EHOSTUNREACH);
    assert_non_null(strstr(err.text, "no-such-host.invalid"));
    assert_int_equal(ft_reach_of(&err), FT_REACH_NAME_UNKNOWN);
    for (size_t i = 0; i < FT_ARRAY_SIZE(malformed); i++)
        assert_int_equal(refused(malformed[i], &options, &err), EINVAL);
}

/* A server that takes the connection and then says nothing, or rubbish. */
static int
listen_on(unsigned *port)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(fd, 4), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    *port = ntohs(address.sin_port);
    return fd;
}

static void
test_silent_server(void **state)
{
    struct ft_ssh_options options;
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOCLOSE int fd = -1;
    char destination[64];
    unsigned port;

    (void)state;
    fd = listen_on(&port);
    snprintf(destination, sizeof(destination), "root@127.0.0.1:%u", port);
    sshd_options(&sshd, &options);
    options.connect_timeout_ms = 1000;
    assert_int_equal(refused(destination, &options, &err), ETIMEDOUT);
    assert_int_equal(ft_reach_of(&err), FT_REACH_TIMEOUT);
}

static void *
close_at_once(void *data)
{
    int fd = accept(*(int *)data, NULL, NULL);

    close(fd);
    return NULL;
}

/* As an sshd does that has too many connections, or one of tcpd(8). */
static void
test_closing_server(void **state)
{
    struct ft_ssh_options options;
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOCLOSE int fd = -1;
    char destination[64];
    pthread_t thread;
    unsigned port;

    (void)state;
    fd = listen_on(&port);
    assert_int_equal(pthread_create(&thread, NULL, close_at_once, &fd), 0);
    snprintf(destination, sizeof(destination), "root@127.0.0.1:%u", port);
    sshd_options(&sshd, &options);
    assert_int_equal(refused(destination, &options, &err), ECONNREFUSED);
    assert_int_equal(ft_reach_of(&err), FT_REACH_REFUSED);
    pthread_join(thread, NULL);
}

static void *
say_rubbish(void *data)
{
    static const char rubbish[] = "HTTP/1.1 400 Bad Request\r\n\r\n";
    int fd = accept(*(int *)data, NULL, NULL);

    if (fd >= 0 && write(fd, rubbish, sizeof(rubbish) - 1) > 0)
        shutdown(fd, SHUT_WR);
    close(fd);
    return NULL;
}

static void
test_rubbish_server(void **state)
{
    struct ft_ssh_options options;
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOCLOSE int fd = -1;
    char destination[64];
    pthread_t thread;
    unsigned port;

    (void)state;
    fd = listen_on(&port);
    assert_int_equal(pthread_create(&thread, NULL, say_rubbish, &fd), 0);
    snprintf(destination, sizeof(destination), "root@127.0.0.1:%u", port);
    sshd_options(&sshd, &options);
    refused(destination, &options, &err);
    pthread_join(thread, NULL);
}

/* ---- commands ---- */

static void
test_run(void **state)
{
    struct ft_ssh *ssh = sshd_log_in(&sshd);
    struct ft_ssh_result r;
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    assert_int_equal(ft_ssh_run(ssh, "cat; echo \"it's\" >&2; exit 3", "in\n",
                                3, 0, &r, &err),
                     0);
    assert_string_equal(r.out, "in\n");
    assert_string_equal(r.errors, "it's\n");
    assert_int_equal(r.status, 3);
    ft_ssh_result_free(&r);
    assert_int_equal(ft_ssh_run(ssh, "true", NULL, 0, 0, &r, &err), 0);
    assert_int_equal(r.status, 0);
    assert_string_equal(r.out, "");
    ft_ssh_result_free(&r);
    assert_int_equal(ft_ssh_run(ssh, "kill -9 $$", NULL, 0, 0, &r, &err), 0);
    assert_int_equal(r.status, 128 + 9);
    ft_ssh_result_free(&r);
    /* one that does not read its input */
    {
        size_t size = 4 << 20;
        char *much = calloc(1, size);

        assert_non_null(much);
        ft_ssh_run(ssh, "exit 4", much, size, 0, &r, &err);
        assert_int_equal(r.status, 4);
        ft_ssh_result_free(&r);
        free(much);
    }
    ft_ssh_close(ssh);
}

static void
on_command(void *data, const char *host, const char *command, int status,
           int64_t took_ns, const char *said)
{
    assert_true(took_ns > 0);
    snprintf(data, 256, "%s: %s: %d: %s", host, command, status,
             said ? said : "(nothing)");
}

/* Whoever wants to know is told what was run, and what came of it. */
static void
test_trace(void **state)
{
    struct ft_ssh *ssh = sshd_log_in(&sshd);
    char heard[256] = "";
    const struct ft_trace trace = { .command = on_command, .data = heard };
    struct ft_ssh_result r;

    (void)state;
    ft_ssh_set_trace(ssh, &trace, "h1");
    assert_int_equal(ft_ssh_run(ssh, "echo no >&2; exit 3", NULL, 0, 0, &r,
                                NULL),
                     0);
    assert_string_equal(heard, "h1: echo no >&2; exit 3: 3: no\n");
    ft_ssh_result_free(&r);
    ft_ssh_close(ssh);
}

static void
test_run_much_output(void **state)
{
    struct ft_ssh *ssh = sshd_log_in(&sshd);
    struct ft_ssh_result r;
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    assert_int_equal(ft_ssh_run(ssh,
                                "head -c 8000000 /dev/zero; "
                                "head -c 8000000 /dev/zero >&2",
                                NULL, 0, 0, &r, &err),
                     0);
    assert_int_equal(r.out_size, 8000000);
    assert_int_equal(r.status, 0);
    ft_ssh_result_free(&r);
    assert_int_equal(ft_ssh_run(ssh, "cat /dev/zero", NULL, 0, 0, &r, &err),
                     -EFBIG);
    ft_ssh_result_free(&r);
    ft_ssh_close(ssh);
}

static void
test_run_timeout(void **state)
{
    struct ft_ssh *ssh = sshd_log_in(&sshd);
    struct ft_ssh_result r;
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    assert_int_equal(ft_ssh_run(ssh, "echo begun; exec sleep 30", NULL, 0, 500,
                                &r, &err),
                     -ETIMEDOUT);
    ft_ssh_result_free(&r);
    /* the session is still good */
    assert_int_equal(ft_ssh_run(ssh, "echo on", NULL, 0, 0, &r, &err), 0);
    assert_string_equal(r.out, "on\n");
    ft_ssh_result_free(&r);
    /* who goes on talking is waited for: it is for that long without a word */
    assert_int_equal(ft_ssh_run(ssh,
                                "for i in 1 2 3 4; do echo $i; sleep 1; done",
                                NULL, 0, 3000, &r, &err),
                     0);
    assert_string_equal(r.out, "1\n2\n3\n4\n");
    ft_ssh_result_free(&r);
    ft_ssh_close(ssh);
}

static void
test_must(void **state)
{
    struct ft_ssh *ssh = sshd_log_in(&sshd);
    struct ft_error err = FT_ERROR_INIT;
    char *out = NULL;

    (void)state;
    assert_int_equal(ft_ssh_must(ssh, "echo 1; echo 2", &out, &err), 0);
    assert_string_equal(out, "1\n2\n");
    free(out);
    out = NULL;
    assert_int_equal(ft_ssh_must(ssh,
                                 "echo first >&2; echo 'the end' >&2; exit 5",
                                 &out, &err),
                     -EREMOTEIO);
    assert_null(out);
    assert_non_null(strstr(err.text, "the end (status 5)"));
    assert_null(strstr(err.text, "first"));
    ft_ssh_close(ssh);
}

static void
test_connection_lost(void **state)
{
    struct ft_ssh *ssh = sshd_log_in(&sshd);
    struct ft_ssh_result r;
    struct ft_error err = FT_ERROR_INIT;
    int rc;

    (void)state;
    /* its parent is the sshd process that serves this session */
    rc = ft_ssh_run(ssh, "kill -9 $PPID; sleep 30", NULL, 0, 20000, &r, &err);
    assert_int_equal(rc, -EPIPE);
    ft_ssh_result_free(&r);
    assert_true(ft_ssh_run(ssh, "true", NULL, 0, 2000, &r, &err) < 0);
    ft_ssh_result_free(&r);
    ft_ssh_close(ssh);
}

static int
count_descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    int count = 0;

    assert_non_null(folder);
    while (readdir(folder) != NULL)
        count++;
    closedir(folder);
    return count;
}

/* However a connection ends, here and there nothing of it is left open. */
static void
test_nothing_stays_open(void **state)
{
    struct ft_ssh_options options;
    struct ft_ssh_result r;
    struct ft_error err = FT_ERROR_INIT;
    struct ft_ssh *ssh;
    int before;

    (void)state;
    ft_ssh_close(sshd_log_in(&sshd)); /* what libssh opens once, and its key */
    before = count_descriptors();
    ft_ssh_close(sshd_log_in(&sshd));
    assert_int_equal(count_descriptors(), before);
    ssh = sshd_log_in(&sshd);
    ft_ssh_set_blocking(ssh, false); /* as the hub leaves it */
    ft_ssh_close(ssh);
    assert_int_equal(count_descriptors(), before);
    ssh = sshd_log_in(&sshd);
    ft_ssh_run(ssh, "kill -9 $PPID; sleep 30", NULL, 0, 20000, &r, &err);
    ft_ssh_result_free(&r);
    ft_ssh_close(ssh);
    assert_int_equal(count_descriptors(), before);
    sshd_options(&sshd, &options);
    options.identity = sshd.stranger_key;
    refused(sshd.destination, &options, &err);
    options.pinned = "ssh-ed25519 SHA256:0123";
    refused(sshd.destination, &options, &err);
    assert_int_equal(count_descriptors(), before);
}

static void
test_streams(void **state)
{
    struct ft_ssh *ssh = sshd_log_in(&sshd);
    struct ft_ssh_stream *a = NULL, *b = NULL;
    struct ft_error err = FT_ERROR_INIT;
    char data[64];

    (void)state;
    assert_int_equal(ft_ssh_stream_open(ssh, "exec cat", &a, &err), 0);
    assert_int_equal(ft_ssh_stream_open(ssh, "echo bye >&2; exit 7", &b, &err),
                     0);
    assert_int_equal(ft_ssh_stream_read(a, data, sizeof(data), 100), -ETIMEDOUT);
    assert_int_equal(ft_ssh_stream_write(a, "ping", 4), 0);
    assert_int_equal(ft_ssh_stream_read(a, data, sizeof(data), 60000), 4);
    assert_memory_equal(data, "ping", 4);
    assert_int_equal(ft_ssh_stream_read(b, data, sizeof(data), 60000), 0);
    assert_int_equal(ft_ssh_stream_status(b, 60000), 7);
    assert_string_equal(ft_ssh_stream_errors(b), "bye\n");
    ft_ssh_stream_close(b);
    ft_ssh_stream_close(a);
    ft_ssh_stream_close(NULL);
    ft_ssh_close(ssh);
}

/* ---- programs here and commands there ---- */

#define JOINED (6 << 20)

struct program {
    int fd;
    bool writes;
    unsigned char *sent, *got;
    size_t size; /* of got */
};

static void *
write_all(void *data)
{
    struct program *p = data;

    assert_int_equal(ft_write_full(p->fd, p->sent, JOINED), 0);
    return NULL;
}

/* Writes, reads as much, and closes: as a client of a server there would. */
static void *
be_program(void *data)
{
    struct program *p = data;
    pthread_t writer;
    ssize_t n = 1;

    if (p->writes)
        assert_int_equal(pthread_create(&writer, NULL, write_all, p), 0);
    while (n > 0 && p->size < JOINED) {
        n = read(p->fd, p->got + p->size, JOINED - p->size);
        p->size += n > 0 ? (size_t)n : 0;
    }
    if (p->writes)
        pthread_join(writer, NULL);
    close(p->fd);
    return NULL;
}

static int
tick(void *data)
{
    int *left = data;

    return --*left > 0 ? 0 : -EINTR;
}

static int
join(struct ft_ssh *ssh, const char *command, bool writes, int ticks,
     struct program *p)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_ssh_stream *stream;
    pthread_t thread;
    int ends[2], rc;

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends),
                     0);
    p->fd = ends[1];
    p->writes = writes;
    p->size = 0;
    assert_int_equal(ft_ssh_stream_open(ssh, command, &stream, &err), 0);
    assert_int_equal(pthread_create(&thread, NULL, be_program, p), 0);
    rc = ft_ssh_stream_join(ssh, stream, ends[0], tick, &ticks);
    close(ends[0]);
    pthread_join(thread, NULL);
    ft_ssh_stream_close(stream);
    return rc;
}

static void
test_join(void **state)
{
    struct program p = { .sent = malloc(JOINED), .got = malloc(JOINED) };
    struct ft_ssh *ssh = sshd_log_in(&sshd);

    (void)state;
    for (size_t i = 0; i < JOINED; i++)
        p.sent[i] = (unsigned char)(i * 7 + i / 1000);
    /* all of it there and back, until the program here ends */
    assert_int_equal(join(ssh, "exec cat", true, 6000, &p), 0);
    assert_int_equal(p.size, JOINED);
    assert_memory_equal(p.got, p.sent, JOINED);
    /* the command there ends, and all that it said has arrived */
    assert_int_equal(join(ssh, "head -c 1000000 /dev/zero", false, 6000, &p), 0);
    assert_int_equal(p.size, 1000000);
    /* somebody wants out of a silence */
    assert_int_equal(join(ssh, "exec sleep 1000", false, 3, &p), -EINTR);
    assert_int_equal(p.size, 0);
    /* and the connection is as good as before */
    assert_int_equal(join(ssh, "exec cat", true, 6000, &p), 0);
    assert_memory_equal(p.got, p.sent, JOINED);
    /* it breaks */
    assert_int_equal(join(ssh, "kill $(ps -o ppid= -p $$)", false, 6000, &p),
                     -EPIPE);
    ft_ssh_close(ssh);
    free(p.sent);
    free(p.got);
}

struct clients {
    struct sockaddr_un address;
    unsigned char *sent;
    int wrong, ended;
};

/* One of several at the same time: all of it there and back. */
static void *
be_client(void *data)
{
    struct clients *c = data;
    struct program p = { .writes = true, .sent = c->sent, .got = malloc(JOINED) };

    p.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(p.fd, (struct sockaddr *)&c->address, sizeof(c->address)) == 0)
        be_program(&p);
    if (p.size != JOINED || memcmp(p.got, p.sent, JOINED) != 0)
        __atomic_fetch_add(&c->wrong, 1, __ATOMIC_SEQ_CST);
    __atomic_fetch_add(&c->ended, 1, __ATOMIC_SEQ_CST);
    free(p.got);
    return NULL;
}

#define CLIENTS 4

static int
until_all_ended(void *data)
{
    struct clients *c = data;

    return __atomic_load_n(&c->ended, __ATOMIC_SEQ_CST) == CLIENTS ? -EINTR : 0;
}

/* More than sshd lets in at a time (MaxSessions, 10): who is hung up on, and who is
 * answered and stays until all are one or the other. */
#define CROWD 14

struct crowd {
    struct sockaddr_un address;
    int answered, hung_up;
};

static int
is_decided(void *data)
{
    const struct crowd *c = data;

    return __atomic_load_n(&c->answered, __ATOMIC_SEQ_CST) +
                       __atomic_load_n(&c->hung_up, __ATOMIC_SEQ_CST) ==
                   CROWD
               ? -EINTR
               : 0;
}

static void *
be_one_of_many(void *data)
{
    struct crowd *c = data;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char byte = 'x';
    bool answered =
        connect(fd, (struct sockaddr *)&c->address, sizeof(c->address)) == 0 &&
        send(fd, &byte, 1, MSG_NOSIGNAL) == 1 && read(fd, &byte, 1) == 1;

    __atomic_fetch_add(answered ? &c->answered : &c->hung_up, 1,
                       __ATOMIC_SEQ_CST);
    while (is_decided(c) == 0)
        usleep(1000);
    close(fd);
    return NULL;
}

static void
test_serve_many(void **state)
{
    struct crowd c = { .address = { .sun_family = AF_UNIX } };
    int listener =
        socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct ft_ssh *ssh = sshd_log_in(&sshd);
    struct ft_error err = FT_ERROR_INIT;
    pthread_t threads[CROWD];
    int rc;

    (void)state;
    snprintf(c.address.sun_path, sizeof(c.address.sun_path), "%.80s/many",
             sshd.folder);
    assert_int_equal(bind(listener, (struct sockaddr *)&c.address,
                          sizeof(c.address)),
                     0);
    assert_int_equal(listen(listener, CROWD), 0);
    for (int i = 0; i < CROWD; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, be_one_of_many, &c),
                         0);
    rc = ft_ssh_serve(ssh, listener, "exec cat", is_decided, &c, &err);
    close(listener);
    unlink(c.address.sun_path);
    for (int i = 0; i < CROWD; i++)
        pthread_join(threads[i], NULL);
    if (rc != -EINTR)
        fail_msg("%d: %s", rc, err.text);
    assert_true(c.answered >= 8 && c.hung_up > 0);
    ft_ssh_close(ssh);
}

static int
never(void *data)
{
    (void)data;
    return 0;
}

static void
test_serve(void **state)
{
    struct clients c = { .address = { .sun_family = AF_UNIX },
                         .sent = malloc(JOINED) };
    int listener =
        socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct ft_ssh *ssh = sshd_log_in(&sshd);
    struct ft_error err = FT_ERROR_INIT;
    pthread_t threads[CLIENTS];

    (void)state;
    for (size_t i = 0; i < JOINED; i++)
        c.sent[i] = (unsigned char)(i * 5 + i / 1000);
    snprintf(c.address.sun_path, sizeof(c.address.sun_path), "%.80s/serve",
             sshd.folder);
    assert_int_equal(bind(listener, (struct sockaddr *)&c.address,
                          sizeof(c.address)),
                     0);
    assert_int_equal(listen(listener, CLIENTS), 0);
    for (int i = 0; i < CLIENTS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, be_client, &c), 0);
    assert_int_equal(ft_ssh_serve(ssh, listener, "exec cat", until_all_ended,
                                  &c, &err),
                     -EINTR);
    for (int i = 0; i < CLIENTS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(c.wrong, 0);
    /* what it served has ended */
    assert_int_equal(ft_ssh_serve(ssh, listener, "sleep 1", never, NULL, &err),
                     -ESTALE);
    assert_int_equal(err.code, ESTALE);
    assert_int_equal(ft_ssh_serve(ssh, listener, "kill $(ps -o ppid= -p $$)",
                                  never, NULL, &err),
                     -EPIPE);
    close(listener);
    ft_ssh_close(ssh);
    free(c.sent);
}

/* ---- files ---- */

static int
count_progress(void *data, size_t done, size_t total)
{
    size_t *last = data;

    assert_true(done > *last && done <= total);
    *last = done;
    return 0;
}

static int
cancel(void *data, size_t done, size_t total)
{
    (void)data;
    (void)total;
    return done > 100000;
}

static char *
in_folder(const char *name)
{
    char *path = NULL;

    assert_true(asprintf(&path, "%s/%s", sshd.folder, name) > 0);
    return path;
}

/* Nothing half done stays beside the file: the other side sees to that by itself. */
static void
expect_tidy(void)
{
    FT_AUTOFREE char *command = NULL;
    int64_t deadline = ft_clock_ns() + 20 * FT_NS_PER_S;

    assert_true(
        asprintf(&command, "ls '%s' | grep -q '[.]new[.]'", sshd.folder) > 0);
    while (system(command) ==
           0) { /* NOLINT(cert-env33-c,concurrency-mt-unsafe) */
        assert_true(ft_clock_ns() < deadline);
        ft_clock_sleep(20 * FT_NS_PER_MS);
    }
}

static void
test_upload(void **state)
{
    FT_AUTOFREE char *from = in_folder("from");
    FT_AUTOFREE char *to = in_folder("it's the target");
    struct ft_ssh *ssh = sshd_log_in(&sshd);
    struct ft_error err = FT_ERROR_INIT;
    size_t size = 3000001, done = 0;
    FT_AUTOFREE char *data = malloc(size);
    char here[65], there[65];
    struct stat st;

    (void)state;
    assert_non_null(data);
    for (size_t i = 0; i < size; i++)
        data[i] = (char)(i * 7 >> 3);
    assert_int_equal(ft_file_replace(from, data, size, 0600), 0);
    if (ft_ssh_upload(ssh, from, to, 0755, count_progress, &done, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(done, size);
    assert_int_equal(ft_file_sha256(from, here), 0);
    assert_int_equal(ft_file_sha256(to, there), 0);
    assert_string_equal(here, there);
    assert_int_equal(stat(to, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0755);

    /* an upload that does not end leaves the old file */
    data[0]++;
    assert_int_equal(ft_file_replace(from, data, size, 0600), 0);
    assert_int_equal(ft_ssh_upload(ssh, from, to, 0755, cancel, NULL, &err),
                     -ECANCELED);
    assert_int_equal(ft_file_sha256(to, there), 0);
    assert_string_equal(here, there);
    expect_tidy();

    assert_int_equal(ft_ssh_upload(ssh, "/nonexistent", to, 0755, NULL, NULL,
                                   &err),
                     -ENOENT);
    assert_int_equal(ft_ssh_upload(ssh, from, "/nonexistent/x", 0755, NULL,
                                   NULL, &err),
                     -EREMOTEIO);
    expect_tidy();
    ft_ssh_close(ssh);
}

static void
test_put(void **state)
{
    FT_AUTOFREE char *to = in_folder("put");
    FT_AUTOFREE char *text = NULL;
    struct ft_ssh *ssh = sshd_log_in(&sshd);
    struct ft_error err = FT_ERROR_INIT;
    size_t size;

    (void)state;
    assert_int_equal(ft_ssh_put(ssh, "one\n", 4, to, 0644, &err), 0);
    assert_int_equal(ft_ssh_put(ssh, "two\n", 4, to, 0600, &err), 0);
    assert_int_equal(ft_file_read(to, 100, &text, &size), 0);
    assert_string_equal(text, "two\n");
    ft_ssh_close(ssh);
}

static void
test_quote(void **state)
{
    static const char *const cases[][2] = {
        { "", "''" },
        { "a b", "'a b'" },
        { "it's", "'it'\\''s'" },
        { "''", "''\\'''\\'''" },
        { "$(x)`y`\\", "'$(x)`y`\\'" },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        FT_AUTOFREE char *quoted = ft_shell_quote(cases[i][0]);

        assert_string_equal(quoted, cases[i][1]);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_host_keys),
        cmocka_unit_test(test_pinned),
        cmocka_unit_test(test_reads_openssh_known_hosts),
        cmocka_unit_test(test_wrong_key),
        cmocka_unit_test(test_passphrase),
        cmocka_unit_test(test_config_file),
        cmocka_unit_test(test_host_key_alias),
        cmocka_unit_test(test_refused_unknown_malformed),
        cmocka_unit_test(test_silent_server),
        cmocka_unit_test(test_rubbish_server),
        cmocka_unit_test(test_closing_server),
        cmocka_unit_test(test_run),
        cmocka_unit_test(test_trace),
        cmocka_unit_test(test_run_much_output),
        cmocka_unit_test(test_run_timeout),
        cmocka_unit_test(test_must),
        cmocka_unit_test(test_connection_lost),
        cmocka_unit_test(test_nothing_stays_open),
        cmocka_unit_test(test_streams),
        cmocka_unit_test(test_join),
        cmocka_unit_test(test_serve),
        cmocka_unit_test(test_serve_many),
        cmocka_unit_test(test_upload),
        cmocka_unit_test(test_put),
        cmocka_unit_test(test_quote),
    };

    if (!sshd_available())
        return 77;
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, start, stop);
}
