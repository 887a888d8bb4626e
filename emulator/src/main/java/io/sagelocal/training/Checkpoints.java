package io.sagelocal.training;

import io.sagelocal.objects.ObjectInfo;
import io.sagelocal.objects.ObjectNotFoundException;
import io.sagelocal.objects.ObjectStore;
import io.sagelocal.objects.ObjectStoreException;
import io.sagelocal.objects.S3Uri;
import io.sagelocal.state.Timeline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the checkpoint folders of a job's hosts in S3: restored before the hosts start, then
 * written as files come and change. What a host deletes stays in S3. While the hosts run, a file is
 * written once it has stopped changing.
 */
final class Checkpoints implements BesideHosts {
  private static final Logger log = LoggerFactory.getLogger(Checkpoints.class);
  private static final Duration INTERVAL = Duration.ofSeconds(5);

  private final ObjectStore objects;
  private final Timeline timeline;

  /** What S3 has of each file. */
  private final Map<Path, Look> saved = new HashMap<>();

  /** How a file was when it was looked at. */
  private record Look(long bytes, FileTime modified) {
    static Look at(Path file) throws IOException {
      BasicFileAttributes now =
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return new Look(now.size(), now.lastModifiedTime());
    }
  }

  Checkpoints(ObjectStore objects, Timeline timeline) {
    this.objects = objects;
    this.timeline = timeline;
  }

  /**
   * Puts what an earlier job left into a host's folder; there may be nothing.
   *
   * @throws TrainingFailure when the bucket is not there
   */
  void restore(CheckpointConfig config, Path folder) throws IOException {
    ObjectFiles files = new ObjectFiles(objects, folder, why -> failed(config, why));
    try {
      objects.list(config.uri(), object -> restore(object, config.uri(), files));
    } catch (ObjectNotFoundException e) {
      throw failed(
          config, "names bucket %s, which does not exist".formatted(config.uri().bucket()));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private void restore(ObjectInfo object, S3Uri prefix, ObjectFiles files) {
    if (object.uri().key().endsWith("/")) {
      return; // the mark of an empty folder
    }
    try {
      Path file = files.put(object.uri(), object.uri().below(prefix));
      saved.put(file, Look.at(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Work begin(TrainingJob job, JobFolder folder, CompletableFuture<TrainingFailure> failure) {
    return job.spec()
        .checkpoints()
        .<Work>map(config -> new Saving(config, job.spec(), folder))
        .orElse(Work.NONE);
  }

  private static TrainingFailure failed(CheckpointConfig config, String why) {
    return TrainingFailure.client(
        "Checkpoints: CheckpointConfig.S3Uri %s %s".formatted(config.uri(), why));
  }

  /** Looks at the folders again and again, on a thread of its own. */
  private final class Saving implements Work {
    private final CheckpointConfig config;
    private final TrainingJobSpec spec;
    private final JobFolder folder;
    private final Map<Path, Look> before = new HashMap<>();
    private final Thread saver;
    private volatile boolean closed;

    Saving(CheckpointConfig config, TrainingJobSpec spec, JobFolder folder) {
      this.config = config;
      this.spec = spec;
      this.folder = folder;
      this.saver = Thread.ofVirtual().name("checkpoints-" + spec.name()).start(this::save);
    }

    private void save() {
      try {
        while (!closed) {
          timeline.sleep(INTERVAL);
          try {
            look(false);
          } catch (IOException | ObjectStoreException e) {
            log.warn("checkpoints of {} will be tried again: {}", spec.name(), e.getMessage());
          }
        }
      } catch (InterruptedException e) {
        log.debug("checkpoints of {} are no longer looked at", spec.name());
      }
    }

    private void look(boolean last) throws IOException {
      for (String host : spec.hosts()) {
        Path root = folder.checkpoints(host);
        for (Path file : FolderFiles.in(root)) {
          try {
            look(root, file, last);
          } catch (NoSuchFileException e) {
            log.debug("checkpoint {} is gone again", file);
          }
        }
      }
    }

    private void look(Path root, Path file, boolean last) throws IOException {
      Look now = Look.at(file);
      boolean settled = last || now.equals(before.put(file, now));
      if (settled && !now.equals(saved.get(file))) {
        objects.write(config.uri().child(root.relativize(file).toString()), file);
        saved.put(file, now);
      }
    }

    @Override
    public void hostsEnded() throws IOException {
      close();
      try {
        look(true);
      } catch (ObjectStoreException e) {
        throw failed(config, "cannot be written: " + e.getMessage());
      }
    }

    @Override
    public void close() {
      closed = true;
      saver.interrupt();
      boolean interrupted = false;
      while (saver.isAlive()) {
        try {
          saver.join();
        } catch (InterruptedException e) {
          interrupted = true; // the saver ends all the same
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
