#!/bin/bash
# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
#
# bed.sh COMMAND...: runs COMMAND on a private desktop: own HOME and XDG folders, own session bus, own
# X display with a window manager. When COMMAND ends, everything started on the bed is ended too, and
# its exit code is handed on; 99 where something had to be killed the hard way.
#
# BED_DIR      folder of the bed, kept; a temporary one, removed at the end, when not set
# BED_DISPLAY  own (default): a private Xvfb; person: the display this was started on, and what leads
#              back to the person's own environment in BED_DIR/person.env
# BED_WM       openbox (default) or none; not used on the person's display
# BED_SIZE     of the private display, default 1280x800x24
# BED_PREFIX   where Keyfob is installed, if it is: its settings and icons are found there
# BED_AGENT    path of keyfob-agent: the bus activates it as org.keyfob.Keyfob.Agent
# BED_AGENT_ENV  what is set for the agent alone, such as G_DEBUG=fatal-warnings
# BED_WINDOW   path of keyfob: the bus activates it as org.keyfob.Keyfob
# BED_SERVICES names of further services of the system that the bus starts, such as an installed agent
# BED_LOG      file that the activated agent's output goes to, default BED_DIR/agent.log

set -u

keep=1
if [ -z "${BED_DIR:-}" ]; then
  BED_DIR=$(mktemp -d "${TMPDIR:-/tmp}/keyfob-bed.XXXXXX")
  keep=0
fi
# What is started from here on carries this in its environment: so it can be found again.
export BED_DIR BED_MARK=$$.$RANDOM$RANDOM
bed_support=$(cd "$(dirname "$0")" && pwd)

bed_finish () {
  local ended=0
  trap '' INT TERM HUP
  env -u BED_MARK /usr/bin/python3 "$bed_support/end_marked.py" "BED_MARK=$BED_MARK" "$BED_DIR" \
    || ended=$?
  [ "$keep" = 1 ] || rm -rf "$BED_DIR"
  [ "$bed_status" -ne 0 ] || bed_status=$ended
  exit "$bed_status"
}

# What $BED_DIR/person.env, sourced, puts back: the person's own folders, bus and display.
bed_keep_person () {
  local name
  for name in HOME XDG_CONFIG_HOME XDG_DATA_HOME XDG_CACHE_HOME XDG_STATE_HOME XDG_RUNTIME_DIR \
              TMPDIR DBUS_SESSION_BUS_ADDRESS WAYLAND_DISPLAY XAUTHORITY GDK_BACKEND GSK_RENDERER GTK_USE_PORTAL \
              GSETTINGS_BACKEND GIO_USE_VFS NO_AT_BRIDGE XDG_DATA_DIRS; do
    if [ -n "${!name+set}" ]; then
      printf 'export %s=%q\n' "$name" "${!name}"
    else
      echo "unset $name"
    fi
  done
  echo 'unset BED_DIR BED_MARK BED_DISPLAY BED_PREFIX BED_AGENT BED_WINDOW KEYFOB_SERVER_DIR'
}

