package io.sagelocal.aws;

import java.util.Set;

/** An ML instance type such as {@code ml.c4.xlarge}. */
public record InstanceType(String name) {
  private static final Set<String> GPU_FAMILIES =
      Set.of(
          "p2", "p3", "p3dn", "p4d", "p4de", "p5", "p5e", "p5en", "p6", "g4dn", "g5", "g6", "g6e");

  /** Whether it has NVIDIA GPUs, so that its containers need this machine's. */
  public boolean gpu() {
    String[] parts = name.split("[.-]", 3);
    return parts.length == 3 && GPU_FAMILIES.contains(parts[1]);
  }

  @Override
  public String toString() {
    return name;
  }
}
