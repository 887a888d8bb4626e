package io.sagelocal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FakeContainerEngineTest implements ContainerEngineContract {
  private final FakeContainerEngine engine =
      new FakeContainerEngine().image("contract", FakeContainerEngineTest::run);

  @Override
  public ContainerEngine engine() {
    return engine;
  }

  @Override
  public String image() {
    return "contract";
  }

  @Test
  void aKilledContainerEndsForThoseWhoWait() throws InterruptedException {
    ContainerId id = engine.start(spec(Script.STUBBORN));
    engine.kill(id.name(), true);
    assertThat(engine.await(id)).isEqualTo(new Exit(137, true));
    engine.remove(id);
  }

  @AfterEach
  void nothingIsLeft() {
    assertThat(engine.containers()).isEmpty();
  }

  private static int run(FakeHost host) throws Exception {
    return switch (Script.valueOf(host.spec().command().getFirst())) {
      case COUNT -> print(host, "one", "two", "three");
      case SEVEN -> 7;
      case COPY -> {
        Files.copy(host.path("/data/in"), host.path("/data/out"));
        yield 0;
      }
      case CHANGE -> {
        Files.writeString(host.path("/data/in"), " more", StandardOpenOption.APPEND);
        Files.delete(host.path("/data/deep/kept"));
        Files.delete(host.path("/data/deep"));
        yield 0;
      }
      case POLITE -> {
        print(host, "ready");
        try {
          host.terminated().get();
        } catch (InterruptedException e) {
          host.terminated().join();
        }
        print(host, "bye");
        yield 3;
      }
      case STUBBORN -> {
        print(host, "ready");
        while (!host.spec().name().isEmpty()) {
          waitIgnoringSignals();
        }
        yield 0;
      }
      case UMLAUTS -> print(host, "x" + "\u00fc".repeat(5_000));
      case WHO ->
          print(host, host.environment().getOrDefault("GREETING", ""), host.spec().hostname());
      case LONG_LINE -> print(host, "x".repeat(200_000), "end");
    };
  }

  private static int print(FakeHost host, String... lines) {
    for (String line : lines) {
      host.print(line);
    }
    return 0;
  }

  private static void waitIgnoringSignals() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      assertThat(e).isNotNull(); // a container that will not listen
    }
  }
}
