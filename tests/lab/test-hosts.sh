#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The administrator's way to a host: names, keys, passwords, users, and the engine's installation,
# upgrade and way back.
. "$(dirname "$0")/functions.sh"

requires_program ssh-keygen useradd chpasswd gcc sudo

passwords() { # HOST yes|no
    lab on "$1" sh -c "printf 'PasswordAuthentication $2\nPermitRootLogin yes\n' \
        >/etc/ssh/sshd_config.d/test.conf && kill -HUP \$(cat /run/sshd.pid)"
}

offers_passwords() { # HOST
    lab on adm ssh -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
        -o PreferredAuthentications=none "$1" true 2>&1 | grep -q password
}

engine_sum() { # HOST
    lab on "$1" sha256sum "$engine_path" | cut -d' ' -f1
}

# Nothing half done lies about on a host.
is_tidy() { # HOST
    local found
    found=$(lab on "$1" find /var/tmp /usr/local/lib -maxdepth 2 -name '*.new.*' -o -name 'ftprobe.*' \
        -o -name 'ftengine.*')
    [ -z "$found" ] || fail "left on $1: $found"
}

shares_machine=yes
start_lab
engines=$test_build/test-engines-$$
mkdir -p "$engines"
at_end() {
    rm -rf "$engines"
}

note "a host that is not there, a name nobody knows, no sshd"
lab power-off h2
exits 20 ftadmin host add nosuchhost
complains "nosuchhost" "not known"
# shellcheck disable=SC2016 # for the inner shell
lab on h1 sh -c 'kill $(cat /run/sshd.pid)'
no_sshd() {
    ! lab on adm bash -c ': </dev/tcp/h1/22' 2>/dev/null
}
wait_for 20 no_sshd
exits 20 ftadmin host add h1
complains "refused the connection on port 22"
lab on h1 /usr/sbin/sshd

note "passwords: none, wrong, right; the unknown key still asked for"
must lab on w1 sh -c 'echo root:toor99 | chpasswd'
lab on adm sh -c 'umask 077; echo toor99 >/root/right; echo wrong >/root/wrong;
    mv /root/.ssh/id_ed25519 /root/.ssh/hidden'
exits 5 ftadmin host add w1 --password-file /root/right
complains "not known" "SHA256:"
exits 6 ftadmin host add w1 --accept-new-host-keys
complains "did not let root in" "public keys"
passwords w1 yes
wait_for 10 offers_passwords w1
exits 6 ftadmin host add w1 --accept-new-host-keys --password-file /root/wrong
complains "did not let root in" "tried: .*password"
exits 0 ftadmin host add w1 --accept-new-host-keys --password-file /root/right
grep -q toor99 <(lab on adm sh -c 'cat /root/.local/share/ftadmin/*') &&
    fail "the password was stored"
lab on adm mv /root/.ssh/hidden /root/.ssh/id_ed25519

note "a user who may not become root"
lab on h1 useradd -m joe
lab on h1 sh -c 'mkdir -p ~joe/.ssh && cp /root/.ssh/authorized_keys ~joe/.ssh/ &&
    chown -R joe: ~joe/.ssh'
exits 6 ftadmin host add h1 --user joe --accept-new-host-keys
complains "sudo"
exits 0 ftadmin host list --json
jq -e '[.hosts[].name] == ["w1"]' <<<"$output" >/dev/null || fail "hosts: $output"

note "a user who becomes root without a password"
lab on h1 sh -c 'mount -t tmpfs -o mode=750 tmpfs /etc/sudoers.d &&
    echo "joe ALL=(ALL) NOPASSWD: ALL" >/etc/sudoers.d/joe'
exits 0 ftadmin host add h1 --user joe --accept-new-host-keys
engine h1 status >/dev/null || fail "no engine runs on h1"
exits 0 ftadmin host remove h1 --yes
lab on h1 umount /etc/sudoers.d

note "an alias of ~/.ssh/config"
lab on adm sh -c 'printf "Host thefirst\n HostName 10.77.0.1\n User root\n" >/root/.ssh/config'
exits 0 ftadmin host add thefirst --accept-new-host-keys
exits 0 ftadmin host remove thefirst --yes
lab on adm rm /root/.ssh/config

note "a changed host key is refused, with both fingerprints"
exits 0 ftadmin host add h1 --accept-new-host-keys
old=$(lab on h1 ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub | cut -d' ' -f2)
# shellcheck disable=SC2016 # for the inner shell
lab on h1 sh -c 'rm -f /etc/ssh/ssh_host_*; ssh-keygen -q -A; kill -HUP $(cat /run/sshd.pid)'
new=$(lab on h1 ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub | cut -d' ' -f2)
has_new_key() {
    lab on adm ssh-keyscan -t ed25519 h1 2>/dev/null | ssh-keygen -lf - | grep -qF "$new"
}
wait_for 20 has_new_key
exits 5 ftadmin host add h1 --accept-new-host-keys
complains "has changed" "${old//+/.}" "${new//+/.}" "ssh-keygen .*-R"
lab on adm ssh-keygen -q -R h1 2>/dev/null

note "the engine: installed, running, not touched again"
exits 0 ftadmin host add h1 --accept-new-host-keys
sum=$(engine_sum h1)
[ "$sum" = "$(sha256sum "$(built ftengine)" | cut -d' ' -f1)" ] || fail "another engine: $sum"
pid=$(daemon_pid h1)
exits 0 ftadmin host add h1
[ "$(daemon_pid h1)" = "$pid" ] || fail "the engine was restarted without need"
must lab on h1 /etc/init.d/ftengine status
is_tidy h1

