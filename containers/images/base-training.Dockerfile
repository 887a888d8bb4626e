# What every script-mode training image shares: the real sagemaker-training and sagemaker-mxnet-training.
# sagemaker-training has a C extension: it is built in a stage that is thrown away, so that no compiler stays.
ARG BASE=sagelocal/mxnet-base:py3
FROM ${BASE} AS build
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev python3-dev
ARG CA_FILE=no-ca.pem
COPY ${CA_FILE} /tmp/ca.pem
RUN if grep -q 'BEGIN CERTIFICATE' /tmp/ca.pem; then export PIP_CERT=/tmp/ca.pem; fi; \
    export PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_DEFAULT_TIMEOUT=180 \
 && pip wheel --no-deps --no-build-isolation -w /wheels sagemaker-training==5.1.4 sagemaker-mxnet-training==4.3.0 retrying==1.3.3 \
 && pip install --root /installed --no-warn-script-location --ignore-installed --no-deps \
      numpy==1.23.5 scipy==1.9.3 protobuf==5.29.5 psutil==6.1.1 inotify_simple==1.2.1 \
      paramiko==3.5.1 bcrypt==4.2.1 cryptography==44.0.0 cffi==1.17.1 pycparser==2.22 PyNaCl==1.5.0 \
      /wheels/*.whl

FROM ${BASE}
COPY --from=build /installed/usr/local /usr/local
ENV SAGEMAKER_TRAINING_MODULE=sagemaker_mxnet_container.training:main
ENTRYPOINT []
CMD ["train"]
