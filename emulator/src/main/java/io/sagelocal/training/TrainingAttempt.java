package io.sagelocal.training;

import io.sagelocal.engine.ContainerEngine;
import io.sagelocal.engine.ContainerId;
import io.sagelocal.engine.EngineException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** One attempt at training: the hosts while they run, and what goes on beside them. */
final class TrainingAttempt implements AutoCloseable {
  private final ContainerEngine engine;
  private final StopSignal stop;

  /** What fails it, beside its hosts. */
  private final CompletableFuture<TrainingFailure> failure = new CompletableFuture<>();

  private final List<BesideHosts.Work> works = new ArrayList<>();

  TrainingAttempt(ContainerEngine engine, StopSignal stop) {
    this.engine = engine;
    this.stop = stop;
  }

  /** Begins what goes on beside the hosts; comes before them. */
  void begin(List<BesideHosts> beside, TrainingJob job, JobFolder folder) throws IOException {
    for (BesideHosts each : beside) {
      works.add(each.begin(job, folder, failure));
    }
  }

  /** Takes the hosts away. */
  void interrupt() {
    failure.complete(TrainingFailure.interruption());
  }

  /**
   * Waits until the hosts have ended and their logs are whole.
   *
   * @throws EngineException when the end of one is not known, as it went with the engine; what they
   *     left on this disk has been kept nevertheless
   */
  RunningHosts.Ends await(Map<String, ContainerId> hosts, HostLogs logs)
      throws InterruptedException {
    try {
      return new RunningHosts(engine, hosts, logs::fromTheStart, stop.cause(), failure).await();
    } catch (EngineException e) {
      finishInSpiteOf(e);
      throw e;
    }
  }

  /**
   * Finishes what went on beside the hosts, which have ended.
   *
   * @throws TrainingFailure what failed there, or was found at the end; an interruption, unless the
   *     job is to stop
   */
  void finish() throws IOException {
    for (BesideHosts.Work work : works) {
      work.hostsEnded();
    }
    if (failure.isDone() && !(failure.resultNow().isInterruption() && stop.given())) {
      throw failure.resultNow();
    }
  }

  private void finishInSpiteOf(EngineException lost) {
    for (BesideHosts.Work work : works) {
      try {
        work.hostsEnded();
      } catch (IOException | RuntimeException e) { // the job fails already, for the engine
        lost.addSuppressed(e);
      }
    }
  }

  @Override
  public void close() {
    works.forEach(BesideHosts.Work::close);
  }
}
