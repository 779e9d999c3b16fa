/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The console without a terminal: any keys, pastes, sizes, answers and pictures,
 * also pictures of hosts that say what they like. An input is five bytes (which
 * picture and modes; how it is spoiled) and then one after another what
 * happens, see happen(). Whatever it is: a paste does nothing, a read-only
 * console and one in the past change nothing, no cell holds what would drive a
 * terminal.
 */
#include "config.h"

#include "fuzz.h"
#include "spoil.h"

#include <locale.h>
#include <string.h>
#include <wchar.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/pair-rows.h"
#include "ui/text/text.h"
#include "ui/tui/console.h"
#include "ui/tui/first.h"
#include "ui/tui/frame.h"
#include "ui/tui/login.h"
#include "ui/tui/pages.h"
#include "ui/tui/sheet.h"
#include "ui/tui/state.h"

#define PICTURES 4
#define PASTED_MAX 64

struct bytes {
    const uint8_t *at, *end;
};

struct world {
    int64_t now_ms; /* of what moves by itself */
    struct ft_console console;
    struct ft_picture pictures[2]; /* as it was, and the next one */
    int width, height;
    unsigned login;        /* the question that is open; 0: none */
    struct ft_entry entry; /* what is typed there */
    unsigned ticket;       /* of what is to be answered */
    unsigned asked;        /* things that were asked of the owner */
    uint32_t spoil;
};

static json_t *fixtures[PICTURES];

static uint8_t
next(struct bytes *b)
{
    return b->at < b->end ? *b->at++ : 0;
}

/* ---- pictures ---- */

static void
load_fixtures(void)
{
    static const char *const names[PICTURES] = { "calm", "trouble", "mixed",
                                                 "empty" };
    const char *source = getenv("srcdir");
    char path[512];

    setlocale(LC_CTYPE, "C.UTF-8");
    for (size_t i = 0; i < PICTURES; i++) {
        snprintf(path, sizeof(path), "%s/tests/unit/tui/pictures/%s.json",
                 source ? source : ".", names[i]);
        fixtures[i] = json_load_file(path, 0, NULL);
        FUZZ_CHECK(fixtures[i]);
    }
}

static bool
history(void *data, const char *pair, const char *metric, int64_t until_ms,
        double seconds, struct ft_history *h)
{
    (void)data;
    (void)until_ms;
    (void)pair;
    if (*metric == 'a' || seconds < 0)
        return false;
    h->count = FT_HISTORY_POINTS;
    h->step_s = seconds / h->count;
    h->usual_low = *metric == 'l' ? 4 : -1;
    h->usual_high = 8;
    for (unsigned i = 0; i < h->count; i++)
        h->values[i] = i % 7 == 3 ? -1 : (float)(i % 13) * 1e30f;
    return true;
}

static bool
measured(void *data, const char *pair, int64_t at_ms, struct ft_measured *out)
{
    (void)data;
    (void)pair;
    *out = (struct ft_measured){ at_ms % 3 ? 3600 : 1, 1e30,
                                 (double)(at_ms % 100) };
    return at_ms % 7 != 0;
}

static json_t *
pair_rows(const json_t *statuses, const json_t *live)
{
    json_t *rows = json_array();
    const json_t *status;
    size_t index;

    json_array_foreach(statuses, index, status) {
        json_t *row = ft_pair_row(status, 0.3, true);

        FUZZ_CHECK(row);
        json_object_set(row, "primary_live",
                        json_object_get(live,
                                        ft_json_string(status, "primary", "")));
        json_object_set(row, "standby_live",
                        json_object_get(live,
                                        ft_json_string(status, "standby", "")));
        ft_pair_row_judge(row);
        json_array_append_new(rows, row);
    }
    return rows;
}

