/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Puts an XDP program that passes everything on a NIC by a bpf link, as libxdp and cilium do, of
 * which the kernel tells nobody, and takes it away with its own end.
 *
 *   xdp-pass NIC SECONDS
 *
 * Source: linux/bpf.h, bpf(2).
 */
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int
bpf(int command, union bpf_attr *attributes)
{
    return (int)syscall(SYS_bpf, command, attributes, sizeof(*attributes));
}

static int
load(void)
{
    const struct bpf_insn program[] = {
        { .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = XDP_PASS },
        { .code = BPF_JMP | BPF_EXIT },
    };
    union bpf_attr what;

    memset(&what, 0, sizeof(what));
    what.prog_type = BPF_PROG_TYPE_XDP;
    what.insns = (uintptr_t)program;
    what.insn_cnt = sizeof(program) / sizeof(program[0]);
    what.license = (uintptr_t) "GPL";
    return bpf(BPF_PROG_LOAD, &what);
}

int
main(int argc, char **argv)
{
    union bpf_attr what;
    int program = load();

    if (argc != 3 || program < 0) {
        perror("xdp-pass NIC SECONDS");
        return 1;
    }
    memset(&what, 0, sizeof(what));
    what.link_create.prog_fd = (uint32_t)program;
    what.link_create.target_ifindex = if_nametoindex(argv[1]);
    what.link_create.attach_type = BPF_XDP;
    what.link_create.flags = XDP_FLAGS_SKB_MODE;
    if (bpf(BPF_LINK_CREATE, &what) < 0) {
        perror(argv[1]);
        return 1;
    }
    return sleep((unsigned)strtoul(argv[2], NULL, 10)) > 0;
}
