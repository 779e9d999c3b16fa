/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/work/backup.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "protect/image.h"
#include "ui/work/backup-base.h"
#include "ui/work/backup-part.h"

struct output {
    char path[PATH_MAX];      /* absolute */
    struct ft_work_part part; /* what is written, until it is whole */
    char base[PATH_MAX];      /* as it names it; empty: it needs none */
    bool whole;               /* it has its own name */
};

struct backup {
    struct ft_work_fleet *fleet;
    const struct ft_work_pair *found;
    const struct ft_work_backup *how;
    struct ft_job *job;
    struct ft_progress progress;
    struct ft_backup_begun begun;
    struct output outputs[FT_BACKUP_DISKS_MAX];
    struct ft_image_mark since; /* of what is backed up upon */
    int64_t began_ns, kept;
};

/* The engine of the standby has the last word; it may be off. */
static int
check_state(const struct ft_work_fleet *fleet, const struct ft_work_pair *found,
            struct ft_error *err)
{
    struct ft_member *where;
    const json_t *status;
    const char *state = "unknown";

    if (!ft_fleet_pair(&fleet->fleet, found->pair.pair, &status, &where))
        state = ft_json_string(status, "state", state);
    if (!strcmp(state, "protected"))
        return 0;
    return ft_fail(err, EAGAIN, "Wait until ftadmin status says protected.",
                   "%s is %s: there is no whole copy to back it up from",
                   found->pair.vm, state);
}

int
ft_work_backup_prepare(struct ft_work_fleet *fleet, const char *vm,
                       struct ft_work_pair *found, struct ft_error *err)
{
    int rc = ft_work_pair_find(fleet, vm, found, err);

    if (rc == -ENOENT)
        snprintf(err->hint, sizeof(err->hint),
                 "virsh backup-begin backs up a VM that is not protected; ftadmin "
                 "status shows those that are");
    if (!rc && !found->live)
        rc = ft_fail(err, EHOSTUNREACH, "ftadmin status shows what is known",
                     "no host that carries %s answers", vm);
    return rc ? rc : check_state(fleet, found, err);
}

/* ---- names ---- */

