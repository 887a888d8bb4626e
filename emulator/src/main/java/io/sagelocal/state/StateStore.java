package io.sagelocal.state;

import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * Records that survive a crash: bytes under a kind and a key. A {@link StateStoreException} says
 * why they cannot be read or written, as when the disk is full; what is asked later is tried anew.
 */
public interface StateStore extends AutoCloseable {

  /** The record's bytes now. */
  Optional<byte[]> find(String kind, String key);

  /**
   * Changes one record atomically: the function gets what is there (empty when nothing is) and
   * answers what shall be there (empty to delete). When this returns the change is on disk; when
   * the function throws, nothing has changed. The function must be quick and must not call the
   * store.
   *
   * @return what is there now
   */
  Optional<byte[]> update(String kind, String key, UnaryOperator<Optional<byte[]>> change);

  /** A snapshot of the records of a kind whose key starts with the prefix, in key order. */
  Map<String, byte[]> list(String kind, String keyPrefix);

  /** Deletes the records, of whatever kind, whose keys satisfy the condition. */
  void deleteAll(Predicate<String> keys);

  @Override
  void close();
}
