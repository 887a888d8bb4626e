package io.sagelocal.machine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sagelocal.engine.FakeContainerEngine;
import io.sagelocal.engine.MachineSize;
import io.sagelocal.machine.Places.Loan;
import io.sagelocal.machine.Places.Place;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PlacesTest {
  private final FakeContainerEngine engine =
      new FakeContainerEngine().machine(new MachineSize(2, 8L << 30), "0", "1", "2", "3");

  @Test
  void whoComesFirstIsServedFirst() {
    Places places = places(4);
    Place first = places.enter(List.of(0, 0, 0));
    Place second = places.enter(List.of(0, 0));
    Place third = places.enter(List.of(0));
    assertThat(first.gpus()).isDone();
    assertThat(second.gpus()).isNotDone();
    assertThat(third.gpus()).as("would fit, and came later").isNotDone();
    first.close();
    assertThat(second.gpus()).isDone();
    assertThat(third.gpus()).isDone();
  }

  @Test
  void whoGivesUpWaitingHoldsNobodyUp() {
    Places places = places(1);
    places.enter(List.of(0));
    Place big = places.enter(List.of(0, 0, 0));
    Place small = places.enter(List.of(0));
    big.close();
    assertThat(small.gpus()).isNotDone();
  }

  @Test
  void moreHostsThanThereArePlacesRunAlone() {
    Places places = places(2);
    Place small = places.enter(List.of(0));
    Place big = places.enter(List.of(0, 0, 0, 0));
    assertThat(big.gpus()).isNotDone();
    small.close();
    assertThat(big.gpus()).isDone();
  }

  @Test
  void concurrentJobsGetGpusOfTheirOwnAndWaitForThem() {
    Places places = places(100);
    Place first = places.enter(List.of(1));
    Place second = places.enter(List.of(2));
    Place third = places.enter(List.of(2));
    Place small = places.enter(List.of(1));
    Place without = places.enter(List.of(0));
    assertThat(first.gpus().join()).containsExactly(List.of("0"));
    assertThat(second.gpus().join()).containsExactly(List.of("1", "2"));
    assertThat(third.gpus()).isNotDone();
    assertThat(small.gpus()).as("came after one that waits for GPUs too").isNotDone();
    assertThat(without.gpus()).as("needs no GPU").isDone();
    first.close();
    assertThat(third.gpus().join()).containsExactly(List.of("0", "3"));
    second.close();
    assertThat(small.gpus().join()).containsExactly(List.of("1"));
  }

  @Test
  void whoWaitsForGpusIsPassedWhileItsHostsWouldFitAndNotForEver() {
    Places places = places(4);
    Place gpus = places.enter(List.of(4));
    Place big = places.enter(List.of(2, 2));
    Place passes = places.enter(List.of(0, 0));
    Place behind = places.enter(List.of(0));
    assertThat(passes.gpus()).isDone();
    assertThat(behind.gpus()).as("the big one would no longer fit").isNotDone();
    gpus.close();
    assertThat(big.gpus()).isDone();
    assertThat(behind.gpus()).isNotDone();
    big.close();
    assertThat(behind.gpus()).isDone();
  }

  @Test
  void hostsThatRanBeforeKeepTheirGpus() {
    Places places = places(100);
    Place running = places.retake(List.of(List.of("0", "2")));
    assertThat(places.enter(List.of(2)).gpus().join()).containsExactly(List.of("1", "3"));
    running.close();
    assertThat(places.enter(List.of(2)).gpus().join()).containsExactly(List.of("0", "2"));
  }

  @Test
  void fewerGpusThanAreWantedAreShared() {
    assertThat(Places.deal(List.of(1, 2), List.of("0", "1", "2")))
        .containsExactly(List.of("0"), List.of("1", "2"));
    assertThat(Places.deal(List.of(4, 4), List.of("0", "1", "2", "3")))
        .containsExactly(List.of("0", "1"), List.of("2", "3"));
    assertThat(Places.deal(List.of(1, 1, 0, 1), List.of("0", "1")))
        .containsExactly(List.of("0"), List.of("1"), List.of(), List.of("0"));
  }

  @Test
  void aJobThatWantsMoreGpusThanThereAreWaitsForAll() {
    Places places = places(100);
    Place first = places.enter(List.of(1));
    Place big = places.enter(List.of(4, 4));
    assertThat(big.gpus()).isNotDone();
    first.close();
    assertThat(big.gpus().join()).containsExactly(List.of("0", "1"), List.of("2", "3"));
  }

  @Test
  void whatNobodyCanWaitForGetsTheGpusLeastInUseAtOnce() {
    Places places = places(100);
    places.enter(List.of(3));
    Loan alone = places.lend(1);
    assertThat(alone.gpus()).containsExactly("3");
    assertThat(places.lend(2).gpus()).as("shares, and waits for nobody").containsExactly("0", "1");
    assertThat(places.lend(1).gpus()).containsExactly("2");
    alone.close();
    assertThat(places.lend(1).gpus()).containsExactly("3");
    assertThat(places.lend(0).gpus()).isEmpty();
  }

  @Test
  void jobsWaitForNoLoanAndKeepOffItWhereTheyCan() {
    Places places = places(100);
    places.lend(List.of("0", "1"));
    assertThat(places.enter(List.of(2)).gpus().join()).containsExactly(List.of("2", "3"));
    assertThat(places.enter(List.of(2)).gpus().join()).containsExactly(List.of("0", "1"));
    assertThat(places.enter(List.of(1)).gpus()).as("jobs wait for jobs").isNotDone();
  }

  private Places places(int hosts) {
    return new Places(
        new Machine(
            engine, new MachineSettings(true, GpuMode.AUTO, Optional.of(hosts), Optional.empty())));
  }
}
