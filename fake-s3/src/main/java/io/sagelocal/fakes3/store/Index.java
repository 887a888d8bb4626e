package io.sagelocal.fakes3.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.h2.mvstore.type.ByteArrayDataType;

/**
 * Sorted tables in one append-only file. Changes are made one after the other by one thread, which
 * commits all that wait together and only then lets their callers go on. Only threads of its own
 * touch the file: an interrupt of a caller would close it for everybody.
 */
final class Index implements AutoCloseable {
  private static final int CACHE_MEGABYTES = 16;
  private static final int READERS = 2;
  private static final int MOST_AT_ONCE = 256;
  private static final int COMMITS_BETWEEN_COMPACTIONS = 2_000;
  private static final int COMPACT_BELOW_FILL_PERCENT = 50;
  private static final int COMPACT_BYTES = 16 << 20;

  private final MVStore store;
  private final BlockingQueue<Change<?>> changes = new LinkedBlockingQueue<>();
  private final ExecutorService readers =
      Executors.newFixedThreadPool(
          READERS, Thread.ofPlatform().name("s3-index-reader-", 0).daemon().factory());
  private final Thread writer =
      Thread.ofPlatform().name("s3-index-writer").daemon().unstarted(this::writeAll);

  private Index(MVStore store) {
    this.store = store;
  }

  static Index open(Path file) throws IOException {
    try {
      Index index =
          new Index(
              new MVStore.Builder()
                  .fileName(file.toString())
                  .autoCommitDisabled()
                  .cacheSize(CACHE_MEGABYTES)
                  .open());
      index.writer.start();
      return index;
    } catch (MVStoreException e) {
      if (e.getErrorCode() == DataUtils.ERROR_FILE_LOCKED) {
        throw new IOException(
            "S3 folder %s is in use by another process".formatted(file.getParent()), e);
      }
      throw new IOException("S3 index " + file + " cannot be opened: " + e.getMessage(), e);
    }
  }

  /** A table; made when it is not there. To be used inside {@link #read} and {@link #change}. */
  MVMap<String, byte[]> table(String name) {
    return store.openMap(
        name,
        new MVMap.Builder<String, byte[]>()
            .keyType(KeyOrder.KEYS)
            .valueType(ByteArrayDataType.INSTANCE));
  }

  /** Drops a table. */
  void drop(String name) {
    store.removeMap(name);
  }

  /** Reads; the tables may change meanwhile, and each table shows one state of its own. */
  <V> V read(Supplier<V> reading) {
    return joined(CompletableFuture.supplyAsync(reading, readers));
  }

  /** Makes a change, alone and in one go; it is kept when this returns. */
  <V> V change(Supplier<V> action) {
    Change<V> change = new Change<>(action, new CompletableFuture<>());
    changes.add(change);
    return joined(change.done());
  }

  @Override
  public void close() {
    change(() -> {
      store.close(); // and moves nothing: H2 2.4.240 may trip over its own assertion at that
      return true;
    });
    readers.shutdown();
  }

  private record Change<V>(Supplier<V> action, CompletableFuture<V> done) {

    /** Runs it; what tells the caller is run once everything is committed. */
    Runnable run() {
      try {
        V value = action.get();
        return () -> done.complete(value);
      } catch (RuntimeException | Error e) { // an Error must not end the one thread that writes
        return () -> done.completeExceptionally(e);
      }
    }
  }

  private void writeAll() {
    int commits = 0;
    while (!store.isClosed()) {
      List<Change<?>> together = new ArrayList<>();
      try {
        together.add(changes.take());
      } catch (InterruptedException e) {
        continue; // nobody has a reason to; the thread ends with the store
      }
      changes.drainTo(together, MOST_AT_ONCE);
      List<Runnable> tellings = together.stream().map(Change::run).toList();
      try {
        if (!store.isClosed()) {
          store.commit();
          commits++;
          if (commits % COMMITS_BETWEEN_COMPACTIONS == 0) {
            store.compact(COMPACT_BELOW_FILL_PERCENT, COMPACT_BYTES);
          }
        }
        tellings.forEach(Runnable::run);
      } catch (MVStoreException e) {
        together.forEach(change -> change.done().completeExceptionally(e));
      }
    }
    changes.forEach(late ->
        late.done().completeExceptionally(new IllegalStateException("the S3 store is closed")));
  }

  /** Waits, whatever interrupts; the exception is the action's own. */
  private static <V> V joined(CompletableFuture<V> future) {
    try {
      return future.join();
    } catch (CompletionException e) {
      switch (e.getCause()) {
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        case null, default -> throw e;
      }
    }
  }
}
