# Sourced: MinIO's server and client. They are AGPL: programs of their own, never linked, never part of our jar.

minio_folder=$cache/minio
minio_module=github.com/minio/minio@v0.0.0-20250907161309-07c3a429bfed
mc_module=github.com/minio/mc@v0.0.0-20250313080218-cf909e1063a9
minio_image=minio/minio:RELEASE.2025-09-07T16-13-09Z

# has_minio: a program on the PATH, one that was built here, or an image
has_minio() {
  command -v minio >/dev/null || [[ -x $minio_folder/minio ]] || docker image inspect "$minio_image" >/dev/null 2>&1
}

# ensure_minio: pulled where that works, else built; tells where it can do neither, and answers 1
ensure_minio() {
  has_minio && return
  if command -v docker >/dev/null && docker pull -q "$minio_image" >/dev/null 2>&1; then return; fi
  go_is_new_enough || { echo "   MinIO: no image can be pulled, and there is no Go of 1.24 or newer to build it" >&2; return 1; }
  step "building MinIO with Go (about five minutes, once)" go_install "$minio_module"
}

ensure_mc() {
  [[ -x $minio_folder/mc ]] && return
  go_is_new_enough || { echo "   MinIO's mc: there is no Go of 1.24 or newer to build it" >&2; return 1; }
  step "building MinIO's mc with Go (about two minutes, once)" go_install "$mc_module"
}

go_is_new_enough() {
  local version
  command -v go >/dev/null || return 1
  version=$(go env GOVERSION | sed -n 's/^go1\.\([0-9]*\).*/\1/p')
  [[ -n $version ]] && ((version >= 24))
}

go_install() {
  mkdir -p "$minio_folder"
  CGO_ENABLED=0 GOBIN=$minio_folder GOFLAGS=-buildvcs=false go install -trimpath -ldflags '-s -w' "$1"
}
