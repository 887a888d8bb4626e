package io.sagelocal.disk;

import io.sagelocal.state.StateStore;
import io.sagelocal.state.StateStoreException;
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
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records in one append-only file. Each change is a commit forced to the disk before the caller
 * goes on; a crash in the middle of one leaves the commit before it.
 *
 * <p>A commit that the disk does not take closes the file under H2's hands. It is opened anew, at
 * the commit before, by whoever wants something next.
 */
public final class DiskStateStore implements StateStore {
  private static final int CACHE_MEGABYTES = 8;
  private static final int COMMITS_BETWEEN_COMPACTIONS = 500;
  private static final int COMPACT_BELOW_FILL_PERCENT = 60;
  private static final int COMPACT_BYTES = 8 << 20;

  private static final Logger log = LoggerFactory.getLogger(DiskStateStore.class);

  private final Path file;
  private MVStore store;
  private boolean closed;
  private final ExecutorService writer = thread("state-writer");
  private final ExecutorService reader = thread("state-reader");
  private int commits;

  private DiskStateStore(Path file, MVStore store) {
    this.file = file;
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
    return new DiskStateStore(file, opened(file));
  }

  private static MVStore opened(Path file) throws IOException {
    try {
      return new MVStore.Builder()
          .fileName(file.toString())
          .autoCommitDisabled()
          .cacheSize(CACHE_MEGABYTES)
          .open();
    } catch (MVStoreException e) {
      if (e.getErrorCode() == DataUtils.ERROR_FILE_LOCKED) {
        throw new IllegalStateException(
            "data folder %s is in use by another sagelocal"
                .formatted(file.toAbsolutePath().getParent()),
            e);
      }
      throw new IOException("state file " + file + " cannot be opened: " + e.getMessage(), e);
    }
  }

  @Override
  public Optional<byte[]> find(String kind, String key) {
    return on(reader, () -> read(now -> Optional.ofNullable(map(now, kind).get(key))));
  }

  @Override
  public Optional<byte[]> update(String kind, String key, UnaryOperator<Optional<byte[]>> change) {
    return on(writer, () -> write(now -> update(now, kind, key, change)));
  }

  @Override
  public Map<String, byte[]> list(String kind, String keyPrefix) {
    return on(reader, () -> read(now -> list(now, kind, keyPrefix)));
  }

  @Override
  public void deleteAll(Predicate<String> keys) {
    on(
        writer,
        () ->
            write(now -> {
              for (String kind : now.getMapNames()) {
                MVMap<String, byte[]> map = map(now, kind);
                map.keySet().stream().filter(keys).toList().forEach(map::remove);
              }
              now.commit();
              now.sync();
              return true;
            }));
  }

  @Override
  public void close() {
    on(
        writer,
        () -> {
          shut();
          return true;
        });
    writer.shutdown();
    reader.shutdown();
  }

  private synchronized void shut() {
    closed = true;
    store.close(); // and moves nothing: H2 2.4.240 may trip over its own assertion at that
  }

  /** The open file. */
  private synchronized MVStore usable() {
    if (!closed && store.isClosed()) {
      try {
        store = opened(file);
      } catch (IOException e) {
        throw new StateStoreException(String.valueOf(e.getMessage()), e);
      }
      log.info("state file {} is open again", file);
    }
    return store;
  }

  /** Reads, once more when a writer has lost the file meanwhile. */
  private <V> V read(Function<MVStore, V> task) {
    MVStore now = usable();
    try {
      return task.apply(now);
    } catch (MVStoreException e) {
      if (!now.isClosed()) {
        throw e;
      }
      return task.apply(usable());
    }
  }

  /** Writes; what has failed is not left for the next commit to write. */
  private <V> V write(Function<MVStore, V> task) {
    MVStore now = usable();
    try {
      return task.apply(now);
    } catch (MVStoreException e) {
      now.closeImmediately();
      throw new StateStoreException(
          "state file %s cannot be written: %s".formatted(file, innermost(e).getMessage()), e);
    }
  }

  private static Throwable innermost(Throwable error) {
    Throwable cause = error;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  private Optional<byte[]> update(
      MVStore now, String kind, String key, UnaryOperator<Optional<byte[]>> change) {
    MVMap<String, byte[]> map = map(now, kind);
    Optional<byte[]> before = Optional.ofNullable(map.get(key));
    Optional<byte[]> after = change.apply(before);
    if (after.isPresent()) {
      map.put(key, after.get());
    } else if (before.isPresent()) {
      map.remove(key);
    } else {
      return after;
    }
    now.commit();
    now.sync();
    compactNowAndThen(now);
    return after;
  }

  private static Map<String, byte[]> list(MVStore now, String kind, String keyPrefix) {
    Map<String, byte[]> found = new LinkedHashMap<>();
    Cursor<String, byte[]> cursor = map(now, kind).cursor(keyPrefix);
    for (Iterator<String> keys = cursor; keys.hasNext(); ) {
      String key = keys.next();
      if (!key.startsWith(keyPrefix)) {
        break;
      }
      found.put(key, cursor.getValue());
    }
    return found;
  }

  private static MVMap<String, byte[]> map(MVStore now, String kind) {
    return now.openMap(kind);
  }

  /** Old versions of records pile up in the file; rewriting the sparse parts keeps it small. */
  private void compactNowAndThen(MVStore now) {
    commits++;
    if (commits % COMMITS_BETWEEN_COMPACTIONS == 0) {
      try {
        now.compact(COMPACT_BELOW_FILL_PERCENT, COMPACT_BYTES);
      } catch (MVStoreException e) { // the record that was asked for is on disk
        log.warn("state file {} cannot be compacted: {}", file, innermost(e).getMessage());
      }
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
