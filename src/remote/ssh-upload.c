/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files to the host: SFTP to a temporary name, SHA-256 on the other side,
 * rename.
 */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>

#include <gnutls/crypto.h>
#include <libssh/sftp.h>

#include "base/cleanup.h"
#include "remote/ssh-private.h"

#define CHUNK 32768 /* what every SFTP server takes at once */

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

static int
sftp_failure(struct ft_ssh *ssh, sftp_session sftp, const char *path,
             struct ft_error *err)
{
    int code = sftp != NULL ? sftp_get_error(sftp) : SSH_FX_FAILURE;

    if (!ssh_is_connected(ssh->session))
        return ft_ssh_failure(ssh, EPIPE, "copying a file", err);
    if (code == SSH_FX_PERMISSION_DENIED)
        return ft_fail(err, EACCES, NULL, "%s: %s may not be written",
                       ssh->destination, path);
    if (code == SSH_FX_NO_SUCH_FILE)
        return ft_fail(err, ENOENT, NULL, "%s: the folder of %s is missing",
                       ssh->destination, path);
    return ft_fail(err, EREMOTEIO,
                   "Look whether its disk is full, and whether sshd_config has "
                   "\"Subsystem sftp\".",
                   "%s: %s could not be written by SFTP (error %d)",
                   ssh->destination, path, code);
}

static int
write_all(sftp_file file, const char *data, size_t size,
          ft_ssh_progress progress, void *user)
{
    for (size_t done = 0; done < size;) {
        ssize_t n = sftp_write(file, data + done, FT_MIN(size - done, CHUNK));

        if (n <= 0)
            return -EIO;
        done += n;
        if (progress != NULL && progress(user, done, size) != 0)
            return -ECANCELED;
    }
    return 0;
}

static int
sftp_store(struct ft_ssh *ssh, sftp_session sftp, const char *path,
           const void *data, size_t size, ft_ssh_progress progress, void *user,
           struct ft_error *err)
{
    sftp_file file = sftp_open(sftp, path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    int rc;

    if (file == NULL)
        return sftp_failure(ssh, sftp, path, err);
    rc = write_all(file, data, size, progress, user);
    if (rc == -ECANCELED)
        ft_fail(err, ECANCELED, NULL, "%s: copying was cancelled",
                ssh->destination);
    else if (rc < 0)
        rc = sftp_failure(ssh, sftp, path, err);
    if (sftp_close(file) != SSH_NO_ERROR && rc == 0)
        rc = sftp_failure(ssh, sftp, path, err);
    if (rc < 0)
        sftp_unlink(sftp, path);
    return rc;
}

static int
sftp_put(struct ft_ssh *ssh, const char *path, const void *data, size_t size,
         ft_ssh_progress progress, void *user, struct ft_error *err)
{
    sftp_session sftp = sftp_new(ssh->session);
    int rc;

    if (sftp == NULL)
        return ft_ssh_failure(ssh, ENOMEM, "opening SFTP", err);
    if (sftp_init(sftp) != SSH_OK)
        rc = sftp_failure(ssh, NULL, path, err);
    else
        rc = sftp_store(ssh, sftp, path, data, size, progress, user, err);
    sftp_free(sftp);
    return rc;
}

/*
 * The last part, as root: compare, set owner and mode, make durable, rename.
 * The file was staged by a user who may not write there: then it is copied into
 * the folder first, and it is that copy which is compared.
 */
static int
move_into_place(struct ft_ssh *ssh, const char *staged, const char *path,
                mode_t mode, const char *sha256, struct ft_error *err)
{
    FT_AUTOFREE char *target = ft_shell_quote(path);
    FT_AUTOFREE char *command = NULL;
    FT_AUTOFREE char *out = NULL;
    int rc;

    if (target == NULL ||
        asprintf(&command,
                 "set -e; s=%s; t=%s; n=$t.new.$$; trap 'rm -f \"$s\" \"$n\"' EXIT; "
                 "(umask 077; cat \"$s\" > \"$n\"); "
                 "sum=$(sha256sum < \"$n\"); "
                 "[ \"${sum%%%% *}\" = %s ] || { echo mismatch; exit 0; }; "
                 "chown 0:0 \"$n\"; chmod %04o \"$n\"; sync \"$n\"; "
                 "mv -f \"$n\" \"$t\"; sync \"${t%%/*}\"; echo stored",
                 staged, target, sha256, (unsigned)(mode & 07777)) < 0)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    rc = ft_ssh_must(ssh, command, &out, err);
    if (rc < 0)
        return rc;
    if (strncmp(out, "stored", 6) != 0)
        return ft_fail(err, EBADMSG,
                       "Try again; look at the memory and disk of "
                       "that host if it happens twice.",
                       "%s: %s arrived damaged (SHA-256 differs)",
                       ssh->destination, path);
    return 0;
}

static int
put_with_progress(struct ft_ssh *ssh, const void *data, size_t size,
                  const char *path, mode_t mode, ft_ssh_progress progress,
                  void *user, struct ft_error *err)
{
    uint64_t random;
    char staged[64];
    char sha256[65];
    int rc;

    if (getrandom(&random, sizeof(random), 0) != sizeof(random) ||
        sha256_of(data, size, sha256) < 0)
        return ft_fail(err, EIO, NULL, "no random numbers");
    snprintf(staged, sizeof(staged), "/var/tmp/ftadmin-%016llx",
             (unsigned long long)random);
    rc = sftp_put(ssh, staged, data, size, progress, user, err);
    return rc == 0 ? move_into_place(ssh, staged, path, mode, sha256, err) : rc;
}

int
ft_ssh_put(struct ft_ssh *ssh, const void *content, size_t size,
           const char *path, mode_t mode, struct ft_error *err)
{
    return put_with_progress(ssh, content, size, path, mode, NULL, NULL, err);
}

int
ft_ssh_upload(struct ft_ssh *ssh, const char *local, const char *path,
              mode_t mode, ft_ssh_progress progress, void *user,
              struct ft_error *err)
{
    size_t size = 0;
    void *data = map_file(local, &size);
    int rc;

    if (data == MAP_FAILED)
        return ft_fail(err, errno, NULL, "%s cannot be read: %s", local,
                       strerror(errno));
    rc = put_with_progress(ssh, data, size, path, mode, progress, user, err);
    munmap(data, size);
    return rc;
}
