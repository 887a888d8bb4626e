# One MXNet release before script mode, on the base of its Python: a thin layer.
ARG BASE
FROM ${BASE} AS build
ARG CA_FILE=no-ca.pem
ARG MXNET_VERSION
ARG NUMPY_VERSION
COPY ${CA_FILE} /tmp/ca.pem
COPY patch_mxnet.py /tmp/
# --no-deps: the wheels name numpy releases which their Python cannot have
RUN if grep -q 'BEGIN CERTIFICATE' /tmp/ca.pem; then export PIP_CERT=/tmp/ca.pem; fi; \
    python -m pip install --no-cache-dir --disable-pip-version-check --default-timeout 180 --no-deps \
      --target /packages mxnet==${MXNET_VERSION} numpy==${NUMPY_VERSION} \
 && PYTHONPATH=/packages python /tmp/patch_mxnet.py

FROM ${BASE}
ARG MXNET_VERSION
ARG PACKAGES
COPY --from=build /packages ${PACKAGES}/
COPY mxnet_container ${PACKAGES}/mxnet_container
LABEL io.sagelocal.image=mxnet io.sagelocal.mxnet=${MXNET_VERSION}
EXPOSE 8080
ENTRYPOINT ["entry.py"]