static void
make_picture(struct ft_picture *p, unsigned number, uint32_t seed)
{
    FT_AUTOJSON json_t *fixture = json_deep_copy(fixtures[number % PICTURES]);
    static const char *const ours[] = { "hosts", "vms", "events", "jobs" };
    json_t **arrays[] = { &p->hosts, &p->vms, &p->events, &p->jobs };

    memset(p, 0, sizeof(*p));
    FUZZ_CHECK(fixture);
    if (seed)
        spoil(json_object_get(fixture, "pairs"), SPOIL_ANY, 16, &seed);
    for (size_t i = 0; i < FT_ARRAY_SIZE(ours); i++) {
        *arrays[i] = json_incref(json_object_get(fixture, ours[i]));
        if (seed)
            spoil(*arrays[i], SPOIL_TEXTS, 16, &seed);
    }
    p->pairs = pair_rows(json_object_get(fixture, "pairs"),
                         json_object_get(fixture, "live"));
    p->wall_ms = ft_json_int(fixture, "wall_ms", 0, INT64_MAX, 0);
    p->history = history;
    p->measured = measured;
    ft_picture_sum(p);
    p->age_s = 0.6;
    p->from_store = seed & 1;
}

static void
free_picture(struct ft_picture *p)
{
    json_decref(p->pairs);
    json_decref(p->hosts);
    json_decref(p->vms);
    json_decref(p->events);
    json_decref(p->jobs);
    ft_plugs_free(&p->plugs);
    memset(p, 0, sizeof(*p));
}

/* ---- the owner ---- */

static void
op_run(void *data, const struct ft_words *words, const struct ft_words *shown,
       bool show)
{
    struct world *world = data;

    (void)show;
    world->asked++;
    FUZZ_CHECK(words->count && words->count <= FT_WORDS_MAX &&
               shown->count <= FT_WORDS_MAX);
    FUZZ_CHECK((!world->console.readonly && !world->console.past) ||
               !ft_words_change(words));
}

static bool
op_ask(void *data, unsigned ticket, const struct ft_words *words)
{
    struct world *world = data;

    world->asked++;
    world->ticket = ticket;
    FUZZ_CHECK(words->count);
    FUZZ_CHECK((!world->console.readonly && !world->console.past) ||
               !ft_words_change(words));
    return world->asked % 5 != 0;
}

static void
op_first(void *data, enum ft_first_what what, const struct ft_words *words,
         bool may_ask)
{
    struct world *world = data;

    world->asked++;
    (void)may_ask;
    FUZZ_CHECK(what < FT_FIRST_WHATS && words->count);
    FUZZ_CHECK(!world->console.readonly || what != FT_FIRST_ADD);
}

static void
op_again(void *data)
{
    ((struct world *)data)->asked++;
}

static void
op_answer(void *data, unsigned id, const char *secret, bool same)
{
    struct world *world = data;

    (void)same;
    world->asked++;
    FUZZ_CHECK(id == world->login && (!secret || *secret));
    world->login = 0;
}

static void
op_complete(void *data, const struct ft_words *before, const char *part,
            struct ft_completion *completion)
{
    (void)data;
    FUZZ_CHECK(before->count <= FT_WORDS_MAX);
    ft_completion_add(completion, part, "protect", "a copy");
    ft_completion_add(completion, part, "--\xc3\xa9\033[2J", "odd \xff");
    strcpy(completion->argument, before->count % 2 ? "VM" : "HOST|none");
}

static void
op_shell(void *data, const struct ft_words *program)
{
    (void)data;
    (void)program;
}

static void
op_text(void *data, const char *text)
{
    ((struct world *)data)->asked++;
    FUZZ_CHECK(text);
}

/* ---- the screen ---- */

static void
check_cell(const struct ft_grid *grid, int x, int y)
{
    const struct ft_grid_cell *cell = &grid->cells[y * grid->width + x];
    unsigned character = 0;
    int columns = 0;

    FUZZ_CHECK(cell->look < FT_LOOK_COUNT);
    if (!*cell->text && !cell->continued) /* as most are */
        return;
    for (const char *at = cell->text; *at;) {
        int size = ft_utf8_decode(at, &character);

        FUZZ_CHECK(size > 0 && (grid->utf8 || character < 0x80));
        FUZZ_CHECK(ft_character_width(character) >= 0);
        columns += ft_character_width(character);
        at += size;
    }
    FUZZ_CHECK(columns <= 2);
    FUZZ_CHECK(!cell->continued || (x && !*cell->text));
    if (columns == 2)
        FUZZ_CHECK(x + 1 < grid->width && cell[1].continued);
}

