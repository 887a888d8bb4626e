package io.sagelocal.fakes3;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;

/**
 * An S3 server on a loopback port whose objects are plain files: {@code folder/bucket/key}. It
 * checks no signatures. What it holds is still there when it is opened again.
 */
public final class FakeS3 implements AutoCloseable {
  private final Path folder;
  private final S3Proxy server;

  private FakeS3(Path folder, S3Proxy server) {
    this.folder = folder;
    this.server = server;
  }

  /**
   * Opens a store and starts to answer.
   *
   * @param folder where buckets are; made when it is not there
   * @param port 0 for any free one
   * @throws IOException when the folder cannot be used or the port is taken
   */
  public static FakeS3 open(Path folder, int port) throws IOException {
    Files.createDirectories(folder);
    Path real = folder.toRealPath();
    S3Proxy server =
        S3Proxy.builder()
            .blobStore(new SafeKeys(new FilesystemNio2BlobStore(real.toString()), real))
            .awsAuthentication(AuthenticationType.NONE, "", "")
            .endpoint(URI.create("http://127.0.0.1:" + port))
            .ignoreUnknownHeaders(true)
            .stopTimeout(0) // else it waits for clients that keep their connections
            .build();
    try {
      server.start();
    } catch (Exception e) { // declared by the library; its cause tells what happened
      throw new IOException(
          "the S3 store cannot listen on 127.0.0.1:%d: %s".formatted(port, e.getMessage()), e);
    }
    return new FakeS3(real, server);
  }

  /** Where it answers. */
  public URI address() {
    return URI.create("http://127.0.0.1:" + server.getPort());
  }

  /** The file that holds an object's bytes now; empty when there is no such object. */
  public Optional<Path> file(String bucket, String key) {
    try {
      Path root = folder.resolve(bucket);
      Path file = root.resolve(key).normalize();
      return root.getParent() != null
              && root.getParent().equals(folder)
              && file.startsWith(root)
              && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
          ? Optional.of(file)
          : Optional.empty();
    } catch (InvalidPathException e) {
      return Optional.empty(); // no file can have that name
    }
  }

  @Override
  public void close() throws IOException {
    try {
      server.stop();
    } catch (Exception e) { // declared by the library
      throw new IOException("the S3 store did not stop: " + e.getMessage(), e);
    }
  }
}
