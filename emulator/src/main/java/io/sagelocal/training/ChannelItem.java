package io.sagelocal.training;

import io.sagelocal.objects.S3Uri;

/** One piece of a channel's data. */
sealed interface ChannelItem {

  /**
   * An object.
   *
   * @param name where it belongs below the channel's folder
   */
  record Stored(String name, S3Uri uri) implements ChannelItem {}

  /** A value that stands in an augmented manifest itself. */
  record Inline(String value) implements ChannelItem {}
}
