package io.sagelocal.hosting;

import io.sagelocal.aws.Scope;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The endpoints that live, each on a virtual thread of its own. */
final class EndpointRuns implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(EndpointRuns.class);

  private record Key(Scope scope, String name) {}

  private final HostingContext context;
  private final Map<Key, EndpointRun> runs = new ConcurrentHashMap<>();
  private final ExecutorService lives = Executors.newVirtualThreadPerTaskExecutor();

  EndpointRuns(HostingContext context) {
    this.context = context;
  }

  /** The run is on the map before it reads the record, so that a delete reaches it either way. */
  void begin(Scope scope, String name) {
    Key key = new Key(scope, name);
    EndpointRun run = new EndpointRun(context, scope, name);
    runs.put(key, run);
    lives.execute(() -> {
      try {
        run.live();
        runs.remove(key, run);
      } catch (InterruptedException e) {
        log.debug("let go of endpoint {}", name);
      }
    });
  }

  Optional<EndpointRun> find(Scope scope, String name) {
    return Optional.ofNullable(runs.get(new Key(scope, name)));
  }

  /** Lets go of every life, then stops the containers. */
  @Override
  public void close() {
    lives.shutdownNow();
    lives.close();
    try (ExecutorService stops = Executors.newVirtualThreadPerTaskExecutor()) {
      runs.values().forEach(run -> stops.execute(run::shutDown));
    }
  }
}
