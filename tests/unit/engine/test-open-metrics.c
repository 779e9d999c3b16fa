/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The figures as OpenMetrics text: read again line by line as the format says
 * (openmetrics.io, 1.0.0), by promtool where it is installed, and compared with
 * the list in ftengine(8).
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "engine/open-metrics.h"

#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyz_0123456789"

static const char primary[] =
    "{'pair':'1','vm':'we\\\"b\\\\\\n1','role':'primary','primary':'h1',"
    "'standby':'h2','state':'protected','generation':3,'peer_connected':true,"
    "'witness_reachable':null,'witness_full':false,'witness_older':false,"
    "'problem':null,'stalled':null,'stands':{'by':'paused'},'changed':null,"
    "'worker_older':true,'drift':{'findings':[{'verdict':'fail'},"
    "{'verdict':'warn'},{'verdict':'fail'},"
    "{'verdict':'unknown','waived':'tonight'}]},"
    "'paths':[{'up':true},{'up':false},{'up':null}],'age_ms':250,"
    "'counters':{'epochs':900,'dirty_bytes':1e12,'link_bytes':7,'disk_bytes':8},"
    "'pause_ms':{'p50':1.5,'p99':4},'commit_ms':{'p50':5,'p99':9},'lag_ms':20,"
    "'held_packets':2,'held_bytes':3000,'held_ms':1,'dropped_packets':0,"
    "'clock_lag_ms':0,'rtt_ms':0.25,'cpu_percent':12.5,"
    "'progress':{'phase':'disk','done':4096,'total':8192}}";
static const char standby[] =
    "{'pair':'2','vm':'db','role':'standby','primary':'h2','standby':'h1',"
    "'state':'protected','generation':1,'peer_connected':true,'lag_ms':null,"
    "'staged_bytes':0,'apply_ms':null,'replica_lag_ms':31,'rtt_ms':null,"
    "'rehearsal':{'outcome':'failed','why':'x','age_s':3600,'seconds':1.5},"
    "'counters':{'pages_written':1,'disk_bytes':4}}";

static char *
text_of(const char *pairs)
{
    char text[4096], *out = NULL;
    size_t size;
    FILE *to = open_memstream(&out, &size);
    json_t *status;

    snprintf(text, sizeof(text),
             "{'host':'h1','version':'1.2','witness':{'running':true},"
             "'pairs':[%s]}",
             pairs);
    for (char *c = text; *c; c++)
        if (*c == '\'')
            *c = '"';
    status = json_loads(text, 0, NULL);
    assert_non_null(status);
    ft_open_metrics(to, status);
    fclose(to);
    json_decref(status);
    return out;
}

static char *
full_text(void)
{
    char pairs[4096];

    snprintf(pairs, sizeof(pairs), "%s,%s", primary, standby);
    return text_of(pairs);
}

static bool
has_line(const char *text, const char *line)
{
    size_t size = strlen(line);

    for (const char *at = text; (at = strstr(at, line)); at++)
        if ((at == text || at[-1] == '\n') && at[size] == '\n')
            return true;
    return false;
}

static void
test_values(void **state)
{
    FT_AUTOFREE char *text = full_text();
    static const char *const lines[] = {
        "ftengine_build_info{version=\"1.2\",host=\"h1\"} 1",
        "ftengine_witness_running 1",
#define WEB "vm=\"we\\\"b\\\\\\n1\",role=\"primary\",peer=\"h2\""
#define DB "vm=\"db\",role=\"standby\",peer=\"h2\""
        "ftengine_pair_state{" WEB ",state=\"protected\"} 1",
        "ftengine_pair_state{" WEB ",state=\"alone\"} 0",
        "ftengine_stands{" WEB "} 1",
        "ftengine_stalled{" WEB "} 0",
        "ftengine_worker_older{" WEB "} 1",
        "ftengine_drift_findings{" WEB ",verdict=\"fail\"} 2",
        "ftengine_drift_findings{" WEB ",verdict=\"unknown\"} 0",
        "ftengine_paths_up{" WEB "} 1",
        "ftengine_status_age_seconds{" WEB "} 0.25",
        "ftengine_epochs_total{" WEB "} 900",
        "ftengine_dirty_bytes_total{" WEB "} 1e+12",
        "ftengine_pause_seconds{" WEB ",quantile=\"0.99\"} 0.004",
        "ftengine_lag_seconds{" WEB "} 0.02",
        "ftengine_cpu_ratio{" WEB "} 0.125",
        "ftengine_copied_bytes{" WEB "} 4096",
        "ftengine_replica_lag_seconds{" DB "} 0.031",
        "ftengine_rehearsal_passed{" DB "} 0",
        "ftengine_rehearsal_age_seconds{" DB "} 3600",
        "ftengine_rehearsal_seconds{" DB "} 1.5",
        "ftengine_disk_bytes_total{" DB "} 4",
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(lines); i++)
        if (!has_line(text, lines[i]))
            fail_msg("lacks %s in\n%s", lines[i], text);
    /* not known is not told */
    assert_null(strstr(text, "ftengine_witness_reachable{"));
    assert_null(strstr(text, "ftengine_lag_seconds{" DB));
    assert_null(strstr(text, "ftengine_rehearsal_passed{" WEB));
}

/* name{label="value",...} number: past the brace, or NULL. */
static const char *
past_labels(const char *c)
{
    while (*c == '{' || *c == ',') {
        c += 1 + strspn(c + 1, NAME_CHARACTERS);
        if (strncmp(c, "=\"", 2) != 0)
            return NULL;
        for (c += 2; *c && *c != '"'; c++)
            if (*c == '\\' && !strchr("\\\"n", *++c))
                return NULL;
        if (*c++ != '"')
            return NULL;
    }
    return *c == '}' ? c + 1 : NULL;
}