bed_folders () {
  # in the person's cache, which is another one on the bed
  export KEYFOB_SERVER_DIR=${KEYFOB_SERVER_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/keyfob-peers}
  if [ "${BED_DISPLAY:=own}" = person ]; then
    bed_keep_person >"$BED_DIR/person.env"
    # the names of the display mean something only beside the person's own folders
    export XAUTHORITY=${XAUTHORITY:-$HOME/.Xauthority}
    case ${WAYLAND_DISPLAY:-} in
      '' | /*) ;;
      *) export WAYLAND_DISPLAY=${XDG_RUNTIME_DIR:-/run/user/$(id -u)}/$WAYLAND_DISPLAY ;;
    esac
  else
    unset WAYLAND_DISPLAY DISPLAY XAUTHORITY XDG_CURRENT_DESKTOP DESKTOP_SESSION XDG_SESSION_TYPE
    export GDK_BACKEND=${GDK_BACKEND:-x11} GSK_RENDERER=${GSK_RENDERER-cairo} LIBGL_ALWAYS_SOFTWARE=1
    export LC_ALL=${BED_LOCALE:-C.UTF-8}
  fi
  unset DBUS_SESSION_BUS_ADDRESS AT_SPI_BUS_ADDRESS SESSION_MANAGER GNOME_KEYRING_CONTROL SSH_AUTH_SOCK
  export HOME=$BED_DIR/home XDG_CONFIG_HOME=$BED_DIR/config XDG_DATA_HOME=$BED_DIR/data \
         XDG_CACHE_HOME=$BED_DIR/cache XDG_STATE_HOME=$BED_DIR/state XDG_RUNTIME_DIR=$BED_DIR/run \
         TMPDIR=$BED_DIR/tmp
  [ -z "${BED_PREFIX:-}" ] || export XDG_DATA_DIRS=$BED_PREFIX/share:${XDG_DATA_DIRS:-/usr/local/share:/usr/share}
  export GTK_USE_PORTAL=0 GSETTINGS_BACKEND=keyfile GIO_USE_VFS=local NO_AT_BRIDGE=0
  mkdir -p "$HOME" "$XDG_CONFIG_HOME" "$XDG_DATA_HOME" "$XDG_CACHE_HOME" "$XDG_STATE_HOME" \
           "$TMPDIR" "$BED_DIR/services"
  mkdir -p -m 700 "$XDG_RUNTIME_DIR"
  if [ "$BED_DISPLAY" = own ]; then
    # a picture shows what is, not what slides in or blinks; and a click is one however slow the machine is
    mkdir -p "$XDG_CONFIG_HOME/gtk-4.0"
    printf '[Settings]\ngtk-enable-animations=false\ngtk-cursor-blink=false\ngtk-double-click-time=3000\n' >"$XDG_CONFIG_HOME/gtk-4.0/settings.ini"
  fi
}

# A bus that starts accessibility, settings, the keyring's prompter, a panel's settings and our programs, but no
# keyring by itself.
bed_bus_config () {
  local service
  for service in org.a11y.Bus org.gnome.keyring.SystemPrompter org.gnome.keyring.PrivatePrompter \
                 org.xfce.Xfconf ca.desrt.dconf ${BED_SERVICES:-}; do
    ln -sf "/usr/share/dbus-1/services/$service.service" "$BED_DIR/services/"
  done
  if [ -n "${BED_AGENT:-}" ]; then
    cat >"$BED_DIR/agent" <<X
#!/bin/sh
exec env ${BED_AGENT_ENV:-} "$BED_AGENT" "\$@" >>"${BED_LOG:-$BED_DIR/agent.log}" 2>&1
X
    chmod +x "$BED_DIR/agent"
    cat >"$BED_DIR/services/org.keyfob.Keyfob.Agent.service" <<X
[D-BUS Service]
Name=org.keyfob.Keyfob.Agent
Exec=$BED_DIR/agent
X
  fi
  if [ -n "${BED_WINDOW:-}" ]; then
    cat >"$BED_DIR/window" <<X
#!/bin/sh
exec "$BED_WINDOW" --gapplication-service >>"$BED_DIR/window.log" 2>&1
X
    chmod +x "$BED_DIR/window"
    cat >"$BED_DIR/services/org.keyfob.Keyfob.service" <<X
[D-BUS Service]
Name=org.keyfob.Keyfob
Exec=$BED_DIR/window
X
  fi
  cat >"$BED_DIR/bus.conf" <<X
<busconfig>
  <type>session</type>
  <keep_umask/>
  <listen>unix:dir=$XDG_RUNTIME_DIR</listen>
  <auth>EXTERNAL</auth>
  <servicedir>$BED_DIR/services</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
X
}

# Xvfb writes the number of the display once it can be connected to.
bed_display () {
  local number
  mkfifo "$BED_DIR/display"
  exec 5<>"$BED_DIR/display"
  Xvfb -displayfd 5 -screen 0 "${BED_SIZE:-1280x800x24}" -nolisten tcp -noreset 2>"$BED_DIR/xvfb.log" &
  if ! read -r -t 30 -u 5 number; then
    echo "bed: Xvfb does not start: $(tail -n 3 "$BED_DIR/xvfb.log")" >&2
    return 1
  fi
  exec 5>&-
  rm "$BED_DIR/display"
  export DISPLAY=:$number
}

bed_window_manager () {
  local spy found
  [ "${BED_WM:=openbox}" = none ] && return 0
  mkfifo "$BED_DIR/root-window"
  exec 5<>"$BED_DIR/root-window"
  # tells every change of the root window: the last step of a starting window manager is to name itself there
  stdbuf -oL xprop -root -spy >&5 2>&5 &
  spy=$!
  "$BED_WM" >"$BED_DIR/wm.log" 2>&1 5>&- &
  timeout 30 grep -q -m 1 '^_NET_SUPPORTING_WM_CHECK.*window id' <&5
  found=$?
  exec 5>&-
  rm "$BED_DIR/root-window"
  kill "$spy"
  wait "$spy" 2>/dev/null
  [ "$found" -eq 0 ] || echo "bed: $BED_WM does not start: $(tail -n 3 "$BED_DIR/wm.log")" >&2
  return "$found"
}

bed_status=1
trap bed_finish EXIT
trap 'bed_status=130; exit' INT TERM HUP
bed_folders
bed_bus_config
if [ "$BED_DISPLAY" = own ]; then
  bed_display || exit 1
  bed_window_manager || exit 1
fi
cd "$bed_support/../.." || exit 1
# what the bus and its services say goes to a file, what the command says to where it belongs
dbus-run-session --config-file="$BED_DIR/bus.conf" -- bash -c 'exec "$@" >&7 2>&6 6>&- 7>&-' bash "$@" \
  6>&2 7>&1 >"$BED_DIR/bus.log" 2>&1 &
wait $!
bed_status=$?
