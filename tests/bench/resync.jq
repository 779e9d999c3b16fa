# SPDX-License-Identifier: GPL-2.0-or-later
# How a VM is protected again: the result of tests/bench/resync, medians of its rounds.

def percentile(p): sort | if length == 0 then null else .[((length - 1) * p / 100) | floor] end;

def answers_of(kind): [$answers[0][] | .[0] as $at | .[1] as $ms
    | select(any($parts[]; .kind == kind and $at >= .from and $at <= .to)) | $ms]
    | {p50: percentile(50), p99: percentile(99), count: length};

def copies_of(kind): [$copies[] | select(.kind == kind)]
    | {ways: (map(.way) | unique), sent_bytes: (map(.sent_bytes) | percentile(50)),
       seconds: (map(.seconds) | percentile(50)), until_s: (map(.until_s) | percentile(50)),
       kept_bytes: (map(.kept_bytes | values) | percentile(50)),
       read_s: (map(.read_s | values) | percentile(50)), count: length};

def left(n): tostring as $t | (" " * ([n - ($t | length), 0] | max) // "") + $t;
def pad(n): tostring as $t | $t + (" " * ([n - ($t | length), 0] | max) // "");
def fixed: if . == null then "-" else (. * 100 | round) as $v
    | "\($v / 100 | floor).\($v % 100 | tostring | if length < 2 then "0" + . else . end)" end;
def ratio($with; $without): if $with == null or ($without // 0) == 0 then null
    else $with / $without end;

def row(what; $c; $a): (what | pad(30)) + (($c.ways // []) | join(",") | left(12))
    + (if $c.sent_bytes then $c.sent_bytes / 1048576 else null end | fixed | left(10))
    + ($c.seconds | fixed | left(9)) + ($c.until_s | fixed | left(9))
    + ($a.p50 | fixed | left(9)) + ($a.p99 | fixed | left(9));

(reduce ("protected", "alone", "changes", "nothing", "comparison", "all") as $k ({};
    .[$k] = {copy: copies_of($k), answer_ms: answers_of($k)})) as $f
| {schema: 1, about: $about[0], changed_mib: $changed, content_mib: $content, parts: $f,
   ratios: {sent_to_changed: ratio($f.changes.copy.sent_bytes; $changed * 1048576),
            sent_to_kept: ratio($f.changes.copy.sent_bytes; $f.changes.copy.kept_bytes),
            seconds_to_all: ratio($f.changes.copy.seconds; $f.all.copy.seconds),
            seconds_to_comparison: ratio($f.changes.copy.seconds; $f.comparison.copy.seconds),
            disk_seconds_to_reading:
                ratio(($f.changes.copy.seconds // 0) - ($f.nothing.copy.seconds // 0);
                      $f.changes.copy.read_s),
            p99_to_protected: ratio($f.changes.answer_ms.p99; $f.protected.answer_ms.p99),
            p99_to_alone: ratio($f.changes.answer_ms.p99; $f.alone.answer_ms.p99)}}
| . as $all
| . + {text: [
    ("" | pad(30)) + ("way" | left(12)) + ("sent, MiB" | left(10)) + ("copy, s" | left(9))
        + ("until, s" | left(9)) + ("p50, ms" | left(9)) + ("p99, ms" | left(9)),
    row("protected"; {}; $f.protected.answer_ms),
    row("alone"; {}; $f.alone.answer_ms),
    row("\($changed) MiB written meanwhile"; $f.changes.copy; $f.changes.answer_ms),
    row("nothing written meanwhile"; $f.nothing.copy; $f.nothing.answer_ms),
    row("all compared"; $f.comparison.copy; $f.comparison.answer_ms),
    row("a full copy"; $f.all.copy; $f.all.answer_ms),
    "reading what was written once: \($f.changes.copy.read_s | fixed) s; kept: \(
        ($f.changes.copy.kept_bytes // 0) / 1048576 | fixed) MiB",
    "sent to written \($all.ratios.sent_to_changed | fixed), to kept \(
        $all.ratios.sent_to_kept | fixed); seconds to a full copy's \(
        $all.ratios.seconds_to_all | fixed), to a comparison's \(
        $all.ratios.seconds_to_comparison | fixed)",
    "what it takes more than with nothing written, to reading it \(
        $all.ratios.disk_seconds_to_reading | fixed); p99 to protected \(
        $all.ratios.p99_to_protected | fixed), to alone \($all.ratios.p99_to_alone | fixed)"]}
