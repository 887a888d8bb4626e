# Sourced: virtual environments, kept by what is in them.

ensure_python() {
  if command -v python3 >/dev/null && python3 -c 'import venv, ensurepip' 2>/dev/null; then return; fi
  has_apt || fail "Python 3 with venv is not installed; install it"
  step "installing Python" apt_install python3 python3-venv
}

# venv NAME PACKAGE...: sets venv_python to the interpreter of an environment that has just these packages
venv() {
  local name=$1 folder hash; shift
  hash=$(printf '%s\n' "$(python3 -V)" "$@" | sha256sum | cut -c1-12)
  folder=$cache/venvs/$name-$hash
  venv_python=$folder/bin/python
  if [[ ! -f $folder/complete ]]; then step "installing $name: $*" make_venv "$folder" "$@"; fi
}

make_venv() {
  local folder=$1; shift
  rm -rf "$folder"
  python3 -m venv "$folder"
  "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile "$@"
  touch "$folder/complete"
}

sdk_packages() {
  case $1 in
    1.9.0 | 1.11.0 | 1.72.0) echo "sagemaker==$1 protobuf<3.21 setuptools<81" ;;
    2.257.7) echo 'sagemaker==2.257.7' ;;
    3.27.0) echo 'sagemaker==3.27.0' ;;
    *) fail "no such SDK line: $1; there are 1.9.0, 1.11.0, 1.72.0, 2.257.7 and 3.27.0" ;;
  esac
}
