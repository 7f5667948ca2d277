# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause
#
# Sourced by tests/run, tests/demo and .ci/run: gets a machine ready. Installs only what is missing.

build_packages=(
  gcc meson ninja-build pkgconf gettext libgtk-4-dev libadwaita-1-dev libsoup-3.0-dev
  libjson-glib-dev libsecret-1-dev libqrencode-dev libglib2.0-dev libglib2.0-dev-bin
  desktop-file-utils appstream libxml2-utils po4a
)
# What the demo needs on a desktop that is there.
demo_packages=(dbus gnome-keyring python3-gi python3-venv adwaita-icon-theme librsvg2-common)
# A desktop to test on, and the programs that Keyfob meets there.
desktop_packages=(
  xvfb xauth x11-utils xdotool openbox imagemagick dbus at-spi2-core python3-gi python3-venv
  gir1.2-atspi-2.0 man-db groff-base git curl adwaita-icon-theme fonts-dejavu-core fonts-cantarell librsvg2-common
  gnome-keyring libsecret-tools chromium chromium-driver chromium-sandbox xclip zbar-tools openssl
  orca python3-speechd speech-dispatcher dconf-cli dconf-gsettings-backend dconf-service
  iproute2 bubblewrap sway weston mutter wl-clipboard gir1.2-gtk-4.0 gir1.2-adw-1 xfce4-panel xfconf lxqt-panel dunst
  'qt6-svg-plugins | libqt5svg5'
)
check_packages=(clang clang-format)
# Peers of tests/providers beside the server; see prepare_keycloak.
provider_packages=(keepassxc unzip)

# Where the server and its providers are installed: once for all checkouts, since they are large and come
# from the network.
peers_folder=${KEYFOB_SERVER_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/keyfob-peers}

prepare_say () {
  printf '\n== %s\n' "$*"
}

# What of the packages named in the arguments is not installed, one a line. A choice ("this | that") is installed
# where one of it is.
prepare_missing () {
  local package
  for package in "$@"; do
    grep -qx installed < <(dpkg-query -W -f '${db:Status-Status}\n' ${package//|/} 2>/dev/null) \
      || echo "$package"
  done
}

prepare_packages () {
  local missing
  # Another distribution: its user installed what the README lists, and meson names what lacks.
  command -v dpkg-query >/dev/null || return 0
  mapfile -t missing < <(prepare_missing "$@")
  [ ${#missing[@]} -eq 0 ] && return 0

  local -a apt=(apt-get)
  if [ "$(id -u)" -ne 0 ]; then
    apt=(sudo apt-get)
    [ -t 0 ] || apt=(sudo -n apt-get)
  fi
  prepare_say "Installing ${missing[*]}"
  if command -v apt-get >/dev/null && command -v "${apt[0]}" >/dev/null; then
    prepare_apt_install "${missing[@]}" && return 0
  fi
  echo "These packages are needed and could not be installed: ${missing[*]}." \
       "Install them as an administrator and run this again." >&2
  return 1
}

prepare_apt_install () {
  local -a install=(env DEBIAN_FRONTEND=noninteractive)
  if [ "${apt[0]}" = sudo ]; then
    install=("${apt[@]:0:${#apt[@]}-1}" "${install[@]}")
  fi
  install+=(apt-get satisfy -y -q --no-install-recommends "$@")
  # The lists of a fresh machine are empty or old: read them when the first try does not do.
  "${install[@]}" </dev/null && return 0
  "${apt[@]}" update -q </dev/null && "${install[@]}" </dev/null
}

# The real server and provider for demo and journeys, in the folder of the peers. Two runs at once install one
# after the other.
prepare_server () {
  prepare_in_peers_folder prepare_python_and_node
}

# prepare_in_peers_folder FUNCTION: calls it with the folder of the peers, alone.
prepare_in_peers_folder () {
  mkdir -p "$peers_folder" && (flock 9 && "$1" "$peers_folder") 9>"$peers_folder/lock"
}

prepare_python_and_node () {
  local folder=$1 support
  support=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
  if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    prepare_packages nodejs npm || return 1
  fi
  prepare_python "$folder" "$support/requirements.txt" && prepare_node "$folder" "$support/package.json"
}

prepare_python () {
  local folder=$1 requirements=$2
  cmp -s "$requirements" "$folder/requirements.installed" && return 0
  prepare_say "Installing py-oidc-auth into $folder/venv"
  rm -rf "$folder/venv"
  /usr/bin/python3 -m venv "$folder/venv" \
    && "$folder/venv/bin/pip" install -q --disable-pip-version-check -r "$requirements" </dev/null \
    && cp "$requirements" "$folder/requirements.installed"
}

# oidc-provider 9 wants Node.js 20 or newer; Debian 12 has 18.
prepare_node () {
  local folder=$1 package=$2 major
  major=$(node -p 'process.versions.node.split(".")[0]')
  { cat "$package"; echo "node $major"; } >"$folder/package.wanted"
  cmp -s "$folder/package.wanted" "$folder/package.installed" && return 0
  prepare_say "Installing oidc-provider into $folder/node_modules"
  cp "$package" "$folder/package.json"
  if [ "$major" -lt 20 ]; then
    sed -i 's/"oidc-provider": *"[^"]*"/"oidc-provider": "8.8.1"/' "$folder/package.json"
  fi
  rm -rf "$folder/node_modules" "$folder/package-lock.json"
  (cd "$folder" && npm install --no-audit --no-fund --no-package-lock --ignore-scripts \
    --loglevel=error </dev/null) && cp "$folder/package.wanted" "$folder/package.installed"
}

# Keycloak beside the server, built for its store in memory, so that it starts quickly.
prepare_keycloak () {
  prepare_in_peers_folder prepare_keycloak_in
}

prepare_keycloak_in () {
  local folder=$1 version=26.7.3
  [ "$(cat "$folder/keycloak/keyfob.installed" 2>/dev/null)" = "$version" ] && return 0
  command -v java >/dev/null || prepare_packages openjdk-17-jre-headless || return 1
  command -v mvn >/dev/null || prepare_packages maven || return 1
  prepare_say "Installing Keycloak $version into $folder/keycloak"
  mvn -q -B dependency:get -Dtransitive=false \
    -Dartifact="org.keycloak:keycloak-quarkus-dist:$version:zip" </dev/null \
    && mvn -q -B dependency:copy -DoutputDirectory="$(realpath "$folder")" \
      -Dartifact="org.keycloak:keycloak-quarkus-dist:$version:zip" </dev/null || return 1
  rm -rf "$folder/keycloak" "$folder/keycloak-$version"
  unzip -q "$folder/keycloak-quarkus-dist-$version.zip" -d "$folder" \
    && rm "$folder/keycloak-quarkus-dist-$version.zip" \
    && mv "$folder/keycloak-$version" "$folder/keycloak" \
    && JAVA_OPTS_APPEND=-Xmx700m "$folder/keycloak/bin/kc.sh" build --db=dev-mem </dev/null >"$folder/keycloak.log" \
    && echo "$version" >"$folder/keycloak/keyfob.installed"
}
