# Sourced by the commands in compose/: installs what is missing and checks the toolchain.

say() { printf '\n== %s\n' "$*"; }

# Runs a named part and prints how long it took.
timed() {
    local name=$1 started=$SECONDS
    shift
    say "$name"
    "$@"
    printf '== %s took %d s\n' "$name" "$((SECONDS - started))"
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# The package is on this machine.
installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

install_packages() {
    local missing=() package
    for package in rabbitmq-server librabbitmq-dev pkg-config openssl python3 zlib1g-dev; do
        installed "$package" || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && { echo "nothing to install"; return; }
    echo "installing ${missing[*]}"
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# librabbitmq before 0.11.0-1+deb12u2 has two frame-size vulnerabilities.
check_librabbitmq() {
    local found
    found=$(dpkg-query -W -f='${Version}' librabbitmq4)
    dpkg --compare-versions "$found" ge 0.11.0-1+deb12u2 || {
        echo "librabbitmq4 0.11.0-1+deb12u2 or later is needed (it closes two vulnerabilities), found $found: run apt-get upgrade" >&2
        exit 1
    }
}

check_swift() {
    local version
    version=$(swift --version 2>/dev/null | grep -oE 'Swift version [0-9]+\.[0-9]+' | grep -oE '[0-9]+\.[0-9]+' | head -n 1) || true
    if [ -z "$version" ] || ! dpkg --compare-versions "$version" ge 6.3; then
        echo "Swift 6.3 or later is needed on the PATH, found ${version:-none}: see https://www.swift.org/install/linux" >&2
        exit 1
    fi
    echo "Swift $version"
}

# The Ansible that the tests of its adapter run, in a Python environment of its own that later calls find again. Without it those tests are
# skipped and say so.
ansible=ansible-core==2.19.14
install_ansible() {
    local place=${COURIER_TOOLS:-$HOME/.cache/courier/tools}/ansible
    if [ "$(cat "$place/installed" 2>/dev/null)" = "$ansible" ]; then echo "$ansible is in $place"; return; fi
    echo "installing $ansible in $place"
    if ! python3 -c 'import ensurepip' 2>/dev/null; then
        as_root apt-get update -qq
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv >/dev/null
    fi
    rm -rf "$place"
    if python3 -m venv "$place" && "$place/bin/pip" install --quiet --disable-pip-version-check "$ansible"; then
        echo "$ansible" >"$place/installed"
    else
        echo "warning: $ansible could not be installed (it needs Python 3.11 or later and PyPI): its tests are skipped" >&2
    fi
}

prepare() {
    install_packages
    check_librabbitmq
    check_swift
}
