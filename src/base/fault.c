/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/fault.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FAULTS_MAX 32

struct fault {
    char name[64];
    char action[16];
    unsigned due; /* occurrences left until it fails */
};

static struct fault faults[FAULTS_MAX];
static int fault_count = -1;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void
parse(const char *list)
{
    char copy[2048], *save, *item;

    snprintf(copy, sizeof(copy), "%s", list);
    for (item = strtok_r(copy, ", \n", &save); item && fault_count < FAULTS_MAX;
         item = strtok_r(NULL, ", \n", &save)) {
        struct fault *f = &faults[fault_count];

        f->due = 1;
        if (sscanf(item, "%63[^=]=%15[^@]@%u", f->name, f->action, &f->due) >= 2)
            fault_count++;
    }
}

static void
load_environment(void)
{
    const char *list = getenv("FT_FAULTS");

    if (fault_count >= 0)
        return;
    fault_count = 0;
    if (list)
        parse(list);
}

void
ft_fault_load(const char *path)
{
    char text[2048];
    FILE *file = fopen(path, "re");
    size_t n;

    if (!file)
        return;
    n = fread(text, 1, sizeof(text) - 1, file);
    fclose(file);
    text[n] = '\0';
    pthread_mutex_lock(&lock);
    load_environment();
    parse(text);
    pthread_mutex_unlock(&lock);
}

static int
act(const char *action)
{
    if (!strcmp(action, "kill"))
        raise(SIGKILL);
    while (!strcmp(action, "hang"))
        pause();
    return -atoi(action);
}

int
ft_fault_hit(const char *name)
{
    char action[16] = "";
    int i;

    pthread_mutex_lock(&lock);
    load_environment();
    for (i = 0; i < fault_count; i++) {
        if (strcmp(faults[i].name, name) || !faults[i].due)
            continue;
        if (--faults[i].due == 0)
            memcpy(action, faults[i].action, sizeof(action));
    }
    pthread_mutex_unlock(&lock);
    return action[0] ? act(action) : 0;
}
