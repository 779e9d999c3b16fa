/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "inventory/compare-cpu.h"

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include "base/json.h"

static void
ignore_error(void *data, virErrorPtr error)
{
    (void)data;
    (void)error;
}

static json_t *
answer(const char *result)
{
    virErrorPtr error = virGetLastError();
    const char *text =
        error != NULL && error->message != NULL ? error->message : "";

    return json_pack("{s:s,s:o}", "result", result, "text", ft_json_text(text));
}

static json_t *
compare(virConnectPtr conn, const json_t *question)
{
    int rc = virConnectCompareHypervisorCPU(
        conn, ft_json_string(question, "emulator", NULL),
        ft_json_string(question, "arch", NULL),
        ft_json_string(question, "machine", NULL),
        ft_json_string(question, "type", NULL),
        ft_json_string(question, "cpu", ""),
        VIR_CONNECT_COMPARE_CPU_FAIL_INCOMPATIBLE);

    if (rc == VIR_CPU_COMPARE_IDENTICAL || rc == VIR_CPU_COMPARE_SUPERSET)
        return answer("yes");
    return answer(rc == VIR_CPU_COMPARE_INCOMPATIBLE ||
                          virGetLastErrorCode() == VIR_ERR_CPU_INCOMPATIBLE
                      ? "no"
                      : "error");
}

json_t *
ft_compare_cpu(const json_t *question)
{
    virConnectPtr conn;
    json_t *result;

    virSetErrorFunc(NULL, ignore_error);
    conn = virConnectOpen("qemu:///system");
    if (conn == NULL)
        return answer("error");
    result = compare(conn, question);
    virConnectClose(conn);
    return result;
}
