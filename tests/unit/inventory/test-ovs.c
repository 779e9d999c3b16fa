/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the database of Open vSwitch tells: a reply recorded of ovsdb-server 3.1.0, and
 * servers that tell something else, or nothing.
 */
#include "config.h"

#include "tests/unit/inventory-fixture.h"
#include "tests/unit/scratch.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "inventory/probe-private.h"

#define SOCKET "db.sock"

static char recorded[4200]; /* path */

static json_t *
load(void)
{
    json_t *reply = json_load_file(recorded, 0, NULL);

    assert_non_null(reply);
    return reply;
}

static void
is_port(const struct ft_ovs_port *port, const char *name, const char *kind,
        bool up, int tag, const char *trunks)
{
    assert_string_equal(port->name, name);
    assert_string_equal(port->kind, kind);
    assert_int_equal(port->up, up);
    assert_int_equal(port->tag, tag);
    assert_string_equal(port->trunks, trunks);
}

/* An empty one, which is none of those asked for, where there is none. */
static const struct ft_ovs_port *
port_of(const struct ft_ovs_bridge *bridge, const char *name)
{
    static char all[] = "";
    static const struct ft_ovs_port none = { .trunks = all };

    for (size_t i = 0; i < bridge->port_count; i++)
        if (strcmp(bridge->ports[i].name, name) == 0)
            return &bridge->ports[i];
    return &none;
}

/* And through the decoder of facts: without VMs' ports and the host's own. */
static void
is_as_recorded(json_t *ovs)
{
    FT_AUTOJSON json_t *facts = make_facts("h1", 1, 1, "");
    struct ft_error err = FT_ERROR_INIT;
    const struct ft_ovs_bridge *bridge;
    struct ft_host *host;

    json_object_set_new(facts, "ovs", ovs);
    if (ft_host_from_json(facts, &host, &err) < 0)
        fail_msg("%s", err.text);
    assert_true(host->ovs.told);
    assert_int_equal(host->ovs.bridge_count, 2);
    assert_null(ft_host_ovs(host, "br0"));
    bridge = ft_host_ovs(host, "ovsbr0");
    assert_non_null(bridge);
    assert_false(bridge->controlled);
    assert_int_equal(bridge->port_count, 2);
    is_port(port_of(bridge, "eth2"), "eth2", "", true, 0, "10,20");
    is_port(port_of(bridge, "bond0"), "bond0", "", false, 0, "");
    bridge = ft_host_ovs(host, "br-int");
    assert_non_null(bridge);
    assert_true(bridge->controlled);
    assert_int_equal(bridge->port_count, 2);
    is_port(port_of(bridge, "gen0"), "gen0", "geneve", true, 0, "");
    is_port(port_of(bridge, "patch-x"), "patch-x", "patch", true, 0, "");
    ft_host_free(host);
}

static void
test_recorded(void **state)
{
    FT_AUTOJSON json_t *reply = load();

    (void)state;
    is_as_recorded(ft_probe_ovs_of(reply));
}

/* No bridge, or none that can be read; and it never crashes. */
static void
test_others(void **state)
{
    static const struct {
        const char *reply;
        bool told;
        size_t bridges;
    } cases[] = {
        { "{\"result\":[{\"rows\":[]},{\"rows\":[]},{\"rows\":[]}]}", true, 0 },
        { "{\"error\":\"unknown database\",\"result\":null}", false, 0 },
        { "{\"result\":[{\"error\":\"x\"}]}", false, 0 },
        { "[]", false, 0 },
        { "{\"result\":[{\"rows\":[{\"name\":\"b\",\"ports\":[\"uuid\",\"x\"]}]},"
          "{\"rows\":[7]},{\"rows\":[null]}]}",
          true, 1 },
        { "{\"result\":[{\"rows\":[{\"name\":\"b\",\"ports\":[\"set\",7]}]},"
          "{\"rows\":{}},{\"rows\":[]}]}",
          true, 1 },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        FT_AUTOJSON json_t *reply = json_loads(cases[i].reply, 0, NULL);
        FT_AUTOJSON json_t *ovs = ft_probe_ovs_of(reply);

        assert_non_null(reply);
        assert_int_equal(ft_json_bool(ovs, "told", -1), cases[i].told);
        assert_int_equal(json_array_size(json_object_get(ovs, "bridges")),
                         cases[i].bridges);
    }
}

/* A server that reads what it is asked and answers these bytes, some at a time. */
static pid_t
serve(const char *bytes, size_t size)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX, .sun_path = SOCKET };
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    pid_t pid;

    unlink(SOCKET);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    assert_int_equal(listen(fd, 1), 0);
    pid = fork();
    if (pid == 0) {
        char asked[4096];
        int peer = accept(fd, NULL, NULL);

        if (recv(peer, asked, sizeof(asked), 0) <= 0)
            _exit(1);
        for (size_t i = 0; i < size; i += 100)
            send(peer, bytes + i, FT_MIN(size - i, (size_t)100), MSG_NOSIGNAL);
        recv(peer, asked, sizeof(asked), 0); /* as a server, it stays */
        _exit(0);
    }
    close(fd);
    return pid;
}

static json_t *
ask(const char *bytes, size_t size)
{
    pid_t pid = serve(bytes, size);
    json_t *ovs = ft_probe_ovs_at(SOCKET);
    int status;

    assert_non_null(ovs);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    return ovs;
}

static void
test_asked(void **state)
{
    FT_AUTOJSON json_t *reply = load();
    FT_AUTOFREE char *text = json_dumps(reply, JSON_COMPACT);
    static const char *const bad[] = { "", "{", "x", "{\"id\":0}" };
    int64_t began = ft_clock_ns();

    (void)state;
    is_as_recorded(ask(text, strlen(text)));
    for (size_t i = 0; i < FT_ARRAY_SIZE(bad); i++) {
        FT_AUTOJSON json_t *ovs = ask(bad[i], strlen(bad[i]));

        assert_int_equal(ft_json_bool(ovs, "told", -1), 0);
    }
    assert_true(ft_clock_ns() - began < 20 * FT_NS_PER_S);
}

/* Without Open vSwitch that is told, too. */
static void
test_none(void **state)
{
    FT_AUTOJSON json_t *ovs = ft_probe_ovs_at("nowhere/db.sock");

    (void)state;
    assert_int_equal(ft_json_bool(ovs, "told", -1), 1);
    assert_int_equal(json_array_size(json_object_get(ovs, "bridges")), 0);
}

static int
enter(void **state)
{
    const char *top = getenv("srcdir");
    FT_AUTOFREE char *full = realpath(top ? top : ".", NULL);

    snprintf(recorded, sizeof(recorded), "%s/tests/unit/data/ovsdb-reply.json",
             full ? full : ".");
    return scratch_enter(state);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recorded),
        cmocka_unit_test(test_others),
        cmocka_unit_test(test_asked),
        cmocka_unit_test(test_none),
    };

    return cmocka_run_group_tests(tests, enter, scratch_leave);
}
