# Sourced by run.sh and test.sh: system libraries, a Python 3.11 to 3.13, an environment with the pinned packages.
# Everything it installs is announced first. CORELAB_NO_APT=1 prints the line for the system libraries instead of running it.
# CORELAB_VENV names another place for the environment (default: .venv in the checkout).

here=$(cd "$(dirname "$0")/.." && pwd)
venv=${CORELAB_VENV:-$here/.venv}

say() { printf '%s\n' "corelab: $*" >&2; }
stop() { say "$*"; exit 1; }

qt_packages="libgl1 libegl1 libxkbcommon0 libdbus-1-3 libfontconfig1 libglib2.0-0 fonts-dejavu-core"
window_packages="libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-render-util0 libxcb-randr0 libxcb-shape0"

python_fits() { "$1" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null; }

find_python() {
    for name in ${CORELAB_PYTHON:-} python3 python3.13 python3.12 python3.11; do
        if python_fits "$name"; then command -v "$name"; return 0; fi
    done
    return 1
}

# Names of the packages among "$@" that Debian's package manager does not list as installed.
missing_packages() {
    for package in "$@"; do
        # libglib2.0-0 and others are called ...t64 since Debian 13
        dpkg-query -W -f '${Status}\n' "$package" "${package}t64" 2>/dev/null | grep -q "ok installed" || printf '%s ' "$package"
    done
}

install_system_packages() {
    command -v dpkg-query >/dev/null 2>&1 || { say "this is no Debian system; Qt needs what these packages hold: $*"; return 0; }
    wanted=$(missing_packages "$@")
    [ -n "$wanted" ] || return 0
    line="apt-get install -y --no-install-recommends $wanted"
    if [ -n "${CORELAB_NO_APT:-}" ]; then stop "system packages are missing; as root, run: $line"; fi
    as_root=""
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null 2>&1 || stop "system packages are missing; as root, run: $line"
        as_root="sudo"
    fi
    say "installing system packages: $wanted"
    $as_root apt-get update -qq >&2 || say "the package lists could not be renewed; trying with the old ones"
    DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $wanted >&2 ||
        stop "the system packages could not be installed. Nothing else was changed. As root, run: $line"
}

# Debian starts a server that it has just installed, and at every boot. Tests start their own, so here none is started, no cluster is made
# and none is enabled; what was installed before stays as it is.
install_servers() {
    fresh=$(missing_packages "$@")
    [ -n "$fresh" ] || return 0
    root=""; [ "$(id -u)" = 0 ] || root="sudo"
    policy=/usr/sbin/policy-rc.d; made=""
    clusters=/etc/postgresql-common/createcluster.d/corelab.conf
    if command -v dpkg-query >/dev/null 2>&1 && [ -z "${CORELAB_NO_APT:-}" ]; then
        [ -e "$policy" ] || { printf '#!/bin/sh\nexit 101\n' | $root tee "$policy" >/dev/null; $root chmod 755 "$policy"; made=$policy; }
        $root mkdir -p "${clusters%/*}"
        echo "create_main_cluster = false" | $root tee "$clusters" >/dev/null
        trap '$root rm -f "$clusters" $made' EXIT
    fi
    install_system_packages "$@"
    for unit in $fresh; do
        if command -v systemctl >/dev/null 2>&1; then $root systemctl disable --quiet "$unit" 2>/dev/null || true; fi
    done
    $root rm -f "$clusters" $made
    trap - EXIT
}

# make_environment PINS: the environment holds exactly what the pins file names; made anew only when that file changed.
make_environment() {
    python=$(find_python) || { install_system_packages python3 python3-venv; python=$(find_python); } ||
        stop "Python 3.11, 3.12 or 3.13 with venv is needed and was not found. Set CORELAB_PYTHON to one."
    mark="$venv/.corelab-$(basename "$1" .txt)"
    if [ ! -x "$venv/bin/python" ] || ! cmp -s "$1" "$mark"; then
        say "making the Python environment in $venv (about a minute)"
        [ -x "$venv/bin/python" ] || "$python" -m venv "$venv" || stop "the environment could not be made in $venv"
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r "$1" >&2 ||
            stop "the packages could not be installed. Is there a network? Run the command again; nothing is lost."
        cp "$1" "$mark"
    fi
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e "$here" >&2 ||
        stop "corelab itself could not be installed into $venv"
}
