# Sourced: a JDK of 21 or newer, and the emulator's jar.

jar=$root/emulator/target/sagelocal.jar
jdk_cache=$cache/jdk

# find_jdk: the newest JDK >= 21, or nothing
find_jdk() {
  local home version best='' best_version=20
  for home in "${JAVA_HOME:-/nonexistent}" /usr/lib/jvm/* /Library/Java/JavaVirtualMachines/*/Contents/Home \
    "$HOME"/.sdkman/candidates/java/* "$jdk_cache"/*; do
    [[ -x $home/bin/javac ]] || continue
    version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$home/release" 2>/dev/null || true)
    if [[ -n $version ]] && ((version > best_version)); then best=$home best_version=$version; fi
  done
  echo "$best"
}

# Debian 12 has no JDK newer than 17, so there one comes from Adoptium.
install_jdk() {
  local package
  if has_apt; then
    as_root apt-get update -q
    for package in openjdk-25-jdk-headless openjdk-21-jdk-headless; do
      if apt-cache policy "$package" | grep -q 'Candidate: [0-9]'; then apt_install "$package"; return; fi
    done
  fi
  local os arch part
  case $(uname -s) in Linux) os=linux ;; Darwin) os=mac ;; *) return 1 ;; esac
  case $(uname -m) in x86_64) arch=x64 ;; aarch64 | arm64) arch=aarch64 ;; *) return 1 ;; esac
  part=$(mktemp -d)
  curl -fsSL --max-time 600 -o "$part/jdk.tar.gz" \
    "https://api.adoptium.net/v3/binary/latest/25/ga/$os/$arch/jdk/hotspot/normal/eclipse"
  tar -xzf "$part/jdk.tar.gz" -C "$part" && rm "$part/jdk.tar.gz"
  mkdir -p "$jdk_cache" && mv "$part"/* "$jdk_cache/"
}

ensure_jdk() {
  JAVA_HOME=$(find_jdk)
  if [[ -z $JAVA_HOME ]]; then
    step "installing a JDK" install_jdk
    JAVA_HOME=$(find_jdk)
  fi
  [[ -n $JAVA_HOME ]] || fail "no JDK of 21 or newer was found; install one (Temurin 25, https://adoptium.net) or set JAVA_HOME"
  export JAVA_HOME
}

ensure_maven() {
  command -v mvn >/dev/null && return
  has_apt || fail "Maven is not installed; install Maven 3.8.7 or newer"
  step "installing Maven" apt_install maven
}

jar_is_current() {
  [[ -f $jar ]] || return 1
  [[ -z $(find "$root/pom.xml" "$root"/{emulator,fake-s3}/{pom.xml,src/main} -newer "$jar" -print -quit) ]]
}

build_jar() {
  (cd "$root" && mvn -B -ntp -q -pl emulator -am package -DskipTests)
}

ensure_jar() {
  jar_is_current || step "building the emulator" build_jar
}

# The flags every run has; a JDK that knows more gets more.
java_flags() {
  local version
  version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$JAVA_HOME/release")
  echo -Xms32m -Xmx256m -XX:+UseSerialGC
  if ((version >= 25)); then
    echo -XX:+UseCompactObjectHeaders
    if [[ -f $jar.aot && $jar.aot -nt $jar ]]; then echo -XX:AOTCache="$jar.aot" -Xlog:aot=off -Xlog:cds=off; fi
  fi
}

# A cache of loaded classes more than halves the start; it is made by one short run. Doing without it is slower, not wrong.
ensure_aot_cache() {
  local version
  version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$JAVA_HOME/release")
  ((version >= 25)) || return 0
  if [[ -f $jar.aot && $jar.aot -nt $jar ]]; then return 0; fi
  echo "== preparing a quick start"
  make_aot_cache >"$cache/aot.log" 2>&1 || echo "   it did not work ($cache/aot.log); the start is slower without it"
}

make_aot_cache() {
  local data server status=0
  data=$(mktemp -d)
  # shellcheck disable=SC2046
  "$JAVA_HOME/bin/java" $(java_flags) -XX:AOTCacheOutput="$jar.aot.part" -jar "$jar" start --port 0 --data-dir "$data" >"$data/log" 2>&1 &
  server=$!
  wait_for 30 grep -q '^Ready' "$data/log" && exercise "$(sed -n 's#^Listening on ##p' "$data/log")" || status=1
  kill "$server" || status=1
  wait "$server" || true # ended by the signal
  if ((status == 0)); then mv "$jar.aot.part" "$jar.aot" || status=1; fi
  if ((status != 0)); then cat "$data/log"; fi
  rm -rf "$data"
  return "$status"
}

# exercise ENDPOINT: uses what a first client uses. Where Docker has an MXNet image, a job and an endpoint too: the cache
# tells the next run what is worth compiling.
exercise() {
  curl -fsS "$1/_sagelocal/health" &&
    call "$1" ListTrainingJobs '{}' &&
    curl -sS "$1/" || return 1
  if docker image inspect "$exercise_image" >/dev/null 2>&1; then
    exercise_containers "$1" || echo "the containers were not exercised; the first jobs and invocations are slower for that"
  fi
}

exercise_image=sagelocal/mxnet:1.2.1-cpu-py2
exercise_bucket=sagelocal-exercise

exercise_containers() {
  local part bucket=$1/$exercise_bucket image=$exercise_image role=arn:aws:iam::000000000000:role/Exercise
  part=$(mktemp -d)
  cat >"$part/echo.py" <<'PYTHON'
def model_fn(model_dir):
    return 1


def transform_fn(model, data, content_type, accept):
    return data, accept
PYTHON
  tar -czf "$part/code.tar.gz" -C "$part" echo.py
  head -c 200 /dev/zero | tr '\0' x >"$part/body"
  curl -fsS -X PUT "$bucket" &&
    curl -fsS -T "$part/code.tar.gz" "$bucket/code.tar.gz" &&
    call "$1" CreateTrainingJob '{"TrainingJobName": "exercise", "RoleArn": "'$role'",
      "AlgorithmSpecification": {"TrainingImage": "'$image'", "TrainingInputMode": "File", "ContainerEntrypoint": ["/bin/true"]},
      "InputDataConfig": [{"ChannelName": "code", "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://'$exercise_bucket'/code"}}}],
      "OutputDataConfig": {"S3OutputPath": "s3://'$exercise_bucket'/out"},
      "ResourceConfig": {"InstanceType": "ml.m4.xlarge", "InstanceCount": 2, "VolumeSizeInGB": 1},
      "StoppingCondition": {"MaxRuntimeInSeconds": 60}}' &&
    call "$1" CreateModel '{"ModelName": "exercise", "ExecutionRoleArn": "'$role'", "PrimaryContainer": {"Image": "'$image'",
      "Environment": {"SAGEMAKER_PROGRAM": "echo.py", "SAGEMAKER_SUBMIT_DIRECTORY": "s3://'$exercise_bucket'/code.tar.gz",
        "SAGEMAKER_REGION": "us-east-1", "SAGEMAKER_CONTAINER_LOG_LEVEL": "40"}}}' &&
    call "$1" CreateEndpointConfig '{"EndpointConfigName": "exercise", "ProductionVariants": [{"VariantName": "v",
      "ModelName": "exercise", "InitialInstanceCount": 1, "InstanceType": "ml.m4.xlarge"}]}' &&
    call "$1" CreateEndpoint '{"EndpointName": "exercise", "EndpointConfigName": "exercise"}' &&
    wait_for 60 described "$1" DescribeTrainingJob '{"TrainingJobName": "exercise"}' '"TrainingJobStatus" *: *"Completed"' &&
    wait_for 60 described "$1" DescribeEndpoint '{"EndpointName": "exercise"}' '"EndpointStatus" *: *"InService"' &&
    invoke "$1" "$part/body" '[1-2500]' && invoke "$1" "$part/body" '[1-2500]' --parallel --parallel-max 16
  local status=$?
  call "$1" DeleteEndpoint '{"EndpointName": "exercise"}' &&
    wait_for 60 described "$1" DescribeEndpoint '{"EndpointName": "exercise"}' 'Could not find' || status=1
  rm -rf "$part"
  return "$status"
}

# call ENDPOINT OPERATION REQUEST
call() {
  curl -fsS --max-time 60 -X POST -H "X-Amz-Target: SageMaker.$2" -H 'Content-Type: application/x-amz-json-1.1' -d "$3" "$1/"
}

# described ENDPOINT OPERATION REQUEST PATTERN: whether the answer says so
described() {
  curl -sS --max-time 60 -X POST -H "X-Amz-Target: SageMaker.$2" -d "$3" "$1/" | grep -q "$4"
}

# invoke ENDPOINT FILE NUMBERS [OPTION...]: once for each of the numbers, whose connection is kept
invoke() {
  curl -fsS --max-time 60 -o /dev/null -X POST -H 'Content-Type: application/octet-stream' \
    -H 'Accept: application/octet-stream' --data-binary "@$2" "${@:4}" "$1/endpoints/exercise/invocations?$3"
}
