package io.sagelocal.training;

import io.sagelocal.objects.ObjectInfo;
import io.sagelocal.objects.S3Uri;
import java.util.Optional;

/** One piece of a channel's data. */
sealed interface ChannelItem {

  /**
   * An object.
   *
   * @param name where it belongs below the channel's folder
   * @param seen how a list showed it; empty where a manifest names it
   */
  record Stored(String name, S3Uri uri, Optional<ObjectInfo> seen) implements ChannelItem {
    static Stored named(String name, S3Uri uri) {
      return new Stored(name, uri, Optional.empty());
    }

    static Stored listed(ObjectInfo object, S3Uri prefix) {
      return new Stored(object.uri().below(prefix), object.uri(), Optional.of(object));
    }
  }

  /** A value that stands in an augmented manifest itself. */
  record Inline(String value) implements ChannelItem {}
}
