/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "worker/replica-base.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/json.h"

#define NAME "base.json"
#define RECORD_MAX 65536 /* of the file, in bytes */

bool
ft_replica_base_is_id(const char *text)
{
    return strlen(text) == FT_COPY_ID_SIZE - 1 &&
           strspn(text, "0123456789abcdef-") == FT_COPY_ID_SIZE - 1;
}

/* ----- the record ----- */

static int
read_disk(const json_t *json, struct ft_replica_base *base, struct ft_error *err)
{
    int64_t inode = 0, size = 0;
    int rc = ft_json_need_string(json, "target", base->disks[base->n].target,
                                 sizeof(base->disks[0].target), err);

    if (!rc)
        rc = ft_json_need_int(json, "inode", INT64_MIN, INT64_MAX, &inode, err);
    if (!rc)
        rc = ft_json_need_int(json, "size", 0, INT64_MAX, &size, err);
    base->disks[base->n].inode = (uint64_t)inode;
    base->disks[base->n].size = (uint64_t)size;
    base->n += rc == 0;
    return rc;
}

static int
read_base(const json_t *json, struct ft_replica_base *base, struct ft_error *err)
{
    const json_t *disks = json_object_get(json, "disks"), *disk;
    int rc = ft_json_need_string(json, "id", base->id, sizeof(base->id), err);
    size_t i;

    if (!rc)
        rc = ft_json_need_int(json, "seal", 0, INT64_MAX, &base->seal_s, err);
    if (!rc && (!ft_replica_base_is_id(base->id) || !json_is_array(disks) ||
                json_array_size(disks) > FT_DISKS_MAX))
        rc = ft_fail(err, EINVAL, NULL, "no base of a replica");
    json_array_foreach(disks, i, disk)
        if (!rc)
            rc = read_disk(disk, base, err);
    return rc;
}

int
ft_replica_base_load(const char *folder, struct ft_replica_base *base,
                     struct ft_error *err)
{
    FT_AUTOJSON json_t *json = NULL;
    char path[PATH_MAX];
    int rc;

    memset(base, 0, sizeof(*base));
    if (snprintf(path, sizeof(path), "%s/" NAME, folder) >= (int)sizeof(path))
        return ft_fail(err, ENAMETOOLONG, NULL, "a folder's name is too long");
    rc = ft_json_load(path, RECORD_MAX, &json, err);
    if (!rc)
        rc = read_base(json, base, err);
    if (rc)
        memset(base, 0, sizeof(*base));
    return rc && rc != -ENOENT ? -EINVAL : rc;
}

int
ft_replica_base_save(const char *folder, const struct ft_replica_base *base)
{
    FT_AUTOJSON json_t *disks = json_array();
    FT_AUTOJSON json_t *json = NULL;
    char path[PATH_MAX];

    for (size_t i = 0; i < base->n; i++)
        json_array_append_new(disks,
                              json_pack("{s:s,s:I,s:I}", "target",
                                        base->disks[i].target, "inode",
                                        (json_int_t)base->disks[i].inode, "size",
                                        (json_int_t)base->disks[i].size));
    json = json_pack("{s:s,s:I,s:O}", "id", base->id, "seal",
                     (json_int_t)base->seal_s, "disks", disks);
    if (!json || json_array_size(disks) != base->n)
        return -ENOMEM;
    if (snprintf(path, sizeof(path), "%s/" NAME, folder) >= (int)sizeof(path))
        return -ENAMETOOLONG;
    return ft_json_save(path, json);
}

/* ----- the files ----- */

int
ft_replica_base_add(struct ft_replica_base *base, const char *target, int fd)
{
    struct stat st;

    if (base->n == FT_DISKS_MAX)
        return -E2BIG;
    if (fstat(fd, &st) < 0)
        return -errno;
    if (!S_ISREG(st.st_mode))
        return -EMEDIUMTYPE;
    snprintf(base->disks[base->n].target, sizeof(base->disks[0].target), "%s",
             target);
    base->disks[base->n].inode = st.st_ino;
    base->disks[base->n++].size = (uint64_t)st.st_size;
    return 0;
}

static bool
has_seal(const struct ft_replica_base *base, const struct stat *st)
{
    return st->st_mtim.tv_sec == base->seal_s && !st->st_mtim.tv_nsec;
}

const char *
ft_replica_base_differs(const struct ft_replica_base *base, size_t i,
                        const char *target, int fd)
{
    struct stat st;

    if (i >= base->n || strcmp(base->disks[i].target, target) != 0)
        return "the VM had other disks";
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
        st.st_ino != base->disks[i].inode)
        return "it is another file";
    if ((uint64_t)st.st_size != base->disks[i].size)
        return "its size was changed";
    return has_seal(base, &st)
               ? NULL
               : "it was written by somebody else, or when the host went down";
}

int
ft_replica_base_seal(const struct ft_replica_base *base, int fd)
{
    const struct timespec times[2] = { { 0, UTIME_OMIT }, { base->seal_s, 0 } };

    return futimens(fd, times) < 0 ? -errno : 0;
}

bool
ft_replica_base_is_sealed(const struct ft_replica_base *base, int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && has_seal(base, &st);
}
