/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "link/tls-private.h"

#include <gnutls/crypto.h>
#include <poll.h>
#include <string.h>

#include "base/io.h"

/*
 * The hash of an external PSK is SHA-256 unless said otherwise (RFC 8446
 * section 4.2.11), so only cipher suites with that hash can use it.
 */
#define PRIORITY                                                         \
    "NONE:+VERS-TLS1.3:+AES-128-GCM:+CHACHA20-POLY1305:+AEAD:+ECDHE-PSK" \
    ":+GROUP-X25519:+GROUP-SECP256R1:+SIGN-ALL"

/* A copy of a key in the memory that GnuTLS wants it in. */
static int
make_datum(const unsigned char key[FT_TLS_KEY_SIZE], gnutls_datum_t *datum)
{
    datum->data = gnutls_malloc(FT_TLS_KEY_SIZE);
    if (!datum->data)
        return -1;
    memcpy(datum->data, key, FT_TLS_KEY_SIZE);
    datum->size = FT_TLS_KEY_SIZE;
    return 0;
}

static int
retry(int code)
{
    return code == GNUTLS_E_AGAIN || code == GNUTLS_E_INTERRUPTED;
}

static int
alert_means_other_key(gnutls_alert_description_t alert)
{
    return alert == GNUTLS_A_DECRYPT_ERROR ||
           alert == GNUTLS_A_UNKNOWN_PSK_IDENTITY ||
           alert == GNUTLS_A_BAD_RECORD_MAC ||
           alert == GNUTLS_A_ILLEGAL_PARAMETER ||
           alert == GNUTLS_A_HANDSHAKE_FAILURE ||
           alert == GNUTLS_A_ACCESS_DENIED;
}

static int
handshake_failed(struct ft_tls *tls, int code, struct ft_error *err)
{
    const char *hint =
        "the pair's keys on the two hosts differ: protect the VM again";
    int rc;

    if (tls->unknown)
        return ft_fail(err, EACCES, hint,
                       "the peer offered an unknown identity");
    if (code == GNUTLS_E_RECEIVED_ILLEGAL_PARAMETER ||
        code == GNUTLS_E_DECRYPTION_FAILED ||
        code == GNUTLS_E_INSUFFICIENT_CREDENTIALS ||
        (code == GNUTLS_E_FATAL_ALERT_RECEIVED &&
         alert_means_other_key(gnutls_alert_get(tls->session))))
        return ft_fail(err, EACCES, hint,
                       "the TLS handshake failed: the keys differ (%s)",
                       gnutls_strerror(code));
    rc = ft_tls_errno(tls, code);
    if (rc == -EPROTO)
        return ft_fail(err, EPROTO, "does something else use this port?",
                       "the TLS handshake failed: %s", gnutls_strerror(code));
    return ft_fail(err, -rc, NULL, "the TLS handshake failed: %s",
                   rc == -EPIPE ? "the peer closed the connection"
                                : strerror(-rc));
}

/* A handshake is over: tell the peer why, where that does not block. */
static int
refuse(struct ft_tls *tls, int code, struct ft_error *err)
{
    int rc = handshake_failed(tls, code, err);

    gnutls_alert_send_appropriate(tls->session, code);
    ft_tls_flush(tls, 0);
    return rc;
}

static int
handshake(struct ft_tls *tls, int64_t deadline_ns, struct ft_error *err)
{
    for (;;) {
        int code = gnutls_handshake(tls->session);
        int rc;

        if (code < 0 && gnutls_error_is_fatal(code))
            return refuse(tls, code, err);
        rc = ft_tls_flush(tls, deadline_ns);
        if (!rc && code == GNUTLS_E_SUCCESS)
            return 0;
        if (!rc && retry(code))
            rc = ft_wait_fd(tls->fd, POLLIN, deadline_ns);
        if (rc)
            return ft_fail(err, -rc,
                           rc == -ETIMEDOUT
                               ? "the peer took the connection but says "
                                 "nothing: is its engine stuck?"
                               : NULL,
                           "the TLS handshake failed: %s", strerror(-rc));
    }
}

void
ft_tls_free(struct ft_tls *tls)
{
    if (tls->session)
        gnutls_deinit(tls->session);
    if (tls->client)
        gnutls_psk_free_client_credentials(tls->client);
    if (tls->server)
        gnutls_psk_free_server_credentials(tls->server);
    close(tls->fd);
    pthread_mutex_destroy(&tls->lock);
    free(tls->out.data);
    free(tls->flight.data);
    explicit_bzero(tls, sizeof(*tls));
    free(tls);
}

