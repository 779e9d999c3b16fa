/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files to the host, through a command of its shell: many hosts have no SFTP,
 * and where it is its user may not write where the file belongs.
 */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <gnutls/crypto.h>

#include "base/cleanup.h"
#include "remote/ssh-private.h"

char *
ft_shell_quote(const char *text)
{
    size_t quotes = 0;
    char *out;
    char *next;

    for (const char *c = text; *c != '\0'; c++)
        quotes += *c == '\'';
    out = malloc(strlen(text) + 3 * quotes + 3);
    if (out == NULL)
        return NULL;
    next = out;
    *next++ = '\'';
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '\'')
            next = mempcpy(next, "'\\'", 3);
        *next++ = *c;
    }
    memcpy(next, "'", 2);
    return out;
}

static int
sha256_of(const void *data, size_t size, char out[65])
{
    unsigned char hash[32];

    if (gnutls_hash_fast(GNUTLS_DIG_SHA256, data, size, hash) < 0)
        return -EIO;
    for (size_t i = 0; i < sizeof(hash); i++)
        snprintf(out + 2 * i, 3, "%02x", hash[i]);
    return 0;
}

/* Maps a regular file; *size is its length. MAP_FAILED with errno. */
static void *
map_file(const char *path, size_t *size)
{
    FT_AUTOCLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;

    if (fd < 0 || fstat(fd, &st) < 0)
        return MAP_FAILED;
    if (!S_ISREG(st.st_mode) || st.st_size == 0) {
        errno = EINVAL;
        return MAP_FAILED;
    }
    *size = st.st_size;
    return mmap(NULL, *size, PROT_READ, MAP_PRIVATE, fd, 0);
}

int
ft_file_sha256(const char *path, char out[65])
{
    size_t size = 0;
    void *data = map_file(path, &size);
    int rc;

    if (data == MAP_FAILED)
        return -errno;
    rc = sha256_of(data, size, out);
    munmap(data, size);
    return rc;
}

/*
 * One command, as root: it takes what comes into a new file beside the old one,
 * compares, sets owner and mode, makes it durable and renames it. Whatever ends
 * before that, also the connection, ends its input too soon: then the sums
 * differ, and nothing of it stays.
 */
#define STORE                                                   \
    "set -e; t=%s; n=$t.new.$$; trap 'rm -f \"$n\"' EXIT; "     \
    "trap 'exit 1' HUP INT PIPE TERM; umask 077; cat >\"$n\"; " \
    "sum=$(sha256sum <\"$n\"); "                                \
    "[ \"${sum%%%% *}\" = %s ] || { echo mismatch; exit 0; }; " \
    "chown 0:0 \"$n\"; chmod %04o \"$n\"; sync \"$n\"; "        \
    "mv -f \"$n\" \"$t\"; sync \"${t%%/*}\"; echo stored"

static int
store(struct ft_ssh *ssh, const struct ft_ssh_input *content, const char *path,
      mode_t mode, struct ft_error *err)
{
    FT_AUTOFREE char *target = ft_shell_quote(path);
    FT_AUTOFREE char *command = NULL;
    FT_AUTOFREE char *out = NULL;
    char sha256[65];
    int rc = sha256_of(content->data, content->size, sha256);

    if (rc < 0)
        return ft_fail(err, -rc, NULL, "SHA-256: %s", strerror(-rc));
    if (target == NULL ||
        asprintf(&command, STORE, target, sha256, (unsigned)(mode & 07777)) < 0)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    rc = ft_ssh_must_feed(ssh, command, content, &out, err);
    if (rc < 0)
        return ft_error_prefix(err, "copying %s", path);
    if (strncmp(out, "stored", 6) != 0)
        return ft_fail(err, EBADMSG,
                       "Try again; look at the memory and disk of "
                       "that host if it happens twice.",
                       "%s: %s arrived damaged (SHA-256 differs)",
                       ssh->destination, path);
    return 0;
}

int
ft_ssh_put(struct ft_ssh *ssh, const void *content, size_t size,
           const char *path, mode_t mode, struct ft_error *err)
{
    struct ft_ssh_input input = { .data = content, .size = size };

    return store(ssh, &input, path, mode, err);
}

int
ft_ssh_upload(struct ft_ssh *ssh, const char *local, const char *path,
              mode_t mode, ft_ssh_progress progress, void *user,
              struct ft_error *err)
{
    struct ft_ssh_input input = { .progress = progress, .user = user };
    void *data = map_file(local, &input.size);
    int rc;

    if (data == MAP_FAILED)
        return ft_fail(err, errno, NULL, "%s cannot be read: %s", local,
                       strerror(errno));
    input.data = data;
    rc = store(ssh, &input, path, mode, err);
    munmap(data, input.size);
    return rc;
}
