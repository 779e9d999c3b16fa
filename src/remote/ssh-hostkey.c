/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Host keys: known, unknown, changed. A changed one is never accepted.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "remote/ssh-private.h"

#define OTHER_KEY_S 5 /* patience with each further key */
/* Prints the fingerprints of all keys of the host that it is run on. */
#define COMPARE \
    "for f in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf $f; done"

static void
fingerprint_of(ssh_key key, char *out, size_t size)
{
    unsigned char *hash = NULL;
    char *text = NULL;
    size_t length = 0;

    snprintf(out, size, "unknown");
    if (ssh_get_publickey_hash(key, SSH_PUBLICKEY_HASH_SHA256, &hash,
                               &length) != SSH_OK)
        return;
    text = ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, length);
    if (text != NULL)
        snprintf(out, size, "%s", text);
    ssh_string_free_char(text);
    ssh_clean_pubkey_hash(&hash);
}

/* The name under which known_hosts has a host, sshd(8) SSH_KNOWN_HOSTS FORMAT. */
static void
known_name(const struct ft_ssh *self, char *out, size_t size)
{
    if (*self->config.host_key_alias != '\0')
        snprintf(out, size, "%s", self->config.host_key_alias);
    else if (self->port == 22 || self->port == 0)
        snprintf(out, size, "%s", self->host);
    else
        snprintf(out, size, "[%s]:%u", self->host, self->port);
}

/* The key that is known, and where: the number of its line, from 1. */
struct known {
    char fingerprint[128];
    char *path; /* malloc'd by libssh, or NULL */
    unsigned line;
};

/* Finds it: one of the offered type, else any. */
static void
read_known(FILE *file, const char *name, enum ssh_keytypes_e type,
           struct known *known)
{
    FT_AUTOFREE char *line = NULL;
    size_t room = 0;
    bool same = false;

    for (unsigned n = 1; !same && getline(&line, &room, file) > 0; n++) {
        struct ssh_knownhosts_entry *entry = NULL;

        line[strcspn(line, "\n")] = '\0';
        if (ssh_known_hosts_parse_line(name, line, &entry) != SSH_OK)
            continue;
        same = ssh_key_type(entry->publickey) == type;
        if (same || known->line == 0) {
            fingerprint_of(entry->publickey, known->fingerprint,
                           sizeof(known->fingerprint));
            known->line = n;
        }
        ssh_knownhosts_entry_free(entry);
    }
}

static void
find_known(struct ft_ssh *self, enum ssh_keytypes_e type, struct known *known)
{
    static const enum ssh_options_e files[] = { SSH_OPTIONS_KNOWNHOSTS,
                                                SSH_OPTIONS_GLOBAL_KNOWNHOSTS };
    char name[300];

    memset(known, 0, sizeof(*known));
    known_name(self, name, sizeof(name));
    for (size_t i = 0; i < FT_ARRAY_SIZE(files); i++) {
        char *candidate = NULL;
        FILE *file;

        if (ssh_options_get(self->session, files[i], &candidate) != SSH_OK)
            continue;
        file = fopen(candidate, "re");
        if (file != NULL) {
            read_known(file, name, type, known);
            fclose(file);
        }
        if (known->line != 0) {
            known->path = candidate;
            return;
        }
        ssh_string_free_char(candidate);
    }
}

static int
refuse_changed(struct ft_ssh *self, ssh_key key, const char *offered,
               struct ft_error *err)
{
    enum ssh_keytypes_e type = ssh_key_type(key);
    struct known known;
    char name[300];
    char hint[512];
    char where[300] = "";

    find_known(self, type, &known);
    known_name(self, name, sizeof(name));
    if (known.path != NULL)
        snprintf(where, sizeof(where), " (%.200s line %u)", known.path,
                 known.line);
    snprintf(hint, sizeof(hint),
             "Somebody may be listening in. Only when you know that the host "
             "was installed anew, forget the old key: ssh-keygen "
             "%s%.150s%s-R '%.150s'",
             known.path != NULL ? "-f '" : "",
             known.path != NULL ? known.path : "",
             known.path != NULL ? "' " : "", name);
    ssh_string_free_char(known.path);
    return ft_reach_fail(err, FT_REACH_KEY_CHANGED, hint,
                         "the host key of %.100s has changed: known is "
                         "%s%s, but it offered %s (%s)",
                         self->destination,
                         known.line != 0 ? known.fingerprint : "another one",
                         where, offered, ssh_key_type_to_char(type));
}

/* ---- all keys of a host ---- */

/* What the host proves to own of this kind, as "TYPE FINGERPRINT"; or empty. */
static void
read_key(struct ft_ssh *self, const char *kinds, char *out, size_t size)
{
    struct ft_ssh_proxy proxy = { 0 };
    ssh_session session = ssh_new();
    long seconds = OTHER_KEY_S;
    bool no = false;
    ssh_key key = NULL;
    char fingerprint[128];
    int fd = -1;

    *out = '\0';
    if (session == NULL)
        return;
    if (ssh_options_set(session, SSH_OPTIONS_HOST, self->host) == 0 &&
        ssh_options_set(session, SSH_OPTIONS_PROCESS_CONFIG, &no) == 0 &&
        ssh_options_set(session, SSH_OPTIONS_HOSTKEYS, kinds) == 0 &&
        ssh_options_set(session, SSH_OPTIONS_TIMEOUT, &seconds) == 0)
        fd = ft_ssh_reach_host(self, &proxy, OTHER_KEY_S * 1000, NULL);
    if (fd >= 0 && ssh_options_set(session, SSH_OPTIONS_FD, &fd) == 0 &&
        ssh_connect(session) == SSH_OK) {
        if (ssh_get_server_publickey(session, &key) == SSH_OK) {
            fingerprint_of(key, fingerprint, sizeof(fingerprint));
            snprintf(out, size, "%s %s",
                     ssh_key_type_to_char(ssh_key_type(key)), fingerprint);
        }
        ssh_key_free(key);
        ssh_disconnect(session);
    }
    ssh_free(session); /* and fd with it */
    ft_ssh_proxy_end(&proxy);
}

