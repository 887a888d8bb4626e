# What every Python 2 image shares: system packages, the web server, the real sagemaker-container-support.
# The stage that talks to PyPI is thrown away, and with it pip's caches and an optional CA file.
ARG SYSTEM=sagelocal/debian:bullseye-slim
FROM ${SYSTEM} AS system
# OMP_WAIT_POLICY: libgomp's threads spin by default, which makes training with several processes on few
# cores up to ten times slower.
ENV LANG=C.UTF-8 PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 OMP_WAIT_POLICY=PASSIVE
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
      ca-certificates libgomp1 nginx-light python2.7 \
 && apt-get clean && rm -rf /var/lib/apt/lists/* \
 && ln -s python2.7 /usr/bin/python

FROM system AS build
# carries pip 20.3.4, the last that runs on Python 2.7; bullseye has no python-pip package any more
RUN apt-get update && apt-get install -y --no-install-recommends python-pip-whl
ARG CA_FILE=no-ca.pem
COPY ${CA_FILE} /tmp/ca.pem
RUN if grep -q 'BEGIN CERTIFICATE' /tmp/ca.pem; then export PIP_CERT=/tmp/ca.pem; fi; \
    export PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_DEFAULT_TIMEOUT=180 PIP_NO_PYTHON_VERSION_WARNING=1 \
 && PYTHONPATH=/usr/share/python-wheels/pip-20.3.4-py2.py3-none-any.whl \
      python2.7 -m pip install pip==20.3.4 setuptools==44.1.1 wheel==0.37.1 \
 && pip install \
      requests==2.27.1 graphviz==0.8.4 \
      boto3==1.17.112 botocore==1.20.112 six==1.16.0 \
      Flask==0.12.5 Werkzeug==0.16.1 Jinja2==2.11.3 itsdangerous==1.1.0 MarkupSafe==1.1.1 click==7.1.2 \
      gunicorn==19.10.0 gevent==1.5.0 greenlet==0.4.17 \
      sagemaker-container-support==1.1.3
COPY fortran_runtime.py /tmp/
RUN if grep -q 'BEGIN CERTIFICATE' /tmp/ca.pem; then export PIP_CERT=/tmp/ca.pem; fi; \
    python /tmp/fortran_runtime.py /usr/local/lib

FROM system
COPY --from=build /usr/local /usr/local
RUN ldconfig
