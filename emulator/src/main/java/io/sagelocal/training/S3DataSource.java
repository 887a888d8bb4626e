package io.sagelocal.training;

import io.sagelocal.aws.Document;
import io.sagelocal.aws.ServiceError;
import io.sagelocal.objects.S3Uri;
import io.sagelocal.training.Channel.InputMode;
import java.util.List;

/**
 * Where a channel's data is.
 *
 * @param uri a prefix of keys, or the manifest's key
 * @param instanceGroups whose hosts get it; all do when there is none
 * @param attributeNames what is taken of each line of an augmented manifest, in this order
 */
record S3DataSource(
    Type type,
    S3Uri uri,
    Distribution distribution,
    List<String> attributeNames,
    List<String> instanceGroups) {

  S3DataSource {
    attributeNames = List.copyOf(attributeNames);
    instanceGroups = List.copyOf(instanceGroups);
  }

  /** What the URI names. */
  enum Type {
    /** Every object whose key starts with the URI's key. */
    S3_PREFIX,
    /** A JSON list: {@code {"prefix": …}} first, then keys below it. */
    MANIFEST_FILE,
    /** JSON lines; each attribute is a value, or names an object when it ends in {@code -ref}. */
    AUGMENTED_MANIFEST_FILE
  }

  /** Which host gets what. */
  enum Distribution {
    FULLY_REPLICATED("FullyReplicated"),
    SHARDED_BY_S3_KEY("ShardedByS3Key");

    private final String word;

    Distribution(String word) {
      this.word = word;
    }

    /** As the API spells it. */
    String word() {
      return word;
    }
  }

  static S3DataSource of(String channel, Document dataSource, InputMode inputMode) {
    for (String other : List.of("FileSystemDataSource", "DatasetSource")) {
      if (dataSource.has(other)) {
        throw ServiceError.validation(
            "%s of channel %s is not supported by this emulator; use an S3DataSource",
            other, channel);
      }
    }
    Document s3 =
        dataSource
            .findDocument("S3DataSource")
            .orElseThrow(() -> ServiceError.validation("Channel %s has no S3DataSource", channel));
    for (String other : List.of("ModelAccessConfig", "HubAccessConfig")) {
      if (s3.has(other)) {
        throw ServiceError.validation(
            "S3DataSource.%s of channel %s is not supported by this emulator", other, channel);
      }
    }
    Type type = type(channel, s3.text("S3DataType"));
    List<String> attributes = s3.texts("AttributeNames");
    if (type == Type.AUGMENTED_MANIFEST_FILE) {
      requireAugmentable(channel, inputMode, attributes);
    } else if (!attributes.isEmpty()) {
      throw ServiceError.validation(
          "AttributeNames of channel %s belong to S3DataType AugmentedManifestFile, not %s",
          channel, s3.text("S3DataType"));
    }
    boolean sharded =
        s3.findText("S3DataDistributionType")
            .filter(Distribution.SHARDED_BY_S3_KEY.word()::equals)
            .isPresent();
    return new S3DataSource(
        type,
        S3Uri.parse(s3.text("S3Uri")),
        sharded ? Distribution.SHARDED_BY_S3_KEY : Distribution.FULLY_REPLICATED,
        attributes,
        s3.texts("InstanceGroupNames"));
  }

  private static Type type(String channel, String word) {
    return switch (word) {
      case "S3Prefix" -> Type.S3_PREFIX;
      case "ManifestFile" -> Type.MANIFEST_FILE;
      case "AugmentedManifestFile" -> Type.AUGMENTED_MANIFEST_FILE;
      default ->
          throw ServiceError.validation(
              "S3DataType %s of channel %s is not supported by this emulator; use S3Prefix,"
                  + " ManifestFile or AugmentedManifestFile",
              word, channel);
    };
  }

  private static void requireAugmentable(
      String channel, InputMode inputMode, List<String> attributes) {
    if (inputMode != InputMode.PIPE) {
      throw ServiceError.validation(
          "S3DataType AugmentedManifestFile of channel %s works only in Pipe mode, not in %s mode",
          channel, inputMode.word());
    }
    if (attributes.isEmpty()) {
      throw ServiceError.validation(
          "S3DataType AugmentedManifestFile of channel %s needs AttributeNames", channel);
    }
  }
}
