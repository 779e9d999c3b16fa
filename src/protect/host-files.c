/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Asks the hosts for the files that a VM uses by their path.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "plan/host-files.h"
#include "protect/protect-private.h"

/* As the standby's engine sees them: libvirt gives a VM what everybody may read
 * (src/standby/media.c). */
#define LOOK                                                          \
    "while IFS= read -r f; do "                                       \
    "if ! [ -e \"$f\" ]; then echo missing; "                         \
    "elif [ \"$(find -L \"$f\" -maxdepth 0 -type f -perm -o=r)\" ]; " \
    "then echo readable; else echo private; fi; done"

struct question {
    struct ft_host_file *files;
    size_t count;
};

static int
ask(struct ft_ssh *session, void *data, struct ft_error *err)
{
    struct question *question = data;
    struct ft_ssh_result result = { 0 };
    FT_AUTOFREE char *paths = calloc(question->count, FT_PATH_SIZE + 1);
    size_t used = 0;
    int rc;

    if (paths == NULL)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    for (size_t i = 0; i < question->count; i++) {
        size_t n = strlen(question->files[i].path);

        memcpy(paths + used, question->files[i].path, n);
        paths[used + n] = '\n';
        used += n + 1;
    }
    rc = ft_ssh_run(session, LOOK, paths, used, 0, &result, err);
    if (rc == 0 &&
        (result.status != 0 || ft_host_files_answer(result.out, question->files,
                                                    question->count) < 0))
        rc = ft_fail(err, EREMOTEIO, NULL,
                     "looking for the VM's files failed there: %.200s",
                     result.errors);
    ft_ssh_result_free(&result);
    return rc;
}

/* A host that cannot be asked is one of which nothing is known. */
static int
look_on(struct ft_fleet *fleet, struct ft_member *member, const char *xml,
        struct ft_error *err)
{
    struct ft_host *host = member->facts;
    struct question question = { 0 };
    int rc = ft_host_files(xml, &question.files, &question.count);

    free(FT_STEAL(host->files));
    host->file_count = 0;
    if (rc < 0)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    if (question.count == 0 ||
        ft_member_do(fleet, member, ask, &question, NULL) < 0) {
        free(question.files);
        return 0;
    }
    host->files = question.files;
    host->file_count = question.count;
    return 0;
}

int
ft_protect_look_at_files(struct ft_fleet *fleet,
                         const struct ft_inventory *inventory, const char *vm,
                         struct ft_error *err)
{
    const struct ft_host *where;
    const struct ft_domain *domain;
    int rc = 0;

    /* The plan says so, of a VM that is not there. */
    if (ft_inventory_locate(inventory, vm, &where, &domain, NULL) < 0)
        return 0;
    for (size_t i = 0; i < fleet->count && rc == 0; i++) {
        struct ft_member *member = fleet->members[i];

        if (member->facts != NULL && member->facts != where &&
            *member->facts->libvirt.version != '\0')
            rc = look_on(fleet, member, domain->xml, err);
    }
    return rc;
}
