/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <string.h>

#include "base/json.h"
#include "link/link.h"

/* What the peer's first frame means: 0 when it is a HELLO of our protocol. */
static int
take_hello(const struct ft_frame *frame, json_t **peer, struct ft_error *err)
{
    FT_AUTOJSON json_t *hello = NULL;
    int64_t protocol;
    int rc;

    if (frame->type != FT_FRAME_HELLO && frame->type != FT_FRAME_ERROR)
        return ft_fail(err, EPROTO, NULL,
                       "the peer began with a %s frame instead of hello",
                       ft_frame_name(frame->type));
    rc = ft_json_parse((const char *)frame->payload, frame->length, &hello, err);
    if (rc)
        return ft_fail(err, EPROTO, NULL, "the peer's hello is no JSON object");
    if (frame->type == FT_FRAME_ERROR)
        return ft_json_to_error(hello, err);
    protocol = ft_json_int(hello, "protocol", 0, INT32_MAX, -1);
    if (protocol != FT_LINK_PROTOCOL)
        return ft_fail(err, EPROTO, "install the same ftengine on both hosts",
                       "the peer speaks link protocol %lld (ftengine %s), this "
                       "host %d (ftengine %s)",
                       (long long)protocol,
                       ft_json_string(hello, "version", "of unknown version"),
                       FT_LINK_PROTOCOL, PACKAGE_VERSION);
    *peer = json_incref(hello);
    return 0;
}

int
ft_link_hello(struct ft_link *link, const json_t *extra, int64_t deadline_ns,
              json_t **peer, struct ft_error *err)
{
    FT_AUTOJSON json_t *hello =
        json_pack("{s:i, s:s}", "protocol", FT_LINK_PROTOCOL, "version",
                  PACKAGE_VERSION);
    struct ft_frame frame;
    int rc;

    if (!hello || (extra && json_object_update_missing(hello, (json_t *)extra)))
        return ft_fail(err, ENOMEM, NULL, "no memory for a hello");
    rc = ft_link_send_json(link, FT_FRAME_HELLO, 0, hello);
    if (rc)
        return ft_link_error(link, err)
                   ? rc
                   : ft_fail(err, -rc, NULL, "cannot say hello: %s",
                             strerror(-rc));
    rc = ft_link_receive(link, deadline_ns, &frame, err);
    if (rc == -EAGAIN)
        return ft_fail(err, ETIMEDOUT, NULL, "%s does not say hello",
                       ft_link_peer(link));
    return rc ? rc : take_hello(&frame, peer, err);
}
