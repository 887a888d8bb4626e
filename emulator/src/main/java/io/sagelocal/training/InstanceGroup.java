package io.sagelocal.training;

import io.sagelocal.aws.Document;
import io.sagelocal.aws.InstanceType;
import io.sagelocal.aws.ServiceError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Hosts of one instance type.
 *
 * @param hosts their names, {@code algo-1}, {@code algo-2}, …, counted through all groups of the
 *     job
 */
record InstanceGroup(String name, InstanceType type, List<String> hosts) {
  private static final String ONLY_GROUP = "homogeneousCluster";
  private static final String DEFAULT_TYPE = "ml.m4.xlarge";
  private static final int MAX_HOSTS = 32;

  InstanceGroup {
    hosts = List.copyOf(hosts);
  }

  /**
   * Reads a ResourceConfig: its InstanceGroups, or its InstanceType and InstanceCount as one group.
   *
   * @throws ServiceError a ValidationException when it says neither, both, or more hosts than one
   *     job may have here
   */
  static List<InstanceGroup> of(Document resources) {
    List<Document> given = resources.documents("InstanceGroups");
    if (given.isEmpty()) {
      Optional<String> type = resources.findText("InstanceType");
      long count = resources.findNumber("InstanceCount").orElse(1L);
      requireHosts("ResourceConfig.InstanceCount", count);
      return List.of(
          new InstanceGroup(
              ONLY_GROUP, new InstanceType(type.orElse(DEFAULT_TYPE)), names(1, count)));
    }
    if (resources.has("InstanceType") || resources.has("InstanceCount")) {
      throw ServiceError.validation(
          "ResourceConfig has InstanceGroups and InstanceType or InstanceCount; only one of the two"
              + " may be given");
    }
    List<InstanceGroup> groups = new ArrayList<>();
    long hosts = 0;
    for (Document group : given) {
      String name = group.text("InstanceGroupName");
      if (groups.stream().anyMatch(other -> other.name().equals(name))) {
        throw ServiceError.validation(
            "ResourceConfig.InstanceGroups names group %s twice; InstanceGroupNames must differ",
            name);
      }
      long count = group.number("InstanceCount");
      requireHosts("InstanceCount of instance group " + name, count);
      groups.add(
          new InstanceGroup(
              name, new InstanceType(group.text("InstanceType")), names(hosts + 1, hosts + count)));
      hosts += count;
    }
    requireHosts("ResourceConfig.InstanceGroups: the number of all instances", hosts);
    return groups;
  }

  private static List<String> names(long first, long last) {
    return IntStream.rangeClosed((int) first, (int) last).mapToObj(n -> "algo-" + n).toList();
  }

  private static void requireHosts(String what, long count) {
    if (count < 1 || count > MAX_HOSTS) {
      throw ServiceError.validation(
          "%s %d is not supported by this emulator; use 1 to %d", what, count, MAX_HOSTS);
    }
  }
}
