package io.sagelocal.training;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The files under {@code /opt/ml/input/config}. */
final class InputFiles {
  private static final ObjectMapper JSON = new ObjectMapper();

  private InputFiles() {}

  static void write(TrainingJobSpec spec, String host, Path config) throws IOException {
    put(config.resolve("hyperparameters.json"), spec.hyperParameters());
    put(config.resolve("inputdataconfig.json"), inputDataConfig(spec, host));
    put(config.resolve("resourceconfig.json"), resourceConfig(spec, host));
  }

  private static Map<String, Object> inputDataConfig(TrainingJobSpec spec, String host) {
    Map<String, Object> channels = new LinkedHashMap<>();
    for (Channel channel : spec.channelsOf(host)) {
      Map<String, Object> one = new LinkedHashMap<>();
      channel.contentType().ifPresent(type -> one.put("ContentType", type));
      one.put("TrainingInputMode", channel.inputMode().word());
      one.put("S3DistributionType", channel.source().distribution().word());
      one.put("RecordWrapperType", channel.recordIo() ? "RecordIO" : "None");
      channels.put(channel.name(), one);
    }
    return channels;
  }

  private static Map<String, Object> resourceConfig(TrainingJobSpec spec, String host) {
    InstanceGroup group = spec.groupOf(host);
    Map<String, Object> resources = new LinkedHashMap<>();
    resources.put("current_host", host);
    resources.put("current_instance_type", group.type().name());
    resources.put("current_group_name", group.name());
    resources.put("hosts", spec.hosts());
    resources.put("instance_groups", spec.groups().stream().map(InputFiles::group).toList());
    resources.put("network_interface_name", "eth0");
    return resources;
  }

  private static Map<String, Object> group(InstanceGroup group) {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("instance_group_name", group.name());
    one.put("instance_type", group.type().name());
    one.put("hosts", group.hosts());
    return one;
  }

  private static void put(Path file, Object value) throws IOException {
    Files.write(file, JSON.writeValueAsBytes(value));
  }
}
