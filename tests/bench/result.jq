# SPDX-License-Identifier: GPL-2.0-or-later
# From what was read to what is printed: the JSON result of tests/bench/run.

def need(what): if . == null then error("missing: " + what) else . end;
def percentile(p): sort | if length == 0 then null else .[((length - 1) * p / 100) | floor] end;
def spread: {min: min, p50: percentile(50), max: max};
def grown(f): (.[1] | f) - (.[0] | f);
def span: grown(.time);

# share of one core that these processes took between two samples, in percent
def cpu(names):
    . as $two
    | if any(names[]; $two[0][.].pid != $two[1][.].pid)
      then error("a process was started anew while it was measured") else . end
    | [names[] as $name | grown(.[$name].cpu_s)] | add / ($two | span) * 100;

# what they took for each of so many epochs a second, in ms
def per_epoch(names; $rate): cpu(names) * 10 / $rate;

def load:
    .waited as $waited
    | (.clock | (grown(.offset_ns) / 1e6) / (grown(.time) / 60)) as $drift
    | .standby as $standby
    | .primary
    | .[1] as $last
    | grown(.status.counters.epochs) as $epochs
    | grown(.status.counters.dirty_bytes) as $dirty
    | grown(.status.counters.disk_bytes) as $disk
    | grown(.status.counters.link_bytes) as $link
    | if $last.status.state != "protected" or $epochs <= 0 or $link <= 0
      then error("the pair was not protected all the time") else . end
    | {seconds: span, epochs: $epochs, epochs_per_s: ($epochs / span),
       pause_ms: $last.status.pause_ms,
       clock_drift_ms_per_minute: $drift, guest_clock: $last.status.guest_clock,
       clock_lag_ms: $last.status.clock_lag_ms, commit_ms: $last.status.commit_ms,
       phases_ms: $last.status.phases_ms, settings: $last.status.settings,
       epoch_cpu_ms: $last.status.epoch_cpu_ms,
       dirty_bytes_per_epoch: ($dirty / $epochs), disk_bytes: $disk, link_bytes: $link,
       shipped_per_dirtied: ($link / ($dirty + $disk)),
       shipped_per_s: ($link / span),
       figures_share_percent: ($figures[0].epoch_ns / 1e4 / $last.status.epoch_cpu_ms),
       engine_cpu_percent: {primary: cpu(["worker", "daemon", "disks"]),
                            standby: ($standby | cpu(["worker", "daemon"]))},
       libvirtd_cpu_percent: {primary: cpu(["libvirtd"]), standby: ($standby | cpu(["libvirtd"]))},
       epoch_took_ms: (($epochs / span) as $rate
           | {worker: per_epoch(["worker"]; $rate), disks: per_epoch(["disks"]; $rate),
              libvirtd: per_epoch(["libvirtd"]; $rate),
              standby: ($standby | per_epoch(["worker", "libvirtd"]; $rate))}),
       qemu_cpu_percent: {primary: cpu(["qemu"]), standby: ($standby | cpu(["qemu"]))},
       memory: {primary: ($last.worker.rss + $last.disks.rss),
                primary_anonymous: ($last.worker.anonymous + $last.disks.anonymous),
                epoch_buffers: $last.status.counters.buffer_bytes,
                standby: $standby[1].worker.rss, standby_anonymous: $standby[1].worker.anonymous},
       waited_percent: ($waited / 1e6 / span * 100)};

def aim(text; $value; limit; unit):
    {aim: text, $value, limit: limit, unit: unit,
     met: (if $value == null then null else $value <= limit end)};

($about[0]) as $about
| {idle: ($idle[0] | load), ledger: ($ledger[0] | load), dirty_16_mb: ($dirty[0] | load)} as $loads
| ($before[0].all + $after[0].all) as $bare
| ($during[0]) as $during
| {unprotected: {answers: ($bare | length), p50: ($bare | percentile(50)),
                 p99: ($bare | percentile(99)), p50_before: $before[0].p50,
                 p50_after: $after[0].p50},
   protected: {answers: $during.answers, p50: $during.p50, p99: $during.p99}} as $latency
| ([$loads[].memory] | max_by(.primary - .epoch_buffers)) as $memory
| {outage_ms: ([$takeovers[].outage_ms] | spread)} as $outage
| {schema: 1, about: $about, loads: $loads, figures: $figures[0],
   latency_ms: ($latency + {added: {p50: ($latency.protected.p50 - $latency.unprotected.p50),
                                    p99: ($latency.protected.p99 - $latency.unprotected.p99)}}),
   copies_ms: [$copies[].ms],
   takeovers: {
       runs: $takeovers, outage_ms: $outage.outage_ms,
       detect_ms: ([$takeovers[].detect_ms] | spread), win_ms: ([$takeovers[].win_ms] | spread),
       apply_ms: ([$takeovers[].apply_ms] | spread), resume_ms: ([$takeovers[].resume_ms] | spread),
       answer_ms: ([$takeovers[].answer_ms] | spread)},
   aims: [
       aim("pause p50, idle"; $loads.idle.pause_ms.p50; 6; "ms"),
       aim("pause p50, 16 MB dirtied per epoch"; $loads.dirty_16_mb.pause_ms.p50; 10; "ms"),
       aim("latency p50, closed loop, protected"; $latency.protected.p50; 4; "ms"),
       aim("latency p99, closed loop, protected"; $latency.protected.p99; 7; "ms"),
       aim("outage at takeover, p50"; $outage.outage_ms.p50; 500; "ms"),
       aim("outage at takeover, max"; $outage.outage_ms.max; 1000; "ms"),
       aim("resident memory, primary, without epoch buffers";
           ($memory.primary - $memory.epoch_buffers) / 1048576; 64; "MiB")]}
