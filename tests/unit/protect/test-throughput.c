/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long networks are filled to learn what they carry: not beside pairs that run. */
#include "config.h"

#include "protect/protect-private.h"
#include "tests/unit/protect/fake-hosts.h"

static int briefs, longs;

static int
measure_as_asked(const char *command, struct ft_ssh_result *result,
                 struct ft_error *err)
{
    static char answer[] = "{\"bytes_per_s\": 1e8}";

    (void)err;
    assert_has(command, " throughput 10.7");
    if (strstr(command, " brief 2>"))
        briefs++;
    else
        longs++;
    result->out = answer;
    result->out_size = strlen(answer);
    return 0;
}

/* NULL: the engine was not asked. */
static void
set_status(const char *host, const char *status)
{
    struct ft_member *member = ft_fleet_find(&fleet, host);

    json_decref(member->status);
    member->status = status ? json_loads(status, 0, NULL) : NULL;
}

static void
test_beside_pairs(void **state)
{
    static const char none[] = "{\"pairs\": []}";
    static const char some[] = "{\"pairs\": [{\"pair\": \"another\"}]}";
    static const struct {
        const char *here, *there;
        bool brief;
    } cases[] = {
        { NULL, none, false }, { none, none, false }, { some, none, true },
        { none, some, true },  { some, some, true },
    };
    struct ft_host *h1 = make_host("h1", 1, 1, domain_facts);
    struct ft_host *h2 = make_host("h2", 2, 1, "");
    const struct ft_connection connections[] = {
        { .from = h1, .to = h2, .trips = { .sent = 1, .count = 1 } },
        { .from = h2, .to = h1, .trips = { .sent = 1, .count = 1 } },
    };

    (void)state;
    on_command = measure_as_asked;
    hosts[H1].installed = hosts[H1].running = true;
    hosts[H2].installed = hosts[H2].running = true;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        struct ft_inventory inventory = { .connections = connections,
                                          .connection_count = 2 };
        struct ft_link_rate rates[FT_LINKS_MAX];

        fleet_anew();
        set_status("h1", cases[i].here);
        set_status("h2", cases[i].there);
        briefs = longs = 0;
        trace[0] = '\0';
        ft_protect_measure_rates(&fleet, &inventory, rates);
        assert_int_equal(inventory.rate_count, 2);
        assert_int_equal(briefs, cases[i].brief ? 4 : 0);
        assert_int_equal(longs, cases[i].brief ? 0 : 4);
        for (size_t k = 0; k < inventory.rate_count; k++) {
            assert_int_equal(rates[k].brief, cases[i].brief);
            assert_true(rates[k].bytes_per_s == 1e8);
            assert_true(rates[k].back_bytes_per_s == 1e8);
        }
    }
    on_command = NULL;
    ft_host_free(h1);
    ft_host_free(h2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        FAKE_TEST(test_beside_pairs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
