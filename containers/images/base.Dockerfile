# What every image of one Python shares: system packages, the web server, the real sagemaker-container-support.
# The stage that talks to PyPI is thrown away, and with it pip's caches and an optional CA file.
ARG BASE=sagelocal/debian:bullseye-slim
FROM ${BASE} AS system
ARG INTERPRETER
ARG INTERPRETER_PACKAGES
# OMP_WAIT_POLICY: libgomp's threads spin by default, which makes training with several processes on few
# cores up to ten times slower.
ENV LANG=C.UTF-8 PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 OMP_WAIT_POLICY=PASSIVE
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
      ca-certificates libgomp1 nginx-light ${INTERPRETER_PACKAGES} \
 && apt-get clean && rm -rf /var/lib/apt/lists/* /var/cache/* /var/log/*.log /var/log/apt \
 && ln -s ${INTERPRETER} /usr/bin/python

FROM system AS build
ARG INSTALLERS
ARG REQUIREMENTS
ARG CA_FILE=no-ca.pem
# carries pip 20.3.4, the last that runs on Python 2.7, as a wheel; it installs the pip of this Python
RUN apt-get update && apt-get install -y --no-install-recommends python-pip-whl
COPY ${CA_FILE} /tmp/ca.pem
COPY ${REQUIREMENTS} fortran_runtime.py /tmp/
# --no-deps: the requirements name everything, and container-support's own upper limits are older than Python 3.9
RUN if grep -q 'BEGIN CERTIFICATE' /tmp/ca.pem; then export PIP_CERT=/tmp/ca.pem; fi; \
    export PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_DEFAULT_TIMEOUT=180 PIP_NO_PYTHON_VERSION_WARNING=1 \
 && PYTHONPATH=$(ls /usr/share/python-wheels/pip-*.whl) python -m pip install ${INSTALLERS} \
 && pip install --no-deps --no-build-isolation -r /tmp/${REQUIREMENTS} \
 && python /tmp/fortran_runtime.py /usr/local/lib

FROM system
COPY --from=build /usr/local /usr/local
COPY telegraf /usr/local/bin/
RUN ldconfig
EXPOSE 8080
ENTRYPOINT ["entry.py"]
