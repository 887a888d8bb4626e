package io.sagelocal;

import io.sagelocal.StoreSettings.Backend;
import io.sagelocal.api.s3.S3Front;
import io.sagelocal.api.s3.S3Server;
import io.sagelocal.embedded.EmbeddedObjectStore;
import io.sagelocal.engine.ContainerEngine;
import io.sagelocal.fakes3.store.Store;
import io.sagelocal.minio.MinioObjectStore;
import io.sagelocal.minio.MinioServer;
import io.sagelocal.objects.CachingObjectStore;
import io.sagelocal.objects.ObjectStore;
import io.sagelocal.objects.Trust;
import io.sagelocal.state.Timeline;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;

/**
 * The S3 store as the emulator and its clients use it.
 *
 * @param objects for the emulator itself
 * @param front for clients, on the gateway's port
 * @param notes what a user wants to know about it, line by line
 * @param closing stops what was started
 */
record OpenedStore(ObjectStore objects, S3Front front, List<String> notes, AutoCloseable closing) {
  private static final String MINIO_REGION = "us-east-1";

  /**
   * Opens, or starts, what was chosen.
   *
   * @throws IOException when that cannot be done, in one line
   */
  static OpenedStore open(
      StoreSettings settings, Path data, ContainerEngine engine, String instance, Timeline timeline)
      throws IOException {
    return switch (settings.backend()) {
      case Backend.Embedded embedded -> {
        Store store = Store.open(data.resolve("s3"), Clock.systemUTC());
        yield new OpenedStore(
            new EmbeddedObjectStore(store), S3Front.embedded(store), List.of(), store);
      }
      case Backend.Minio minio -> {
        Path folder = data.resolve("minio");
        MinioServer server = MinioServer.start(minio.program(), folder, engine, instance);
        S3Server known =
            new S3Server(
                server.address(),
                server.keys().user(),
                server.keys().password(),
                MINIO_REGION,
                Trust.OF_JAVA);
        ObjectStore objects = client(known, false);
        yield new OpenedStore(
            cached(objects, settings, data, "minio", timeline),
            S3Front.forwarding(known, timeline::now, objects::hasBucket),
            List.of(
                "MinIO console at %s (user %s, password in %s)"
                    .formatted(server.console(), server.keys().user(), folder.resolve("password"))),
            server);
      }
      case Backend.External external -> {
        ObjectStore objects = client(external.server(), true);
        String name = external.server().address().toString().replaceAll("[^A-Za-z0-9.]+", "-");
        yield new OpenedStore(
            cached(objects, settings, data, name, timeline),
            S3Front.forwarding(external.server(), timeline::now, bucket -> false),
            List.of("S3 at " + external.server().address()),
            () -> {});
      }
    };
  }

  private static ObjectStore cached(
      ObjectStore objects, StoreSettings settings, Path data, String name, Timeline timeline) {
    return settings.cacheBytes() == 0
        ? objects
        : new CachingObjectStore(
            objects,
            StoreSettings.cacheFolder(data).resolve(name),
            settings.cacheBytes(),
            timeline::now);
  }

  private static ObjectStore client(S3Server server, boolean hasKeys) {
    return new MinioObjectStore(
        server::address,
        server.accessKey(),
        server.secretKey(),
        server.region(),
        hasKeys,
        server.trust());
  }
}
