package io.sagelocal.transform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InputQueueTest {
  private static final int INPUTS = 30;

  @TempDir Path scratch;

  @Test
  void whatWasDoneBeforeIsPassedOverAndAHalfWrittenNumberIsNot() throws IOException {
    TransformFolder folder = new TransformFolder(scratch);
    StringBuilder inputs = new StringBuilder();
    for (int i = 0; i < INPUTS; i++) {
      inputs.append("{\"uri\":\"s3://b/%d\",\"name\":\"%d\",\"size\":1}\n".formatted(i, i));
    }
    Files.writeString(folder.inputs(), inputs);
    Files.writeString(folder.done(), "0\n2\n1"); // of 12, say
    try (InputQueue queue = InputQueue.open(folder)) {
      InputFile first = queue.next().orElseThrow();
      assertThat(first.index()).isEqualTo(1);
      queue.done(queue.next().orElseThrow()); // 3, and not 13
    }
    List<Integer> left = new ArrayList<>();
    try (InputQueue queue = InputQueue.open(folder)) {
      for (Optional<InputFile> next = queue.next(); next.isPresent(); next = queue.next()) {
        left.add(next.get().index());
      }
    }
    assertThat(left).hasSize(INPUTS - 3).contains(1, 13).doesNotContain(0, 2, 3);
  }
}
