# SPDX-License-Identifier: GPL-2.0-or-later
# What a rehearsal costs: the result of tests/bench/rehearsal, each figure beside that of the same
# run without one.

def percentile(p): sort | if length == 0 then null else .[((length - 1) * p / 100) | floor] end;
def kinds: ["plain", "made", "runs"];

# The seconds that lie wholly in a part of this kind.
def of_kind(kind): [$seconds[0].seconds[] | .at as $at
    | select(any($parts[]; .kind == kind and $at >= .from + 1 and $at + 1 <= .to - 1)) | .m];

# A metric: mean of all epochs, and the worst of a second, the median of those.
def metric(name): [.[] | .[name] | select(. != null)]
    | (map(.[3]) | add) as $n
    | {mean: (if ($n // 0) == 0 then null else (map(.[1] * .[3]) | add / $n) end),
       worst: (map(.[2]) | percentile(50)), epochs: $n, seconds: length};

def answers_of(kind): [$answers[0][] | .[0] as $at | .[1] as $ms
    | select(any($parts[]; .kind == kind and $at >= .from and $at <= .to)) | $ms]
    | {p50: percentile(50), p99: percentile(99), count: length};

def figures(kind): of_kind(kind) as $m
    | {pause_ms: ($m | metric("pause_ms")), commit_ms: ($m | metric("commit_ms")),
       answer_ms: answers_of(kind),
       epochs_per_s: ($m | metric("pause_ms") | if .seconds == 0 then null
                                                 else .epochs / .seconds end),
       waited_percent: ([$parts[] | select(.kind == kind)] | (map(.waited) | add) / 1e4
                        / (map(.to - .from) | add))};

def outage(kind): [$takeovers[] | select(.kind == kind) | .outage_ms]
    | {count: length, min: min, p50: percentile(50), max: max};
def detected(kind): [$takeovers[] | select(.kind == kind) | .detect_ms] | percentile(50);

def left(n): tostring as $t | (" " * ([n - ($t | length), 0] | max) // "") + $t;
def pad(n): tostring as $t | $t + (" " * ([n - ($t | length), 0] | max) // "");
def fixed: if . == null then "-" else (. * 100 | round) as $v
    | "\($v / 100 | floor).\($v % 100 | tostring | if length < 2 then "0" + . else . end)" end;
def ratio($with; $without): if $with == null or ($without // 0) == 0 then null
    else $with / $without end;

def row(what; $f; path): ($f.plain | path) as $plain
    | (what | pad(34)) + ($plain | fixed | left(9)) + ($f.made | path | fixed | left(9))
      + ($f.runs | path | fixed | left(9))
      + (ratio($f.made | path; $plain) | fixed | left(9))
      + (ratio($f.runs | path; $plain) | fixed | left(9));

(reduce kinds[] as $k ({}; .[$k] = figures($k))) as $f
| {schema: 1, about: $about[0], parts: $f,
   takeovers: {plain: (outage("plain") + {detect_ms: detected("plain")}),
               rehearsed: (outage("rehearsed") + {detect_ms: detected("rehearsed")})}}
| . as $all
| . + {text: [
    ("" | pad(34)) + ("without" | left(9)) + ("made" | left(9)) + ("runs" | left(9))
        + ("ratio" | left(9)) + ("ratio" | left(9)),
    row("pause, mean, ms"; $f; .pause_ms.mean),
    row("pause, worst of a second, p50, ms"; $f; .pause_ms.worst),
    row("commit, mean, ms"; $f; .commit_ms.mean),
    row("commit, worst of a second, p50, ms"; $f; .commit_ms.worst),
    row("the ledger's answers, p50, ms"; $f; .answer_ms.p50),
    row("the ledger's answers, p99, ms"; $f; .answer_ms.p99),
    row("epochs/s"; $f; .epochs_per_s),
    row("somebody waited, %"; $f; .waited_percent),
    ($all.takeovers | ([.plain, .rehearsed] | map("\(.min | fixed), \(.p50 | fixed), \(.max | fixed)")) as $t
     | "takeover, outage min, p50, max, ms: \($t[0]) (\(.plain.count)); in the middle of one",
       "    \($t[1]) (\(.rehearsed.count)); ratio of p50 \(ratio(.rehearsed.p50; .plain.p50) | fixed)")]}
