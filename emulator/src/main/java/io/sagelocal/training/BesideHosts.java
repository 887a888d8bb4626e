package io.sagelocal.training;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/** Work that goes on beside a job's hosts while they run: pipes are fed, checkpoints are kept. */
interface BesideHosts {

  /**
   * Begins it, when the channels are there and before the hosts start; after a restart of the
   * emulator, when they may run already.
   *
   * @param failure completed by what fails the job, which stops its hosts
   */
  Work begin(TrainingJob job, JobFolder folder, CompletableFuture<TrainingFailure> failure)
      throws IOException;

  /** What was begun. */
  interface Work extends AutoCloseable {
    /** Nothing to do. */
    Work NONE =
        new Work() {
          @Override
          public void hostsEnded() {}

          @Override
          public void close() {}
        };

    /**
     * Finishes it: every host has ended, and what it left will not change.
     *
     * @throws TrainingFailure which fails the job
     */
    void hostsEnded() throws IOException;

    /** Lets go at once, finished or not: the job has ended, or the emulator stops. */
    @Override
    void close();
  }
}
