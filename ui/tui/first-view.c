/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The page of the first start: machines as sentences, what the selected one
 * answered, what Enter will do, and the ladder to the first protected VM.
 */
#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/found.h"
#include "ui/text/glyph.h"
#include "ui/text/text.h"
#include "ui/tui/figure.h"
#include "ui/tui/first-private.h"
#include "ui/tui/view.h"

#define LADDER_LINES 2
#define EVIDENCE_LINES 8
#define HEIGHT_WITH_EVIDENCE 15 /* of the view's area */

/* ---- what is listed ---- */

static bool
chooses(const struct ft_console *console)
{
    return console->first && console->first->choosing;
}

static json_t *
rows(const struct ft_console *console, const struct ft_page *page)
{
    (void)page;
    if (!console->first)
        return json_array();
    return chooses(console) ? ft_first_vms(console)
                            : json_copy(console->first->rows);
}

static const char *
identity(const json_t *row)
{
    return ft_json_string(row, "uuid", ft_json_string(row, "name", ""));
}

/* ---- words ---- */

static unsigned
step_of(const struct ft_console *console, const struct ft_first_count *count)
{
    if (chooses(console) || count->adding)
        return 3;
    return console->first && console->first->contacted ? 2 : 1;
}

static void
where(const struct ft_console *console, const struct ft_page *page, char *out,
      size_t size)
{
    const char *name =
        json_array_size(console->picture->hosts) ? "machines" : "first start";
    struct ft_first_count c;

    (void)page;
    ft_first_count(console, &c);
    if (!console->first || !console->first->contacted)
        snprintf(out, size, "%s   nothing contacted yet", name);
    else if (c.adding)
        snprintf(out, size, "%s   %zu being added", name, c.adding);
    else
        snprintf(out, size, "%s   %zu asked, %zu answered, %zu waiting", name,
                 c.looked + c.failed + c.asking, c.looked, c.asking);
}

/* "kvm1, kvm2 and 3 more" of those that Enter would add. */
static void
name_added(const struct ft_console *console, char *out, size_t size)
{
    struct ft_words words = { 0 };
    size_t used = 0, names;

    ft_first_add_words(console, &words);
    names = words.count - 2;
    *out = '\0';
    for (size_t i = 0; i < FT_MIN(names, (size_t)3) && used < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%.24s",
                                 !i               ? ""
                                 : i + 1 == names ? " and "
                                                  : ", ",
                                 words.list[i + 2]);
    if (names > 3 && used < size)
        snprintf(out + used, size - used, " and %zu more", names - 3);
}

/* The first machine that needs somebody. */
static const json_t *
needing(const struct ft_console *console)
{
    const json_t *row;
    size_t index;

    json_array_foreach(console->first->rows, index, row)
        if (!strcmp(ft_json_string(row, "state", ""), "failed") ||
            !strcmp(ft_json_string(row, "state", ""), "refused"))
            return row;
    return NULL;
}

static const char *
stands_at(const struct ft_console *console, const json_t *row)
{
    if (ft_first_is_added(console, row))
        return "added";
    if (!strcmp(ft_json_string(row, "state", ""), "refused"))
        return "not added";
    return ft_found_standing(row);
}

static void
say_looked(const struct ft_console *console, const struct ft_first_count *c,
           struct ft_verdict *verdict)
{
    const json_t *row = needing(console);
    char names[160] = "";
    size_t used = 0;

    verdict->severity = row ? FT_SEVERITY_WARN : FT_SEVERITY_OK;
    if (c->to_add) {
        name_added(console, names, sizeof(names));
        used = (size_t)snprintf(verdict->sentence, sizeof(verdict->sentence),
                                "%s can be added.", names);
    } else {
        used = (size_t)snprintf(verdict->sentence, sizeof(verdict->sentence),
                                "%zu looked at, none is marked to be added.",
                                c->looked);
        verdict->severity = FT_SEVERITY_WARN;
    }
    if (row && used < sizeof(verdict->sentence))
        snprintf(verdict->sentence + used, sizeof(verdict->sentence) - used,
                 " %.40s needs you: %s.", ft_json_string(row, "name", ""),
                 stands_at(console, row));
}