note "one host is one host: a second name is refused; a copy of it is another one"
lab on adm ssh-keygen -q -R 10.77.0.1 2>/dev/null # as "thefirst" was called before the new key
exits 1 ftadmin host add --accept-new-host-keys h1b=10.77.0.1
complains "h1b is h1, which is known already: the same machine-id and SSH host key" "keep-engine"
exits 0 ftadmin host list --json
jq -e '[.hosts[].name] == ["h1", "w1"]' <<<"$output" >/dev/null || fail "hosts: $output"
must lab power-on h2
own=$(lab on h2 cat /etc/machine-id)
lab on h1 cat /etc/machine-id | lab on h2 tee /etc/machine-id >/dev/null
exits 0 ftadmin host add h2 --accept-new-host-keys
complains "Warning: h2 has the machine-id of h1: one was made as a copy"
exits 0 ftadmin host remove h2 --yes
echo "$own" | lab on h2 tee /etc/machine-id >/dev/null

note "the engine, upgraded"
cp "$(built ftengine)" "$engines/newer"
printf x >>"$engines/newer"
exits 0 ftadmin host add h1 --engine "$engines/newer"
newer=$(engine_sum h1)
[ "$newer" = "$(sha256sum "$engines/newer" | cut -d' ' -f1)" ] || fail "not upgraded"
[ "$(daemon_pid h1)" != "$pid" ] || fail "the old engine still runs"
is_tidy h1

note "engines that cannot run there, or do not start: the one before stays"
printf '#!/nonexistent/interpreter\n' >"$engines/cannot-run"
cat >"$engines/cannot-start" <<'END'
#!/bin/sh
[ "$1" = --version ] && exit 0
echo "ftengine: no room in the inn" >&2
exit 1
END
echo 'int f(void){return 0;}' >"$engines/f.c"
echo 'int f(void); int main(void){return f();}' >"$engines/m.c"
must gcc -shared -fPIC -Wl,-soname,libnope.so.1 "$engines/f.c" -o "$engines/f.so"
must gcc "$engines/m.c" -o "$engines/no-library" -Wl,--no-as-needed "$engines/f.so"
chmod +x "$engines"/*
for bad in cannot-run:'cannot run there' no-library:'missing: libnope.so.1' \
    cannot-start:'no room in the inn'; do
    exits 1 ftadmin host add h1 --engine "$engines/${bad%%:*}"
    complains "${bad#*:}"
    [ "$(engine_sum h1)" = "$newer" ] || fail "the engine is gone after $bad"
    wait_for 20 engine h1 hello >/dev/null
    is_tidy h1
done

note "a package's engine: used, not replaced, and left there; only what was uploaded goes"
# the machine's /usr/lib with the package's file in it, as the host sees it
packaged=/usr/lib/ftadmin/ftengine
# shellcheck disable=SC2016 # for the inner shell
if lab on w1 sh -c 'mkdir /run/over && mount -t tmpfs tmpfs /run/over &&
    mkdir -p /run/over/up/ftadmin /run/over/work && cp "$1" /run/over/up/ftadmin/ftengine &&
    mount -t overlay -o lowerdir=/usr/lib,upperdir=/run/over/up,workdir=/run/over/work \
        overlay /usr/lib' sh "$(built ftengine)"; then
    exits 0 ftadmin host add w1
    lab on w1 test -e "$engine_path" && fail "it was uploaded, or is left, beside the package"
    pid=$(daemon_pid w1)
    [ "$(lab on w1 readlink "/proc/$pid/exe")" = $packaged ] || fail "another engine runs on w1"
    exits 0 ftadmin host add w1
    [ "$(daemon_pid w1)" = "$pid" ] || fail "the package's engine was restarted without need"
    exits 0 ftadmin host remove w1 --yes
    [ "$(daemon_pid w1)" = "$pid" ] || fail "the package's engine does not run on"
    must lab on w1 test -e /etc/init.d/ftengine
    exits 0 ftadmin host add w1
else
    note "no overlay file system here: not tried"
fi

note "facts"
exits 0 ftadmin host show h1 --json
jq -e '.. | objects | select(.name? == "br0")' <<<"$output" >/dev/null || fail "facts: $output"

note "a CPU that its hypervisor can give, or lacks features of, as its libvirt says"
can_give() { # MODEL
    jq -nc --arg cpu "<cpu mode='custom' match='exact'><model fallback='forbid'>$1</model></cpu>" \
        '{emulator: "/usr/bin/qemu-system-x86_64", arch: "x86_64", machine: "pc", type: "qemu",
            cpu: $cpu}' | lab on h1 "$engine_path" compare-cpu
}
[ "$(can_give qemu64 | jq -r .result)" = yes ] || fail "qemu64: $(can_give qemu64)"
can_give Icelake-Server | jq -e '.result == "no" and (.text | test("avx512f"))' >/dev/null ||
    fail "Icelake-Server: $(can_give Icelake-Server)"
[ "$(can_give nosuchmodel | jq -r .result)" = error ] || fail "nosuchmodel: $(can_give nosuchmodel)"

note "a hypervisor does not become a witness because its libvirt is away"
# shellcheck disable=SC2016 # for the inner shell
lab on h1 sh -c 'kill $(cat /run/libvirtd.pid)'
libvirtd_is_gone() {
    ! lab on h1 pgrep -x libvirtd >/dev/null
}
wait_for 20 libvirtd_is_gone
exits 20 ftadmin host add h1
complains "libvirt does not answer"
exits 0 ftadmin host list --json
jq -e '.hosts[] | select(.name == "h1").kind == "hypervisor"' <<<"$output" >/dev/null ||
    fail "hosts: $output"
