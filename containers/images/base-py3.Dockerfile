# What every Python 3 image shares: system packages, the web server, the real sagemaker-container-support.
# The stage that talks to PyPI is thrown away, and with it pip's caches and an optional CA file.
ARG SYSTEM=sagelocal/debian:bullseye-slim
FROM ${SYSTEM} AS system
# OMP_WAIT_POLICY: libgomp's threads spin by default, which makes training with several processes on few
# cores up to ten times slower.
ENV LANG=C.UTF-8 PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 OMP_WAIT_POLICY=PASSIVE
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
      ca-certificates libgomp1 nginx-light python3 python3-distutils \
 && apt-get clean && rm -rf /var/lib/apt/lists/* \
 && ln -s python3 /usr/bin/python

FROM system AS build
RUN apt-get update && apt-get install -y --no-install-recommends python3-pip
ARG CA_FILE=no-ca.pem
COPY ${CA_FILE} /tmp/ca.pem
RUN if grep -q 'BEGIN CERTIFICATE' /tmp/ca.pem; then export PIP_CERT=/tmp/ca.pem; fi; \
    export PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_DEFAULT_TIMEOUT=180 \
 && python3 -m pip install --ignore-installed pip==23.3.2 setuptools==65.7.0 wheel==0.42.0 \
 && pip install --ignore-installed \
      requests==2.32.3 graphviz==0.8.4 boto3==1.35.99 botocore==1.35.99 six==1.16.0 \
      Flask==2.2.5 Werkzeug==2.2.3 gunicorn==23.0.0 gevent==24.2.1 greenlet==3.1.1 \
 && pip install --no-deps sagemaker-container-support==1.1.3
COPY fortran_runtime.py /tmp/
RUN if grep -q 'BEGIN CERTIFICATE' /tmp/ca.pem; then export PIP_CERT=/tmp/ca.pem; fi; \
    python /tmp/fortran_runtime.py /usr/local/lib

FROM system
COPY --from=build /usr/local /usr/local
RUN ldconfig
