#include "config.h"

#include "engine/tls.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/io.h"

/*
 * The hash of an external PSK is SHA-256 unless said otherwise (RFC 8446
 * section 4.2.11), so only cipher suites with that hash can use it.
 */
#define PRIORITY                                                              \
    "NONE:+VERS-TLS1.3:+AES-128-GCM:+CHACHA20-POLY1305:+AEAD:+ECDHE-PSK"      \
    ":+GROUP-X25519:+GROUP-SECP256R1:+SIGN-ALL"

struct ft_tls {
    int fd;
    gnutls_session_t session;
    gnutls_psk_client_credentials_t client;
    gnutls_psk_server_credentials_t server;
    ft_tls_key_lookup lookup;
    void *opaque;
    int unknown;                /* the lookup did not know the identity */
    char identity[FT_TLS_IDENTITY_MAX + 1];
    pthread_mutex_t lock;       /* around every call with session */
    int broken;                 /* the -errno that ended the session; lock */
    atomic_int down;            /* ft_tls_shutdown was called */
    int said_goodbye;           /* lock */
    _Atomic int64_t blocked_ns; /* time in ft_tls_send without progress */
};

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

/* What a failed GnuTLS call means to our callers. */
static int
tls_errno(const struct ft_tls *tls, int code)
{
    int error = 0;
    socklen_t size = sizeof(error);

    switch (code) {
    case GNUTLS_E_PREMATURE_TERMINATION:
        return -EPIPE;
    case GNUTLS_E_MEMORY_ERROR:
        return -ENOMEM;
    case GNUTLS_E_PUSH_ERROR:
    case GNUTLS_E_PULL_ERROR:
        error = errno;
        if (!error || error == EAGAIN)
            getsockopt(tls->fd, SOL_SOCKET, SO_ERROR, &error, &size);
        return error ? -error : -EPIPE;
    case GNUTLS_E_SESSION_EOF:
        return -EPIPE;
    default:
        return -EPROTO;
    }
}

static int
retry(int code)
{
    return code == GNUTLS_E_AGAIN || code == GNUTLS_E_INTERRUPTED;
}

static int
alert_means_other_key(gnutls_alert_description_t alert)
{
    return alert == GNUTLS_A_DECRYPT_ERROR
        || alert == GNUTLS_A_UNKNOWN_PSK_IDENTITY
        || alert == GNUTLS_A_BAD_RECORD_MAC
        || alert == GNUTLS_A_ILLEGAL_PARAMETER
        || alert == GNUTLS_A_HANDSHAKE_FAILURE
        || alert == GNUTLS_A_ACCESS_DENIED;
}

static int
handshake_failed(struct ft_tls *tls, int code, struct ft_error *err)
{
    const char *hint =
        "the pair's keys on the two hosts differ: protect the VM again";
    int rc;

    if (tls->unknown)
        return ft_fail(err, EACCES, hint, "the peer offered an unknown identity");
    if (code == GNUTLS_E_RECEIVED_ILLEGAL_PARAMETER
        || code == GNUTLS_E_DECRYPTION_FAILED
        || code == GNUTLS_E_INSUFFICIENT_CREDENTIALS
        || (code == GNUTLS_E_FATAL_ALERT_RECEIVED
            && alert_means_other_key(gnutls_alert_get(tls->session))))
        return ft_fail(err, EACCES, hint,
                       "the TLS handshake failed: the keys differ (%s)",
                       gnutls_strerror(code));
    rc = tls_errno(tls, code);
    if (rc == -EPROTO)
        return ft_fail(err, EPROTO, "does something else use this port?",
                       "the TLS handshake failed: %s", gnutls_strerror(code));
    return ft_fail(err, -rc, NULL, "the TLS handshake failed: %s",
                   rc == -EPIPE ? "the peer closed the connection"
                                : strerror(-rc));
}

static int
handshake(struct ft_tls *tls, int64_t deadline_ns, struct ft_error *err)
{
    for (;;) {
        int wants_write, rc;

        errno = 0;
        rc = gnutls_handshake(tls->session);
        if (rc == GNUTLS_E_SUCCESS)
            return 0;
        if (!retry(rc) && gnutls_error_is_fatal(rc)) {
            int failed = handshake_failed(tls, rc, err);

            /* Tell the peer why, where that does not block. */
            gnutls_alert_send_appropriate(tls->session, rc);
            return failed;
        }
        if (!retry(rc))
            continue;
        wants_write = gnutls_record_get_direction(tls->session);
        rc = ft_wait_fd(tls->fd, wants_write ? POLLOUT : POLLIN, deadline_ns);
        if (rc)
            return ft_fail(err, -rc, "the peer accepted the connection but "
                           "says nothing: is its engine stuck?",
                           "the TLS handshake failed: %s", strerror(-rc));
    }
}

