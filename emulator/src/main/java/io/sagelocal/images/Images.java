package io.sagelocal.images;

import io.sagelocal.engine.ContainerEngine;
import io.sagelocal.engine.ImageNotFoundException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the image to run for the name a client sends: by default that very name where it is on this
 * machine, the stand-in built here for an official MXNet image, else what its registry has.
 */
public final class Images {
  private static final Logger log = LoggerFactory.getLogger(Images.class);

  private final ContainerEngine engine;
  private final List<ImageSource> order;
  private final BooleanSupplier cpuInstead;

  /**
   * @param order where an image may come from, first to last
   * @param cpuInstead asked for an official image with {@code -gpu-} in its name: whether the one
   *     for CPUs runs in its place, as this machine has no GPU to offer
   */
  public Images(ContainerEngine engine, List<ImageSource> order, BooleanSupplier cpuInstead) {
    this.engine = engine;
    this.order = List.copyOf(order);
    this.cpuInstead = cpuInstead;
  }

  /**
   * Answers the image to run, pulling it when needed and allowed.
   *
   * @throws ImageNotFoundException saying what was looked for and how to make or pull it
   */
  public ImageChoice choose(String image) {
    Optional<OfficialImage> named = OfficialImage.parse(image);
    if (named.isPresent() && named.get().gpu() && cpuInstead.getAsBoolean()) {
      OfficialImage onCpu = named.get().onCpu();
      return find(onCpu.name(), Optional.of(onCpu), List.of("this machine has no GPU to offer"));
    }
    return find(image, named, List.of());
  }

  /** As {@link #choose}, for callers who have nowhere to tell its note but the emulator's log. */
  public String require(String image) {
    ImageChoice choice = choose(image);
    choice.note().ifPresent(note -> log.warn("in place of {}: {}", image, note));
    return choice.image();
  }

  private ImageChoice find(String image, Optional<OfficialImage> official, List<String> reasons) {
    Optional<StandIn> standIn = official.flatMap(StandIn::of);
    List<String> tried = new ArrayList<>();
    for (ImageSource source : order) {
      switch (source) {
        case EXACT -> {
          if (engine.hasImage(image)) {
            return new ImageChoice(image, note(image, reasons));
          }
          tried.add("it is not on this machine");
        }
        case LOCAL -> {
          if (standIn.isPresent()) {
            String local = standIn.get().image(official.orElseThrow().processor());
            if (engine.hasImage(local)) {
              return new ImageChoice(local, note(local, reasons(reasons, standIn.get())));
            }
            tried.add("its stand-in " + local + " is not built");
          }
        }
        case PULL -> {
          try {
            engine.pull(image);
            return new ImageChoice(image, note(image, reasons));
          } catch (ImageNotFoundException e) {
            tried.add("pulling it failed (" + e.getMessage() + ")");
          }
        }
      }
    }
    throw new ImageNotFoundException(image, String.join(", ", tried) + advice(official, standIn));
  }

  private static List<String> reasons(List<String> reasons, StandIn standIn) {
    if (standIn.localRelease().equals(standIn.release())) {
      return reasons;
    }
    List<String> more = new ArrayList<>(reasons);
    more.add("MXNet %s stands in for %s".formatted(standIn.localRelease(), standIn.release()));
    return more;
  }

  private static Optional<String> note(String image, List<String> reasons) {
    return reasons.isEmpty()
        ? Optional.empty()
        : Optional.of("%s runs: %s".formatted(image, String.join("; ", reasons)));
  }

  private String advice(Optional<OfficialImage> official, Optional<StandIn> standIn) {
    if (standIn.isPresent() && order.contains(ImageSource.LOCAL)) {
      return ". Build the stand-in with `%s`"
          .formatted(standIn.get().buildCommand(official.orElseThrow().processor()));
    }
    if (official.isPresent() && order.contains(ImageSource.LOCAL)) {
      return ". No image built here stands in for %s %s on %s; those of %s there are: %s"
          .formatted(
              official.get().repository(),
              official.get().version(),
              official.get().python(),
              official.get().repository(),
              StandIn.TABLE.stream()
                  .filter(line -> line.repository().equals(official.get().repository()))
                  .map(line -> line.release() + " on " + line.pythons().getLast())
                  .collect(Collectors.joining(", ")));
    }
    return ". Build it with `docker build -t NAME .` or log in to its registry and `docker pull` it";
  }
}
