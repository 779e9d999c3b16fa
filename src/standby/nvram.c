/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "standby/nvram.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "virt/xml.h"
#include "worker/worker-made.h"

int
ft_standby_remember_nvram(struct ft_worker *w, const char *xml,
                          struct ft_error *err)
{
    FT_AUTOXML xmlDocPtr doc = NULL;
    FT_AUTOFREE char *path = NULL;
    int rc = ft_xml_parse(xml, "domain", &doc, err);

    if (rc)
        return rc;
    path = ft_xml_text(xmlDocGetRootElement(doc), "os/nvram");
    if (!path || !*path || access(path, F_OK) == 0)
        return 0;
    return ft_worker_make(
        w, &(struct ft_made){ FT_MADE_NVRAM, "", path, "", false }, err);
}

static int
copy_file(const char *from, const char *to)
{
    FT_AUTOFREE char *data = NULL;
    FT_AUTOCLOSE int fd = -1;
    struct stat like;
    size_t size;
    int rc = ft_file_read(from, FT_NVRAM_MAX, &data, &size);

    if (rc)
        return rc;
    if (stat(from, &like) < 0)
        return -errno;
    fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    /* the mode first: of another's file it is not ours to change */
    if (fd < 0 || fchmod(fd, like.st_mode & 0777) < 0 ||
        fchown(fd, like.st_uid, like.st_gid) < 0)
        return -errno;
    return ft_write_full(fd, data, size);
}

int
ft_standby_copy_nvram(const char *waiting_xml, const char *to,
                      struct ft_error *err)
{
    FT_AUTOXML xmlDocPtr doc = NULL;
    FT_AUTOFREE char *path = NULL;
    int rc = ft_xml_parse(waiting_xml, "domain", &doc, err);

    if (rc)
        return rc;
    path = ft_xml_text(xmlDocGetRootElement(doc),
                       "os/nvram/source/@file | os/nvram[not(source)]");
    if (!path || !*path)
        return 0;
    rc = copy_file(path, to);
    return rc ? ft_fail(err, -rc, NULL, "UEFI variables of the copy, %s: %s",
                        path, strerror(-rc))
              : 0;
}
