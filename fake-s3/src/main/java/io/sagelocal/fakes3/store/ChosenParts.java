package io.sagelocal.fakes3.store;

import io.sagelocal.fakes3.checksum.ChecksumAlgorithm;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The parts that become an object, in order. */
record ChosenParts(List<Part> parts) {

  /**
   * The named ones of those that are there.
   *
   * @throws StoreException InvalidPart, InvalidPartOrder or EntityTooSmall, naming the part
   */
  static ChosenParts of(List<Part> there, List<Part.Named> named) {
    if (named.isEmpty()) {
      throw new StoreException(
          ErrorCode.MALFORMED_XML, "CompleteMultipartUpload must name at least one part");
    }
    Map<Integer, Part> byNumber =
        there.stream().collect(Collectors.toMap(Part::number, Function.identity()));
    List<Part> chosen = new ArrayList<>();
    int before = 0;
    for (Part.Named one : named) {
      if (one.number() <= before) {
        throw new StoreException(
            ErrorCode.INVALID_PART_ORDER,
            "The list of parts must be in ascending order, but part %d follows part %d"
                .formatted(one.number(), before));
      }
      before = one.number();
      Part part = byNumber.get(one.number());
      if (part == null || !part.content().etag().equals(one.etag())) {
        throw new StoreException(
            ErrorCode.INVALID_PART,
            "Part %d with entity tag %s was not uploaded".formatted(one.number(), one.etag()));
      }
      chosen.add(part);
    }
    for (Part part : chosen.subList(0, chosen.size() - 1)) {
      if (part.content().size() < Uploads.LEAST_PART) {
        throw new StoreException(
            ErrorCode.ENTITY_TOO_SMALL,
            "Part %d has %d bytes; every part but the last must have at least %d"
                .formatted(part.number(), part.content().size(), Uploads.LEAST_PART));
      }
    }
    return new ChosenParts(chosen);
  }

  /** The bytes of the object; what lies one behind the other is one segment. */
  Content content() {
    List<Segment> segments = new ArrayList<>();
    List<Long> sizes = new ArrayList<>();
    ByteArrayOutputStream sums = new ByteArrayOutputStream();
    for (Part part : parts) {
      part.content().segments().forEach(segment -> append(segments, segment));
      sizes.add(part.content().size());
      sums.writeBytes(HexFormat.of().parseHex(part.content().etag()));
    }
    String etag = HexFormat.of().formatHex(md5(sums.toByteArray())) + "-" + parts.size();
    long size = sizes.stream().mapToLong(Long::longValue).sum();
    return new Content(size, etag, segments, sizes);
  }

  private static void append(List<Segment> segments, Segment next) {
    if (!segments.isEmpty() && segments.getLast().isFollowedBy(next)) {
      segments.add(segments.removeLast().with(next));
    } else {
      segments.add(next);
    }
  }

  /** The object's sum from those of its parts; none when one of them came without. */
  Optional<ObjectChecksum> checksum(Upload upload) {
    if (upload.algorithm().isEmpty()) {
      return Optional.empty();
    }
    ChecksumAlgorithm algorithm = upload.algorithm().get();
    ByteArrayOutputStream sums = new ByteArrayOutputStream();
    byte[] whole = new byte[0];
    for (Part part : parts) {
      if (part.checksum().filter(sum -> sum.algorithm() == algorithm).isEmpty()) {
        return Optional.empty();
      }
      byte[] sum = Base64.getDecoder().decode(part.checksum().get().value());
      sums.writeBytes(sum);
      if (!upload.composite()) {
        whole = whole.length == 0 ? sum : algorithm.combine(whole, sum, part.content().size());
      }
    }
    Base64.Encoder base64 = Base64.getEncoder();
    if (!upload.composite()) {
      return Optional.of(new ObjectChecksum(algorithm, base64.encodeToString(whole), false));
    }
    ChecksumAlgorithm.RunningSum sum = algorithm.start();
    sum.update(sums.toByteArray(), 0, sums.size());
    return Optional.of(
        new ObjectChecksum(
            algorithm, base64.encodeToString(sum.value()) + "-" + parts.size(), true));
  }

  private static byte[] md5(byte[] bytes) {
    try {
      return MessageDigest.getInstance("MD5").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has MD5", e);
    }
  }
}
