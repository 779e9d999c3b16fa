/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "fetch.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "answers.h"

struct fetcher {
    int fd;
    FILE *in;
    char line[LEDGER_LINE_MAX];
};

struct fetcher *
fetch_open(const char *target)
{
    struct fetcher *fetcher = calloc(1, sizeof(*fetcher));
    struct timeval patience = { 60, 0 };

    if (!fetcher)
        return NULL;
    fetcher->fd = ledger_connect(target, 30);
    if (fetcher->fd < 0) {
        free(fetcher);
        return NULL;
    }
    setsockopt(fetcher->fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
               sizeof(patience));
    fetcher->in = fdopen(fetcher->fd, "r");
    if (!fetcher->in) {
        close(fetcher->fd);
        free(fetcher);
        return NULL;
    }
    return fetcher;
}

void
fetch_close(struct fetcher *fetcher)
{
    if (!fetcher)
        return;
    fclose(fetcher->in);
    free(fetcher);
}

static void
complain(const char *what, const char *text)
{
    fprintf(stderr, "%s: %s%s\n", program_invocation_short_name, what, text);
}

static int
ask(struct fetcher *fetcher, const char *question)
{
    size_t length = strlen(question);

    if (send(fetcher->fd, question, length, MSG_NOSIGNAL) == (ssize_t)length)
        return 0;
    complain("asking the ledger: ", strerror(errno));
    return -1;
}

static int
next_line(struct fetcher *fetcher)
{
    if (fgets(fetcher->line, sizeof(fetcher->line), fetcher->in))
        return 0;
    complain("the ledger does not answer", "");
    return -1;
}

static uint64_t
field(const char *line, const char *name)
{
    const char *found = strstr(line, name);

    return found ? strtoull(found + strlen(name), NULL, 10) : 0;
}

/* A status is in fetcher->line, and whose it is in boot. */
static int
ask_status(struct fetcher *fetcher, char boot[40])
{
    const char *found;

    if (ask(fetcher, "status\n") || next_line(fetcher))
        return -1;
    found = strstr(fetcher->line, " boot=");
    if (!strncmp(fetcher->line, "status ", 7) && found &&
        sscanf(found, " boot=%36[0-9a-f-]", boot) == 1)
        return 0;
    complain("no status: ", fetcher->line);
    return -1;
}

int
fetch_state(struct fetcher *fetcher, struct ledger_state *state)
{
    if (ask_status(fetcher, state->boot))
        return -1;
    state->records = field(fetcher->line, " records=");
    state->remembered = field(fetcher->line, " remembered=");
    state->disks = (int)field(fetcher->line, " disks=");
    state->failed = (int)field(fetcher->line, " failed=");
    state->disk_errors = field(fetcher->line, " disk-errors=");
    state->uptime = field(fetcher->line, " uptime=");
    state->corrupt_pages = field(fetcher->line, " corrupt-pages=");
    return 0;
}

int
fetch_clocks(struct fetcher *fetcher, struct ledger_clocks *clocks)
{
    static const char *const back[] = { " back-monotonic=", " back-raw=",
                                        " back-boot=", " back-real=" };
    static const char *const jump[] = { " jump-monotonic=", " jump-raw=",
                                        " jump-boot=", " jump-real=" };
    const char *source;

    if (ask_status(fetcher, clocks->boot))
        return -1;
    source = strstr(fetcher->line, " clocksource=");
    if (!source ||
        sscanf(source, " clocksource=%31[a-z0-9_-]", clocks->source) != 1) {
        complain("no clocks: ", fetcher->line);
        return -1;
    }
    clocks->uptime = field(fetcher->line, " uptime=");
    clocks->realtime = field(fetcher->line, " realtime=");
    clocks->watched = field(fetcher->line, " watched=");
    for (int i = 0; i < 4; i++) {
        clocks->back[i] = field(fetcher->line, back[i]);
        clocks->jump[i] = field(fetcher->line, jump[i]);
    }
    return 0;
}

int
fetch_memory_check(struct fetcher *fetcher, uint64_t *wrong)
{
    if (ask(fetcher, "sum\n") || next_line(fetcher))
        return -1;
    if (sscanf(fetcher->line, "sum %*x wrong-pages=%" SCNu64, wrong) == 1)
        return 0;
    complain("no sum: ", fetcher->line);
    return -1;
}

static int
parse_record(const char *line, struct ledger_record *record)
{
    record->magic = LEDGER_MAGIC;
    return sscanf(line,
                  "record %" SCNu64 " %" SCNx64 " %" SCNu64 " %" SCNx64
                  " %" SCNu64 " %" SCNx64 " %" SCNx64,
                  &record->global, &record->client, &record->number,
                  &record->payload, &record->uptime, &record->boot,
                  &record->checksum) == 7
               ? 0
               : -1;
}

/* One answer of at most LEDGER_READ_MAX records. Returns how many, or -1. */
static int
fetch_page(struct fetcher *fetcher, int disk, uint64_t from,
           struct ledger_record *records)
{
    char question[80];
    int got = 0;

    if (disk < 0)
        snprintf(question, sizeof(question), "read memory %" PRIu64 " %d\n",
                 from, LEDGER_READ_MAX);
    else
        snprintf(question, sizeof(question), "read disk %d %" PRIu64 " %d\n",
                 disk, from, LEDGER_READ_MAX);
    if (ask(fetcher, question))
        return -1;
    for (;;) {
        if (next_line(fetcher))
            return -1;
        if (!strncmp(fetcher->line, "end ", 4))
            return got;
        if (got == LEDGER_READ_MAX ||
            parse_record(fetcher->line, &records[got])) {
            complain("no record: ", fetcher->line);
            return -1;
        }
        got++;
    }
}

int
fetch_stretch(struct fetcher *fetcher, int disk, uint64_t from,
              struct stretch *stretch)
{
    int got;

    *stretch = (struct stretch){ .from = from };
    do {
        void *more =
            realloc(stretch->records, (stretch->count + LEDGER_READ_MAX) *
                                          sizeof(*stretch->records));

        if (!more)
            return -1;
        stretch->records = more;
        got = fetch_page(fetcher, disk, from + stretch->count,
                         stretch->records + stretch->count);
        if (got < 0)
            return -1;
        stretch->count += (uint64_t)got;
    } while (got == LEDGER_READ_MAX);
    return 0;
}

void
fetch_free(struct stretch *stretch)
{
    free(stretch->records);
    *stretch = (struct stretch){ 0 };
}
