package io.sagelocal.fakes3.store;

import io.sagelocal.fakes3.checksum.ChecksumAlgorithm;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.h2.mvstore.MVMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Multipart uploads. A completed one becomes an object whose bytes stay where its parts were
 * written, so that completing costs nothing however large it is; parts of one length were written
 * into one file, one behind the other.
 */
public final class Uploads {
  /** The least size of every part but the last. */
  public static final long LEAST_PART = 5L << 20;

  private static final Logger log = LoggerFactory.getLogger(Uploads.class);
  private static final int MOST_PARTS = 10_000;
  private static final String UPLOADS = "uploads";
  private static final String PARTS = "parts";

  private final Buckets buckets;
  private final Index index;
  private final Blobs blobs;
  private final Clock clock;
  private final Map<String, UploadFiles> files = new ConcurrentHashMap<>();

  Uploads(Buckets buckets, Index index, Blobs blobs, Clock clock) {
    this.buckets = buckets;
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
      buckets.requireInChange(bucket);
      Upload upload =
          new Upload(id, bucket, key, clock.instant(), attributes, algorithm, composite);
      index.table(UPLOADS).put(id, Codec.upload(upload));
      files.put(id, new UploadFiles(blobs));
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

  /** A part that is being written; it counts once it is put. */
  public record NewPart(Upload upload, int number, NewBlob blob) {}

  /**
   * A place for a part's bytes.
   *
   * @param length in bytes, where the client tells it
   * @throws StoreException InvalidArgument, when a part cannot have that number
   */
  public NewPart newPart(Upload upload, int number, Optional<Long> length) throws IOException {
    if (number < 1 || number > MOST_PARTS) {
      throw new StoreException(
          ErrorCode.INVALID_ARGUMENT,
          "Part number must be an integer between 1 and %d but was: %d"
              .formatted(MOST_PARTS, number));
    }
    UploadFiles known = files.get(upload.id());
    NewBlob blob = known == null ? blobs.newBlob() : known.open(number, length);
    return new NewPart(upload, number, blob);
  }

  /**
   * Takes a part, in place of one of the same number; when it is refused its bytes are given up.
   */
  public Part put(NewPart written, Content content, Optional<ObjectChecksum> checksum) {
    Upload upload = written.upload();
    Part part = new Part(written.number(), clock.instant(), content, checksum);
    List<Segment> garbage;
    try {
      garbage =
          index.change(() -> {
            requireInChange(upload.bucket(), upload.key(), upload.id());
            byte[] before =
                index.table(PARTS).put(partName(upload.id(), part.number()), Codec.part(part));
            return before == null ? List.of() : unshared(upload.id(), Codec.part(before));
          });
    } catch (RuntimeException e) {
      written.blob().discard();
      throw e;
    }
    blobs.delete(garbage);
    return part;
  }

  /** What a replaced part had for itself alone. */
  private List<Segment> unshared(String id, Part replaced) {
    UploadFiles known = files.get(id);
    Set<Long> others = known == null ? ids(partsInChange(id)) : Set.of();
    return replaced.content().segments().stream()
        .filter(segment -> !others.contains(segment.id()))
        .filter(segment -> known == null || !known.isShared(segment.id()))
        .toList();
  }

  /** The parts that are there, by number. */
  public List<Part> parts(Upload upload) {
    return index.read(() -> partsInChange(upload.id()));
  }

  /** The uploads under way in a bucket, by key and then by their beginning. */
  public List<Upload> list(String bucket, String prefix) {
    return index.read(() -> {
      buckets.requireInChange(bucket);
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
    index.change(() -> checked(upload, named, condition)); // a refusal cuts no part off on its way
    Optional.ofNullable(files.get(upload.id())).ifPresent(UploadFiles::close);
    record Completion(BucketObjects.Change change, List<Segment> unnamed) {}
    Completion completion =
        index.change(() -> {
          ChosenParts chosen = checked(upload, named, condition);
          BucketObjects.Change change =
              buckets
                  .objects(upload.bucket())
                  .put(
                      upload.key(),
                      chosen.content(),
                      upload.attributes().withChecksum(chosen.checksum(upload)),
                      blobs.number(),
                      clock.instant());
          Set<Long> kept = ids(chosen.parts());
          List<Segment> unnamed = new ArrayList<>(remove(upload.id()));
          unnamed.removeIf(segment -> kept.contains(segment.id()));
          return new Completion(change, unnamed);
        });
    blobs.delete(completion.change().garbage());
    blobs.delete(completion.unnamed());
    StoredObject object = completion.change().object();
    cutOffUnnamed(object.content().segments());
    return object;
  }

  /** To be used inside a change: the parts, when all is as it must be. */
  private ChosenParts checked(Upload upload, List<Part.Named> named, Precondition condition) {
    requireInChange(upload.bucket(), upload.key(), upload.id());
    ChosenParts parts = ChosenParts.of(partsInChange(upload.id()), named);
    condition.check(
        buckets.objects(buckets.requireInChange(upload.bucket())).current(upload.key()));
    return parts;
  }

  private void cutOffUnnamed(List<Segment> segments) {
    if (segments.size() == 1) {
      try {
        blobs.cutOffBehind(segments.getFirst());
      } catch (IOException e) { // what is named is an object all the same
        log.warn("parts that were not named keep their place on the disk: {}", e.getMessage());
      }
    }
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
    return ids(index.table(PARTS).values().stream().map(Codec::part).toList());
  }

  private static Set<Long> ids(List<Part> parts) {
    return parts.stream()
        .flatMap(part -> part.content().segments().stream())
        .map(Segment::id)
        .collect(Collectors.toSet());
  }

  private List<Segment> remove(String id) {
    MVMap<String, byte[]> parts = index.table(PARTS);
    List<Segment> garbage = new ArrayList<>();
    for (Part part : partsInChange(id)) {
      garbage.addAll(part.content().segments());
      parts.remove(partName(id, part.number()));
    }
    index.table(UPLOADS).remove(id);
    UploadFiles known = files.remove(id);
    if (known != null) {
      known.close();
      garbage.addAll(known.shared());
    }
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
}