static void
draw(struct world *world)
{
    struct ft_grid grid;

    FUZZ_CHECK(ft_grid_open(&grid, world->width, world->height,
                            world->console.utf8) == 0);
    ft_console_draw(&world->console, &grid);
    for (int y = 0; y < grid.height; y++)
        for (int x = 0; x < grid.width; x++)
            check_cell(&grid, x, y);
    FUZZ_CHECK(grid.cursor_x < grid.width && grid.cursor_y < grid.height);
    ft_grid_close(&grid);
}

/* ---- what happens ---- */

static void
press(struct world *world, uint32_t code)
{
    struct ft_key key = { code, NULL };

    ft_console_key(&world->console, &key);
}

static void
paste(struct world *world, struct bytes *b)
{
    char text[2 * PASTED_MAX + 1];
    struct ft_key key = { FT_KEY_PASTE, text };
    unsigned size = next(b) % PASTED_MAX, asked = world->asked;
    size_t used = 0;

    for (unsigned i = 0; i < size; i++) {
        uint8_t c = next(b);

        if (c >= 0x80) /* e with an accent, in UTF-8 */
            text[used++] = (char)0xc3;
        text[used++] = (char)(c >= 0x80               ? 0xa9
                              : c < 0x20 || c == 0x7f ? ' '
                                                      : c);
    }
    text[used] = '\0';
    ft_console_key(&world->console, &key);
    FUZZ_CHECK(world->asked == asked && !world->console.leave);
}

static void
change_picture(struct world *world, struct bytes *b)
{
    free_picture(&world->pictures[1]);
    make_picture(&world->pictures[1], next(b),
                 world->spoil ? world->spoil + next(b) : 0);
    ft_console_set_picture(&world->console, &world->pictures[1]);
    free_picture(&world->pictures[0]);
    world->pictures[0] = world->pictures[1];
    memset(&world->pictures[1], 0, sizeof(world->pictures[1]));
    /* the console has the address of the second one */
    ft_console_set_picture(&world->console, &world->pictures[0]);
}

static void
answer_plan(struct world *world, struct bytes *b)
{
    static const char plan[] =
        "{\"vm\":\"build\",\"primary\":\"kvm3\",\"standby\":\"kvm1\","
        "\"witness\":\"w1\",\"steps\":[{\"step\":\"engine\",\"host\":\"kvm3\","
        "\"description\":\"make sure that it runs\"}],\"checks\":[{\"verdict\":"
        "\"warn\",\"id\":\"vm.kvm\",\"subject\":\"build\",\"evidence\":\"not "
        "proven\",\"remedy\":\"Verify it.\"}],\"candidates\":[{\"host\":\"kvm1\","
        "\"taken\":true,\"verdict\":\"pass\",\"reason\":\"most memory\"},"
        "{\"host\":\"kvm2\",\"taken\":false,\"verdict\":\"fail\",\"reason\":"
        "\"too little memory\"}]}";
    FT_AUTOJSON json_t *json = json_loads(plan, 0, NULL);
    uint32_t seed = next(b);

    if (seed & 0x80)
        spoil(json, SPOIL_TEXTS, 16, &seed);
    ft_console_answer(&world->console, world->ticket, seed & 1 ? NULL : json,
                      (int)(seed >> 1 & 3), "it was \033[31mrefused");
}

/* Machines, as discover and host add tell of them. */
static json_t *
machines(struct bytes *b)
{
    static const char *const states[] = { "named",  "asking", "answers",
                                          "looked", "failed", "known" };
    uint32_t seed = next(b);
    json_t *document =
        json_pack("{s:[{s:s,s:s,s:s,s:s,s:b,s:s,s:s,s:s,s:s,s:[s]},{s:s,s:s,s:s,"
                  "s:s,s:[{s:s,s:s}]}],s:{s:i,s:i}}",
                  "hosts", "name", "kvm8", "host", "kvm8", "address",
                  "10.0.0.8", "state", states[seed % FT_ARRAY_SIZE(states)],
                  "kvm", 1, "qemu", "7.2", "result", "added", "error",
                  "no route", "hint", "Ask again.", "vm_names", "web", "name",
                  "kvm9", "state", states[seed / 8 % FT_ARRAY_SIZE(states)],
                  "reach", seed & 1 ? "key-unknown" : "timeout", "error",
                  "unknown", "keys", "type", "ssh-ed25519", "fingerprint",
                  "SHA256:x", "left_out", "patterns", 2, "hashed", 3);

    FUZZ_CHECK(document);
    if (seed & 0x80)
        spoil(document, SPOIL_ANY, 16, &seed);
    return document;
}

