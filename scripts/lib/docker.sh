# Sourced: a Docker daemon that answers.

docker_log=$cache/dockerd.log

ensure_docker() {
  if docker info >/dev/null 2>&1; then return; fi
  [[ -z ${DOCKER_HOST:-} ]] || fail "DOCKER_HOST is $DOCKER_HOST, but no Docker answers there"
  if ! command -v dockerd >/dev/null || ! command -v docker >/dev/null; then
    has_apt || fail "Docker is not installed; install Docker Engine (https://docs.docker.com/engine/install) or Docker Desktop and start it"
    step "installing Docker" install_docker
  fi
  step "starting Docker" start_docker
}

install_docker() {
  apt_install docker.io iptables ca-certificates
  command -v docker >/dev/null || apt_install docker-cli # Debian 13 and later ship the client apart
}

start_docker() {
  if [[ -d /run/systemd/system ]]; then
    as_root systemctl start docker
  else
    start_dockerd
  fi
  if ! wait_for 60 docker info; then
    tail -n 15 "$docker_log" 2>/dev/null || true
    echo "the Docker daemon does not answer within 60 s; its log is $docker_log"
    return 1
  fi
}

# running NAME: whether such a process lives; one that has ended and was not waited for does not
running() {
  local pid
  for pid in $(pgrep -x "$1"); do
    if grep -q '^State:[[:space:]]*[^ZX]' "/proc/$pid/status" 2>/dev/null; then return 0; fi
  done
  return 1
}

# A daemon that was killed leaves its process number, its socket and perhaps its containerd behind. A number that is
# another process's now would keep it from starting; a containerd that still runs is taken over.
start_dockerd() {
  local name pid_file pid
  for name in dockerd containerd; do
    pid_file=/var/run/docker.pid
    if [[ $name == containerd ]]; then pid_file=/var/run/docker/containerd/containerd.pid; fi
    [[ -f $pid_file ]] || continue
    pid=$(cat "$pid_file")
    if [[ $(cat "/proc/$pid/comm" 2>/dev/null) != "$name" ]] || ! running "$name"; then as_root rm -f "$pid_file"; fi
  done
  if running dockerd; then return; fi # it is still starting
  as_root rm -f /var/run/docker.sock
  if ! running containerd; then
    as_root rm -f /var/run/docker/containerd/containerd.sock /var/run/docker/containerd/containerd.sock.ttrpc
  fi
  # in a session of its own and with no file of ours: it outlives the script, and nobody waits for its output
  as_root setsid --fork dockerd </dev/null >"$docker_log" 2>&1
}