static void
say_vms(const struct ft_console *console, struct ft_verdict *verdict)
{
    FT_AUTOJSON json_t *vms = ft_first_vms(console);

    if (console->picture->totals.pairs) {
        *verdict = console->picture->verdict;
        return;
    }
    verdict->severity = FT_SEVERITY_WARN;
    if (json_array_size(vms))
        snprintf(verdict->sentence, sizeof(verdict->sentence),
                 "No VM is protected yet. %.60s could be the first one.",
                 ft_json_string(json_array_get(vms, 0), "vm", "?"));
    else
        snprintf(verdict->sentence, sizeof(verdict->sentence),
                 "No VM is protected yet, and none is known.");
}

static void
say(const struct ft_console *console, const struct ft_page *page,
    struct ft_verdict *verdict)
{
    struct ft_first_count c;

    (void)page;
    memset(verdict, 0, sizeof(*verdict));
    verdict->severity = FT_SEVERITY_UNKNOWN;
    if (!console->first)
        return;
    ft_first_count(console, &c);
    if (chooses(console))
        say_vms(console, verdict);
    else if (c.adding)
        snprintf(verdict->sentence, sizeof(verdict->sentence),
                 "The engine is being installed on %zu; one that fails stops "
                 "no other.",
                 c.adding);
    else if (c.asking)
        snprintf(verdict->sentence, sizeof(verdict->sentence),
                 "Asking %zu machines; nothing is changed on any of them.",
                 c.asking);
    else if (c.to_look || !console->first->contacted)
        snprintf(verdict->sentence, sizeof(verdict->sentence),
                 "Which machines may I look at? Looking changes nothing.");
    else
        say_looked(console, &c, verdict);
}

/* ---- drawing ---- */

static void
draw_mark(const struct ft_console *console, const json_t *row,
          struct ft_grid *grid, int y, bool selected)
{
    bool marked = json_is_true(json_object_get(row, "marked"));

    if (selected)
        ft_grid_select(grid, 0, y);
    ft_grid_print(grid, 0, y, FT_LOOK_PLAIN, "%s[%s]", selected ? ">" : " ",
                  ft_first_is_added(console, row) ? "+"
                  : marked                        ? "x"
                                                  : " ");
}

/* Before anybody was contacted: where it is named. */
static void
draw_named(const json_t *row, struct ft_grid *grid, int y)
{
    const char *user = ft_json_string(row, "user", "");
    const char *via = ft_json_string(row, "via", "");
    char login[160];

    ft_grid_name(grid, 5, y, 14, FT_LOOK_PLAIN, ft_json_string(row, "name", ""));
    ft_grid_name(grid, 20, y, 16, FT_LOOK_PLAIN,
                 ft_json_string(row, "address", ""));
    ft_grid_name(grid, 37, y, 20, FT_LOOK_PLAIN,
                 ft_json_string(row, "source", ""));
    snprintf(login, sizeof(login), "%.60s%s%.80s", user,
             *via ? " through " : "", via);
    ft_grid_text(grid, 58, y, grid->width - 59, FT_LOOK_PLAIN, login);
}

/* How far the running job is that adds this host, by its step of this name. */
static const char *
adding(const struct ft_console *console, const json_t *row)
{
    const char *name = ft_json_string(row, "name", "");
    size_t length = strlen(name), index, at;
    const json_t *job, *step;

    json_array_foreach(console->picture->jobs, index, job) {
        if (strcmp(ft_json_string(job, "verb", ""), "host add") != 0 ||
            strcmp(ft_json_string(job, "state", ""), "running") != 0)
            continue;
        json_array_foreach(json_object_get(job, "step_list"), at, step) {
            const char *text = ft_json_string(step, "text", "");
            const char *state = ft_json_string(step, "state", "");

            if (strncmp(text, name, length) != 0 || text[length] != ':')
                continue;
            return !strcmp(state, "done") ? "its engine runs; others are at it"
                   : !strcmp(state, "failed") ? "it failed; the others go on"
                                              : "the engine is being installed";
        }
    }
    return "the engine is being installed";
}

static void
draw_found(const struct ft_console *console, const json_t *row,
           struct ft_grid *grid, int y)
{
    const char *standing = stands_at(console, row);
    const char *word = ft_found_severity(row);
    enum ft_severity severity = !strcmp(standing, "added") ? FT_SEVERITY_OK
                                : !strcmp(standing, "not added")
                                    ? FT_SEVERITY_CRIT
                                    : ft_severity_of(word);
    int at = grid->width >= 66 ? grid->width - 18 : 24;
    char sentence[300];

