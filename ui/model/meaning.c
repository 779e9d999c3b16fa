/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/meaning.h"

#include <stddef.h>
#include <string.h>

#include "base/cleanup.h"

static const struct ft_meaning meanings[] = {
    /* of all rows */
    { "age_s", "s", "since when this is known; now: from the host itself" },
    { "heard_from", "", "the host whose word this is" },
    { "host", "", "the host on which it is" },
    { "name", "", "ftadmin's name of the host" },
    { "vm", "", "name of the VM" },
    { "uuid", "", "the VM's UUID" },
    { "state", "", "the state in the engine's words" },
    /* of a pair */
    { "health", "", "severity of the pair's state" },
    { "standing", "", "the state, and at risk or unknown where it is" },
    { "reason", "", "why the state is what it is" },
    { "move", "", "whose move it is: nobody's, the hosts', or yours" },
    { "primary", "", "the host on which the VM runs" },
    { "standby", "", "the host on which the copy waits" },
    { "witness", "", "the host that decides who may go on" },
    { "peer_connected", "", "whether the two hosts are linked" },
    { "witness_reachable", "", "whether the witness answers the primary" },
    { "witness_full", "", "whether the witness cannot store another word" },
    { "witness_older", "",
      "whether the witness was set back, and not told yet" },
    { "next_witness.name", "", "the witness that it is moving to" },
    { "autostart", "", "whether it starts with its host after a shutdown" },
    { "qemu.runs", "", "the QEMU that runs the VM" },
    { "qemu.installed", "", "the one that its host has by now" },
    { "generation", "", "one more with each change of the owner" },
    { "epoch", "", "the last epoch that the copy holds" },
    { "epochs_per_s", "1/s", "epochs in a second" },
    { "pause_ms.p50", "ms", "half of the stops for an epoch were shorter" },
    { "pause_ms.p99", "ms", "99 of 100 stops for an epoch were shorter" },
    { "lag_ms", "ms", "age of the copy's state: what a takeover goes back" },
    { "guest_clock", "", "whether the guest's clocks get back each stop" },
    { "clock_lag_ms", "ms", "what the guest's clocks lack" },
    { "dirty_bytes_per_epoch", "B", "memory that the guest writes an epoch" },
    { "phases_ms.wait", "ms", "from an epoch's end until the next was wanted" },
    { "phases_ms.stop", "ms", "from there until the VM stood" },
    { "phases_ms.scan", "ms", "finding the dirty memory" },
    { "phases_ms.copy", "ms", "copying it" },
    { "phases_ms.state", "ms", "saving the devices, until the VM ran again" },
    { "phases_ms.ship", "ms", "from there until all was given to the link" },
    { "phases_ms.epoch", "ms", "an epoch from end to end: the six together" },
    { "phases_ms.ack", "ms", "from its end until the copy held it" },
    { "commit_ms.p50", "ms", "half of the answers waited less, from the stop" },
    { "commit_ms.p99", "ms", "99 of 100 answers waited less, from the stop" },
    { "gate", "", "what holds its output: QEMU's filter, the kernel's plug" },
    { "held_packets", "", "packets of the guest that wait for the copy" },
    { "held_bytes", "B", "and their bytes" },
    { "held_ms", "ms", "how long the oldest has waited" },
    { "link_bytes_per_s", "B", "what went over the link in the last second" },
    { "rtt_ms", "ms", "the least round trip of late" },
    { "blocked_ms", "ms", "how long the link made senders wait in a second" },
    { "cpu_percent", "%", "CPU time of the worker, in percent of a core" },
    { "copy.epoch_held", "", "the last epoch that the copy has acknowledged" },
    { "copy.epoch", "", "the last epoch that it has applied" },
    { "copy.staged_bytes", "B", "what it keeps and has not applied" },
    { "copy.apply_ms", "ms", "applying an epoch took so long" },
    { "copy.replica_lag_ms", "ms", "age of the state that it has applied" },
    { "copy.cpu_percent", "%", "CPU time of its worker, percent of a core" },
    { "progress.phase", "", "what is being copied: disks, then memory" },
    { "progress.done", "B", "copied so far" },
    { "progress.total", "B", "to be copied" },
    { "progress.bytes_per_s", "B/s", "copied in a second of late" },
    { "progress.left", "", "what of it is left takes between these" },
    { "progress.limit_bytes_per_s", "B/s", "no more is copied in a second" },
    { "progress.limited_by", "", "max-rate, or guest: its own I/O is slow" },
    { "last_takeover.at", "", "when the VM last changed its host" },
    { "last_takeover.reason", "", "why it did" },
    { "last_takeover.detect_ms", "ms", "silence until the host was suspected" },
    { "last_takeover.resume_ms", "ms", "from there until the VM ran" },
    { "last_takeover.clock_given_ms", "ms", "what its clocks got back by that" },
    { "rehearsal.outcome", "", "what came of the copy's last rehearsal" },
    { "rehearsal.why", "", "why it did not pass" },
    { "rehearsal.agent", "", "whether its guest agent answered there" },
    { "rehearsal.console", "", "whether its console showed what it was to" },
    { "rehearsal.age_s", "s", "how long ago that was" },
    { "rehearsal.step", "", "what a rehearsal is at now" },
    /* of one side */
    { "role", "", "what the host is in this pair" },
    { "problem.text", "",
      "why there is no link, or why the last copying failed" },
    /* of a path */
    { "local", "", "our address of the path" },
    { "peer", "", "the other host's address of the path" },
    { "in_use", "", "whether the link goes there" },
    { "answered", "", "whether it has ever answered" },
    { "up", "", "whether it answered the last time" },
    { "tried_ms_ago", "ms", "since it was tried the last time" },
    /* of a host */
    { "engine", "", "version of the engine there" },
    { "pairs", "", "pairs of which the host has a side" },
    { "error", "", "why the host does not answer" },
    /* of a VM */
    { "protection", "", "state of the pair, or none" },
    { "vcpus", "", "virtual CPUs" },
    { "memory", "B", "memory of the VM" },
    { "disk_bytes", "B", "size of the VM's disks" },
    /* of an event */
    { "at", "", "when it happened, by the host's clock" },
    { "severity", "", "how bad it is" },
    { "kind", "", "what happened, in a word" },
    { "text", "", "what happened" },
    /* of a what-if */
    { "outcome", "", "what would become of the VM" },
    { "on", "", "the host on which it would run then" },
    { "after_ms", "ms", "until what it says is heard again, at most about" },
};

const struct ft_meaning *
ft_meaning_of(const char *key)
{
    for (size_t i = 0; i < FT_ARRAY_SIZE(meanings); i++)
        if (!strcmp(meanings[i].key, key))
            return &meanings[i];
    return NULL;
}
