# One MXNet release on the base of its kind: a thin layer, on CPU and GPU bases alike.
ARG BASE
FROM ${BASE} AS build
ARG CA_FILE=no-ca.pem
ARG WHEELS
COPY ${CA_FILE} /tmp/ca.pem
COPY patch_mxnet.py /tmp/
# --no-deps: the wheels name numpy releases which their Python cannot have
RUN if grep -q 'BEGIN CERTIFICATE' /tmp/ca.pem; then export PIP_CERT=/tmp/ca.pem; fi; \
    python -m pip install --no-cache-dir --disable-pip-version-check --default-timeout 180 --no-deps \
      --target /packages ${WHEELS} \
 && PYTHONPATH=/packages python /tmp/patch_mxnet.py

FROM ${BASE}
ARG PACKAGES
ARG LIBRARY
ARG MXNET_VERSION
COPY --from=build /packages ${PACKAGES}/
COPY ${LIBRARY} ${PACKAGES}/
LABEL io.sagelocal.mxnet=${MXNET_VERSION}
