package io.sagelocal.transform;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchSettingsTest {
  /** What the creator asks, what the container offers, and what comes of it where it is held. */
  @ParameterizedTest
  @CsvSource({
    "  ,   ,    ,    ,   1,   6",
    " 4,  25,  90,   1,   4,  25",
    "  ,   ,    7,   3,   7,   3",
    "20,   ,    ,    ,  20,   5",
    "20,   ,    1, 100, 20,   5",
    "  , 50,   8,   1,   2,  50",
    "  , 100, 100,  1,   1, 100",
    "  ,   , 100, 100, 100,  1",
    "  ,   ,   ,   0,   1,   6"
  })
  void whatIsHeldInMemoryIsNoMoreThanAnInstanceMayHave(
      Integer asksConcurrent,
      Integer asksMegabytes,
      Integer offersConcurrent,
      Integer offersMegabytes,
      int concurrent,
      int megabytes) {
    BatchSettings settled =
        BatchSettings.of(
            batching(asksConcurrent, asksMegabytes),
            batching(offersConcurrent, offersMegabytes),
            true);
    assertThat(settled).isEqualTo(new BatchSettings(concurrent, megabytes, false));
    assertThat(settled.maxConcurrent() * settled.maxPayloadMegabytes()).isLessThanOrEqualTo(100);
  }

  @ParameterizedTest
  @CsvSource({",,8,0,8,0", "2,0,8,6,2,0"})
  void whatIsStreamedMayBeOfAnyLength(
      Integer asksConcurrent,
      Integer asksMegabytes,
      Integer offersConcurrent,
      Integer offersMegabytes,
      int concurrent,
      int megabytes) {
    assertThat(
            BatchSettings.of(
                batching(asksConcurrent, asksMegabytes),
                batching(offersConcurrent, offersMegabytes),
                false))
        .isEqualTo(new BatchSettings(concurrent, megabytes, false));
  }

  private static Batching batching(Integer concurrent, Integer megabytes) {
    return new Batching(
        Optional.ofNullable(concurrent), Optional.ofNullable(megabytes), Optional.empty());
  }
}
