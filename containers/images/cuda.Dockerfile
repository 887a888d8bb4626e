# A base with CUDA's libraries beside it, out of an image of NVIDIA's: the GPU images are the CPU ones, on this.
ARG BASE
ARG CUDA
FROM ${CUDA} AS cuda
RUN mkdir -p /cuda/lib64 \
 && find /usr/local /usr/lib/x86_64-linux-gnu -maxdepth 5 -type f \
      \( -name 'libcu*.so*' -o -name 'libnv*.so*' -o -name 'libnp*.so*' -o -name 'libnccl*.so*' \) -not -path '*/stubs/*' \
      -exec cp -n -t /cuda/lib64 {} + \
 && ls /cuda/lib64/libcudart.so* >/dev/null

FROM ${BASE}
COPY --from=cuda /cuda /usr/local/cuda
RUN echo /usr/local/cuda/lib64 >/etc/ld.so.conf.d/cuda.conf && ldconfig
# what NVIDIA's container runtime reads
ENV NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility
