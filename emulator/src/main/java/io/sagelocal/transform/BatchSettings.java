package io.sagelocal.transform;

/**
 * How records go into requests, settled: by the job's creator, else by the container, else by the
 * service's defaults.
 *
 * @param maxConcurrent requests at a time for one instance
 * @param maxPayloadMegabytes most that a request holds; 0 for no limit
 */
record BatchSettings(int maxConcurrent, int maxPayloadMegabytes, boolean singleRecord) {
  static final String SINGLE = "SINGLE_RECORD";
  static final String MULTI = "MULTI_RECORD";

  private static final int DEFAULT_CONCURRENT = 1;
  private static final int DEFAULT_MEGABYTES = 6;
  private static final int BYTES_OF_ONE = 1 << 20;

  /**
   * Settles it.
   *
   * @param held whether requests are put together in memory: then each has a limit, and what the
   *     creator left open stays within what an instance may have in flight, whatever the container
   *     offers
   */
  static BatchSettings of(Batching asked, Batching offered, boolean held) {
    int concurrent = asked.maxConcurrent().or(offered::maxConcurrent).orElse(DEFAULT_CONCURRENT);
    int payload =
        asked.maxPayloadMegabytes().or(offered::maxPayloadMegabytes).orElse(DEFAULT_MEGABYTES);
    if (held && asked.maxPayloadMegabytes().isPresent()) {
      concurrent = Math.min(concurrent, Math.max(1, Batching.MAX_MEGABYTES / payload));
    } else if (held) {
      int most = Math.max(1, Batching.MAX_MEGABYTES / concurrent);
      payload = Math.min(payload == 0 ? DEFAULT_MEGABYTES : payload, most);
    }
    return new BatchSettings(
        concurrent, payload, asked.singleRecord().or(offered::singleRecord).orElse(false));
  }

  /** The most bytes that a request may hold. */
  long maxPayloadBytes() {
    return maxPayloadMegabytes == 0 ? Long.MAX_VALUE : (long) maxPayloadMegabytes * BYTES_OF_ONE;
  }

  /** The strategy as containers and logs spell it. */
  String strategy() {
    return singleRecord ? SINGLE : MULTI;
  }
}