static bool
is_folder(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* What is made in a folder that is there. */
static int
make_absolute(const char *path, char out[PATH_MAX], struct ft_error *err)
{
    FT_AUTOFREE char *copy = strdup(path);
    char *slash = copy ? strrchr(copy, '/') : NULL;
    const char *name = slash ? slash + 1 : path;
    char folder[PATH_MAX];

    if (!copy)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    if (slash)
        *slash = '\0';
    if (!realpath(!slash ? "." : slash == copy ? "/" : copy, folder))
        return ft_fail(err, errno, NULL, "%s: %s", path, strerror(errno));
    if ((size_t)snprintf(out, PATH_MAX, "%s/%s",
                         strcmp(folder, "/") ? folder : "", name) >= PATH_MAX)
        return ft_fail(err, ENAMETOOLONG, NULL, "%s: %s", path,
                       strerror(ENAMETOOLONG));
    return 0;
}

static int
name_in_folder(const struct backup *b, size_t disk, char out[PATH_MAX],
               struct ft_error *err)
{
    char name[NAME_MAX + 1], path[PATH_MAX];

    ft_work_backup_name(b->found->pair.vm, b->begun.disks[disk].target,
                        b->how->format, name);
    if ((size_t)snprintf(path, sizeof(path), "%s/%s", b->how->output, name) >=
        sizeof(path))
        return ft_fail(err, ENAMETOOLONG, NULL, "%s: %s", b->how->output,
                       strerror(ENAMETOOLONG));
    return make_absolute(path, out, err);
}

static int
choose_names(struct backup *b, struct ft_error *err)
{
    bool folder = is_folder(b->how->output);
    int rc = 0;

    if (!folder && b->begun.n_disks > 1)
        return ft_fail(err, EISDIR, "Name a folder that is there.",
                       "%s has %zu disks: they are no one file",
                       b->found->pair.vm, b->begun.n_disks);
    for (size_t i = 0; !rc && i < b->begun.n_disks; i++) {
        char *path = b->outputs[i].path;

        rc = folder ? name_in_folder(b, i, path, err)
                    : make_absolute(b->how->output, path, err);
        if (!rc)
            rc = ft_work_part_check(path, err);
        if (!rc && b->begun.incremental)
            rc = ft_work_base_of(b->how->since, b->found->pair.vm, &b->since,
                                 &b->begun.disks[i], path, b->outputs[i].base,
                                 err);
    }
    return rc;
}

/* ---- files ---- */

/* The one that is named is ours before anything is begun for it. */
static int
take_file(struct backup *b, struct ft_error *err)
{
    struct output *o = &b->outputs[0];
    int rc = make_absolute(b->how->output, o->path, err);

    if (!rc)
        rc = ft_work_part_check(o->path, err);
    return rc ? rc : ft_work_part_make(o->path, &o->part, err);
}

static int
give_name(struct output *o, struct ft_error *err)
{
    int rc = ft_work_part_name(&o->part, o->path, err);

    o->whole = !rc;
    return rc;
}

static void
remove_files(struct backup *b)
{
    for (size_t i = 0; i < FT_ARRAY_SIZE(b->outputs); i++) {
        if (b->outputs[i].whole)
            unlink(b->outputs[i].path);
        ft_work_part_remove(&b->outputs[i].part);
    }
}

/* ---- the work ---- */

/* For later ones to be made upon it. */
static int
mark(const struct backup *b, size_t disk, struct ft_error *err)
{
    struct ft_image_mark mark;

    if (!*b->begun.moment || strcmp(b->how->format, "qcow2") != 0)
        return 0;
    snprintf(mark.vm_uuid, sizeof(mark.vm_uuid), "%s", b->found->pair.vm_uuid);
    snprintf(mark.target, sizeof(mark.target), "%s",
             b->begun.disks[disk].target);
    snprintf(mark.moment, sizeof(mark.moment), "%s", b->begun.moment);
    return ft_image_mark_set(b->outputs[disk].part.path, &mark, err);
}

static int
copy_disk(struct backup *b, size_t disk, struct ft_error *err)
{
    struct output *o = &b->outputs[disk];
    char text[FT_STORE_TEXT];
    int rc;

    snprintf(text, sizeof(text), "%.100s: copy %.32s to %.200s", b->begun.host,
             b->begun.disks[disk].target, o->path);
    b->progress.step(b->progress.data, disk, b->begun.n_disks, text,
                     FT_STEP_STARTED);
    rc = *o->part.path ? 0 : ft_work_part_make(o->path, &o->part, err);
    if (!rc)
        rc = ft_backup_copy(&b->fleet->fleet, &b->begun, disk, b->how->format,
                            o->part.path, *o->base ? o->base : NULL,
                            &b->progress, err);
    if (!rc)
        rc = mark(b, disk, err);
    b->progress.step(b->progress.data, disk, b->begun.n_disks, text,
                     rc ? FT_STEP_FAILED : FT_STEP_DONE);
    return rc;
}

static int
copy_all(struct backup *b, struct ft_error *err)
{
    int rc = choose_names(b, err);

    for (size_t i = 0; !rc && i < b->begun.n_disks; i++)
        rc = copy_disk(b, i, err);
    for (size_t i = 0; !rc && i < b->begun.n_disks; i++)
        rc = give_name(&b->outputs[i], err);
    return rc;
}

static int
run(struct backup *b, struct ft_error *err)
{
    struct ft_error why = FT_ERROR_INIT;
    int rc = ft_image_possible(err);

    if (!rc && !is_folder(b->how->output))
        rc = take_file(b, err);
    if (!rc && b->how->since)
        rc = ft_work_base_moment(b->how->since, b->found->pair.vm,
                                 b->found->pair.vm_uuid, &b->since, err);
    if (!rc)
        rc = ft_backup_begin(&b->fleet->fleet, &b->found->ref, b->how->freeze,
                             b->how->since ? b->since.moment : NULL, &b->begun,
                             err);
    if (rc) {
        remove_files(b);
        return rc;
    }
    b->began_ns = ft_clock_ns();
    rc = copy_all(b, err);
    if (rc)
        remove_files(b);
    ft_backup_end(&b->fleet->fleet, &b->begun, &b->kept, &why);
    return rc == -EIO ? ft_backup_void(b->found->pair.vm, &why, err) : rc;
}

/* ---- what came of it ---- */

json_t *
ft_work_backup_document(const struct ft_work_pair *found,
                        const struct ft_backup_begun *begun)
{
    return json_pack("{s:i,s:s,s:s,s:s,s:I,s:s?,s:s,s:s?}", "schema", 1, "vm",
                     found->pair.vm, "uuid", found->pair.vm_uuid, "host",
                     begun->host, "epoch", (json_int_t)begun->epoch, "at",
                     *begun->at ? begun->at : NULL, "consistency",
                     begun->frozen ? "frozen" : "crash", "not_frozen",
                     *begun->why && !begun->frozen ? begun->why : NULL);
}

static json_t *
file_json(const struct backup *b, size_t disk)
{
    const char *path = b->outputs[disk].path;
    struct stat status = { .st_blocks = 0 };

    stat(path, &status);
    return json_pack("{s:s,s:s,s:s,s:s*,s:I,s:I}", "disk",
                     b->begun.disks[disk].target, "file", path, "format",
                     b->how->format, "base",
                     *b->outputs[disk].base ? b->outputs[disk].base : NULL,
                     "size", (json_int_t)b->begun.disks[disk].size, "allocated",
                     (json_int_t)status.st_blocks * 512);
}

static json_t *
document_of(const struct backup *b)
{
    json_t *files = json_array(), *document;

    for (size_t i = 0; i < b->begun.n_disks; i++)
        json_array_append_new(files, file_json(b, i));
    document = ft_work_backup_document(b->found, &b->begun);
    json_object_set_new(document, "seconds",
                        json_real((double)(ft_clock_ns() - b->began_ns) /
                                  FT_NS_PER_S));
    json_object_set_new(document, "kept_bytes", json_integer(b->kept));
    if (b->how->since)
        json_object_set_new(document, "incremental",
                            json_boolean(b->begun.incremental));
    json_object_set_new(document, "files", files);
    return document;
}

static int
begin_job(struct backup *b, const struct ft_progress *shown,
          struct ft_error *err)
{
    struct ft_trace trace;
    int rc = ft_job_begin(b->fleet->work, "backup", b->found->pair.vm,
                          b->found->pair.pair, &b->job, err);

    if (rc)
        return rc;
    b->progress = ft_job_progress(b->job, shown);
    trace = ft_job_trace(b->job);
    ft_fleet_set_trace(&b->fleet->fleet, &trace);
    return 0;
}

int
ft_work_backup(struct ft_work_fleet *fleet, const struct ft_work_pair *found,
               const struct ft_work_backup *how,
               const struct ft_progress *progress, json_t **document,
               struct ft_job_outcome *outcome, struct ft_error *err)
{
    FT_AUTOFREE struct backup *b = calloc(1, sizeof(*b));
    char text[FT_STORE_TEXT];
    int rc;

    *document = NULL;
    memset(outcome, 0, sizeof(*outcome));
    if (!b)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    b->fleet = fleet;
    b->found = found;
    b->how = how;
    rc = begin_job(b, progress, err);
    if (rc)
        return rc;
    rc = run(b, err);
    if (!rc)
        *document = document_of(b);
    snprintf(text, sizeof(text), "as it was at %s, in %zu files",
             *b->begun.at ? b->begun.at : "a moment that is not known",
             b->begun.n_disks);
    ft_fleet_set_trace(&fleet->fleet, NULL);
    ft_job_end(b->job, rc, false, text, rc ? err : NULL, outcome);
    return rc;
}
