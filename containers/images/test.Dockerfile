# An image with pytest on top, for the library's own tests.
ARG BASE
FROM ${BASE}
ARG CA_FILE=no-ca.pem
ARG PYTEST
COPY ${CA_FILE} /tmp/ca.pem
RUN if grep -q 'BEGIN CERTIFICATE' /tmp/ca.pem; then export PIP_CERT=/tmp/ca.pem; fi; \
    python -m pip install --no-cache-dir --disable-pip-version-check --default-timeout 180 pytest==${PYTEST}
ENTRYPOINT ["python", "-B", "-m", "pytest", "-p", "no:cacheprovider", "-q", "-W", "ignore"]
