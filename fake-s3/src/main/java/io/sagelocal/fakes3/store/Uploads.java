package io.sagelocal.fakes3.store;

import io.sagelocal.fakes3.checksum.ChecksumAlgorithm;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.h2.mvstore.MVMap;

/**
 * Multipart uploads. A completed one becomes an object whose bytes stay in the files of its parts,
 * so that completing costs nothing however large it is.
 */
public final class Uploads {
  /** The least size of every part but the last. */
  public static final long LEAST_PART = 5L << 20;

  private static final int MOST_PARTS = 10_000;
  private static final String UPLOADS = "uploads";
  private static final String PARTS = "parts";

  private final Store store;
  private final Index index;
  private final Blobs blobs;
  private final Clock clock;

  Uploads(Store store, Index index, Blobs blobs, Clock clock) {
    this.store = store;
    this.index = index;
    this.blobs = blobs;
    this.clock = clock;
  }

  /** Begins an upload. */
  public Upload begin(
      String bucket,
      String key,
      Attributes attributes,
      Optional<ChecksumAlgorithm> algorithm,
      boolean composite) {
    Store.requireKey(key);
    String id = UUID.randomUUID().toString().replace("-", "");
    return index.change(() -> {
      store.requireInChange(bucket);
      Upload upload =
          new Upload(id, bucket, key, clock.instant(), attributes, algorithm, composite);
      index.table(UPLOADS).put(id, Codec.upload(upload));
      return upload;
    });
  }

  /**
   * An upload that must be there.
   *
   * @throws StoreException NoSuchUpload
   */
  public Upload require(String bucket, String key, String id) {
    return index.read(() -> requireInChange(bucket, key, id));
  }

  private Upload requireInChange(String bucket, String key, String id) {
    return Optional.ofNullable(index.table(UPLOADS).get(id))
        .map(Codec::upload)
        .filter(upload -> upload.bucket().equals(bucket) && upload.key().equals(key))
        .orElseThrow(() ->
            new StoreException(
                ErrorCode.NO_SUCH_UPLOAD,
                "The specified upload does not exist: %s of \"%s\"; it may have been completed or aborted"
                    .formatted(id, key)));
  }

  /** Takes a part, in place of one of the same number; when it is refused its file is deleted. */
  public Part put(Upload upload, int number, Content content, Optional<ObjectChecksum> checksum) {
    try {
      if (number < 1 || number > MOST_PARTS) {
        throw new StoreException(
            ErrorCode.INVALID_ARGUMENT,
            "Part number must be an integer between 1 and %d but was: %d"
                .formatted(MOST_PARTS, number));
      }
      Part part = new Part(number, clock.instant(), content, checksum);
      List<Segment> garbage =
          index.change(() -> {
            requireInChange(upload.bucket(), upload.key(), upload.id());
            byte[] before = index.table(PARTS).put(partName(upload.id(), number), Codec.part(part));
            return before == null ? List.of() : Codec.part(before).content().segments();
          });
      blobs.delete(garbage);
      return part;
    } catch (RuntimeException e) {
      blobs.delete(content.segments());
      throw e;
    }
  }

  /** The parts that are there, by number. */
  public List<Part> parts(Upload upload) {
    return index.read(() -> partsInChange(upload.id()));
  }

  /** The uploads under way in a bucket, by key and then by their beginning. */
  public List<Upload> list(String bucket, String prefix) {
    return index.read(() -> {
      store.requireInChange(bucket);
      return index.table(UPLOADS).values().stream()
          .map(Codec::upload)
          .filter(upload -> upload.bucket().equals(bucket) && upload.key().startsWith(prefix))
          .sorted(
              java.util.Comparator.comparing(Upload::key, KeyOrder.KEYS)
                  .thenComparing(Upload::initiated))
          .toList();
    });
  }

  /** Gives an upload up and deletes its parts. */
  public void abort(Upload upload) {
    blobs.delete(
        index.change(() -> {
          requireInChange(upload.bucket(), upload.key(), upload.id());
          return remove(upload.id());
        }));
  }

  /**
   * Makes the named parts an object. Parts that are not named are deleted.
   *
   * @throws StoreException InvalidPart, InvalidPartOrder or EntityTooSmall, naming the part
   */
  public StoredObject complete(Upload upload, List<Part.Named> named, Precondition condition) {
    record Completion(BucketObjects.Change change, List<Segment> unnamed) {}
    Completion completion =
        index.change(() -> {
          requireInChange(upload.bucket(), upload.key(), upload.id());
          List<Part> parts = chosen(partsInChange(upload.id()), named);
          BucketObjects objects = store.objects(store.requireInChange(upload.bucket()));
          condition.check(objects.current(upload.key()));
          Content content = content(parts);
          BucketObjects.Change change =
              objects.put(
                  upload.key(),
                  content,
                  upload.attributes().withChecksum(checksum(upload, parts)),
                  blobs.number(),
                  clock.instant());
          List<Segment> unnamed = new ArrayList<>(remove(upload.id()));
          unnamed.removeAll(content.segments());
          return new Completion(change, unnamed);
        });
    blobs.delete(completion.change().garbage());
    blobs.delete(completion.unnamed());
    return completion.change().object();
  }

  /** Forgets every upload to a bucket; answers the files of their parts. */
  List<Segment> removeOf(String bucket) {
    List<Segment> garbage = new ArrayList<>();
    index.table(UPLOADS).values().stream()
        .map(Codec::upload)
        .filter(upload -> upload.bucket().equals(bucket))
        .toList()
        .forEach(upload -> garbage.addAll(remove(upload.id())));
    return garbage;
  }

  Set<Long> usedSegments() {
    Set<Long> ids = new HashSet<>();
    index.table(PARTS).values().stream()
        .map(Codec::part)
        .forEach(part -> part.content().segments().forEach(segment -> ids.add(segment.id())));
    return ids;
  }

  private List<Segment> remove(String id) {
    MVMap<String, byte[]> parts = index.table(PARTS);
    List<Segment> garbage = new ArrayList<>();
    for (Part part : partsInChange(id)) {
      garbage.addAll(part.content().segments());
      parts.remove(partName(id, part.number()));
    }
    index.table(UPLOADS).remove(id);
    return garbage;
  }

  private List<Part> partsInChange(String id) {
    List<Part> parts = new ArrayList<>();
    var cursor = index.table(PARTS).cursor(id + "/");
    while (cursor.hasNext() && cursor.next().startsWith(id + "/")) {
      parts.add(Codec.part(cursor.getValue()));
    }
    return parts;
  }

  private static String partName(String id, int number) {
    return "%s/%05d".formatted(id, number);
  }

  private static List<Part> chosen(List<Part> there, List<Part.Named> named) {
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
      if (part.content().size() < LEAST_PART) {
        throw new StoreException(
            ErrorCode.ENTITY_TOO_SMALL,
            "Part %d has %d bytes; every part but the last must have at least %d"
                .formatted(part.number(), part.content().size(), LEAST_PART));
      }
    }
    return chosen;
  }

  private static Content content(List<Part> parts) {
    List<Segment> segments = new ArrayList<>();
    List<Long> sizes = new ArrayList<>();
    ByteArrayOutputStream sums = new ByteArrayOutputStream();
    for (Part part : parts) {
      segments.addAll(part.content().segments());
      sizes.add(part.content().size());
      sums.writeBytes(HexFormat.of().parseHex(part.content().etag()));
    }
    String etag = HexFormat.of().formatHex(md5(sums.toByteArray())) + "-" + parts.size();
    long size = sizes.stream().mapToLong(Long::longValue).sum();
    return new Content(size, etag, segments, sizes);
  }

  private static byte[] md5(byte[] bytes) {
    try {
      return MessageDigest.getInstance("MD5").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has MD5", e);
    }
  }

  /** The object's sum from those of its parts; none when one of them came without. */
  private static Optional<ObjectChecksum> checksum(Upload upload, List<Part> parts) {
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
}
