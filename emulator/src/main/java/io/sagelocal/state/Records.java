package io.sagelocal.state;

import io.sagelocal.aws.AccountId;
import io.sagelocal.aws.Region;
import io.sagelocal.aws.Scope;
import io.sagelocal.state.Timeline.Scheduled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * The records of one kind, typed. The same name in another account or region is another record.
 *
 * <p>Values are immutable snapshots. A change is a function from value to value, applied
 * atomically; {@link #await} blocks the calling thread only.
 */
public final class Records<T> {
  private final StateStore store;
  private final String kind;
  private final Codec<T> codec;
  private final Timeline timeline;
  private final Object changed = new Object();

  public Records(StateStore store, String kind, Codec<T> codec, Timeline timeline) {
    this.store = store;
    this.kind = kind;
    this.codec = codec;
    this.timeline = timeline;
  }

  /** The record as it is now. */
  public Optional<T> find(Scope scope, String name) {
    return store.find(kind, key(scope, name)).map(codec::decode);
  }

  /**
   * Writes a new record.
   *
   * @throws RuntimeException what {@code taken} gives, when there is one of that name
   */
  public void create(
      Scope scope, String name, T value, Supplier<? extends RuntimeException> taken) {
    byte[] bytes = codec.encode(value);
    change(
        scope,
        name,
        before -> {
          if (before.isPresent()) {
            throw taken.get();
          }
          return Optional.of(bytes);
        });
  }

  /**
   * Changes a record; what the function throws reaches the caller and nothing has changed.
   *
   * @return the record after the change; empty when there is none of that name
   */
  public Optional<T> update(Scope scope, String name, UnaryOperator<T> function) {
    return change(scope, name, before -> before.map(codec::decode).map(function).map(codec::encode))
        .map(codec::decode);
  }

  /** Writes a record, whether or not there is one. */
  public void put(Scope scope, String name, T value) {
    byte[] bytes = codec.encode(value);
    change(scope, name, before -> Optional.of(bytes));
  }

  /**
   * Deletes a record.
   *
   * @return whether there was one
   */
  public boolean delete(Scope scope, String name) {
    boolean[] there = {false};
    change(
        scope,
        name,
        before -> {
          there[0] = before.isPresent();
          return Optional.empty();
        });
    return there[0];
  }

  /** A snapshot of the records of one account and region, by name. */
  public List<T> list(Scope scope) {
    return store.list(kind, key(scope, "")).values().stream().map(codec::decode).toList();
  }

  /** A snapshot of all records, for a start that takes up what an earlier run left. */
  public List<Stored<T>> all() {
    List<Stored<T>> all = new ArrayList<>();
    store
        .list(kind, "")
        .forEach((key, bytes) -> {
          String[] parts = key.split("/", 3);
          Scope scope = new Scope(new AccountId(parts[0]), new Region(parts[1]));
          all.add(new Stored<>(scope, parts[2], codec.decode(bytes)));
        });
    return all;
  }

  /**
   * Waits until the record satisfies the condition, is gone, or the patience is over.
   *
   * @return the record then
   */
  public Optional<T> await(Scope scope, String name, Predicate<T> condition, Duration patience)
      throws InterruptedException {
    boolean[] over = {false};
    Scheduled wakeUp =
        timeline.schedule(
            patience,
            () -> {
              synchronized (changed) {
                over[0] = true;
                changed.notifyAll();
              }
            });
    try (wakeUp) {
      synchronized (changed) {
        while (true) {
          Optional<T> now = find(scope, name);
          if (over[0] || now.isEmpty() || condition.test(now.get())) {
            return now;
          }
          changed.wait();
        }
      }
    }
  }

  private Optional<byte[]> change(
      Scope scope, String name, UnaryOperator<Optional<byte[]>> function) {
    Optional<byte[]> after = store.update(kind, key(scope, name), function);
    synchronized (changed) {
      changed.notifyAll();
    }
    return after;
  }

  private static String key(Scope scope, String name) {
    return scope.account() + "/" + scope.region() + "/" + name;
  }
}
