#!/usr/bin/env bash
# Installs what the rendering tests need from Debian or Ubuntu: CMake, software OpenGL, a font.
# Does nothing where it is all there already.
set -euo pipefail
packages=(build-essential cmake libegl1 libgl1 libgl1-mesa-dri libxkbcommon0 libfontconfig1 libdbus-1-3
          libglib2.0-0 fonts-dejavu-core)
command -v dpkg-query >/dev/null || { echo "Not Debian: install ${packages[*]} by hand."; exit 0; }
missing=()
for package in "${packages[@]}"; do
  # Newer releases carry a t64 suffix on some of these names.
  dpkg-query -W -f '${Status}\n' "$package" "${package}t64" 2>/dev/null | grep -q 'install ok' \
    || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0
as_root=""
[ "$(id -u)" -eq 0 ] || as_root="sudo"
$as_root apt-get update -q
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q "${missing[@]}"
