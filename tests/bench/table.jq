# SPDX-License-Identifier: GPL-2.0-or-later
# The result of tests/bench/run as text.

def pad(n): tostring as $t | $t + (" " * ([n - ($t | length), 0] | max) // "");
def left(n): tostring as $t | (" " * ([n - ($t | length), 0] | max) // "") + $t;
def fixed(n):
    if . == null then "-"
    else pow(10; n) as $p | (. * $p | round) as $v
    | if n == 0 then $v | tostring
      else ($v | if . < 0 then "-" else "" end) as $sign
      | ($v | fabs) as $a
      | $sign + ($a / $p | floor | tostring) + "."
        + (($a % $p) | tostring | ("0" * (n - length) // "") + .) end
    end;
def mib: . / 1048576;

def row(name; values): (name | pad(50)) + ([values[] | left(13)] | join(""));
def both(f; n): "\(f.p50 | fixed(n)) / \(f.p99 | fixed(n))";

.about as $about | .loads as $l | [$l.idle, $l.ledger, $l.dirty_16_mb] as $loads
| def each(name; f): row(name; [$loads[] | f]);
"\($about.engine) (\($about.commit)), \($about.at)",
"guest: \($about.guest.memory_mib) MiB, \($about.guest.vcpus) vCPU, \($about.guest.machine), "
    + "disk \($about.guest.disk_mib) MiB raw, \($about.accelerator); "
    + "QEMU \($about.qemu), libvirt \($about.libvirt)",
"machine: \($about.cores) cores for all hosts (\($about.cpu)), Linux \($about.kernel)"
    + if $about.shielded then ", the lab shielded" else "" end
    + if $about.calm then ", its engines calm" else "" end,
"each load for \($about.seconds) s",
"",
row("load"; ["idle", "ledger", "16 MB/epoch"]),
each("processors: time somebody waited"; "\(.waited_percent | fixed(0)) %"),
each("pause p50, ms"; .pause_ms.p50 | fixed(1)),
each("pause p99, ms"; .pause_ms.p99 | fixed(1)),
each("the guest's clock drifts, ms a minute"; .clock_drift_ms_per_minute | fixed(1)),
each("stop to acknowledgement p50, ms"; .commit_ms.p50 | fixed(1)),
each("stop to acknowledgement p99, ms"; .commit_ms.p99 | fixed(1)),
each("epochs/s"; .epochs_per_s | fixed(1)),
(["wait", "stop", "scan", "copy", "state", "ship", "ack"][] as $phase
    | each("  of a mean epoch at the end, ms: " + $phase;
           .phases_ms[$phase]? // null | fixed(2))),
each("CPU time an epoch that the budget counts, ms"; .epoch_cpu_ms | fixed(2)),
each("  of it for these figures, %"; .figures_share_percent | fixed(2)),
([["the primary's worker, all of it", "worker"], ["its disks", "disks"],
  ["libvirtd there", "libvirtd"], ["worker and libvirtd of the standby", "standby"]][]
    | . as $r | each("  processor per epoch, ms: " + $r[0]; .epoch_took_ms[$r[1]] | fixed(2))),
each("memory dirtied per epoch, MiB"; .dirty_bytes_per_epoch | mib | fixed(2)),
each("shipped, MiB/s"; .shipped_per_s | mib | fixed(2)),
each("bytes shipped per byte dirtied (memory and disk)"; .shipped_per_dirtied | fixed(2)),
each("engine, primary, % of a core"; .engine_cpu_percent.primary | fixed(1)),
each("engine, standby, % of a core"; .engine_cpu_percent.standby | fixed(1)),
each("libvirtd, primary, % of a core"; .libvirtd_cpu_percent.primary | fixed(1)),
each("engine and libvirtd, both hosts, % of a core";
     [.engine_cpu_percent[], .libvirtd_cpu_percent[]] | add | fixed(1)),
each("QEMU with its guest, primary, % of a core"; .qemu_cpu_percent.primary | fixed(1)),
each("worker and disks resident, primary, MiB"; .memory.primary | mib | fixed(1)),
each("  of it not backed by files, MiB"; .memory.primary_anonymous | mib | fixed(1)),
each("  epoch buffers allocated, MiB"; .memory.epoch_buffers | mib | fixed(1)),
each("worker resident, standby, MiB"; .memory.standby | mib | fixed(1)),
"",
"measuring in each second: worker \(.figures.worker_second_ns / 1e3 | fixed(0)) us, "
    + "daemon \(.figures.daemon_second_ns / 1e3 | fixed(0)) us",
"",
row("the ledger's answers"; ["bare", "protected", "added"]),
(.latency_ms | [.unprotected, .protected, .added]
    | row("latency p50, ms"; map(.p50 | fixed(2))), row("latency p99, ms"; map(.p99 | fixed(2)))),
"",
row("a complete copy"; ["min", "p50", "max"]),
(.copies_ms | sort | row("\(length) copies, ms"; [.[0], .[(length - 1) / 2 | floor], .[-1]])),
"",
(.takeovers as $t | if ($t.runs | length) == 0 then empty else
    row("takeover (\($t.runs | length) power cuts under load)"; ["min", "p50", "max"]),
    ([["outage as the client saw it, ms", "outage_ms"], ["  detect", "detect_ms"],
      ["  win", "win_ms"], ["  apply", "apply_ms"], ["  resume", "resume_ms"],
      ["  first answer", "answer_ms"]][]
     | . as $r | $t[$r[1]] | row($r[0]; [.min, .p50, .max] | map(fixed(1)))),
    ([$t.runs[] | [.lost, .duplicated, .resets]] | transpose | map(add)
     | "lost \(.[0]), duplicated \(.[1]), resets \(.[2])"),
    "" end),
(.aims[] | "\(.aim | pad(50))\(.value | fixed(1) | left(8)) of \(.limit) \(.unit)   "
    + if .met == null then "not measured" elif .met then "met" else "NOT MET" end)
