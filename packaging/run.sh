#!/bin/sh
# sh packaging/run.sh: sets everything up, builds the demo lab and opens it.
# With arguments it runs corelab with them instead: sh packaging/run.sh inspect FILE
# Without a display it runs the demo's tour off screen: pictures of every screen and a package.
set -eu
. "$(dirname "$0")/setup.sh"

install_system_packages $qt_packages $window_packages
make_environment "$here/packaging/pins.txt"

if [ "$#" -gt 0 ]; then exec "$venv/bin/corelab" "$@"; fi

demo=${CORELAB_DEMO:-$HOME/corelab-demo}
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || [ "$(uname)" = Darwin ]; then
    exec "$venv/bin/corelab" demo "$demo/lab"
fi
say "no display: running the tour off screen"
rm -rf "$demo/tour-lab" "$demo/tour"
QT_QPA_PLATFORM=offscreen "$venv/bin/corelab" demo "$demo/tour-lab" --tour "$demo/tour"
say "pictures of every screen and a verified package are in $demo/tour"
