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

/* Records that are encrypted for one write to the socket. */
#define RECORDS_PER_WRITE 4

/* More than one turn of encryption can make; GnuTLS never gets there. */
#define OUT_MAX (1u << 20)

struct bytes {
    unsigned char *data;
    size_t size, room;
};

/*
 * GnuTLS never sees the socket. What it wants to send goes to the buffer out,
 * which always takes it, and the sending thread writes it to the socket when
 * no lock is held. This is not only faster: where GnuTLS is told to try a
 * write again and a key update comes in between, it sends the data twice.
 */
struct ft_tls {
    int fd;
    gnutls_session_t session;
    gnutls_psk_client_credentials_t client;
    gnutls_psk_server_credentials_t server;
    ft_tls_key_lookup lookup;
    void *opaque;
    int unknown;                /* the lookup did not know the identity */
    char identity[FT_TLS_IDENTITY_MAX + 1];

    pthread_mutex_t lock;       /* around every call with session, and: */
    int broken;                 /* the -errno that ended the session */
    int said_goodbye;
    int pull_errno;             /* of the last read from the socket */
    struct bytes out;           /* encrypted, for the socket */
    size_t in_start, in_end;    /* what in holds */
    unsigned char in[65536];    /* encrypted, from the socket */

    struct bytes flight;        /* the sender's: being written */
    int send_failed;            /* the sender's: a record is half written */
    atomic_int down;            /* ft_tls_shutdown was called */
    _Atomic int64_t blocked_ns; /* time in ft_tls_send without progress */
};

static ssize_t
push(gnutls_transport_ptr_t opaque, const void *data, size_t size)
{
    struct ft_tls *tls = opaque;
    struct bytes *out = &tls->out;

    if (size > OUT_MAX - out->size) {
        gnutls_transport_set_errno(tls->session, EMSGSIZE);
        return -1;
    }
    if (size > out->room - out->size) {
        size_t room = (out->size + size) * 2;
        unsigned char *larger = realloc(out->data, room);

        if (!larger) {
            gnutls_transport_set_errno(tls->session, ENOMEM);
            return -1;
        }
        out->data = larger;
        out->room = room;
    }
    memcpy(out->data + out->size, data, size);
    out->size += size;
    return (ssize_t)size;
}

