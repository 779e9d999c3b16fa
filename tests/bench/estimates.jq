# SPDX-License-Identifier: GPL-2.0-or-later
# What was predicted beside what came of it: the result of tests/bench/estimates.

def grown(f): (.[1] | f) - (.[0] | f);

# What a load cost, by the words of an estimate.
def outcome:
    .waited as $waited | .primary
    | grown(.time) as $s | .[1].status as $last
    | grown(.status.counters.epochs) as $epochs
    | if $last.state != "protected" or $epochs <= 0
      then error("the pair was not protected all the time") else . end
    | {pause_p50: $last.pause_ms.p50, pause_p99: $last.pause_ms.p99, epochs: ($epochs / $s),
       dirty: (grown(.status.counters.dirty_bytes) / $epochs),
       link: (grown(.status.counters.link_bytes) / $s),
       latency_p50: $last.commit_ms.p50, latency_p99: $last.commit_ms.p99,
       waited_percent: ($waited / 1e4 / $s)};

# How many times too much or too little, and whether the range had it.
def compare(estimate; got):
    [estimate.figures[] | .figure as $figure | got[$figure] as $got | select($got != null)
     | {figure, title, unit, predicted: .value, least, most, outcome: $got,
        times: (if $got > 0 and .value > 0
                then ([.value / $got, $got / .value] | max) else null end),
        in_range: ($got >= .least and $got <= .most)}];

def pad(n): tostring as $t | $t + (" " * ([n - ($t | length), 0] | max) // "");
def left(n): tostring as $t | (" " * ([n - ($t | length), 0] | max) // "") + $t;
def fixed: (. * 100 | round) as $v | "\($v / 100 | floor).\($v % 100 | fabs | tostring
    | if length < 2 then "0" + . else . end)";
def shown(unit):
    if unit == "B" or unit == "B/s" then "\(. / 1048576 | fixed) Mi\(unit)"
    else "\(fixed) \(unit)" end;

def lines(name):
    "", (name | pad(28)) + ("predicted" | left(15)) + ("outcome" | left(15))
        + ("times" | left(8)) + "   range",
    (.[] | .unit as $unit
     | (.title | pad(28)) + (.predicted | shown($unit) | left(15))
       + (.outcome | shown($unit) | left(15)) + (.times | fixed | left(8))
       + "   \(.least | shown($unit)) to \(.most | shown($unit))"
       + (if .in_range then "" else ": MISSED" end));

# The ledger's clients tell of latency; of the others an epoch's commit is what one answer waits.
($load_ledger[0] | outcome) as $ledger
| {idle: ($load_idle[0] | outcome
          | . + {first_sync: ($copy[0].ms / 1000), standby_memory: $standby[0]}),
   ledger: ($ledger + {latency_p50: ($during[0].p50 - $bare[0].p50),
                       latency_p99: ($during[0].p99 - $bare[0].p99)}),
   dirty: ($load_dirty[0] | outcome)} as $got
| {idle: compare($estimate_idle[0]; $got.idle), ledger: compare($estimate_ledger[0]; $got.ledger),
   dirty: compare($estimate_dirty[0]; $got.dirty)} as $compared
| ([$compared[][]] | length) as $all
| {schema: 1, about: $about[0], compared: $compared,
   waited_percent: ($got | map_values(.waited_percent)),
   measured: {idle: $estimate_idle[0].measured, ledger: $estimate_ledger[0].measured,
              dirty: $estimate_dirty[0].measured},
   within: ([$compared[][] | select(.times <= 1.5)] | length), figures: $all,
   in_range: ([$compared[][] | select(.in_range)] | length)}
| . + {text: [
    "\(.about.engine) (\(.about.commit)), \(.about.at); \(.about.cpu), \(.about.cores) cores, "
        + "\(.about.guest.memory_mib) MiB",
    "somebody waited: idle \(.waited_percent.idle | round) %, ledger "
        + "\(.waited_percent.ledger | round) %, dirty \(.waited_percent.dirty | round) %",
    (.compared.idle | lines("idle")), (.compared.ledger | lines("ledger")),
    (.compared.dirty | lines("16 MiB an epoch")), "",
    "\(.within) of \(.figures) figures within 1.5 times, \(.in_range) in their range"]}