    ft_found_sentence(row, sentence, sizeof(sentence));
    if (!strcmp(ft_json_string(row, "state", ""), "asking"))
        snprintf(sentence, sizeof(sentence), "asked; waiting for its answer");
    else if (!strcmp(ft_json_string(row, "state", ""), "adding"))
        snprintf(sentence, sizeof(sentence), "%s", adding(console, row));
    else if (!strcmp(ft_json_string(row, "state", ""), "named"))
        snprintf(sentence, sizeof(sentence), "not asked; in %.200s",
                 ft_json_string(row, "source", "no file"));
    else if (!strcmp(ft_json_string(row, "state", ""), "refused"))
        snprintf(sentence, sizeof(sentence), "%.250s",
                 ft_json_string(row, "error", ""));
    ft_grid_name(grid, 5, y, 14, FT_LOOK_PLAIN, ft_json_string(row, "name", ""));
    if (grid->width >= 66)
        ft_grid_text(grid, 20, y, at - 21, FT_LOOK_PLAIN, sentence);
    if (!strcmp(ft_json_string(row, "state", ""), "named") &&
        severity != FT_SEVERITY_OK)
        return; /* there is nothing to tell yet */
    ft_grid_print(grid, at, y, ft_look_of_severity(severity), "%s",
                  ft_severity_glyph(severity, grid->utf8));
    ft_grid_print(grid, at + 2, y, FT_LOOK_PLAIN, "%s", standing);
}

static void
draw_vm(const json_t *row, struct ft_grid *grid, int y, bool selected)
{
    char memory[FT_FIGURE], disk[FT_FIGURE];

    if (selected)
        ft_grid_select(grid, 0, y);
    ft_figure(ft_figure_of(row, "memory"), "B", memory);
    ft_figure(ft_figure_of(row, "disk_bytes"), "B", disk);
    ft_grid_print(grid, 0, y, FT_LOOK_PLAIN, "%s", selected ? ">" : " ");
    ft_grid_name(grid, 1, y, 20, FT_LOOK_PLAIN, ft_json_string(row, "vm", ""));
    ft_grid_name(grid, 23, y, 16, FT_LOOK_PLAIN,
                 ft_json_string(row, "host", ""));
    ft_grid_right(grid, 40, y, 10, FT_LOOK_PLAIN, memory);
    ft_grid_right(grid, 51, y, 10, FT_LOOK_PLAIN, disk);
    ft_grid_print(grid, 63, y, FT_LOOK_PLAIN, "%s",
                  ft_json_string(row, "state", ""));
}

static void
draw_head(const struct ft_console *console, struct ft_grid *grid, int y)
{
    int at = grid->width >= 66 ? grid->width - 18 : 24;

    if (chooses(console)) {
        ft_grid_print(grid, 1, y, FT_LOOK_TITLE, "VM");
        ft_grid_print(grid, 23, y, FT_LOOK_TITLE, "runs on");
        ft_grid_right(grid, 40, y, 10, FT_LOOK_TITLE, "memory");
        ft_grid_right(grid, 51, y, 10, FT_LOOK_TITLE, "disk");
        return;
    }
    ft_grid_print(grid, 5, y, FT_LOOK_TITLE, "machine");
    if (!console->first || !console->first->contacted) {
        ft_grid_print(grid, 20, y, FT_LOOK_TITLE, "address");
        ft_grid_print(grid, 37, y, FT_LOOK_TITLE, "named in");
        ft_grid_print(grid, 58, y, FT_LOOK_TITLE, "will log in as");
        return;
    }
    if (grid->width >= 66)
        ft_grid_print(grid, 20, y, FT_LOOK_TITLE, "is");
    ft_grid_print(grid, at, y, FT_LOOK_TITLE, "stands at");
}

static void
draw_list(const struct ft_console *console, struct ft_page *page,
          struct ft_grid *grid, int y, int end)
{
    size_t count = json_array_size(page->rows);
    size_t lines = (size_t)FT_MAX(end - y - 1, 1);

