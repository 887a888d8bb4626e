package io.sagelocal;

import io.sagelocal.engine.EngineException;
import java.io.UncheckedIOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is done with the container engine at the start, beside everything else. */
record FirstContact(GatewayReach reach, Sweep sweep) implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(FirstContact.class);

  /**
   * Lets containers reach the emulator, and sweeps; a warning tells where either cannot be done.
   */
  @Override
  public void run() {
    try {
      reach.open();
    } catch (EngineException e) {
      log.warn(
          "{}. Until then S3 and the API answer, and a job fails with this reason", e.getMessage());
      return;
    } catch (UncheckedIOException e) {
      log.error("containers cannot reach this emulator: {}", e.getMessage());
      return;
    }
    sweep.run();
  }
}
