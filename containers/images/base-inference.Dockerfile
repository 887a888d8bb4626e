# What every script-mode serving image shares: multi-model-server with its Java, the real sagemaker-inference
# and sagemaker-mxnet-inference.
# psutil 5.9.4: later ones raise on a process that has ended, which the launcher of multi-model-server always leaves;
# sagemaker-inference then never finds the server, ignores SIGTERM, and gives up ten minutes after the start.
ARG BASE=sagelocal/mxnet-base:py3
FROM ${BASE} AS build
ARG CA_FILE=no-ca.pem
COPY ${CA_FILE} /tmp/ca.pem
RUN if grep -q 'BEGIN CERTIFICATE' /tmp/ca.pem; then export PIP_CERT=/tmp/ca.pem; fi; \
    export PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_DEFAULT_TIMEOUT=180 \
 && pip wheel --no-deps --no-build-isolation -w /wheels retrying==1.3.3 sagemaker-inference==1.6.1 sagemaker-mxnet-inference==1.5.5 \
      future==1.0.0 model-archiver==1.0.3 \
 && pip install --root /installed --no-warn-script-location --ignore-installed --no-deps \
      numpy==1.23.5 scipy==1.9.3 psutil==5.9.4 Pillow==10.4.0 enum-compat==0.0.3 multi-model-server==1.1.11 \
      /wheels/*.whl

FROM ${BASE}
# openjdk's installation wants a folder for manual pages, which a slim system lacks
RUN mkdir -p /usr/share/man/man1 && apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends openjdk-11-jre-headless \
 && apt-get clean && rm -rf /var/lib/apt/lists/* /var/cache/* /var/log/*.log /var/log/apt /tmp/hsperfdata_root \
 && useradd -m model-server && mkdir -p /home/model-server/tmp && chown -R model-server /home/model-server
COPY --from=build /installed/usr/local /usr/local
COPY serve.py /usr/local/bin/serve
ENV SAGEMAKER_SERVING_MODULE=sagemaker_mxnet_serving_container.serving:main TEMP=/home/model-server/tmp
EXPOSE 8080
ENTRYPOINT []
CMD ["serve"]