static struct ft_tls *
tls_new(int fd, unsigned side)
{
    struct ft_tls *tls = calloc(1, sizeof(*tls));

    if (!tls) {
        close(fd);
        return NULL;
    }
    tls->fd = fd;
    pthread_mutex_init(&tls->lock, NULL);
    /*
     * No tickets: a session is never resumed, and nothing but data and key
     * updates then follows the handshake.
     */
    if (gnutls_init(&tls->session, side | GNUTLS_NO_SIGNAL | GNUTLS_NO_TICKETS |
                                       GNUTLS_NONBLOCK) < 0 ||
        gnutls_priority_set_direct(tls->session, PRIORITY, NULL) < 0 ||
        ft_set_nonblocking(fd, 1) < 0) {
        ft_tls_free(tls);
        return NULL;
    }
    ft_tcp_tune(fd);
    gnutls_session_set_ptr(tls->session, tls);
    ft_tls_set_transport(tls);
    gnutls_handshake_set_timeout(tls->session, 0);
    return tls;
}

static int
no_memory(struct ft_error *err)
{
    return ft_fail(err, ENOMEM, NULL, "no memory for a TLS session");
}

static int
finish(struct ft_tls *fresh, int64_t deadline_ns, struct ft_tls **tls,
       struct ft_error *err)
{
    int rc = handshake(fresh, deadline_ns, err);

    if (rc) {
        ft_tls_free(fresh);
        return rc;
    }
    *tls = fresh;
    return 0;
}

static int
set_client_key(struct ft_tls *tls, const char *identity,
               const unsigned char key[FT_TLS_KEY_SIZE])
{
    gnutls_datum_t datum;
    int rc;

    if (gnutls_psk_allocate_client_credentials(&tls->client) < 0 ||
        make_datum(key, &datum) < 0)
        return -1;
    rc = gnutls_psk_set_client_credentials(tls->client, identity, &datum,
                                           GNUTLS_PSK_KEY_RAW);
    gnutls_memset(datum.data, 0, datum.size);
    gnutls_free(datum.data);
    if (rc < 0)
        return -1;
    return gnutls_credentials_set(tls->session, GNUTLS_CRD_PSK, tls->client);
}

int
ft_tls_client(int fd, const char *identity,
              const unsigned char key[FT_TLS_KEY_SIZE], int64_t deadline_ns,
              struct ft_tls **tls, struct ft_error *err)
{
    struct ft_tls *fresh = tls_new(fd, GNUTLS_CLIENT);

    if (!fresh)
        return no_memory(err);
    if (strlen(identity) > FT_TLS_IDENTITY_MAX) {
        ft_tls_free(fresh);
        return ft_fail(err, EINVAL, NULL, "the TLS identity is too long");
    }
    strcpy(fresh->identity, identity);
    if (set_client_key(fresh, identity, key) < 0) {
        ft_tls_free(fresh);
        return no_memory(err);
    }
    return finish(fresh, deadline_ns, tls, err);
}

static int
printable(const char *text)
{
    for (; *text; text++)
        if (*text < 0x21 || *text > 0x7e)
            return 0;
    return 1;
}

/*
 * GnuTLS asks for the key of a client. One that we do not know gets a random
 * key, so that it sees the same failure as one with a wrong key.
 */
static int
find_key(gnutls_session_t session, const char *identity, gnutls_datum_t *key)
{
    struct ft_tls *tls = gnutls_session_get_ptr(session);
    unsigned char found[FT_TLS_KEY_SIZE];
    int rc;

    if (strlen(identity) <= FT_TLS_IDENTITY_MAX && printable(identity) &&
        tls->lookup(identity, found, tls->opaque) == 0) {
        strcpy(tls->identity, identity);
    } else {
        tls->unknown = 1;
        if (gnutls_rnd(GNUTLS_RND_KEY, found, sizeof(found)) < 0)
            return -1;
    }
    rc = make_datum(found, key);
    explicit_bzero(found, sizeof(found));
    return rc;
}

int
ft_tls_server(int fd, ft_tls_key_lookup lookup, void *opaque,
              int64_t deadline_ns, struct ft_tls **tls, struct ft_error *err)
{
    struct ft_tls *fresh = tls_new(fd, GNUTLS_SERVER);

    if (!fresh)
        return no_memory(err);
    fresh->lookup = lookup;
    fresh->opaque = opaque;
    if (gnutls_psk_allocate_server_credentials(&fresh->server) < 0 ||
        gnutls_credentials_set(fresh->session, GNUTLS_CRD_PSK, fresh->server) <
            0) {
        ft_tls_free(fresh);
        return no_memory(err);
    }
    gnutls_psk_set_server_credentials_function(fresh->server, find_key);
    return finish(fresh, deadline_ns, tls, err);
}