/* Reads a good piece from the socket, so that GnuTLS may ask for small ones. */
static ssize_t
refill(struct ft_tls *tls)
{
    ssize_t n;

    do
        n = recv(tls->fd, tls->in, sizeof(tls->in), MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    tls->pull_errno = n < 0 ? errno : 0;
    tls->in_start = 0;
    tls->in_end = n > 0 ? (size_t)n : 0;
    return n;
}

static ssize_t
pull(gnutls_transport_ptr_t opaque, void *data, size_t size)
{
    struct ft_tls *tls = opaque;

    if (tls->in_start == tls->in_end) {
        ssize_t n = refill(tls);

        if (n < 0)
            gnutls_transport_set_errno(tls->session, tls->pull_errno);
        if (n <= 0)
            return n;
    }
    size = FT_MIN(size, tls->in_end - tls->in_start);
    memcpy(data, tls->in + tls->in_start, size);
    tls->in_start += size;
    return (ssize_t)size;
}

/* Waits for the socket; the time counts as blocked. */
static int
wait_to_send(struct ft_tls *tls, int64_t deadline_ns)
{
    int64_t start = ft_clock_ns();
    int rc = ft_wait_fd(tls->fd, POLLOUT, deadline_ns);

    atomic_fetch_add(&tls->blocked_ns, ft_clock_ns() - start);
    return rc;
}

static int
write_flight(struct ft_tls *tls, int64_t deadline_ns)
{
    size_t done = 0;

    while (done < tls->flight.size) {
        ssize_t n;
        int rc = 0;

        if (atomic_load(&tls->down))
            return -EPIPE;
        n = send(tls->fd, tls->flight.data + done, tls->flight.size - done,
                 MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n > 0)
            done += n;
        else if (errno == EAGAIN)
            rc = wait_to_send(tls, deadline_ns);
        else if (errno != EINTR)
            rc = -errno;
        if (rc)
            return rc;
    }
    return 0;
}

/* Writes what GnuTLS has made to the socket. On the sending thread. */
static int
flush_out(struct ft_tls *tls, int64_t deadline_ns)
{
    struct bytes full;

    if (tls->send_failed)
        return tls->send_failed;
    pthread_mutex_lock(&tls->lock);
    full = tls->out;
    tls->out = tls->flight;
    tls->out.size = 0;
    tls->flight = full;
    pthread_mutex_unlock(&tls->lock);
    tls->send_failed = write_flight(tls, deadline_ns);
    return tls->send_failed;
}

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
    switch (code) {
    case GNUTLS_E_PREMATURE_TERMINATION:
    case GNUTLS_E_PULL_ERROR:
    case GNUTLS_E_SESSION_EOF:
        return tls->pull_errno && tls->pull_errno != EAGAIN
            ? -tls->pull_errno : -EPIPE;
    case GNUTLS_E_MEMORY_ERROR:
    case GNUTLS_E_PUSH_ERROR:
        return -ENOMEM;
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

/* A handshake is over: tell the peer why, where that does not block. */
static int
refuse(struct ft_tls *tls, int code, struct ft_error *err)
{
    int rc = handshake_failed(tls, code, err);

    gnutls_alert_send_appropriate(tls->session, code);
    flush_out(tls, 0);
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
        rc = flush_out(tls, deadline_ns);
        if (!rc && code == GNUTLS_E_SUCCESS)
            return 0;
        if (!rc && retry(code))
            rc = ft_wait_fd(tls->fd, POLLIN, deadline_ns);
        if (rc)
            return ft_fail(err, -rc, rc == -ETIMEDOUT
                               ? "the peer took the connection but says "
                                 "nothing: is its engine stuck?" : NULL,
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
    if (gnutls_init(&tls->session, side | GNUTLS_NO_SIGNAL | GNUTLS_NO_TICKETS
                    | GNUTLS_NONBLOCK) < 0
        || gnutls_priority_set_direct(tls->session, PRIORITY, NULL) < 0
        || ft_set_nonblocking(fd, 1) < 0) {
        tls_free(tls);
        return NULL;
    }
    ft_tcp_tune(fd);
    gnutls_session_set_ptr(tls->session, tls);
    gnutls_transport_set_ptr(tls->session, tls);
    gnutls_transport_set_push_function(tls->session, push);
    gnutls_transport_set_pull_function(tls->session, pull);
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

/* Encrypts up to RECORDS_PER_WRITE records into out: how many bytes of data. */
static ssize_t
encrypt(struct ft_tls *tls, const char *data, size_t size)
{
    size_t done = 0;
    int rc;

    pthread_mutex_lock(&tls->lock);
    rc = tls->broken;
    for (int i = 0; !rc && done < size && i < RECORDS_PER_WRITE; i++) {
        ssize_t n = gnutls_record_send(
            tls->session, data + done,
            FT_MIN(size - done, (size_t)FT_TLS_RECORD_MAX));

        rc = after_call(tls, n);
        done += n > 0 ? (size_t)n : 0;
    }
    pthread_mutex_unlock(&tls->lock);
    return rc ? rc : (ssize_t)done;
}

int
ft_tls_send(struct ft_tls *tls, const void *data, size_t size,
            int64_t deadline_ns)
{
    const char *at = data;

    while (size) {
        ssize_t n = atomic_load(&tls->down) ? -EPIPE : encrypt(tls, at, size);
        int rc = n < 0 ? (int)n : flush_out(tls, deadline_ns);

        if (rc)
            return rc;
        at += n;
        size -= n;
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
    int late;

    pthread_mutex_lock(&tls->lock);
    late = tls->said_goodbye || tls->broken || atomic_load(&tls->down);
    if (!late)
        gnutls_bye(tls->session, GNUTLS_SHUT_WR);
    tls->said_goodbye = 1;
    pthread_mutex_unlock(&tls->lock);
    if (!late)
        flush_out(tls, 0);
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
