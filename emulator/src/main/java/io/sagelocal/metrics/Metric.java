package io.sagelocal.metrics;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A metric's identity: the same name with other dimensions is another metric.
 *
 * @param dimensions by name
 */
public record Metric(String namespace, String name, SortedMap<String, String> dimensions) {

  public Metric {
    dimensions = Collections.unmodifiableSortedMap(new TreeMap<>(dimensions));
  }

  public static Metric of(String namespace, String name, Map<String, String> dimensions) {
    return new Metric(namespace, name, new TreeMap<>(dimensions));
  }
}
