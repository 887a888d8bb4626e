package io.sagelocal.serving;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;

/** Asks a model container's {@code GET /ping}. */
final class Ping {
  private static final int TIMEOUT_MILLIS = 2_000;

  private Ping() {}

  /** What it answers there within two seconds. */
  static Health ask(URI ping) {
    try {
      HttpURLConnection connection = (HttpURLConnection) ping.toURL().openConnection();
      connection.setConnectTimeout(TIMEOUT_MILLIS);
      connection.setReadTimeout(TIMEOUT_MILLIS);
      try {
        return connection.getResponseCode() == HttpURLConnection.HTTP_OK ? Health.WELL : Health.ILL;
      } finally {
        connection.disconnect();
      }
    } catch (IOException e) {
      return Health.SILENT; // whoever asks looks at the container's exit as well
    }
  }
}