/* A sample of the family that the last # TYPE named. */
static void
check_sample(const char *line, const char *family, const char *type)
{
    size_t size = strspn(line, NAME_CHARACTERS);
    const char *c = line + size;
    const char *suffix = strcmp(type, "counter") == 0 ? "_total" : "";
    char name[160], *end;

    snprintf(name, sizeof(name), "%s%s", family, suffix);
    if (strlen(name) != size || strncmp(name, line, size) != 0)
        fail_msg("in family %s: %s", family, line);
    if (*c == '{')
        c = past_labels(c);
    if (!c || *c != ' ')
        fail_msg("labels: %s", line);
    strtod(c + 1, &end);
    if (end == c + 1 || *end)
        fail_msg("value: %s", line);
}

static void
test_format(void **state)
{
    FT_AUTOFREE char *text = full_text();
    char family[128] = "", type[16] = "", unit[16];
    size_t n = 0;
    bool eof = false;

    (void)state;
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        assert_false(eof);
        if (!strcmp(line, "# EOF"))
            eof = true;
        else if (sscanf(line, "# TYPE %127s %15s", family, type) == 2)
            assert_string_equal(family, ft_open_metrics_family(n++));
        else if (sscanf(line, "# UNIT %*s %15s", unit) == 1)
            assert_string_equal(family + strlen(family) - strlen(unit), unit);
        else if (*line == '#')
            assert_true(!strncmp(line, "# HELP ", 7) &&
                        !strncmp(line + 7, family, strlen(family)));
        else
            check_sample(line, family, type);
    }
    assert_true(eof);
    assert_null(ft_open_metrics_family(n));
}

/* Every family once, also without a pair. */
static void
test_no_pairs(void **state)
{
    FT_AUTOFREE char *text = text_of("");

    (void)state;
    assert_non_null(strstr(text, "ftengine_build_info{"));
    assert_null(strstr(text, "vm="));
    assert_string_equal(text + strlen(text) - 6, "# EOF\n");
}

static char *
read_source(const char *name)
{
    const char *top = getenv("srcdir");
    char path[4096], *text = calloc(1, 1 << 20);
    FILE *from;

    snprintf(path, sizeof(path), "%s/%s", top ? top : ".", name);
    from = fopen(path, "re");
    assert_non_null(text);
    assert_non_null(from);
    assert_true(fread(text, 1, (1 << 20) - 1, from) > 0);
    fclose(from);
    return text;
}

static void
test_in_the_manual(void **state)
{
    FT_AUTOFREE char *page = read_source("man/ftengine.8");

    (void)state;
    for (size_t i = 0; ft_open_metrics_family(i); i++) {
        char line[160];

        snprintf(line, sizeof(line), ".It Li %s", ft_open_metrics_family(i));
        if (!has_line(page, line))
            fail_msg("ftengine(8) lacks %s", line);
    }
}

/* With or without what is put behind a counter's name. */
static bool
is_family(const char *name, size_t size)
{
    for (size_t i = 0; ft_open_metrics_family(i); i++) {
        const char *family = ft_open_metrics_family(i);
        size_t length = strlen(family);

        if (!strncmp(name, family, length) &&
            (size == length ||
             (size == length + 6 && !strncmp(name + length, "_total", 6))))
            return true;
    }
    return false;
}

/* What they ask for is told. */
static void
test_rules_and_dashboard(void **state)
{
    static const char *const files[] = { "scripts/metrics/ftengine.rules.yml",
                                         "scripts/metrics/"
                                         "ftengine-dashboard.json" };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(files); i++) {
        FT_AUTOFREE char *text = read_source(files[i]);
        unsigned n = 0;

        for (const char *c = text; (c = strstr(c, "ftengine_")); n++) {
            size_t size = strspn(c, NAME_CHARACTERS);

            if (!is_family(c, size))
                fail_msg("%s asks for %.*s", files[i], (int)size, c);
            c += size;
        }
        assert_true(n > 5);
        if (strstr(files[i], ".json")) {
            json_t *json = json_loads(text, 0, NULL);

            assert_non_null(json);
            json_decref(json);
        }
    }
}

/* It reads the older format, where the counter's name has the suffix as well. */
static void
test_promtool(void **state)
{
    FT_AUTOFREE char *text = full_text();
    FILE *tool;

    (void)state;
    if (system("command -v promtool >/dev/null") != 0) {
        print_message("promtool is not installed: it did not check the text\n");
        return;
    }
    tool = popen("awk '$2 == \"UNIT\" { next } $2 == \"TYPE\" { "
                 "c = $4 == \"counter\" ? \"_total\" : \"\" } "
                 "/^#/ && $2 != \"EOF\" { $3 = $3 c } { print }' | "
                 "promtool check metrics",
                 "we");
    assert_non_null(tool);
    fputs(text, tool);
    assert_int_equal(pclose(tool), 0);
    assert_int_equal(system("promtool check rules --lint=all "
                            "\"${srcdir:-.}/scripts/metrics/"
                            "ftengine.rules.yml\""),
                     0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_format),
        cmocka_unit_test(test_no_pairs),
        cmocka_unit_test(test_in_the_manual),
        cmocka_unit_test(test_rules_and_dashboard),
        cmocka_unit_test(test_promtool),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