static void
tls_free(struct ft_tls *tls)
{
    if (tls->session)
        gnutls_deinit(tls->session);
    if (tls->client)
        gnutls_psk_free_client_credentials(tls->client);
    if (tls->server)
        gnutls_psk_free_server_credentials(tls->server);
    if (tls->fd >= 0)
        close(tls->fd);
    pthread_mutex_destroy(&tls->lock);
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
    if (gnutls_init(&tls->session, side | GNUTLS_NO_SIGNAL | GNUTLS_NO_TICKETS
                    | GNUTLS_NONBLOCK) < 0
        || gnutls_priority_set_direct(tls->session, PRIORITY, NULL) < 0
        || ft_set_nonblocking(fd, 1) < 0) {
        tls_free(tls);
        return NULL;
    }
    ft_tcp_tune(fd);
    gnutls_session_set_ptr(tls->session, tls);
    gnutls_transport_set_int(tls->session, fd);
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
        tls_free(fresh);
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

    if (gnutls_psk_allocate_client_credentials(&tls->client) < 0
        || make_datum(key, &datum) < 0)
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
        tls_free(fresh);
        return ft_fail(err, EINVAL, NULL, "the TLS identity is too long");
    }
    strcpy(fresh->identity, identity);
    if (set_client_key(fresh, identity, key) < 0) {
        tls_free(fresh);
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

    if (strlen(identity) <= FT_TLS_IDENTITY_MAX && printable(identity)
        && tls->lookup(identity, found, tls->opaque) == 0) {
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
    if (gnutls_psk_allocate_server_credentials(&fresh->server) < 0
        || gnutls_credentials_set(fresh->session, GNUTLS_CRD_PSK,
                                  fresh->server) < 0) {
        tls_free(fresh);
        return no_memory(err);
    }
    gnutls_psk_set_server_credentials_function(fresh->server, find_key);
    return finish(fresh, deadline_ns, tls, err);
}

const char *
ft_tls_identity(const struct ft_tls *tls)
{
    return tls->identity;
}

int
ft_tls_fd(const struct ft_tls *tls)
{
    return tls->fd;
}

/*
 * The -errno that ended the session, if one did. The first is kept: what
 * GnuTLS says about a session that another thread saw fail explains nothing.
 */
static int
after_call(struct ft_tls *tls, ssize_t n)
{
    if (!tls->broken && n < 0 && gnutls_error_is_fatal((int)n))
        tls->broken = tls_errno(tls, (int)n);
    return tls->broken;
}

/* One attempt under the lock: bytes, GNUTLS_E_AGAIN, or our -errno in *rc. */
static ssize_t
try_send(struct ft_tls *tls, const void *data, size_t size, int *rc)
{
    ssize_t n = 0;

    pthread_mutex_lock(&tls->lock);
    errno = 0;
    if (!tls->broken)
        n = gnutls_record_send(tls->session, data, size);
    *rc = after_call(tls, n);
    pthread_mutex_unlock(&tls->lock);
    return n;
}

static int
wait_to_send(struct ft_tls *tls, int64_t deadline_ns)
{
    int64_t start = ft_clock_ns();
    int rc = ft_wait_fd(tls->fd, POLLOUT, deadline_ns);

    atomic_fetch_add(&tls->blocked_ns, ft_clock_ns() - start);
    return rc;
}

int
ft_tls_send(struct ft_tls *tls, const void *data, size_t size,
            int64_t deadline_ns)
{
    const char *at = data;

    while (size) {
        int rc;
        ssize_t n;

        if (atomic_load(&tls->down))
            return -EPIPE;
        n = try_send(tls, at, FT_MIN(size, (size_t)FT_TLS_RECORD_MAX), &rc);
        if (rc)
            return rc;
        if (n >= 0) {
            at += n;
            size -= n;
            continue;
        }
        rc = wait_to_send(tls, deadline_ns);
        if (rc)
            return rc;
    }
    return 0;
}

static ssize_t
try_receive(struct ft_tls *tls, void *data, size_t size, int *rc)
{
    ssize_t n = 0;

    pthread_mutex_lock(&tls->lock);
    errno = 0;
    if (!tls->broken)
        n = gnutls_record_recv(tls->session, data, size);
    *rc = after_call(tls, n);
    pthread_mutex_unlock(&tls->lock);
    return n;
}

ssize_t
ft_tls_receive(struct ft_tls *tls, void *data, size_t size,
               int64_t deadline_ns)
{
    for (;;) {
        int rc;
        ssize_t n;

        if (atomic_load(&tls->down))
            return -EPIPE;
        n = try_receive(tls, data, size, &rc);
        if (rc)
            return rc;
        if (n >= 0)
            return n;
        rc = ft_wait_fd(tls->fd, POLLIN, deadline_ns);
        if (rc)
            return rc;
    }
}

int
ft_tls_receive_full(struct ft_tls *tls, void *data, size_t size,
                    int64_t deadline_ns)
{
    char *at = data;

    while (size) {
        ssize_t n = ft_tls_receive(tls, at, size, deadline_ns);

        if (n < 0)
            return (int)n;
        if (!n)
            return -EPIPE;
        at += n;
        size -= n;
    }
    return 0;
}

int
ft_tls_error(struct ft_tls *tls)
{
    int rc;

    pthread_mutex_lock(&tls->lock);
    rc = tls->broken;
    pthread_mutex_unlock(&tls->lock);
    return rc;
}

int64_t
ft_tls_blocked_ns(struct ft_tls *tls)
{
    return atomic_load(&tls->blocked_ns);
}

void
ft_tls_goodbye(struct ft_tls *tls)
{
    pthread_mutex_lock(&tls->lock);
    if (!tls->said_goodbye && !tls->broken && !atomic_load(&tls->down))
        gnutls_bye(tls->session, GNUTLS_SHUT_WR);
    tls->said_goodbye = 1;
    pthread_mutex_unlock(&tls->lock);
}

void
ft_tls_shutdown(struct ft_tls *tls)
{
    atomic_store(&tls->down, 1);
    shutdown(tls->fd, SHUT_RDWR);
}

void
ft_tls_close(struct ft_tls *tls)
{
    if (!tls)
        return;
    ft_tls_goodbye(tls);
    tls_free(tls);
}
