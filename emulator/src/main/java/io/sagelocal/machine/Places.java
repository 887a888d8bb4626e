package io.sagelocal.machine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Who has a place on the machine, and who waits for one: first come, first served. Work that waits
 * for GPUs lets those pass who need none. More hosts than the machine has places run when nobody
 * else does; more GPUs than it has are shared among the hosts.
 *
 * <p>What stays until somebody takes it away, as a model's instance does, gets its GPUs lent at
 * once: nobody could wait for its end. Work and loans keep off each other's GPUs as long as there
 * are others.
 *
 * <p>May be called from any thread.
 */
public final class Places {
  private final Machine machine;
  private final List<Place> taken = new ArrayList<>();
  private final List<Place> waiting = new ArrayList<>();
  private final List<Loan> loans = new ArrayList<>();

  public Places(Machine machine) {
    this.machine = machine;
  }

  /** Some hosts' place, waited for or taken. To be closed when they have ended, or wait no more. */
  public final class Place implements AutoCloseable {
    private final List<Integer> wanted;
    private final CompletableFuture<List<List<String>>> gpus = new CompletableFuture<>();

    private final int places;
    private final List<String> allGpus;
    private List<List<String>> dealt = List.of();

    private Place(List<Integer> wanted, int places, List<String> allGpus) {
      this.wanted = List.copyOf(wanted);
      this.places = places;
      this.allGpus = List.copyOf(allGpus);
    }

    /** Completed when the hosts may start, with the names of each one's GPUs. */
    public CompletableFuture<List<List<String>>> gpus() {
      return gpus;
    }

    private int hosts() {
      return wanted.size();
    }

    private int gpuCount() {
      return wanted.stream().mapToInt(Integer::intValue).sum();
    }

    @Override
    public void close() {
      leave(this);
    }
  }

  /** GPUs of something that waits for nobody, and that nobody waits for. */
  public final class Loan implements AutoCloseable {
    private final List<String> gpus;

    private Loan(List<String> gpus) {
      this.gpus = List.copyOf(gpus);
    }

    /** Their names. */
    public List<String> gpus() {
      return gpus;
    }

    /** Gives them back; a second time is fine. */
    @Override
    public void close() {
      synchronized (Places.this) {
        loans.remove(this);
      }
    }
  }

  /**
   * Lends the GPUs that are least in use; asks the engine what there is.
   *
   * @param count how many, at most {@link Machine#gpus}
   */
  public Loan lend(int count) {
    List<String> there = count == 0 ? List.of() : machine.gpus();
    synchronized (this) {
      return lend(
          there.stream()
              .sorted(Comparator.comparingLong((String gpu) -> loansOf(gpu) + placesOf(gpu)))
              .limit(count)
              .toList());
    }
  }

  /** Has these GPUs lent to what uses them already. */
  public synchronized Loan lend(List<String> gpus) {
    Loan loan = new Loan(gpus);
    loans.add(loan);
    return loan;
  }

  private long loansOf(String gpu) {
    return loans.stream().filter(loan -> loan.gpus.contains(gpu)).count();
  }

  private long placesOf(String gpu) {
    return taken.stream()
        .filter(place -> place.dealt.stream().anyMatch(host -> host.contains(gpu)))
        .count();
  }

  /**
   * Gets in line; asks the engine what there is.
   *
   * @param gpus how many GPUs each host wants, at most {@link Machine#gpus}
   */
  public Place enter(List<Integer> gpus) {
    boolean any = gpus.stream().anyMatch(count -> count > 0);
    Place place = new Place(gpus, machine.places(), any ? machine.gpus() : List.of());
    synchronized (this) {
      waiting.add(place);
    }
    admit();
    return place;
  }

  /** Takes the place of hosts that run already, with the GPUs they have, whoever waits. */
  public synchronized Place retake(List<List<String>> gpus) {
    Place place = new Place(gpus.stream().map(List::size).toList(), 0, List.of());
    place.dealt = gpus;
    place.gpus.complete(gpus);
    taken.add(place);
    return place;
  }

  private void leave(Place place) {
    synchronized (this) {
      taken.remove(place);
      waiting.remove(place);
    }
    admit();
  }

  /** Lets in who can start, in order. They are told without the lock. */
  private void admit() {
    List<Place> admitted = new ArrayList<>();
    synchronized (this) {
      boolean gpusAwaited = false;
      for (Place place : List.copyOf(waiting)) {
        if (!taken.isEmpty() && hostsTaken() + place.hosts() > place.places) {
          break;
        }
        List<String> free = free(place.allGpus);
        if (place.gpuCount() > 0
            && (gpusAwaited || free.size() < Math.min(place.gpuCount(), place.allGpus.size()))) {
          gpusAwaited = true;
          continue;
        }
        place.dealt = deal(place.wanted, free);
        waiting.remove(place);
        taken.add(place);
        admitted.add(place);
      }
    }
    admitted.forEach(place -> place.gpus.complete(place.dealt));
  }

  private int hostsTaken() {
    return taken.stream().mapToInt(Place::hosts).sum();
  }

  private List<String> free(List<String> there) {
    Set<String> free = new LinkedHashSet<>(there);
    taken.forEach(place -> place.dealt.forEach(free::removeAll));
    return free.stream().sorted(Comparator.comparingLong(this::loansOf)).toList();
  }

  /** Each host gets its own; when there are fewer than wanted, as equal a part as can be. */
  static List<List<String>> deal(List<Integer> wanted, List<String> free) {
    int sum = wanted.stream().mapToInt(Integer::intValue).sum();
    List<List<String>> dealt = new ArrayList<>();
    int next = 0;
    for (int count : wanted) {
      int most = sum <= free.size() ? count : Math.max(1, free.size() / wanted.size());
      List<String> own = new ArrayList<>();
      for (int i = 0; !free.isEmpty() && i < Math.min(count, most); i++) {
        own.add(free.get(next++ % free.size()));
      }
      dealt.add(List.copyOf(own));
    }
    return List.copyOf(dealt);
  }
}