/* A line for each key: first the one that was offered, then the others. */
static void
list_keys(struct ft_ssh *self, ssh_key key, const char *fingerprint, char *out,
          size_t size)
{
    static const struct {
        const char *kinds;
        enum ssh_keytypes_e type;
    } others[] = {
        { "ssh-ed25519", SSH_KEYTYPE_ED25519 },
        { "ecdsa-sha2-nistp256", SSH_KEYTYPE_ECDSA_P256 },
        { "rsa-sha2-512,rsa-sha2-256", SSH_KEYTYPE_RSA },
    };
    char line[200];

    snprintf(out, size, "%s %s", ssh_key_type_to_char(ssh_key_type(key)),
             fingerprint);
    for (size_t i = 0; i < FT_ARRAY_SIZE(others); i++) {
        size_t used = strlen(out);

        if (others[i].type == ssh_key_type(key))
            continue;
        read_key(self, others[i].kinds, line, sizeof(line));
        if (*line != '\0')
            snprintf(out + used, size - used, "\n%s", line);
    }
}

static int
remember_key(struct ft_ssh *self, struct ft_error *err)
{
    if (ssh_session_update_known_hosts(self->session) == SSH_OK)
        return 0;
    return ft_fail(err, EACCES, "Make the file writable for you.",
                   "the host key of %s could not be remembered: %s",
                   self->destination, ssh_get_error(self->session));
}

/* The same in one line, for a message. */
static void
in_one_line(char *keys)
{
    for (char *c = strchr(keys, '\n'); c != NULL; c = strchr(c, '\n'))
        *c = ',';
}

static bool
is_accepted(struct ft_ssh *self, const char *keys)
{
    const struct ft_ssh_prompts *prompts = &self->prompts;

    return prompts->host_key != NULL &&
           prompts->host_key(prompts->data, self->destination, keys, COMPARE);
}

static int
accept_unknown(struct ft_ssh *self, ssh_key key, const char *fingerprint,
               struct ft_error *err)
{
    char keys[800];

    if (!self->accept_new_host_keys) {
        list_keys(self, key, fingerprint, keys, sizeof(keys));
        if (!is_accepted(self, keys)) {
            in_one_line(keys);
            return ft_reach_fail(err, FT_REACH_KEY_UNKNOWN,
                                 "Compare with what this prints on the host "
                                 "itself: " COMPARE ". Then accept it, or "
                                 "give --accept-new-host-keys.",
                                 "the host key of %.100s is not known and was "
                                 "not accepted: %.350s",
                                 self->destination, keys);
        }
    }
    return remember_key(self, err);
}

/* Another key than the one that was written down, whatever known_hosts says. */
static int
refuse_unpinned(const struct ft_ssh *self, struct ft_error *err)
{
    return ft_reach_fail(err, FT_REACH_KEY_CHANGED,
                         "Somebody may be listening in. Only when you know "
                         "that the host was installed anew, add it again: "
                         "ftadmin host add.",
                         "the host key of %.100s has changed: trusted is "
                         "%.100s, but it offered %.100s",
                         self->destination, self->pinned, self->host_key);
}

static int
judge(struct ft_ssh *self, enum ssh_known_hosts_e known, ssh_key key,
      const char *fingerprint, struct ft_error *err)
{
    bool pinned = *self->pinned != '\0';

    if (pinned && strcmp(self->pinned, self->host_key) != 0)
        return refuse_unpinned(self, err);
    switch (known) {
    case SSH_KNOWN_HOSTS_OK:
        return 0;
    case SSH_KNOWN_HOSTS_UNKNOWN:
    case SSH_KNOWN_HOSTS_NOT_FOUND:
        return pinned ? remember_key(self, err)
                      : accept_unknown(self, key, fingerprint, err);
    case SSH_KNOWN_HOSTS_ERROR:
        return ft_ssh_failure(self, EIO, "reading known_hosts", err);
    default: /* changed, or only another type known */
        return refuse_changed(self, key, fingerprint, err);
    }
}

int
ft_ssh_verify_host(struct ft_ssh *self, struct ft_error *err)
{
    enum ssh_known_hosts_e known = ssh_session_is_known_server(self->session);
    char fingerprint[128];
    ssh_key key = NULL;
    int rc;

    if (ssh_get_server_publickey(self->session, &key) != SSH_OK)
        return ft_ssh_failure(self, EPROTO, "reading the host key", err);
    fingerprint_of(key, fingerprint, sizeof(fingerprint));
    snprintf(self->host_key, sizeof(self->host_key), "%s %s",
             ssh_key_type_to_char(ssh_key_type(key)), fingerprint);
    rc = judge(self, known, key, fingerprint, err);
    ssh_key_free(key);
    return rc;
}
