package io.sagelocal.minio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sagelocal.docker.DockerContainerEngine;
import io.sagelocal.docker.TestDocker;
import io.sagelocal.objects.ObjectStore;
import io.sagelocal.objects.S3Uri;
import io.sagelocal.objects.Trust;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * MinIO from an image, on a Docker of the test's own; the image has the program as it was built.
 */
class MinioContainerIT {
  private static final S3Uri KEY = S3Uri.parse("s3://bucket/key");

  @TempDir Path folder;

  @Test
  void anImageStandsInForTheProgram() throws Exception {
    Optional<Path> program = MinioProgram.find(System.getenv());
    assumeTrue(program.isPresent(), "MinIO is neither on the PATH nor built: scripts/minio");
    try (TestDocker docker = TestDocker.open();
        DockerContainerEngine engine = new DockerContainerEngine(docker.environment())) {
      assertThatThrownBy(() -> start(engine))
          .as("neither program nor image, and no registry")
          .isInstanceOf(IOException.class)
          .hasMessageContaining("scripts/minio makes the program");
      Path image = folder.resolve("image.tar");
      pack(program.get(), image);
      docker.run(
          "import",
          "--change",
          "ENTRYPOINT [\"/%s\"]".formatted(program.get().getFileName()),
          image.toString(),
          MinioContainer.PINNED);
      try (MinioServer server = start(engine)) {
        store(server).createBucket("bucket");
        store(server).write(KEY, out -> out.write('x'));
      }
      assertThat(engine.containersLabelled("io.sagelocal.instance")).isEmpty();
      try (MinioServer again = start(engine)) {
        assertThat(store(again).find(KEY)).isPresent();
        assertThat(engine.containersLabelled("io.sagelocal.instance")).hasSize(1);
      }
    }
  }

  private MinioServer start(DockerContainerEngine engine) throws IOException {
    return MinioServer.start(Optional.empty(), folder.resolve("minio"), engine, "instance");
  }

  private static ObjectStore store(MinioServer server) {
    return new MinioObjectStore(
        server::address,
        server.keys().user(),
        server.keys().password(),
        "us-east-1",
        false,
        Trust.OF_JAVA);
  }

  private static void pack(Path program, Path image) throws IOException, InterruptedException {
    Process tar =
        new ProcessBuilder(
                "tar",
                "--dereference",
                "-cf",
                image.toString(),
                "-C",
                String.valueOf(program.getParent()),
                String.valueOf(program.getFileName()))
            .inheritIO()
            .start();
    assertThat(tar.waitFor()).isZero();
  }
}
