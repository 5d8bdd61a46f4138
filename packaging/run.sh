#!/bin/sh
# sh packaging/run.sh: sets everything up, builds a demo lab and opens it.
# With arguments it runs corelab with them instead: sh packaging/run.sh inspect FILE
# Without a display it runs the demo's tour off screen: pictures of every screen and a package.
# Each run makes a demo lab of its own under CORELAB_DEMO (default: ~/corelab-demo); its passwords are printed.
set -eu
. "$(dirname "$0")/setup.sh"

install_system_packages $qt_packages $window_packages
make_environment "$here/packaging/pins.txt"

if [ "$#" -gt 0 ]; then exec "$venv/bin/corelab" "$@"; fi

demo=${CORELAB_DEMO:-$HOME/corelab-demo}
number=1
while [ -e "$demo/lab-$number" ] || [ -e "$demo/tour-$number" ]; do number=$((number + 1)); done
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || [ "$(uname)" = Darwin ]; then
    exec "$venv/bin/corelab" demo "$demo/lab-$number"
fi
say "no display: running the tour off screen"
QT_QPA_PLATFORM=offscreen "$venv/bin/corelab" demo "$demo/lab-$number" --tour "$demo/tour-$number"
say "pictures of every screen and a verified package are in $demo/tour-$number"