    draw_head(console, grid, y);
    if (!count)
        ft_grid_print(grid, 5, y + 1, FT_LOOK_HINT, "%s",
                      chooses(console) ? "no VM is known yet; r asks again"
                      : console->first && console->first->running[FT_FIRST_NAMES]
                          ? "reading ~/.ssh/config and known_hosts"
                          : "no name is known: A takes names, addresses, a "
                            "range as 10.0.0.0/24");
    if (page->list.position < page->list.top)
        page->list.top = page->list.position;
    if (page->list.position >= page->list.top + lines)
        page->list.top = page->list.position - lines + 1;
    for (size_t i = page->list.top; i < count && ++y < end; i++) {
        const json_t *row = json_array_get(page->rows, i);
        bool selected = i == page->list.position;

        if (chooses(console)) {
            draw_vm(row, grid, y, selected);
            continue;
        }
        draw_mark(console, row, grid, y, selected);
        if (!console->first->contacted)
            draw_named(row, grid, y);
        else
            draw_found(console, row, grid, y);
    }
    if (page->list.top + lines < count) {
        char below[64];

        snprintf(below, sizeof(below), "%zu more below",
                 count - page->list.top - lines);
        ft_grid_right(grid, 0, end, grid->width - 1, FT_LOOK_HINT, below);
    }
}

/* Text over several lines, broken at blanks. Returns the row after it. */
static int
draw_wrapped(struct ft_grid *grid, int y, int end, const char *text)
{
    int room = FT_MAX(grid->width - 4, 1);

    while (*text && y < end) {
        size_t length = strlen(text), take = FT_MIN(length, (size_t)room);

        while (take < length && take && text[take] != ' ')
            take--;
        if (!take)
            take = FT_MIN(length, (size_t)room);
        ft_grid_print(grid, 3, y++, FT_LOOK_PLAIN, "%.*s", (int)take, text);
        text += take;
        text += strspn(text, " ");
    }
    return y;
}

/* Does ~/.ssh/config name nobody? */
static bool
only_known_hosts(const struct ft_console *console)
{
    const json_t *machines = console->first ? console->first->rows : NULL;
    const json_t *row;
    size_t index;

    json_array_foreach(machines, index, row)
        if (strncmp(ft_json_string(row, "source", ""), "known_hosts", 11) != 0)
            return false;
    return json_array_size(machines) > 0;
}

static bool
is_hypervisor(const json_t *row)
{
    return !strcmp(ft_json_string(row, "state", ""), "looked") &&
           ft_json_bool(row, "kvm", 0) && *ft_json_string(row, "qemu", "") &&
           *ft_json_string(row, "libvirt", "");
}

/* Two that run the same QEMU, if there are. */
static void
draw_pair(const struct ft_console *console, struct ft_grid *grid, int y)
{
    const json_t *all = console->first->rows;
    size_t count = json_array_size(all);

    for (size_t i = 0; i < count; i++)
        for (size_t k = i + 1;
             is_hypervisor(json_array_get(all, i)) && k < count; k++) {
            const json_t *a = json_array_get(all, i);
            const json_t *b = json_array_get(all, k);

            if (!is_hypervisor(b) || strcmp(ft_json_string(a, "qemu", ""),
                                            ft_json_string(b, "qemu", "")) != 0)
                continue;
            ft_grid_print(grid, 1, y, FT_LOOK_PLAIN,
                          "Good for a pair: %.24s and %.24s run the same QEMU.",
                          ft_json_string(a, "name", ""),
                          ft_json_string(b, "name", ""));
            return;
        }
}

static void
draw_before(const struct ft_console *console, struct ft_grid *grid, int y,
            int end)
{
    struct ft_first_count c;

    ft_first_count(console, &c);
    ft_grid_print(grid, 1, y++, FT_LOOK_PLAIN, "%s",
                  only_known_hosts(console)
                      ? "Marked are those of known_hosts that seem to be of "
                        "this site."
                      : "Marked are names of ~/.ssh/config that no other entry "
                        "uses as a jump host.");
    if (console->first && console->first->left[0])
        ft_grid_print(grid, 1, y, FT_LOOK_PLAIN, "%s", console->first->left);
    y += 2;
    if (!c.to_look)
        return;
    ft_grid_print(grid, 1, y++, FT_LOOK_TITLE,
                  "What happens on Enter, on these %zu and nowhere else:",
                  c.to_look);
    ft_grid_print(grid, 3, y++, FT_LOOK_PLAIN,
                  "ssh, one connection each, as ssh(1) would; unknown host keys "
                  "are shown");
    if (y < end)
        ft_grid_print(grid, 3, y, FT_LOOK_PLAIN,
                      "read: CPU, KVM, memory, libvirt, QEMU, VMs      write: "
                      "nothing");
}

