/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <pwd.h>
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
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "tests/unit/remote/sshd-fixture.h"

#define SSHD "/usr/sbin/sshd"
#define START_DEADLINE_NS (60 * FT_NS_PER_S)

bool
sshd_available(void)
{
    if (access(SSHD, X_OK) != 0 ||
        system("command -v ssh-keygen >/dev/null") != 0) {
        printf("# SKIP there is no sshd or ssh-keygen here\n");
        return false;
    }
    if (geteuid() != 0) {
        printf("# SKIP needs root, to run sshd and to log in as root\n");
        return false;
    }
    return true;
}

static void run(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void
run(const char *format, ...)
{
    char command[2048];
    va_list args;

    va_start(args, format);
    vsnprintf(command, sizeof(command), format, args);
    va_end(args);
    if (system(command) != 0)
        fail_msg("failed: %s", command);
}

/* A port nobody listens on now. */
static unsigned
free_port(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    close(fd);
    return ntohs(address.sin_port);
}

static bool
answers(unsigned port)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool yes = connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;

    close(fd);
    return yes;
}

static void
spawn(struct sshd *sshd)
{
    int64_t deadline = ft_clock_ns() + START_DEADLINE_NS;
    char file[300];
    char log[300];

    snprintf(file, sizeof(file), "%.250s/sshd_config", sshd->folder);
    snprintf(log, sizeof(log), "%.250s/sshd.log", sshd->folder);
    sshd->pid = fork();
    assert_true(sshd->pid >= 0);
    if (sshd->pid == 0) {
        int null = open("/dev/null", O_RDWR);
        int out = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);

        dup2(null, 0);
        dup2(out, 1);
        dup2(out, 2);
        execl(SSHD, SSHD, "-D", "-e", "-f", file, (char *)NULL);
        _exit(127);
    }
    while (!answers(sshd->port)) {
        if (ft_clock_ns() > deadline)
            fail_msg("sshd does not answer; its log: %s", log);
        ft_clock_sleep(20 * FT_NS_PER_MS);
    }
}

static void
make_keys(const struct sshd *sshd)
{
    run("cd %s && ssh-keygen -q -t ed25519 -N '' -f key && "
        "ssh-keygen -q -t ed25519 -N secret -f locked && "
        "ssh-keygen -q -t ed25519 -N '' -f stranger && "
        "cat key.pub locked.pub > authorized && : > config",
        sshd->folder);
}

static void
make_config(const struct sshd *sshd)
{
    run("cd %s && cat > sshd_config <<END\n"
        "Port %u\nListenAddress 127.0.0.1\nHostKey %s/host_key\n"
        "HostKey %s/host_ecdsa\nHostKey %s/host_rsa\n"
        "PidFile %s/pid\nAuthorizedKeysFile %s/authorized\n"
        "PermitRootLogin yes\nPasswordAuthentication no\n"
        "KbdInteractiveAuthentication no\nUsePAM no\nStrictModes no\n"
        "MaxAuthTries 20\nMaxStartups 100\nEND\n",
        sshd->folder, sshd->port, sshd->folder, sshd->folder, sshd->folder,
        sshd->folder, sshd->folder);
}

void
sshd_start(struct sshd *sshd)
{
    const struct passwd *user = getpwuid(getuid());

    memset(sshd, 0, sizeof(*sshd));
    assert_non_null(user);
    snprintf(sshd->folder, sizeof(sshd->folder), "/tmp/ft-sshd-XXXXXX");
    assert_non_null(mkdtemp(sshd->folder));
    mkdir("/run/sshd", 0755); /* what the distribution's unit would make */
    sshd->port = free_port();
    snprintf(sshd->destination, sizeof(sshd->destination), "%.60s@127.0.0.1:%u",
             user->pw_name, sshd->port);
    snprintf(sshd->known_hosts, sizeof(sshd->known_hosts), "%.250s/known_hosts",
             sshd->folder);
    snprintf(sshd->config, sizeof(sshd->config), "%.250s/config", sshd->folder);
    snprintf(sshd->key, sizeof(sshd->key), "%.250s/key", sshd->folder);
    snprintf(sshd->locked_key, sizeof(sshd->locked_key), "%.250s/locked",
             sshd->folder);
    snprintf(sshd->stranger_key, sizeof(sshd->stranger_key), "%.250s/stranger",
             sshd->folder);
    make_keys(sshd);
    run("cd %s && ssh-keygen -q -t ed25519 -N '' -f host_key && "
        "ssh-keygen -q -t ecdsa -b 256 -N '' -f host_ecdsa && "
        "ssh-keygen -q -t rsa -b 2048 -N '' -f host_rsa",
        sshd->folder);
    make_config(sshd);
    spawn(sshd);
}

static void
end(struct sshd *sshd)
{
    if (sshd->pid > 0) {
        kill(sshd->pid, SIGTERM);
        waitpid(sshd->pid, NULL, 0);
    }
    sshd->pid = 0;
}

void
sshd_stop(struct sshd *sshd)
{
    end(sshd);
    run("rm -rf %s", sshd->folder);
}

void
sshd_restart(struct sshd *sshd)
{
    end(sshd);
    spawn(sshd);
}

void
sshd_change_host_key(struct sshd *sshd)
{
    end(sshd);
    run("cd %s && rm -f host_key host_key.pub && "
        "ssh-keygen -q -t ed25519 -N '' -f host_key",
        sshd->folder);
    spawn(sshd);
}

void
sshd_options(const struct sshd *sshd, struct ft_ssh_options *options)
{
    memset(options, 0, sizeof(*options));
    options->config = sshd->config;
    options->known_hosts = sshd->known_hosts;
    options->identity = sshd->key;
    options->connect_timeout_ms = 60000;
    /* The user's own agent must not decide these tests. */
    unsetenv("SSH_AUTH_SOCK");
}

struct ft_ssh *
sshd_must_open(const char *destination, const struct ft_ssh_options *options)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_ssh *ssh = NULL;

    if (ft_ssh_open(destination, options, &ssh, &err) < 0)
        fail_msg("%s (%s)", err.text, err.hint);
    return ssh;
}

struct ft_ssh *
sshd_log_in(const struct sshd *sshd)
{
    struct ft_ssh_options options;

    sshd_options(sshd, &options);
    options.accept_new_host_keys = true;
    return sshd_must_open(sshd->destination, &options);
}

void
sshd_fingerprint(const struct sshd *sshd, char *out, size_t size)
{
    char command[400];
    FILE *pipe;

    snprintf(command, sizeof(command),
             "ssh-keygen -lf %.250s/host_key.pub | cut -d' ' -f2", sshd->folder);
    pipe = popen(command, "r");
    assert_non_null(pipe);
    assert_non_null(fgets(out, (int)size, pipe));
    pclose(pipe);
    out[strcspn(out, "\n")] = '\0';
}