static void
tell_first(struct world *world, struct bytes *b)
{
    FT_AUTOJSON json_t *document = machines(b);
    const json_t *hosts = json_object_get(document, "hosts");
    json_t *row;
    size_t index;

    json_array_foreach(hosts, index, row) {
        FT_AUTOJSON json_t *line = json_pack("{s:O}", "row", row);
        FT_AUTOFREE char *text = json_dumps(line, 0);

        ft_first_line(&world->console, text ? text : "{");
    }
}

static void
end_first(struct world *world, struct bytes *b)
{
    FT_AUTOJSON json_t *document = machines(b);
    uint8_t how = next(b);

    ft_first_ended(&world->console, how % FT_FIRST_WHATS,
                   how & 0x80 ? NULL : document, how >> 4 & 7,
                   how & 8 ? "it \033[31mfailed" : "");
}

static void
ask_login(struct world *world, struct bytes *b)
{
    static unsigned last;
    struct ft_login_wish wish = {
        .id = last + 1,
        .prompt = "\033[31mPassword of \xff at a host with a name that is "
                  "longer than it should be: ",
        .command = "ftadmin host add kvm1",
        .again = next(b) & 1,
        .entry = &world->entry,
    };

    if (world->login && next(b) & 1) {
        ft_login_gone(&world->console, world->login);
        world->login = 0;
    } else if (!world->login && ft_login_open(&world->console, &wish)) {
        world->login = last = wish.id;
    }
}

static void
happen(struct world *world, struct bytes *b)
{
    uint8_t what = next(b);
    struct ft_key none = { FT_KEY_NONE, NULL };

    if (what < 0x80)
        press(world, what);
    else if (what < 0xa0)
        press(world, FT_KEY_BASE_ + what % 0x20 % (FT_KEY_PASTE - FT_KEY_BASE_));
    else if (what == 0xa0)
        world->width = 1 + next(b) * 299 / 255;
    else if (what == 0xa1)
        world->height = 1 + next(b) * 99 / 255;
    else if (what == 0xa2)
        paste(world, b);
    else if (what == 0xa3)
        change_picture(world, b);
    else if (what == 0xa4)
        answer_plan(world, b);
    else if (what == 0xa5)
        ft_console_show_text(&world->console, "ftadmin status",
                             strdup("one\n\033[2Jtwo\n\xe6\x97\xa5\nthree"));
    else if (what == 0xa6)
        ft_console_key(&world->console, &none);
    else if (what == 0xa7)
        tell_first(world, b);
    else if (what == 0xa8)
        end_first(world, b);
    else if (what == 0xa9)
        ask_login(world, b);
    else if (what == 0xaa)
        ft_console_tick(&world->console, world->now_ms += 20 * next(b));
    else
        press(world, 0x3041 + (uint32_t)what * 0x111);
    /* seldom between keys: to draw takes most of the time */
    if (what >= 0xa0 || b->at == b->end || *b->at % 4 == 0)
        draw(world);
    world->console.leave = false;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct ft_console_ops ops = {
        .run = op_run,
        .ask = op_ask,
        .ask_again = op_again,
        .copy = op_text,
        .write = op_text,
        .shell = op_shell,
        .suspend = op_again,
        .first = op_first,
        .answer = op_answer,
        .complete = op_complete,
    };
    struct world *world = calloc(1, sizeof(*world));
    struct bytes b = { data, data + size };
    struct ft_console_ops ours = ops;
    uint8_t modes = next(&b);

    FUZZ_CHECK(world);
    if (!fixtures[0])
        load_fixtures();
    for (int i = 0; i < 4; i++)
        world->spoil = world->spoil << 8 | next(&b);
    world->width = 80;
    world->height = 24;
    make_picture(&world->pictures[0], modes, world->spoil);
    ours.data = world;
    FUZZ_CHECK(ft_console_open(&world->console, &ours, &world->pictures[0],
                               !(modes & 4)) == 0);
    world->console.readonly = modes & 8;
    draw(world);
    world->asked = 0;
    for (int i = 0; i < 400 && b.at < b.end; i++)
        happen(world, &b);
    draw(world);
    ft_console_close(&world->console);
    free_picture(&world->pictures[0]);
    free(world);
    return 0;
}
