/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <string.h>

#include "base/json.h"
#include "base/versions.h"
#include "link/link-private.h"

#define MEMBER "protocol"

static int
refuse(struct ft_versions ours, struct ft_versions theirs, int why,
       const json_t *hello, struct ft_error *err)
{
    char here[FT_VERSIONS_TEXT], there[FT_VERSIONS_TEXT], hint[200];
    const char *host = ft_json_string(hello, "host", "");

    snprintf(hint, sizeof(hint), "%s: ftadmin host upgrade%s%.64s",
             why == FT_VERSIONS_OTHER_NEWER
                 ? "Upgrade the engine of this host"
                 : "Upgrade the engine of the other host",
             why == FT_VERSIONS_OTHER_NEWER || !*host ? "" : " ",
             why == FT_VERSIONS_OTHER_NEWER ? "" : host);
    return ft_fail(err, EPROTO, hint,
                   "the peer speaks link protocol %s (ftengine %.64s), this "
                   "host %s (ftengine %s)",
                   ft_versions_text(theirs, there),
                   ft_json_string(hello, "version", "of unknown version"),
                   ft_versions_text(ours, here), PACKAGE_VERSION);
}

/* What the peer's first frame means: the version that is spoken, or -errno. */
static int
take_hello(const struct ft_frame *frame, struct ft_versions ours, json_t **peer,
           struct ft_error *err)
{
    FT_AUTOJSON json_t *hello = NULL;
    struct ft_versions theirs;
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
    theirs = ft_versions_offered(hello, MEMBER);
    rc = ft_versions_choose(ours, theirs);
    if (rc < 0)
        return refuse(ours, theirs, rc, hello, err);
    *peer = json_incref(hello);
    return rc;
}

int
ft_link_hello_as(struct ft_link *link, struct ft_versions spoken,
                 const json_t *extra, int64_t deadline_ns, json_t **peer,
                 struct ft_error *err)
{
    FT_AUTOJSON json_t *hello = json_pack("{s:s}", "version", PACKAGE_VERSION);
    struct ft_frame frame;
    int rc;

    if (!hello || ft_versions_offer(spoken, MEMBER, hello) ||
        (extra && json_object_update_missing(hello, (json_t *)extra)))
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
    if (!rc)
        rc = take_hello(&frame, spoken, peer, err);
    if (rc > 0)
        link->protocol = rc;
    return FT_MIN(rc, 0);
}

int
ft_link_hello(struct ft_link *link, const json_t *extra, int64_t deadline_ns,
              json_t **peer, struct ft_error *err)
{
    return ft_link_hello_as(link,
                            (struct ft_versions){ FT_LINK_PROTOCOL_OLDEST,
                                                  FT_LINK_PROTOCOL },
                            extra, deadline_ns, peer, err);
}

int
ft_link_protocol(const struct ft_link *link)
{
    return link->protocol;
}
