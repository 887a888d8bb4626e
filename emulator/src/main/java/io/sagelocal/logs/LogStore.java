package io.sagelocal.logs;

import io.sagelocal.aws.AccountId;
import io.sagelocal.aws.Region;
import io.sagelocal.aws.Scope;
import io.sagelocal.aws.ServiceError;
import io.sagelocal.state.Timeline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Every log group and stream of every account and region: a folder per group, a file per stream. A
 * group or stream comes into being with its first event, or when it is asked for.
 */
public final class LogStore {
  private static final String SUFFIX = ".jsonl";

  private final Path root;
  private final Timeline timeline;
  private final Map<Path, LogStream> open = new ConcurrentHashMap<>();

  public LogStore(Path root, Timeline timeline) {
    this.root = root;
    this.timeline = timeline;
  }

  /** The stream of that name, to be written; it is there from its first event on. */
  public LogStream open(Scope scope, String group, String stream) {
    return open.computeIfAbsent(file(scope, group, stream), this::load);
  }

  /**
   * The stream of that name.
   *
   * @throws ServiceError ResourceNotFoundException
   */
  public LogStream require(Scope scope, String group, String stream) {
    requireGroup(scope, group);
    Path file = file(scope, group, stream);
    if (!Files.exists(file)) {
      throw notFound("The specified log stream does not exist.");
    }
    return open(scope, group, stream);
  }

  /**
   * Makes an empty group.
   *
   * @throws ServiceError ResourceAlreadyExistsException
   */
  public void createGroup(Scope scope, String group) {
    Path folder = folder(scope, group);
    if (Files.isDirectory(folder)) {
      throw exists("The specified log group already exists");
    }
    createDirectories(folder);
  }

  /**
   * Makes an empty stream.
   *
   * @throws ServiceError ResourceNotFoundException without the group,
   *     ResourceAlreadyExistsException
   */
  public void createStream(Scope scope, String group, String stream) {
    requireGroup(scope, group);
    try {
      Files.createFile(file(scope, group, stream));
    } catch (java.nio.file.FileAlreadyExistsException e) {
      throw exists("The specified log stream already exists");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Deletes a group with its streams; a later event makes it anew.
   *
   * @throws ServiceError ResourceNotFoundException
   */
  public void deleteGroup(Scope scope, String group) {
    requireGroup(scope, group);
    Path folder = folder(scope, group);
    for (Path file : entries(folder)) {
      delete(file);
    }
    try {
      Files.deleteIfExists(folder);
    } catch (DirectoryNotEmptyException e) {
      // an event that came meanwhile has made the group anew
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Deletes every group of the accounts, in all regions. */
  public void deleteAll(Predicate<AccountId> accounts) {
    for (Path account : entries(root)) {
      AccountId owner = new AccountId(String.valueOf(account.getFileName()));
      if (accounts.test(owner)) {
        for (Path region : entries(account)) {
          Scope scope = new Scope(owner, new Region(String.valueOf(region.getFileName())));
          groups(scope, "").forEach(group -> deleteGroup(scope, group));
        }
      }
    }
  }

  /** Names of the groups that start so, in order. */
  public List<String> groups(Scope scope, String prefix) {
    return entries(folder(scope)).stream()
        .map(folder -> FileNames.decode(String.valueOf(folder.getFileName())))
        .filter(name -> name.startsWith(prefix))
        .sorted()
        .toList();
  }

  /** When a group was made. */
  public Instant groupCreated(Scope scope, String group) {
    return created(folder(scope, group));
  }

  /**
   * The streams of a group whose names start so, by name. One that holds no event is left out: old
   * SDKs fail on it.
   *
   * @throws ServiceError ResourceNotFoundException
   */
  public List<StreamSummary> streams(Scope scope, String group, String prefix) {
    requireGroup(scope, group);
    return entries(folder(scope, group)).stream()
        .map(file -> String.valueOf(file.getFileName()))
        .filter(name -> name.endsWith(SUFFIX))
        .map(name -> FileNames.decode(name.substring(0, name.length() - SUFFIX.length())))
        .filter(name -> name.startsWith(prefix))
        .sorted()
        .map(name -> summary(scope, group, name))
        .filter(summary -> summary.storedBytes() > 0)
        .toList();
  }

  private StreamSummary summary(Scope scope, String group, String name) {
    LogStream stream = open(scope, group, name);
    Optional<LogEvent> first = stream.forward(0, 1, event -> true).events().stream().findFirst();
    Optional<LogEvent> last =
        stream.backward(stream.end(), 1, event -> true).events().stream().findFirst();
    return new StreamSummary(
        name,
        created(file(scope, group, name)),
        first.map(LogEvent::at),
        last.map(LogEvent::at),
        last.map(LogEvent::ingested),
        stream.end());
  }

  private void requireGroup(Scope scope, String group) {
    if (!Files.isDirectory(folder(scope, group))) {
      throw notFound("The specified log group does not exist.");
    }
  }

  private LogStream load(Path file) {
    try {
      return new LogStream(file, timeline);
    } catch (IOException e) {
      throw new UncheckedIOException("log stream " + file + " cannot be opened", e);
    }
  }

  private Path folder(Scope scope) {
    return root.resolve(scope.account().digits()).resolve(scope.region().name());
  }

  private Path folder(Scope scope, String group) {
    return folder(scope).resolve(FileNames.encode(group));
  }

  private Path file(Scope scope, String group, String stream) {
    return folder(scope, group).resolve(FileNames.encode(stream) + SUFFIX);
  }

  private static Instant created(Path path) {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
          .creationTime()
          .toInstant();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Path> entries(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void createDirectories(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A writer may hold the stream: it goes on in a new file, which readers of the store see. */
  private void delete(Path file) {
    LogStream stream = open.get(file);
    try {
      if (stream == null) {
        Files.deleteIfExists(file);
      } else {
        stream.delete();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ServiceError notFound(String message) {
    return new ServiceError("ResourceNotFoundException", message);
  }

  private static ServiceError exists(String message) {
    return new ServiceError("ResourceAlreadyExistsException", message);
  }
}
