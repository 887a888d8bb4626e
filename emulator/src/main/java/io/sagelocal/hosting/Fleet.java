package io.sagelocal.hosting;

import io.sagelocal.serving.ServingFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The instances of one deployment. The endpoint's thread fills and empties its places; which
 * instance gets a request is decided on any thread without a lock: the variant by weight, then its
 * instance by the variant's RoutingStrategy.
 */
final class Fleet {
  /** Its multiples fall evenly over the unit interval: few requests already show the weights. */
  private static final double GOLDEN_RATIO = 0.618033988749895;

  private static final Duration LONGEST_REQUEST = Duration.ofMinutes(1);
  private static final Duration LONGEST_ASYNC_REQUEST = Duration.ofHours(1);

  private final HostingContext context;
  private final InstanceNames names;
  private final Map<String, Variant> variants = new LinkedHashMap<>();
  private final AtomicInteger requests = new AtomicInteger();
  private final boolean async;

  /** Places that no variant has any more, until they are empty. */
  private final List<Slot> leaving = new CopyOnWriteArrayList<>();

  private volatile boolean givenUp;

  /** One variant's places, and the instances that take requests. */
  private static final class Variant implements Slot.Traffic {
    final List<Slot> slots = new CopyOnWriteArrayList<>();
    final List<Instance> instances = new CopyOnWriteArrayList<>();
    final RoutingStrategy routing;
    volatile double weight;

    Variant(RoutingStrategy routing) {
      this.routing = routing;
    }

    @Override
    public void join(Instance instance) {
      instances.add(instance);
    }

    @Override
    public void leave(Instance instance) {
      instances.remove(instance);
    }

    boolean hasOtherThan(@Nullable Instance except) {
      for (Instance each : instances) {
        if (each != except) {
          return true;
        }
      }
      return false;
    }
  }

  /** A fleet of no instance yet. */
  Fleet(HostingContext context, InstanceNames names, Deployment deployment) {
    this.context = context;
    this.names = names;
    for (ProductionVariant variant : deployment.variants()) {
      variants.put(variant.name(), new Variant(variant.routing()));
    }
    this.async = AsyncRules.of(deployment.config()).isPresent();
    weigh(deployment);
  }

  /** Whether it answers to S3. */
  boolean async() {
    return async;
  }

  /** Begins to start every instance, again and again where it fails. */
  void keep(Deployment deployment) {
    begin(deployment, true);
  }

  /**
   * Starts every instance that is missing and waits for them.
   *
   * @throws ServingFailure why the first that failed did; none of them is running then
   */
  void start(Deployment deployment) throws ServingFailure, InterruptedException {
    Startup startup = begin(deployment, false);
    try {
      startup.await();
    } catch (ServingFailure e) {
      variants.values().forEach(variant -> variant.slots.removeAll(startup.slots()));
      throw e;
    }
  }

  /**
   * Has as many instances and the weights that the deployment says: first it grows, then traffic
   * moves, then it shrinks.
   *
   * @throws ServingFailure why one of the new instances failed; the fleet is as it was then
   */
  void scale(Deployment next) throws ServingFailure, InterruptedException {
    start(next);
    weigh(next);
    for (ProductionVariant variant : next.variants()) {
      List<Slot> slots = own(variant).slots;
      while (slots.size() > variant.instanceCount()) {
        leaving.add(slots.getLast());
        slots.removeLast();
      }
    }
    if (givenUp) {
      giveUp();
    }
    end(leaving);
    leaving.clear();
  }

  /** Lets every instance finish what it has and removes it; waits for that. */
  void retire() throws InterruptedException {
    end(slots());
  }

  /** Breaks off starts and drains in flight, and starts that begin later. */
  void giveUp() {
    givenUp = true;
    slots().forEach(Slot::giveUp);
    leaving.forEach(Slot::abandon);
  }

  /** Lets go of every instance at once, for whoever removes the containers; waits for that. */
  void abandon() {
    List<Slot> all = new ArrayList<>(slots());
    all.addAll(leaving);
    all.forEach(Slot::abandon);
    boolean interrupted = false;
    for (Slot slot : all) {
      interrupted |= slot.awaitAbandoned();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** The variants' names, in the configuration's order. */
  List<String> variantNames() {
    return List.copyOf(variants.keySet());
  }

  /**
   * Claims the instance that shall answer a request.
   *
   * @param except one that has been tried
   * @return empty when there is none
   */
  Optional<Instance> claim(InvocationTarget target, @Nullable Instance except) {
    while (true) {
      int request = requests.getAndIncrement() & Integer.MAX_VALUE;
      Variant variant =
          target.variant().isPresent()
              ? variants.get(target.variant().get())
              : byWeight(request, except);
      Instance chosen = variant == null ? null : choose(variant, target, request, except);
      if (chosen == null) {
        return Optional.empty();
      }
      if (chosen.claim()) {
        return Optional.of(chosen);
      }
    }
  }

  private @Nullable Variant byWeight(int request, @Nullable Instance except) {
    double total = 0;
    for (Variant each : variants.values()) {
      total += each.hasOtherThan(except) ? each.weight : 0;
    }
    double point = (request * GOLDEN_RATIO) % 1 * total;
    Variant last = null;
    for (Variant each : variants.values()) {
      if (each.weight > 0 && each.hasOtherThan(except)) {
        last = each;
        point -= each.weight;
        if (point < 0) {
          return each;
        }
      }
    }
    return last;
  }

  /** Those that have the model that is asked for go before those that have not. */
  private static @Nullable Instance choose(
      Variant variant, InvocationTarget target, int request, @Nullable Instance except) {
    List<Instance> able = new ArrayList<>(variant.instances);
    able.remove(except);
    if (target.model().isPresent()) {
      List<Instance> ready = able.stream().filter(each -> each.hasLoaded(target)).toList();
      able = ready.isEmpty() ? able : ready;
    }
    return variant.routing.choose(able, request);
  }

  private Startup begin(Deployment deployment, boolean patient) {
    Startup startup = new Startup();
    for (ProductionVariant variant : deployment.variants()) {
      Variant own = own(variant);
      for (int n = own.slots.size(); n < variant.instanceCount(); n++) {
        Slot slot =
            new Slot(
                context.serving(),
                names.spec(deployment, variant, n),
                variant.name(),
                async ? LONGEST_ASYNC_REQUEST : LONGEST_REQUEST,
                own,
                patient,
                startup::failed);
        own.slots.add(slot);
        startup.add(slot);
      }
    }
    if (givenUp) {
      giveUp();
    }
    return startup;
  }

  private void weigh(Deployment deployment) {
    deployment.variants().forEach(variant -> own(variant).weight = variant.weight());
  }

  private Variant own(ProductionVariant variant) {
    Variant own = variants.get(variant.name());
    if (own == null) {
      throw new IllegalArgumentException("this deployment has no variant " + variant.name());
    }
    return own;
  }

  private List<Slot> slots() {
    return variants.values().stream().flatMap(variant -> variant.slots.stream()).toList();
  }

  private static void end(List<Slot> slots) throws InterruptedException {
    slots.forEach(Slot::giveUp);
    for (Slot slot : slots) {
      slot.awaitGone();
    }
  }
}
