/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A domain's XML, as another host's libvirt gives it. */
#include "config.h"

#include "fuzz.h"

#include <string.h>

#include "plan/carry.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ft_findings findings = FT_FINDINGS_INIT;
    struct ft_error err = FT_ERROR_INIT;
    char *xml = malloc(size + 1);
    int rc;

    if (!xml)
        return 0;
    memcpy(xml, data, size);
    xml[size] = '\0';
    rc = ft_carry_check(xml, NULL, &findings, &err);
    FUZZ_CHECK(rc == 0 || (rc == -EINVAL && err.text[0] != '\0'));
    /* a domain is never passed over in silence */
    FUZZ_CHECK(rc != 0 || findings.count > 0);
    for (size_t i = 0; i < findings.count; i++)
        FUZZ_CHECK(strpbrk(findings.list[i].subject, "\x1b\n\r") == NULL &&
                   strpbrk(findings.list[i].evidence, "\x1b\n\r") == NULL);
    ft_findings_free(&findings);
    free(xml);
    return 0;
}
