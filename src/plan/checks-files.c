/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The host's own files that a VM uses: which they are, and the check that the
 * standby has them.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan/checks-private.h"
#include "plan/host-files.h"
#include "plan/xml-values.h"

/* The sources of media and read-only disks, and what the VM starts from. */
#define FILES                                        \
    "/domain/devices/disk[readonly]/source/@file | " \
    "/domain/os/*[self::kernel or self::initrd or "  \
    "self::dtb] | /domain/os/loader[@readonly='yes']"

struct list {
    struct ft_host_file *files;
    size_t count;
};

/* A path that fits in a line of its own. */
static bool
is_path(const char *text)
{
    return *text == '/' && strlen(text) < FT_PATH_SIZE &&
           strpbrk(text, "\r\n") == NULL;
}

static int
collect(void *data, const char *text)
{
    struct list *list = data;

    if (!is_path(text) || list->count == FT_HOST_FILES_MAX)
        return 0;
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->files[i].path, text) == 0)
            return 0;
    if (list->files == NULL)
        list->files = calloc(FT_HOST_FILES_MAX, sizeof(*list->files));
    if (list->files == NULL)
        return -ENOMEM;
    strcpy(list->files[list->count++].path, text);
    return 0;
}

int
ft_host_files(const char *xml, struct ft_host_file **files, size_t *count)
{
    struct list list = { 0 };
    int rc = ft_xml_values(xml, FILES, collect, &list);

    if (rc < 0) {
        free(list.files);
        list = (struct list){ 0 };
    }
    *files = list.files;
    *count = list.count;
    return rc;
}

int
ft_host_files_answer(const char *text, struct ft_host_file *files, size_t count)
{
    static const char *const words[] = { "missing", "private", "readable" };

    for (size_t i = 0; i < count; i++) {
        size_t n = strcspn(text, "\n"), word = 0;

        while (word < 3 &&
               (strlen(words[word]) != n || strncmp(text, words[word], n) != 0))
            word++;
        if (word == 3 || text[n] == '\0')
            return -EPROTO;
        files[i].there = word > 0;
        files[i].readable = word > 1;
        text += n + 1;
    }
    return *text == '\0' ? 0 : -EPROTO;
}

static int
add_missing(const struct ft_host *standby, const struct ft_host_file *file,
            struct ft_findings *findings)
{
    char remedy[FT_PATH_SIZE + 200];

    snprintf(remedy, sizeof(remedy),
             "Copy it there, to the same path; or take it out of the VM (virsh "
             "change-media --eject, virsh edit).");
    if (file->there)
        snprintf(remedy, sizeof(remedy),
                 "If every VM may read it: chmod o+r '%s' there.", file->path);
    return ft_findings_add(
        findings, FT_FAIL, FT_CHECK_STANDBY_FILE, standby->name,
        "The waiting copy has the VM's own media and boot files, by their path.",
        remedy,
        file->there ? "not everybody may read %s on %s" : "%s is not on %s",
        file->path, standby->name);
}

int
ft_check_files(const struct ft_host *standby, struct ft_findings *findings)
{
    size_t missing = 0;

    for (size_t i = 0; i < standby->file_count; i++) {
        const struct ft_host_file *file = &standby->files[i];
        int rc = file->readable ? 0 : add_missing(standby, file, findings);

        if (rc < 0)
            return rc;
        missing += !file->readable;
    }
    if (missing || standby->file_count == 0)
        return 0;
    return ft_findings_add(findings, FT_PASS, FT_CHECK_STANDBY_FILE,
                           standby->name, NULL, NULL,
                           "the host's files that the VM uses are there (%zu)",
                           standby->file_count);
}
