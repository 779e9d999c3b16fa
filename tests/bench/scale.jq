# The table of tests/bench/scale from its measurements.
def number(digits): if . == null then "-" else
    (. * pow(10; digits) | round / pow(10; digits)) as $x
    | ($x | floor | tostring) as $whole
    | if digits == 0 then $whole else
        $whole + "." + ((($x - ($x | floor)) * pow(10; digits) | round | tostring) as $f
            | ("0" * (digits - ($f | length)) // "") + $f) end end;
def left(width): (" " * (width - length) // "") + .;
def row: [(.vms | tostring | left(3)), (.interval_ms | tostring | left(5)),
    (.epochs_per_s_vm | number(1) | left(7)), (.epochs_per_s | number(0) | left(6)),
    (.pause_p50_ms | number(1) | left(7)), (.pause_p99_ms | number(1) | left(7)),
    (.stop_ms | number(1) | left(6)), (.state_ms | number(1) | left(6)),
    (.libvirtd_ms | number(2) | left(8)), (.worker_ms | number(2) | left(7)),
    (.qemu_ms | number(2) | left(7)), (.standby_ms | number(2) | left(8)),
    (.libvirtd_percent | number(0) | left(8)), (.waited_percent | number(0) | left(7))] | join(" ");
"        each  epochs   all   pause, ms        ms of an epoch   CPU, ms an epoch:                libvirtd somebody",
"VMs    ms  a s, VM   a s     p50     p99   stop  state libvirtd  worker    QEMU  standby   % core waited %",
(.[] | row), "", "load averages at the end: \($load)"
