package io.sagelocal.training;

import io.sagelocal.images.ImageChoice;
import io.sagelocal.objects.ObjectStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What is not quite as a job's creator asked, to be told in its StatusMessage. */
final class TrainingNotes {
  private TrainingNotes() {}

  /**
   * @param gpus those of each host that has some
   */
  static List<String> of(
      TrainingJobSpec spec,
      ImageChoice image,
      Map<String, List<String>> gpus,
      ObjectStore objects) {
    List<String> notes = new ArrayList<>();
    image.note().ifPresent(notes::add);
    for (InstanceGroup group : spec.groups()) {
      int given =
          group.hosts().stream()
              .mapToInt(host -> gpus.getOrDefault(host, List.of()).size())
              .max()
              .orElse(0);
      if (given < group.type().gpus()) {
        notes.add(
            "%s has %d GPU(s), a host here gets %d"
                .formatted(group.type(), group.type().gpus(), given));
      }
    }
    spec.outputKey()
        .filter(key -> objects.encryptingWith(key).isEmpty())
        .ifPresent(key ->
            notes.add(
                "The S3 store has no keys, so that outputs are not encrypted with %s"
                    .formatted(key)));
    return notes;
  }
}
