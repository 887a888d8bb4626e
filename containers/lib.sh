# Sourced by the scripts of this folder: the releases, and what building needs of the machine.

fail() { echo "${0#"$PWD"/}: $*" >&2; exit 1; }

releases() { grep -v '^#' "$here/images/releases.tsv" | cut -f1; }

# field RELEASE NAME: that column of the release
field() {
  local columns=(release contract wheel numpy_py2 numpy_py3 gpu_wheel cuda) i
  for i in "${!columns[@]}"; do
    if [[ ${columns[i]} == "$2" ]]; then
      awk -F'\t' -v r="$1" -v c="$((i + 1))" '$1 == r { print $c }' "$here/images/releases.tsv"
      return
    fi
  done
  fail "releases.tsv has no column $2"
}

# release_named NAME: the release that NAME means: itself, or the one with that major and minor number
release_named() {
  local release
  for release in $(releases); do
    if [[ $1 == "$release" || $1 == "${release%.*}" ]]; then echo "$release"; return; fi
  done
  # the newest official images are 1.9.0, which PyPI has not: 1.9.1 stands in for it
  if [[ $1 == 1.9.0 ]]; then echo 1.9.1; return; fi
  fail "no such MXNet release here: $1; there are $(releases | paste -sd' ')"
}

# What Debian bullseye and PyPI have for each Python.
interpreter() { case $1 in py2) echo python2.7 ;; py3) echo python3.9 ;; esac; }
interpreter_packages() { case $1 in py2) echo python2.7 ;; py3) echo python3.9 python3-distutils ;; esac; }
installers() {
  case $1 in
    py2) echo pip==20.3.4 setuptools==44.1.1 wheel==0.37.1 ;;
    py3) echo pip==23.3.2 setuptools==65.7.0 wheel==0.42.0 ;;
  esac
}
packages_folder() { echo "/usr/local/lib/$(interpreter "$1")/dist-packages"; }

# ca_file_into FOLDER: copies the network's own certificate authority, where it has one, into a build's folder and
# prints the file's name. pip needs it while building; no image keeps it.
ca_file_into() {
  local candidate
  for candidate in "${PIP_CERT:-}" "${REQUESTS_CA_BUNDLE:-}" "${SSL_CERT_FILE:-}"; do
    if [[ -n $candidate && -f $candidate ]]; then
      cp "$candidate" "$1/network-ca.pem"
      echo network-ca.pem
      return
    fi
  done
  echo no-ca.pem
}