static void
draw_keys_of(const json_t *row, struct ft_grid *grid, int y, int end)
{
    bool changed = !strcmp(ft_json_string(row, "reach", ""), "key-changed");
    const json_t *key;
    size_t index;

    if (changed) {
        y = draw_wrapped(grid, y, end, ft_json_string(row, "error", ""));
        draw_wrapped(grid, y, end, ft_json_string(row, "hint", ""));
        return;
    }
    ft_grid_print(grid, 1, y++, FT_LOOK_TITLE,
                  "%s shows an SSH host key that this machine has never seen",
                  ft_json_string(row, "name", ""));
    json_array_foreach(json_object_get(row, "keys"), index, key)
        if (y < end)
            ft_grid_print(grid, 3, y++, FT_LOOK_PLAIN, "%s",
                          json_string_value(key));
    if (y + 2 < end) {
        ft_grid_print(grid, 3, y++, FT_LOOK_PLAIN,
                      "Compare on its own console: ssh-keygen -lf "
                      "/etc/ssh/ssh_host_ed25519_key.pub");
        ft_grid_print(grid, 3, y++, FT_LOOK_PLAIN,
                      "t trusts the first of them, and no other, and writes it "
                      "to known_hosts.");
    }
}

static void
draw_looked(const json_t *row, struct ft_grid *grid, int y, int end)
{
    char memory[FT_FIGURE], names[400] = "";
    const json_t *vm;
    size_t index, used = 0;

    ft_figure(ft_figure_of(row, "memory_bytes"), "B", memory);
    json_array_foreach(json_object_get(row, "vm_names"), index, vm)
        if (used < sizeof(names))
            used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s",
                                     index ? ", " : "", json_string_value(vm));
    ft_grid_print(grid, 3, y++, FT_LOOK_PLAIN, "%s, Linux %s",
                  ft_json_string(row, "system", "system not told"),
                  ft_json_string(row, "kernel", "?"));
    ft_grid_print(grid, 3, y++, FT_LOOK_PLAIN, "%.0f CPUs %s, %s memory",
                  FT_MAX(ft_figure_of(row, "cpus"), 0.0),
                  ft_json_string(row, "cpu", ""), memory);
    ft_grid_print(grid, 3, y++, FT_LOOK_PLAIN,
                  "/dev/kvm %s, libvirt %s, QEMU %s, engine %s",
                  ft_json_bool(row, "kvm", 0) ? "is there" : "is not there",
                  ft_json_string(row, "libvirt", "none"),
                  ft_json_string(row, "qemu", "none"),
                  ft_json_string(row, "engine", "none"));
    if (*names && y < end)
        ft_grid_print(grid, 3, y++, FT_LOOK_PLAIN, "runs: %s", names);
    if (y < end)
        ft_grid_print(grid, 3, y++, FT_LOOK_HINT, "host key %s",
                      ft_json_string(row, "host_key", "not known"));
    if (y < end && *ft_json_string(row, "error", ""))
        draw_wrapped(grid, y, end, ft_json_string(row, "error", ""));
}

static void
draw_evidence(const struct ft_console *console, struct ft_grid *grid, int y,
              int end)
{
    const json_t *row = ft_console_row(console);
    const char *state = ft_json_string(row, "state", "");
    const char *reach = ft_json_string(row, "reach", "");

    if (chooses(console)) {
        ft_grid_print(grid, 1, y, FT_LOOK_PLAIN,
                      "Enter opens the sheet that protects it: nothing is "
                      "changed before Apply.");
        ft_grid_print(grid, 1, y + 1, FT_LOOK_PLAIN,
                      "Until a VM is protected, a dead host stops it.");
    } else if (!console->first || !console->first->contacted) {
        draw_before(console, grid, y, end);
    } else if (!row) {
        return;
    } else if (!strncmp(reach, "key-", 4)) {
        draw_keys_of(row, grid, y, end);
    } else if (!strcmp(state, "looked") || !strcmp(state, "adding")) {
        draw_looked(row, grid, y, end);
    } else {
        y = draw_wrapped(grid, y, end, ft_json_string(row, "error", ""));
        draw_wrapped(grid, y, end, ft_json_string(row, "hint", ""));
    }
}

