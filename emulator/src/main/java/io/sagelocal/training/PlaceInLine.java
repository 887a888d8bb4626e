package io.sagelocal.training;

import io.sagelocal.machine.Places.Place;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The place of a job's hosts on the machine, from when they wait for it until they have ended. */
final class PlaceInLine {
  private final TrainingContext context;
  private final Turn turn;
  private Optional<Place> place;

  /**
   * @param place which the hosts have already, as they ran when the emulator was started
   * @param turn when the job may get in line
   */
  PlaceInLine(TrainingContext context, Optional<Place> place, Turn turn) {
    this.context = context;
    this.place = place;
    this.turn = turn;
  }

  /**
   * Gets in line, where it is not there already.
   *
   * @return completed when the hosts may start
   */
  CompletableFuture<?> enter(TrainingJobSpec spec) throws InterruptedException {
    if (place.isEmpty()) {
      turn.await();
      List<Integer> wanted =
          spec.hosts().stream()
              .map(host -> context.machine().gpus(spec.groupOf(host).type()))
              .toList();
      place = Optional.of(context.places().enter(wanted));
      turn.end();
    }
    return place.get().gpus();
  }

  /** The GPUs of each host that has some, once they may start. */
  Map<String, List<String>> gpus(TrainingJobSpec spec) {
    List<List<String>> dealt = place.orElseThrow().gpus().join();
    Map<String, List<String>> gpus = new LinkedHashMap<>();
    for (int i = 0; i < dealt.size(); i++) {
      if (!dealt.get(i).isEmpty()) {
        gpus.put(spec.hosts().get(i), dealt.get(i));
      }
    }
    return gpus;
  }

  /** Makes room for others. */
  void leave() {
    place.ifPresent(Place::close);
    place = Optional.empty();
  }

  /** Keeps nobody waiting for a turn that is not taken. */
  void passTurn() {
    turn.end();
  }
}
