package io.sagelocal.disk;

import io.sagelocal.state.StateStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;

/**
 * Records in one append-only file. Each change is a commit forced to the disk before the caller
 * goes on; a crash in the middle of one leaves the commit before it.
 */
public final class DiskStateStore implements StateStore {
  private static final int CACHE_MEGABYTES = 8;
  private static final int COMMITS_BETWEEN_COMPACTIONS = 500;
  private static final int COMPACT_BELOW_FILL_PERCENT = 60;
  private static final int COMPACT_BYTES = 8 << 20;

  private final MVStore store;
  private final ExecutorService writer = thread("state-writer");
  private final ExecutorService reader = thread("state-reader");
  private int commits;

  private DiskStateStore(MVStore store) {
    this.store = store;
  }

  /**
   * Opens the store, or makes it.
   *
   * @throws IllegalStateException when another process has it open
   */
  public static DiskStateStore open(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    try {
      return new DiskStateStore(
          new MVStore.Builder()
              .fileName(file.toString())
              .autoCommitDisabled()
              .cacheSize(CACHE_MEGABYTES)
              .open());
    } catch (MVStoreException e) {
      if (e.getErrorCode() == DataUtils.ERROR_FILE_LOCKED) {
        throw new IllegalStateException(
            "data folder %s is in use by another sagelocal".formatted(folder), e);
      }
      throw new IOException("state file " + file + " cannot be opened: " + e.getMessage(), e);
    }
  }

  @Override
  public Optional<byte[]> find(String kind, String key) {
    return on(reader, () -> Optional.ofNullable(map(kind).get(key)));
  }

  @Override
  public Optional<byte[]> update(String kind, String key, UnaryOperator<Optional<byte[]>> change) {
    return on(writer, () -> write(kind, key, change));
  }

  @Override
  public Map<String, byte[]> list(String kind, String keyPrefix) {
    return on(reader, () -> read(kind, keyPrefix));
  }

  @Override
  public void deleteAll(Predicate<String> keys) {
    on(
        writer,
        () -> {
          for (String kind : store.getMapNames()) {
            MVMap<String, byte[]> map = map(kind);
            map.keySet().stream().filter(keys).toList().forEach(map::remove);
          }
          store.commit();
          store.sync();
          return true;
        });
  }

  @Override
  public void close() {
    on(
        writer,
        () -> {
          store.close(); // and moves nothing: H2 2.4.240 may trip over its own assertion at that
          return true;
        });
    writer.shutdown();
    reader.shutdown();
  }

  private Optional<byte[]> write(String kind, String key, UnaryOperator<Optional<byte[]>> change) {
    MVMap<String, byte[]> map = map(kind);
    Optional<byte[]> before = Optional.ofNullable(map.get(key));
    Optional<byte[]> after = change.apply(before);
    if (after.isPresent()) {
      map.put(key, after.get());
    } else if (before.isPresent()) {
      map.remove(key);
    } else {
      return after;
    }
    store.commit();
    store.sync();
    compactNowAndThen();
    return after;
  }

  private Map<String, byte[]> read(String kind, String keyPrefix) {
    Map<String, byte[]> found = new LinkedHashMap<>();
    Cursor<String, byte[]> cursor = map(kind).cursor(keyPrefix);
    for (Iterator<String> keys = cursor; keys.hasNext(); ) {
      String key = keys.next();
      if (!key.startsWith(keyPrefix)) {
        break;
      }
      found.put(key, cursor.getValue());
    }
    return found;
  }

  private MVMap<String, byte[]> map(String kind) {
    return store.openMap(kind);
  }

  /** Old versions of records pile up in the file; rewriting the sparse parts keeps it small. */
  private void compactNowAndThen() {
    commits++;
    if (commits % COMMITS_BETWEEN_COMPACTIONS == 0) {
      store.compact(COMPACT_BELOW_FILL_PERCENT, COMPACT_BYTES);
    }
  }

  private static ExecutorService thread(String name) {
    return Executors.newSingleThreadExecutor(Thread.ofPlatform().name(name).daemon().factory());
  }

  /** Runs the task on the thread and waits for it, whatever interrupts the caller meanwhile. */
  private static <V> V on(ExecutorService thread, Callable<V> task) {
    return Uninterruptibly.get(thread.submit(task));
  }
}