static void
draw_ladder(const struct ft_console *console, struct ft_grid *grid, int y)
{
    struct ft_first_count c;
    char text[128];

    ft_first_count(console, &c);
    ft_grid_rule(grid, y, NULL);
    snprintf(text, sizeof(text), "you are at step %u", step_of(console, &c));
    if (grid->width >= 76)
        ft_grid_right(grid, 0, y + 1, grid->width - 1, FT_LOOK_PLAIN, text);
    ft_grid_print(grid, 1, y + 1, FT_LOOK_PLAIN,
                  grid->utf8 ? "machine \u2500\u2500\u25ba looked at "
                               "\u2500\u2500\u25ba engine there "
                               "\u2500\u2500\u25ba VM protected"
                             : "machine --> looked at --> engine there --> VM "
                               "protected");
}

static void
draw(struct ft_console *console, struct ft_page *page, struct ft_grid *grid,
     struct ft_area area)
{
    int ladder = area.bottom - LADDER_LINES;
    bool roomy = area.bottom - area.top >= HEIGHT_WITH_EVIDENCE;
    int end = roomy ? ladder - EVIDENCE_LINES : ladder;

    if (!console->first)
        return;
    draw_list(console, page, grid, area.top, end);
    if (roomy)
        draw_evidence(console, grid, end + 1,
                      chooses(console) || !console->first->contacted
                          ? ladder
                          : ladder - 1);
    if (roomy && !chooses(console) && console->first->contacted)
        draw_pair(console, grid, ladder - 1);
    draw_ladder(console, grid, ladder);
}

/* ---- keys and command ---- */

static void
bar(const struct ft_console *console, const struct ft_page *page, char *out,
    size_t size)
{
    const json_t *row = ft_console_row(console);
    struct ft_first_count c;
    char enter[64] = "";

    (void)page;
    ft_first_count(console, &c);
    if (chooses(console)) {
        snprintf(out, size, "%sEsc machines   1 overview",
                 row ? "Enter protect it   " : "");
        return;
    }
    if (c.to_look)
        snprintf(enter, sizeof(enter), "Enter look at %zu   ", c.to_look);
    else if (c.asking || c.adding)
        snprintf(enter, sizeof(enter), "wait   ");
    else if (c.to_add)
        snprintf(enter, sizeof(enter), "Enter add %zu   ", c.to_add);
    else if (json_array_size(console->picture->hosts))
        snprintf(enter, sizeof(enter), "Enter choose a VM   ");
    snprintf(out, size, "%sSpace mark   A others   %s%sEsc back", enter,
             !strcmp(ft_json_string(row, "reach", ""), "key-unknown")
                 ? "t trust   "
                 : "",
             console->first && console->first->contacted ? "r again   " : "");
}

static void
twin(const struct ft_console *console, const struct ft_page *page,
     struct ft_words *words)
{
    const json_t *row = ft_console_row(console);
    struct ft_first_count c;

    (void)page;
    if (!console->first)
        return;
    ft_first_count(console, &c);
    if (chooses(console)) {
        ft_words_add(words, "protect");
        ft_words_add(words, ft_json_string(row, "vm", "VM"));
    } else if (c.to_look) {
        ft_first_look_words(console, words);
    } else if (!c.asking && c.to_add) {
        ft_first_add_words(console, words);
    } else if (!strcmp(ft_json_string(row, "reach", ""), "key-unknown")) {
        ft_first_trust_words(row, words);
    } else {
        ft_words_add(words, "discover");
    }
}

const struct ft_view ft_view_first = {
    .id = FT_VIEW_FIRST,
    .name = "First start",
    .scope = FT_SCOPE_FIRST,
    .where = where,
    .say = say,
    .rows = rows,
    .identity = identity,
    .draw = draw,
    .twin = twin,
    .bar = bar,
    .key = ft_first_key,
};
