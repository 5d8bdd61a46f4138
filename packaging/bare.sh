#!/bin/sh
# sh packaging/bare.sh [FOLDER]: proves the README's two commands on a bare Debian (bookworm), made by debootstrap in FOLDER (as root).
# It prints how long each command took and keeps FOLDER/bare.log. The folder it makes is removed at the end; CORELAB_KEEP_BARE=1 keeps it.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
work=${1:-$(mktemp -d)}
root="$work/root"
mkdir -p "$work"
log="$work/bare.log"

[ "$(id -u)" = 0 ] || { echo "bare.sh must run as root: it makes a system in a folder and enters it" >&2; exit 1; }
command -v debootstrap >/dev/null || { apt-get update -qq; apt-get install -y -qq --no-install-recommends debootstrap; }
[ ! -e "$root" ] || { echo "$root exists already; name another folder" >&2; exit 1; }

seconds() { date +%s; }
timed() {
    name=$1; shift
    start=$(seconds)
    if "$@" >>"$log" 2>&1; then result=ok; else result=FAILED; fi
    printf '%-46s %-6s %5d s\n' "$name" "$result" $(($(seconds) - start)) | tee -a "$log.times"
    [ "$result" = ok ] || { tail -n 40 "$log" >&2; exit 1; }
}
leave() {
    umount -l "$root/dev/shm" "$root/proc" 2>/dev/null || true
    [ -n "${CORELAB_KEEP_BARE:-}" ] || rm -rf "$root"
}
trap leave EXIT

# What this machine needs to reach the package registries comes along: name service and its certificates (a proxy may have its own).
prepare() {
    cp /etc/resolv.conf /etc/hosts "$root/etc/"
    mkdir -p "$root/dev/shm" "$root/opt/corelab/main"
    cp -L "${PIP_CERT:-/etc/ssl/certs/ca-certificates.crt}" "$root/opt/corelab/certificates.crt"
    mount -t proc proc "$root/proc"
    mount -t tmpfs tmpfs "$root/dev/shm"
    git -C "$here" archive HEAD | tar -x -C "$root/opt/corelab/main"
    if [ -d "$here/../shared" ]; then cp -r "$here/../shared" "$root/opt/corelab/shared"; fi
}
inside() {
    env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 PIP_CERT=/opt/corelab/certificates.crt \
        ${HTTPS_PROXY:+HTTPS_PROXY="$HTTPS_PROXY"} ${HTTP_PROXY:+HTTP_PROXY="$HTTP_PROXY"} \
        chroot "$root" sh -c "cd /opt/corelab/main && $1"
}

mirror=$(awk '/^URIs:/ {print $2; exit} /^deb / {print $2; exit}' /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null || true)
: >"$log"; : >"$log.times"
timed "debootstrap bookworm" debootstrap --variant=minbase bookworm "$root" ${mirror:+"$mirror"}
timed "name service, certificates, the checkout" prepare
timed "sh packaging/run.sh (demo tour and package)" inside "sh packaging/run.sh"
timed "the package verifies" inside '.venv/bin/corelab verify "$(ls -d ~/corelab-demo/tour-1/*_DEMO)"'
timed "sh packaging/test.sh" inside "sh packaging/test.sh"
grep -E "^(corelab:|[0-9]+ passed|=+ .* =+$)" "$log" | tail -n 20
echo "the log: $log"
