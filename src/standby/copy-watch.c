/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The waiting copy is looked at as long as it waits, for nothing else would show
 * before the takeover that somebody ended or changed it, or its files; a copy
 * that is spoilt is given up, and made anew. What would keep even a good one from
 * taking over, or from the next disk writes, a state folder that cannot be
 * written or has no room, is said.
 *
 * A look is a thread of its own, since libvirt and storage may hang, and is over
 * a copy of what was made; what it found counts only if that is still the copy.
 */
#include "config.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libvirt/virterror.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/json.h"
#include "disk/disk-log.h"
#include "standby/copy-look.h"
#include "standby/standby-private.h"
#include "virt/loop.h"
#include "virt/qmp.h"
#include "virt/standby-xml.h"

#define LOOK_NS (2 * FT_NS_PER_S)
#define HANGS_NS (10 * FT_NS_PER_S) /* a look that takes so long */
#define PROBE_LOOKS 2               /* one in so many asks the disk itself */

struct made { /* never changed once it is shared */
    unsigned references;
    char *machine; /* its XML, as far as it is the guest's machine, or NULL */
    size_t n_files;
    struct {
        char *path;
        struct ft_file_seen seen;
    } files[FT_DISKS_MAX];
};

struct ft_copy_watch {
    struct ft_standby *standby;
    pthread_mutex_t lock; /* of made, and of all references */
    struct made *made;    /* the copy that waits; NULL: none */

    /* the control thread's own */
    struct made *look; /* what the looking thread looks at; NULL: it does not */
    int64_t began_ns;
    struct ft_error told; /* what keeps a good copy from taking over */

    /* the looking thread's own, while it looks */
    struct ft_error spoilt, unfit;
    struct ft_error unwritable; /* as the disk was found last */
    unsigned looks;
};

static void
free_made(struct made *made)
{
    for (size_t i = 0; i < made->n_files; i++)
        free(made->files[i].path);
    free(made->machine);
    free(made);
}

static struct made *
take_made(struct ft_copy_watch *watch)
{
    struct made *made;

    pthread_mutex_lock(&watch->lock);
    made = watch->made;
    if (made)
        made->references++;
    pthread_mutex_unlock(&watch->lock);
    return made;
}

static void
drop_made(struct ft_copy_watch *watch, struct made *made)
{
    bool last;

    pthread_mutex_lock(&watch->lock);
    last = made && --made->references == 0;
    pthread_mutex_unlock(&watch->lock);
    if (last)
        free_made(made);
}

static void
set_made(struct ft_copy_watch *watch, struct made *made)
{
    struct made *old;

    pthread_mutex_lock(&watch->lock);
    old = watch->made;
    watch->made = made;
    pthread_mutex_unlock(&watch->lock);
    drop_made(watch, old);
}

void
ft_standby_forget_copy(struct ft_standby *s)
{
    set_made(s->watch, NULL);
}

static void
see_file(const char *path, struct ft_file_seen *seen)
{
    struct stat st = { 0 };

    seen->error = lstat(path, &st) ? errno : 0;
    seen->device = st.st_dev;
    seen->inode = st.st_ino;
    seen->size = (uint64_t)st.st_size;
}

char *
ft_standby_machine(virDomainPtr dom)
{
    FT_AUTOFREE char *xml = virDomainGetXMLDesc(dom, 0);
    char *machine = NULL;

    return xml && !ft_standby_machine_xml(xml, &machine, NULL) ? machine : NULL;
}

void
ft_standby_note_copy(struct ft_standby *s)
{
    const struct ft_replica *r = &s->replica;
    struct made *made = calloc(1, sizeof(*made));

    if (!made)
        return;
    made->references = 1;
    made->machine = ft_standby_machine(s->worker->dom);
    for (; made->n_files < r->n_disks; made->n_files++) {
        const char *path = r->disks[made->n_files].path;

        made->files[made->n_files].path = strdup(path);
        if (!made->files[made->n_files].path)
            break;
        see_file(path, &made->files[made->n_files].seen);
    }
    set_made(s->watch, made);
}

void
ft_standby_see_waiting(struct ft_worker *w, const char *machine,
                       struct ft_waiting_seen *seen, unsigned *vcpus)
{
    virDomainPtr dom = NULL;
    FT_AUTOJSON json_t *status = NULL;
    FT_AUTOFREE char *now = NULL;
    struct ft_vm vm = { 0 };

    seen->known = !ft_vm_find(w->conn, w->config.vm_uuid, &dom, NULL);
    if (!dom)
        return;
    seen->active = virDomainIsActive(dom) != 0;
    if (seen->active && !ft_qmp(dom, "query-status", NULL, &status, NULL))
        snprintf(seen->status, sizeof(seen->status), "%s",
                 ft_json_string(status, "status", ""));
    now = machine && seen->active ? ft_standby_machine(dom) : NULL;
    seen->changed = now && strcmp(now, machine) != 0;
    if (now && !ft_vm_from_xml(now, &vm, NULL))
        *vcpus = vm.vcpus;
    ft_vm_free(&vm);
    virDomainFree(dom);
}

/* What keeps this host from taking over, or soon from being a standby. */
static void
look_at_folder(struct ft_copy_watch *watch)
{
    static const struct ft_error none = FT_ERROR_INIT;
    const struct ft_worker *w = watch->standby->worker;
    char path[PATH_MAX];

    if (watch->looks++ % PROBE_LOOKS == 0) {
        watch->unwritable = none;
        ft_worker_probe_record(w, &watch->unwritable);
    }
    watch->unfit = watch->unwritable;
    ft_pair_path(w->config.pair, NULL, path);
    if (!watch->unfit.code)
        ft_disk_log_room(path, &watch->unfit);
}

