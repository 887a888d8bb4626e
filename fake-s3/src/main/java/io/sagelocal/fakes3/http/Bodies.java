package io.sagelocal.fakes3.http;

import io.sagelocal.fakes3.checksum.ChecksumAlgorithm;
import io.sagelocal.fakes3.checksum.ChecksumAlgorithm.RunningSum;
import io.sagelocal.fakes3.store.Content;
import io.sagelocal.fakes3.store.ErrorCode;
import io.sagelocal.fakes3.store.NewBlob;
import io.sagelocal.fakes3.store.ObjectChecksum;
import io.sagelocal.fakes3.store.Segment;
import io.sagelocal.fakes3.store.StoreException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Takes the bodies of puts into files of the store, and checks every sum that came with them. */
final class Bodies {
  private static final int BUFFER_BYTES = 1 << 18;
  private static final long MOST_BYTES = 5L << 30;

  /** Bytes that are in a file now, and the sum to keep with them. */
  record Received(Content content, Optional<ObjectChecksum> checksum) {}

  /**
   * Reads the request's body to its end.
   *
   * @param algorithm a sum to reckon even when the client sends none
   * @param blob where it belongs; discarded when this throws
   * @throws StoreException BadDigest, IncompleteBody or EntityTooLarge
   */
  Received receive(S3Request request, Optional<ChecksumAlgorithm> algorithm, NewBlob blob)
      throws IOException {
    try (OutputStream out = blob.out()) {
      return receive(request, algorithm, blob, out);
    } catch (IOException | RuntimeException e) {
      blob.discard();
      throw e;
    }
  }

  private static Received receive(
      S3Request request, Optional<ChecksumAlgorithm> algorithm, NewBlob blob, OutputStream out)
      throws IOException {
    Optional<Long> length = request.contentLength();
    if (length.filter(bytes -> bytes > MOST_BYTES).isPresent()) {
      throw new StoreException(
          ErrorCode.ENTITY_TOO_LARGE,
          "The body has %d bytes; one put may have %d. Upload larger objects in parts"
              .formatted(length.get(), MOST_BYTES));
    }
    Optional<ChecksumAlgorithm> sent = sentAlgorithm(request);
    Optional<ChecksumAlgorithm> kept = sent.or(() -> algorithm);
    InputStream raw = request.rawBody();
    Optional<AwsChunkedStream> framed =
        request.isFramed() ? Optional.of(new AwsChunkedStream(raw)) : Optional.empty();
    Sums sums = new Sums(kept);
    long size = copy(framed.isPresent() ? framed.get() : raw, out, sums);
    requireLength(length, size);
    byte[] md5 = sums.md5();
    checkMd5(request, md5);
    Optional<ObjectChecksum> checksum = sums.checksum();
    checkSum(request, framed.map(AwsChunkedStream::trailers).orElse(Map.of()), checksum);
    Content content =
        new Content(size, HexFormat.of().formatHex(md5), List.of(blob.segment(size)), List.of());
    return new Received(content, checksum);
  }

  /** Copies a stretch of an object, as a part of an upload. */
  Received copy(InputStream in, Optional<ChecksumAlgorithm> algorithm, NewBlob blob)
      throws IOException {
    try (OutputStream out = blob.out()) {
      Sums sums = new Sums(algorithm);
      long size = copy(in, out, sums);
      Segment segment = blob.segment(size);
      return new Received(
          new Content(size, HexFormat.of().formatHex(sums.md5()), List.of(segment), List.of()),
          sums.checksum());
    } catch (IOException | RuntimeException e) {
      blob.discard();
      throw e;
    }
  }

  private static long copy(InputStream in, OutputStream out, Sums sums) throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    long size = 0;
    while (true) {
      int count = in.readNBytes(buffer, 0, BUFFER_BYTES);
      sums.update(buffer, count);
      out.write(buffer, 0, count);
      size += count;
      if (count < BUFFER_BYTES) {
        return size;
      }
    }
  }

  private static void requireLength(Optional<Long> announced, long size) {
    if (announced.filter(length -> length != size).isPresent()) {
      throw new StoreException(
          ErrorCode.INCOMPLETE_BODY,
          "You did not provide the number of bytes specified: %d were announced, %d came"
              .formatted(announced.get(), size));
    }
  }

  private static void checkMd5(S3Request request, byte[] md5) {
    Optional<String> header = request.header("Content-MD5");
    if (header.isEmpty()) {
      return;
    }
    byte[] expected;
    try {
      expected = Base64.getDecoder().decode(header.get());
    } catch (IllegalArgumentException e) {
      throw invalidMd5(header.get());
    }
    if (expected.length != md5.length) {
      throw invalidMd5(header.get());
    }
    if (!Arrays.equals(expected, md5)) {
      throw new StoreException(
          ErrorCode.BAD_DIGEST, "The Content-MD5 you specified did not match what we received");
    }
  }

  private static StoreException invalidMd5(String header) {
    return new StoreException(
        ErrorCode.INVALID_DIGEST, "The Content-MD5 you specified is not valid: " + header);
  }

  /** The algorithm whose sum comes in a header or was announced as a trailer. */
  private static Optional<ChecksumAlgorithm> sentAlgorithm(S3Request request) {
    String trailer = request.header("x-amz-trailer").orElse("").toLowerCase(Locale.ROOT).trim();
    return Arrays.stream(ChecksumAlgorithm.values())
        .filter(one -> request.header(one.header()).isPresent() || one.header().equals(trailer))
        .findFirst();
  }

  private static void checkSum(
      S3Request request, Map<String, String> trailers, Optional<ObjectChecksum> reckoned) {
    if (reckoned.isEmpty()) {
      return;
    }
    String name = reckoned.get().algorithm().header();
    Optional<String> sent = request.header(name).or(() -> Optional.ofNullable(trailers.get(name)));
    if (sent.filter(value -> !value.equals(reckoned.get().value())).isPresent()) {
      throw new StoreException(
          ErrorCode.BAD_DIGEST,
          "The %s you specified did not match the calculated checksum: %s was sent, %s was received"
              .formatted(name, sent.get(), reckoned.get().value()));
    }
  }

  /** MD5, which makes the entity tag, and the sum that the client wants. */
  private static final class Sums {
    private final MessageDigest md5;
    private final Optional<ChecksumAlgorithm> algorithm;
    private final Optional<RunningSum> sum;

    Sums(Optional<ChecksumAlgorithm> algorithm) {
      try {
        this.md5 = MessageDigest.getInstance("MD5");
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every JDK has MD5", e);
      }
      this.algorithm = algorithm;
      this.sum = algorithm.map(ChecksumAlgorithm::start);
    }

    void update(byte[] bytes, int length) {
      md5.update(bytes, 0, length);
      sum.ifPresent(one -> one.update(bytes, 0, length));
    }

    byte[] md5() {
      return md5.digest();
    }

    Optional<ObjectChecksum> checksum() {
      return algorithm.map(one ->
          new ObjectChecksum(
              one, Base64.getEncoder().encodeToString(sum.orElseThrow().value()), false));
    }
  }
}
