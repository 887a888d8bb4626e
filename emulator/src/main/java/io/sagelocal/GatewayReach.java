package io.sagelocal;

import io.sagelocal.account.ClientSettings;
import io.sagelocal.account.ContainerAccess;
import io.sagelocal.api.Gateway;
import io.sagelocal.aws.Scope;
import io.sagelocal.engine.ContainerEngine;
import io.sagelocal.engine.EngineException;
import io.sagelocal.engine.HostAccess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * How containers reach the gateway: it listens on an address of theirs from the moment on at which
 * the engine first answers.
 */
final class GatewayReach {
  private final ContainerEngine engine;
  private final Path clientFiles;
  private final Supplier<Gateway> gateway;
  private volatile boolean open;

  /**
   * @param clientFiles where the settings of AWS clients in containers are
   * @param gateway asked when a container wants to reach it
   */
  GatewayReach(ContainerEngine engine, Path clientFiles, Supplier<Gateway> gateway) {
    this.engine = engine;
    this.clientFiles = clientFiles;
    this.gateway = gateway;
  }

  /** Whether the engine has answered once. */
  boolean isOpen() {
    return open;
  }

  /**
   * What lets a container of an account and region reach the emulator.
   *
   * @throws EngineException when the engine does not answer
   */
  ContainerAccess access(Scope scope) {
    return ContainerAccess.of(endpoint(open()), clientFiles, scope);
  }

  /**
   * Lets containers reach the gateway, if they do not yet.
   *
   * @throws EngineException when the engine does not answer
   */
  HostAccess open() {
    HostAccess access = engine.connect();
    synchronized (this) {
      if (!open) {
        try {
          new ClientSettings(endpoint(access)).writeTo(clientFiles);
          if (access.listenOn().isPresent()) {
            gateway.get().listenOn(access.listenOn().get());
          }
          open = true;
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
    return access;
  }

  private URI endpoint(HostAccess access) {
    return URI.create("http://%s:%d".formatted(access.host(), gateway.get().port()));
  }
}