/* 0, or what is wrong. */
static int
look_at(struct ft_worker *w, const struct made *made, unsigned *vcpus,
        struct ft_error *spoilt)
{
    struct ft_waiting_seen waiting = { 0 };
    struct ft_file_seen now;
    int rc = 0;

    for (size_t i = 0; !rc && i < made->n_files; i++) {
        see_file(made->files[i].path, &now);
        rc = ft_judge_replica(made->files[i].path, &made->files[i].seen, &now,
                              spoilt);
    }
    if (rc)
        return rc;
    ft_standby_see_waiting(w, made->machine, &waiting, vcpus);
    return ft_judge_waiting(&waiting, spoilt);
}

static void
look(void *opaque)
{
    struct ft_copy_watch *watch = opaque;
    struct ft_worker *w = watch->standby->worker;
    unsigned vcpus = 0;

    look_at(w, watch->look, &vcpus, &watch->spoilt);
    look_at_folder(watch);
}

void
ft_standby_look_now(struct ft_standby *s, struct ft_verify_check *check)
{
    struct made *made = take_made(s->watch);
    struct ft_error spoilt = FT_ERROR_INIT;

    if (made)
        look_at(s->worker, made, &check->vcpus, &spoilt);
    snprintf(check->spoilt, sizeof(check->spoilt), "%s", spoilt.text);
    drop_made(s->watch, made);
}

static bool
is_same_copy(struct ft_copy_watch *watch)
{
    bool same;

    pthread_mutex_lock(&watch->lock);
    same = watch->made == watch->look;
    pthread_mutex_unlock(&watch->lock);
    return same;
}

/*
 * Whether there is a primary that can make it anew. While it is silent the copy
 * is the guest's only chance, whatever it is worth.
 */
static bool
may_give_up(struct ft_worker *w)
{
    bool may;

    pthread_mutex_lock(&w->own_lock);
    may = w->session && !w->own.want &&
          (w->own.phase == FT_PHASE_FILLING || w->own.phase == FT_PHASE_VALID);
    pthread_mutex_unlock(&w->own_lock);
    return may;
}

static void
give_up(struct ft_standby *s, const struct ft_error *why)
{
    struct ft_worker *w = s->worker;

    ft_standby_forget_copy(s);
    if (ft_worker_set_problem(w, why))
        ft_worker_note(w, "crit", "copy-spoilt", "%s: %s; %s", w->config.vm,
                       why->text, why->hint);
    ft_worker_event_kind(w, FT_EVENT_SYNC_FAILED);
    ft_worker_tell_peer(w, why);
}

/* Told anew when it is another, and when being protected took it for mended. */
static void
tell_unfit(struct ft_copy_watch *watch, const struct ft_error *unfit)
{
    struct ft_worker *w = watch->standby->worker;
    bool news = strcmp(watch->told.text, unfit->text) != 0;

    watch->told = *unfit;
    if (unfit->code)
        ft_worker_set_problem(w, unfit);
    if (unfit->code && news) {
        ft_worker_note(w, "crit", "standby-unfit", "%s: %s; %s", w->config.vm,
                       unfit->text, unfit->hint);
    } else if (news) {
        ft_worker_set_problem(w, NULL);
        ft_worker_note(w, "info", "standby-fit",
                       "%s: this host could take over again", w->config.vm);
    }
}

static void
looked(void *opaque)
{
    struct ft_copy_watch *watch = opaque;
    struct made *look = watch->look;
    bool counts = is_same_copy(watch) && may_give_up(watch->standby->worker);

    if (counts && watch->spoilt.code)
        give_up(watch->standby, &watch->spoilt);
    else if (counts)
        tell_unfit(watch, &watch->unfit);
    watch->look = NULL;
    drop_made(watch, look);
}

static void
begin_look(struct ft_copy_watch *watch)
{
    static const struct ft_error none = FT_ERROR_INIT;
    struct made *made = take_made(watch);

    if (!made)
        return;
    watch->look = made;
    watch->spoilt = watch->unfit = none;
    if (!ft_loop_async(look, looked, watch))
        return;
    watch->look = NULL;
    drop_made(watch, made);
}

static void
note_hanging(struct ft_copy_watch *watch)
{
    struct ft_error err = FT_ERROR_INIT;

    ft_fail(&err, ETIMEDOUT, "Look at libvirtd, QEMU and storage of this host.",
            "this host could not take over: libvirt, the waiting QEMU or a "
            "replica does not answer");
    if (is_same_copy(watch) && may_give_up(watch->standby->worker))
        tell_unfit(watch, &err);
}

void
ft_standby_look(struct ft_worker *w, double seconds)
{
    struct ft_standby *s = w->side_data;
    struct ft_copy_watch *watch = s->watch;
    int64_t now = ft_clock_ns();

    (void)seconds;
    if (watch->look && now - watch->began_ns >= HANGS_NS)
        note_hanging(watch);
    if (watch->look || now - watch->began_ns < LOOK_NS)
        return;
    watch->began_ns = now;
    begin_look(watch);
}

struct ft_copy_watch *
ft_standby_watch_new(struct ft_standby *s)
{
    struct ft_copy_watch *watch = calloc(1, sizeof(*watch));

    if (!watch)
        return NULL;
    watch->standby = s; /* both live as long as the process */
    pthread_mutex_init(&watch->lock, NULL);
    return watch;
}
