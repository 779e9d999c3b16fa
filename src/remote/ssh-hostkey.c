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
    if (self->port == 22 || self->port == 0)
        snprintf(out, size, "%s", self->host);
    else
        snprintf(out, size, "[%s]:%u", self->host, self->port);
}

/*
 * Finds the key that is known: one of the offered type, else any. Returns 1
 * when it has the same type.
 */
static int
read_known(FILE *file, const char *name, enum ssh_keytypes_e type,
           char *fingerprint, size_t size)
{
    FT_AUTOFREE char *line = NULL;
    size_t room = 0;

    while (getline(&line, &room, file) > 0) {
        struct ssh_knownhosts_entry *entry = NULL;
        int same;

        line[strcspn(line, "\n")] = '\0';
        if (ssh_known_hosts_parse_line(name, line, &entry) != SSH_OK)
            continue;
        same = ssh_key_type(entry->publickey) == type;
        if (same || *fingerprint == '\0')
            fingerprint_of(entry->publickey, fingerprint, size);
        ssh_knownhosts_entry_free(entry);
        if (same)
            return 1;
    }
    return 0;
}

/* *path is the file that has the entry, malloc'd by libssh, or NULL. */
static void
find_known(struct ft_ssh *self, enum ssh_keytypes_e type, char *fingerprint,
           size_t size, char **path)
{
    static const enum ssh_options_e files[] = { SSH_OPTIONS_KNOWNHOSTS,
                                                SSH_OPTIONS_GLOBAL_KNOWNHOSTS };
    char name[300];

    *fingerprint = '\0';
    *path = NULL;
    known_name(self, name, sizeof(name));
    for (size_t i = 0; i < FT_ARRAY_SIZE(files); i++) {
        char *candidate = NULL;
        FILE *file;

        if (ssh_options_get(self->session, files[i], &candidate) != SSH_OK)
            continue;
        file = fopen(candidate, "re");
        if (file != NULL) {
            read_known(file, name, type, fingerprint, size);
            fclose(file);
        }
        if (*fingerprint != '\0') {
            *path = candidate;
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
    char known[128];
    char name[300];
    char hint[512];
    char *path = NULL;
    bool global;

    find_known(self, type, known, sizeof(known), &path);
    known_name(self, name, sizeof(name));
    global = path != NULL && strncmp(path, "/etc/", 5) == 0;
    snprintf(
        hint, sizeof(hint),
        "Somebody may be listening in. Only when you know that the host "
        "was installed anew, forget the old key: ssh-keygen %s%.150s%s-R '%.150s'",
        global || path != NULL ? "-f '" : "", path != NULL ? path : "",
        path != NULL ? "' " : "", name);
    ssh_string_free_char(path);
    return ft_reach_fail(err, FT_REACH_KEY_CHANGED, hint,
                         "the host key of %s has changed: known is %s, but it "
                         "offered %s (%s)",
                         self->destination,
                         *known != '\0' ? known : "another one", offered,
                         ssh_key_type_to_char(type));
}

static int
accept_unknown(struct ft_ssh *self, ssh_key key, const char *fingerprint,
               struct ft_error *err)
{
    const char *type = ssh_key_type_to_char(ssh_key_type(key));
    const struct ft_ssh_prompts *prompts = &self->prompts;
    char hint[512];

    if (!self->accept_new_host_keys &&
        (prompts->host_key == NULL ||
         !prompts->host_key(prompts->data, self->destination, type,
                            fingerprint))) {
        snprintf(hint, sizeof(hint),
                 "Compare it with the host's own, ssh-keygen "
                 "-lf /etc/ssh/ssh_host_%s_key.pub, and accept it, or give "
                 "--accept-new-host-keys.",
                 strncmp(type, "ssh-", 4) == 0 ? type + 4 : "ed25519");
        return ft_reach_fail(err, FT_REACH_KEY_UNKNOWN, hint,
                             "the host key of %s is not known and was not "
                             "accepted: %s (%s)",
                             self->destination, fingerprint, type);
    }
    if (ssh_session_update_known_hosts(self->session) == SSH_OK)
        return 0;
    return ft_fail(err, EACCES, "Make the file writable for you.",
                   "the host key of %s could not be remembered: %s",
                   self->destination, ssh_get_error(self->session));
}

int
ft_ssh_verify_host(struct ft_ssh *self, struct ft_error *err)
{
    enum ssh_known_hosts_e known = ssh_session_is_known_server(self->session);
    char fingerprint[128];
    ssh_key key = NULL;
    int rc;

    if (known == SSH_KNOWN_HOSTS_OK)
        return 0;
    if (ssh_get_server_publickey(self->session, &key) != SSH_OK)
        return ft_ssh_failure(self, EPROTO, "reading the host key", err);
    fingerprint_of(key, fingerprint, sizeof(fingerprint));
    if (known == SSH_KNOWN_HOSTS_UNKNOWN || known == SSH_KNOWN_HOSTS_NOT_FOUND)
        rc = accept_unknown(self, key, fingerprint, err);
    else if (known == SSH_KNOWN_HOSTS_ERROR)
        rc = ft_ssh_failure(self, EIO, "reading known_hosts", err);
    else /* changed, or only another type known */
        rc = refuse_changed(self, key, fingerprint, err);
    ssh_key_free(key);
    return rc;
}
