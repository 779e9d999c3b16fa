/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The waiting copy's connection to the network: the taps that libvirt made for
 * its NICs, shut until this side is about to take over.
 *
 * While the copy waits nobody reads its taps. Shut, they hold nothing stale;
 * opened as soon as the primary falls silent, they keep what clients send
 * again meanwhile, and the VM finds it when it runs: that saves a round of TCP
 * retransmission (RFC 6298: at least 200 ms on Linux, doubling). Opening also
 * tells the host's bridge that the VM's address is here now.
 *
 * Threads: any. Only Linux bridges learn; on others the announcement after the
 * takeover must do. Source: netdevice(7), rtnetlink(7), bridge(8).
 */
#ifndef FT_STANDBY_TAP_H
#define FT_STANDBY_TAP_H

/* Sets the interface up or down. 0 or -errno. */
int ft_tap_set_up(const char *tap, int up);

/* Puts mac ("52:54:00:..") behind tap in its bridge's table. 0 or -errno. */
int ft_tap_claim_mac(const char *tap, const char *mac);

#endif
