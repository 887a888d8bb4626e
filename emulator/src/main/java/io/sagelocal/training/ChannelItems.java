package io.sagelocal.training;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sagelocal.objects.Manifest;
import io.sagelocal.objects.ObjectNotFoundException;
import io.sagelocal.objects.ObjectStore;
import io.sagelocal.objects.S3Uri;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * What a channel's source holds, in the order in which a host gets it. Items come one by one as
 * they are read; only a shuffled channel's are held, as names.
 */
final class ChannelItems {
  private static final ObjectMapper LINES = new ObjectMapper();
  private static final String REFERENCE = "-ref";

  private final ObjectStore objects;
  private final Channel channel;

  ChannelItems(ObjectStore objects, Channel channel) {
    this.objects = objects;
    this.channel = channel;
  }

  /**
   * Which items of a channel belong to one host.
   *
   * @param host counted from 0
   * @param hosts how many hosts share the items; 1 when each has all of them
   */
  record Share(int host, int hosts) {
    static Share of(Channel channel, List<String> hosts, String host) {
      return switch (channel.source().distribution()) {
        case FULLY_REPLICATED -> new Share(0, 1);
        case SHARDED_BY_S3_KEY -> new Share(hosts.indexOf(host), hosts.size());
      };
    }

    boolean has(long item) {
      return item % hosts == host;
    }
  }

  /** Gets one row of items: a single one, or the attributes of one line. */
  @FunctionalInterface
  interface Each {
    void take(List<ChannelItem> row) throws IOException;
  }

  /**
   * Hands over the rows of a host's share.
   *
   * @param epoch counted from 0; a shuffled channel has another order in each
   * @throws TrainingFailure when the bucket or the manifest cannot be read as what it is, or the
   *     channel has no row at all
   */
  void forEach(Share share, long epoch, Each each) throws IOException {
    long[] rows = {0};
    Each shared =
        row -> {
          if (share.has(rows[0]++)) {
            each.take(row);
          }
        };
    try {
      if (channel.shuffleSeed().isEmpty()) {
        read(shared);
      } else {
        List<List<ChannelItem>> all = new ArrayList<>();
        read(all::add);
        Collections.shuffle(all, new Random(channel.shuffleSeed().get() + epoch));
        for (List<ChannelItem> row : all) {
          shared.take(row);
        }
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    if (rows[0] == 0) {
      throw failed(
          channel.source().type() == S3DataSource.Type.S3_PREFIX
              ? "reads %s, but no object has that prefix".formatted(channel.source().uri())
              : "reads manifest %s, which names no object".formatted(channel.source().uri()));
    }
  }

  private void read(Each each) throws IOException {
    switch (channel.source().type()) {
      case S3_PREFIX -> list(each);
      case MANIFEST_FILE -> readManifest(each);
      case AUGMENTED_MANIFEST_FILE -> readAugmentedManifest(each);
    }
  }

  private void list(Each each) {
    S3Uri prefix = channel.source().uri();
    try {
      objects.list(
          prefix,
          object -> {
            if (!object.uri().key().endsWith("/")) { // the mark of an empty folder
              takeListed(each, ChannelItem.Stored.listed(object, prefix));
            }
          });
    } catch (ObjectNotFoundException e) {
      throw failed("reads %s, but its bucket %s does not exist".formatted(prefix, prefix.bucket()));
    }
  }

  private static void takeListed(Each each, ChannelItem item) {
    try {
      each.take(List.of(item));
    } catch (IOException e) {
      throw new UncheckedIOException(e); // forEach takes it out again
    }
  }

  private void readManifest(Each each) throws IOException {
    try (InputStream bytes = manifest()) {
      Manifest.read(
          bytes, (name, object) -> each.take(List.of(ChannelItem.Stored.named(name, object))));
    } catch (Manifest.MalformedException e) {
      throw noManifest(e.getMessage());
    }
  }

  private void readAugmentedManifest(Each each) throws IOException {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(manifest(), StandardCharsets.UTF_8))) {
      long number = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        if (!line.isBlank()) {
          each.take(attributes(line, number));
        }
      }
    }
  }

  private List<ChannelItem> attributes(String line, long number) {
    JsonNode json = json(line, number);
    List<ChannelItem> row = new ArrayList<>();
    for (String name : channel.source().attributeNames()) {
      JsonNode value = json.get(name);
      if (value == null || value.isNull()) {
        throw noManifest("line %d has no attribute %s".formatted(number, name));
      }
      String text = value.isTextual() ? value.textValue() : value.toString();
      if (!name.endsWith(REFERENCE)) {
        row.add(new ChannelItem.Inline(text));
      } else if (text.startsWith("s3://")) {
        row.add(ChannelItem.Stored.named(text, S3Uri.parse(text)));
      } else {
        throw noManifest(
            "attribute %s of line %d must be an s3:// URI but is %s".formatted(name, number, text));
      }
    }
    return row;
  }

  private JsonNode json(String line, long number) {
    try {
      return LINES.readTree(line);
    } catch (JsonProcessingException e) {
      throw noManifest("line %d is not JSON: %s".formatted(number, e.getOriginalMessage()));
    }
  }

  private InputStream manifest() {
    try {
      return objects.read(channel.source().uri());
    } catch (ObjectNotFoundException e) {
      throw failed("reads manifest %s, which does not exist".formatted(channel.source().uri()));
    }
  }

  private TrainingFailure noManifest(String why) {
    return failed("cannot read manifest %s: %s".formatted(channel.source().uri(), why));
  }

  /** Says which channel could not be had, and why. */
  TrainingFailure failed(String why) {
    return TrainingFailure.client(
        "Data download failed: channel %s %s".formatted(channel.name(), why));
  }
}
