#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Installs the Debian packages that are missing, and says which. Needs no network when none is.
#
#   tools/setup.sh       what building and running take
#   tools/setup.sh ci    and what the tests and checks take
set -eu

packages="ns3 libns3-dev libgsl-dev libxml2-dev libsqlite3-dev
  nlohmann-json3-dev libcli11-dev libfmt-dev libmd-dev libboost-dev libgtest-dev libgmock-dev libbenchmark-dev
  g++ cmake ninja-build ccache git
  python3 python3-numpy python3-pandas python3-matplotlib python3-jsonschema python3-scipy"
case "${1:-}" in
    "") ;;
    ci) packages="$packages
  clang-14 libclang-rt-14-dev clang-format-14 clang-tidy-14 libsimgrid-dev
  slurmctld slurmd slurm-client munge
  chromium chromium-driver python3-selenium
  python3-pip python3-setuptools python3-wheel"
        # The script bundle of the report is built again; Node.js may come from elsewhere than Debian.
        command -v npm >/dev/null || packages="$packages npm" ;;
    *)
        echo "usage: tools/setup.sh [ci]" >&2
        exit 64
        ;;
esac

if ! command -v dpkg-query >/dev/null; then
    echo "setup: not a Debian system; please install the equivalents of:" $packages >&2
    exit 0
fi

installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' 2>/dev/null \
    | sed -n 's/^installed //p')
missing=""
for package in $packages; do
    echo "$installed" | grep -qxF "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

sudo=""
if [ "$(id -u)" -ne 0 ]; then
    sudo="sudo"
fi
echo "setup: installing$missing"
$sudo apt-get update -qq
$sudo env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends $missing >/dev/null
echo "setup: done"
