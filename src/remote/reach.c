/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "remote/reach.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"

#define TEXT_SIZE sizeof(((struct ft_error *)NULL)->text)

static const struct {
    const char *word;
    int code;
    bool retry;
    const char *sentence;
    const char *hint;
} classes[FT_REACH_COUNT] = {
    [FT_REACH_NONE] = { "", 0, true, "", "" },
    [FT_REACH_NAME_UNKNOWN] = { "name-unknown", EHOSTUNREACH, true,
                                "its name is not known",
                                "Check the spelling, /etc/hosts, DNS and "
                                "~/.ssh/config." },
    [FT_REACH_NO_ROUTE] = { "no-route", EHOSTUNREACH, true,
                            "there is no way to it",
                            "Look whether the host is up, and at the route "
                            "to it." },
    [FT_REACH_REFUSED] = { "refused", ECONNREFUSED, true,
                           "it takes no SSH connections",
                           "Start sshd there, or give the right port "
                           "(user@host:port, or Port in ~/.ssh/config)." },
    [FT_REACH_TIMEOUT] = { "timeout", ETIMEDOUT, true, "it does not answer",
                           "Look whether the host is up and no firewall "
                           "drops the connection." },
    [FT_REACH_KEY_UNKNOWN] = { "key-unknown", ENOKEY, false,
                               "its host key is not known yet",
                               "Compare its fingerprint with the host's own "
                               "and accept it: ftadmin host add." },
    [FT_REACH_KEY_CHANGED] = { "key-changed", EKEYREJECTED, false,
                               "its host key has changed",
                               "Somebody may be listening in. Find out "
                               "whether the host was installed anew." },
    [FT_REACH_LOGIN_REFUSED] = { "login-refused", EACCES, false,
                                 "it lets nobody in",
                                 "Put your key there with ssh-copy-id, or "
                                 "give another user, key or password." },
    [FT_REACH_SHELL_UNUSABLE] = { "shell-unusable", EACCES, false,
                                  "commands cannot be run there",
                                  "Give that user a login shell that runs "
                                  "commands and prints nothing of its own." },
    [FT_REACH_NO_SUDO] = { "no-sudo", EACCES, false, "no root there",
                           "Log in as root, or allow this user all commands "
                           "in sudoers(5)." },
    [FT_REACH_LIBVIRT_REFUSED] = { "libvirt-refused", ECONNREFUSED, true,
                                   "its libvirt does not answer",
                                   "Look at libvirtd there: service libvirtd "
                                   "status." },
    [FT_REACH_ENGINE_MISSING] = { "engine-missing", ENOENT, true,
                                  "no engine is installed",
                                  "ftadmin host add installs it." },
    [FT_REACH_ENGINE_REFUSED] = { "engine-refused", ECONNREFUSED, true,
                                  "its engine does not run",
                                  "Start it: service ftengine start; its log "
                                  "is /var/log/ftadmin/daemon.log." },
    [FT_REACH_ENGINE_SILENT] = { "engine-silent", ETIMEDOUT, true,
                                 "its engine does not answer",
                                 "Look at the load of that host, and at "
                                 "/var/log/ftadmin/daemon.log there." },
    [FT_REACH_LOST] = { "lost", EPIPE, true, "the connection was lost",
                        "Look whether the host is up and its sshd runs, then "
                        "try again." },
    [FT_REACH_PROTOCOL] = { "protocol", EPROTO, true,
                            "what answers there is no engine of ours",
                            "Install the same version on both sides: ftadmin "
                            "host upgrade HOST." },
};

static enum ft_reach
known(enum ft_reach reach)
{
    return reach < FT_REACH_COUNT ? reach : FT_REACH_NONE;
}

const char *
ft_reach_word(enum ft_reach reach)
{
    return classes[known(reach)].word;
}

enum ft_reach
ft_reach_from_word(const char *word)
{
    for (int i = 1; word != NULL && i < FT_REACH_COUNT; i++)
        if (strcmp(word, classes[i].word) == 0)
            return (enum ft_reach)i;
    return FT_REACH_NONE;
}

const char *
ft_reach_sentence(enum ft_reach reach)
{
    return classes[known(reach)].sentence;
}

const char *
ft_reach_hint(enum ft_reach reach)
{
    return classes[known(reach)].hint;
}

int
ft_reach_code(enum ft_reach reach)
{
    return classes[known(reach)].code;
}

bool
ft_reach_may_retry(enum ft_reach reach)
{
    return classes[known(reach)].retry;
}

enum ft_reach
ft_reach_of(const struct ft_error *err)
{
    return err->code != 0 ? ft_reach_from_word(err->kind) : FT_REACH_NONE;
}

int
ft_reach_fail(struct ft_error *err, enum ft_reach reach, const char *hint,
              const char *format, ...)
{
    char text[TEXT_SIZE];
    va_list args;
    int rc;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    rc = ft_fail(err, ft_reach_code(reach),
                 hint != NULL ? hint : ft_reach_hint(reach), "%s", text);
    if (err != NULL)
        err->kind = ft_reach_word(reach);
    return rc;
}

enum ft_reach
ft_reach_of_end(int status, const char *errors, const char *said)
{
    errors = errors != NULL ? errors : "";
    /* sudo's own words, or those of a shell that does not find it */
    if (strstr(errors, "sudo:") != NULL)
        return FT_REACH_NO_SUDO;
    if (said != NULL && *said != '\0')
        return FT_REACH_SHELL_UNUSABLE;
    if (status == 126 || status == 127)
        return FT_REACH_ENGINE_MISSING;
    if (strstr(errors, "ftengine:") != NULL)
        return FT_REACH_ENGINE_REFUSED;
    if (status > 0 && status < 126)
        return FT_REACH_SHELL_UNUSABLE;
    return FT_REACH_LOST;
}

enum ft_reach
ft_reach_of_proxy(const char *words)
{
    static const struct {
        const char *part;
        enum ft_reach reach;
    } known_words[] = {
        { "ould not resolve", FT_REACH_NAME_UNKNOWN },
        { "not known", FT_REACH_NAME_UNKNOWN },
        { "onnection refused", FT_REACH_REFUSED },
        { "timed out", FT_REACH_TIMEOUT },
        { "nreachable", FT_REACH_NO_ROUTE },
        { "o route", FT_REACH_NO_ROUTE },
        { "IDENTIFICATION HAS CHANGED", FT_REACH_KEY_CHANGED },
        { "key verification failed", FT_REACH_KEY_UNKNOWN },
        { "key is known", FT_REACH_KEY_UNKNOWN },
        { "ermission denied", FT_REACH_LOGIN_REFUSED },
    };

    for (size_t i = 0; i < FT_ARRAY_SIZE(known_words); i++)
        if (strstr(words, known_words[i].part) != NULL)
            return known_words[i].reach;
    return FT_REACH_REFUSED;
}
