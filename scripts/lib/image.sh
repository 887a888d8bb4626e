# Sourced: the emulator's own image.

image_name=sagelocal/sagelocal

image_usage() {
  cat <<TEXT
usage: scripts/sagelocal image [--base IMAGE] [--tag TAG]

Builds the image $image_name:TAG of the emulator: its jar, and a small Java runtime that jlink makes from the JDK here.

  --base IMAGE  what it stands on: debian:bookworm-slim where Docker has or can pull it, else the Debian that
                containers/build makes
  --tag TAG     latest
TEXT
}

# What the emulator uses of the JDK, and what its libraries find by name.
runtime_modules=java.base,java.logging,java.management,java.naming,java.net.http,java.security.jgss,java.sql,java.xml,jdk.crypto.ec,jdk.unsupported,jdk.zipfs

build_image() {
  local base='' tag=latest context
  while (($#)); do
    case $1 in
      --base) base=${2:?--base wants an image}; shift 2 ;;
      --tag) tag=${2:?--tag wants a tag}; shift 2 ;;
      --help) image_usage; return ;;
      *) image_usage >&2; fail "unknown option: $1" ;;
    esac
  done
  [[ -x $JAVA_HOME/bin/jlink ]] || fail "$JAVA_HOME has no jlink; install a whole JDK"
  [[ $(uname -s) == Linux ]] || fail "the image needs a JDK for Linux; build it there, or in a container"
  ensure_docker
  if [[ -z $base ]]; then base=$(image_base) || fail "no base image: debian:bookworm-slim cannot be pulled; build one with containers/build, or give --base"; fi
  context=$(mktemp -d)
  # shellcheck disable=SC2064
  trap "rm -rf '$context'" EXIT
  step "making the Java runtime" "$JAVA_HOME/bin/jlink" --add-modules "$runtime_modules" --strip-debug --no-header-files \
    --no-man-pages --compress zip-0 --output "$context/runtime"
  cp "$jar" "$context/sagelocal.jar"
  cp "$root/emulator/image/Dockerfile" "$root/emulator/image/prepare" "$context/"
  step "building $image_name:$tag on $base" docker build --quiet --build-arg "BASE=$base" --tag "$image_name:$tag" "$context"
  echo "$image_name:$tag"
}

image_base() {
  local image
  for image in debian:bookworm-slim sagelocal/debian:bullseye-slim; do
    if docker image inspect "$image" >/dev/null 2>&1; then echo "$image"; return; fi
  done
  docker pull --quiet debian:bookworm-slim 2>/dev/null
}
