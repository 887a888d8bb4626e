package io.sagelocal.hosting;

import io.sagelocal.aws.Scope;
import io.sagelocal.aws.ServiceError;
import io.sagelocal.objects.ObjectStore;
import io.sagelocal.objects.ObjectStoreException;
import io.sagelocal.state.Records;
import io.sagelocal.state.Stored;
import io.sagelocal.state.Timeline;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Invocations that are answered to S3. Each is on record from its acceptance until its answer or
 * error can be read there, so that a crash loses none; one that was under way then is done again.
 * Each waits for its turn on a virtual thread of its own.
 */
public final class AsyncInvocations implements AutoCloseable {
  /** The kind of record an asynchronous invocation is. */
  public static final String KIND = "async-invocation";

  private static final Logger log = LoggerFactory.getLogger(AsyncInvocations.class);
  private static final Duration NEXT_TRY = Duration.ofMillis(500);

  private final Records<AsyncInvocation> records;
  private final InvocationRouting routing;
  private final AsyncExchange exchange;
  private final AsyncMetrics metrics;
  private final Timeline timeline;
  private final Map<Turns, Semaphore> turns = new ConcurrentHashMap<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /** Whose turn it is is decided per endpoint, anew when that has another size. */
  private record Turns(Scope scope, String endpoint, int size) {}

  /**
   * @param folder where answers are until they are whole
   */
  public AsyncInvocations(
      Records<AsyncInvocation> records,
      InvocationRouting routing,
      ObjectStore objects,
      InvocationMetrics metrics,
      Timeline timeline,
      Path folder) {
    this.records = records;
    this.routing = routing;
    this.metrics = new AsyncMetrics(metrics, routing);
    this.timeline = timeline;
    this.exchange = new AsyncExchange(objects, folder, threads);
  }

  /** What takes up all that an earlier run of the emulator accepted. */
  public Runnable resumption() {
    List<Stored<AsyncInvocation>> left = records.all();
    return () ->
        left.forEach(stored -> threads.execute(() -> live(stored.scope(), stored.value())));
  }

  /**
   * Accepts an invocation.
   *
   * @throws ServiceError a ValidationError when there is no such endpoint, it does not answer to
   *     S3, or it is not in service
   */
  public AsyncInvocation accept(Scope scope, String endpoint, AsyncInvocationRequest request) {
    AsyncRules rules = routing.requireAsync(scope, endpoint);
    String id = UUID.randomUUID().toString();
    Instant now = timeline.now();
    AsyncInvocation accepted =
        new AsyncInvocation(
            id,
            endpoint,
            request.inferenceId().orElse(id),
            request.input(),
            request.headers(),
            request.output(rules.output(), id),
            rules.failure().map(place -> place.child(id + "-error.out")),
            rules.kmsKeyId(),
            now,
            now.plus(request.waits()),
            request.patience());
    records.put(scope, id, accepted);
    threads.execute(() -> live(scope, accepted));
    return accepted;
  }

  /** Lets go of everything under way; it is done again after the next start. */
  @Override
  public void close() {
    threads.shutdownNow();
    exchange.close();
    threads.close();
  }

  private void live(Scope scope, AsyncInvocation invocation) {
    AsyncCourse course = new AsyncCourse();
    try {
      try {
        answer(scope, invocation, course);
      } catch (AsyncRefusal e) {
        fail(invocation, course, e.reason());
      } catch (ServiceError | ObjectStoreException | IOException e) {
        if (threads.isShutdown()) { // it was broken off, and is done again
          throw new InterruptedException(e.getMessage());
        }
        fail(invocation, course, "The request could not be answered: " + e.getMessage());
      }
      records.delete(scope, invocation.id());
      metrics.tell(scope, invocation, course, timeline.now());
    } catch (InterruptedException e) {
      log.debug("let go of asynchronous invocation {}", invocation.id());
    } catch (RuntimeException e) {
      log.error("asynchronous invocation {} met an unexpected error", invocation.id(), e);
    }
  }

  private void fail(AsyncInvocation invocation, AsyncCourse course, String why) {
    course.fail();
    exchange.fail(invocation, why);
  }

  private void answer(Scope scope, AsyncInvocation invocation, AsyncCourse course)
      throws IOException, AsyncRefusal, InterruptedException {
    Semaphore turn = turns(scope, invocation.endpoint());
    turn.acquire();
    try {
      while (!answeredBy(awaitRoute(scope, invocation, course), invocation, course)) {
        timeline.sleep(NEXT_TRY);
      }
    } finally {
      turn.release();
    }
  }

  /**
   * Whether the instance could be reached, or else another one. One that has ended is routed to
   * until that is seen, more often than the others, as it has nothing on its hands.
   */
  private boolean answeredBy(Route route, AsyncInvocation invocation, AsyncCourse course)
      throws IOException, AsyncRefusal, InterruptedException {
    if (takes(route, invocation, course)) {
      return true;
    }
    Optional<Route> other = route.other();
    return other.isPresent() && takes(other.get(), invocation, course);
  }

  private boolean takes(Route route, AsyncInvocation invocation, AsyncCourse course)
      throws IOException, AsyncRefusal, InterruptedException {
    try (route) {
      course.takenBy(route.variant(), timeline.now());
      exchange.answer(invocation, route, course);
      return true;
    } catch (UnreachedException e) {
      course.givenBack();
      log.debug("asynchronous invocation {} waits: {}", invocation.id(), e.getMessage());
      return false;
    }
  }

  private Semaphore turns(Scope scope, String endpoint) {
    int size = routing.requireAsyncSlots(scope, endpoint);
    return turns.computeIfAbsent(
        new Turns(scope, endpoint, size), each -> new Semaphore(each.size(), true));
  }

  /** Containers that are started again are waited for, as long as the request may wait. */
  private Route awaitRoute(Scope scope, AsyncInvocation invocation, AsyncCourse course)
      throws AsyncRefusal, InterruptedException {
    while (true) {
      Instant now = timeline.now();
      if (now.isAfter(invocation.expires())) {
        course.expire();
        throw new AsyncRefusal("The request expired before an instance could take it");
      }
      try {
        return routing.route(scope, invocation.endpoint(), InvocationTarget.ASYNC);
      } catch (ServiceError e) {
        if (!e.code().equals("ServiceUnavailable")) {
          throw e;
        }
        timeline.sleep(NEXT_TRY);
      }
    }
  }
}
