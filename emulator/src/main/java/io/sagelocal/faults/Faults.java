package io.sagelocal.faults;

import io.sagelocal.aws.AccountId;
import io.sagelocal.aws.Scope;
import io.sagelocal.aws.ServiceError;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** The faults that wait for their occasion. The oldest that fits goes first. */
public final class Faults {

  /**
   * A fault on the list.
   *
   * @param times how often it will still happen
   */
  public record Armed(long id, Fault fault, int times) {}

  private final List<Armed> armed = new ArrayList<>();
  private long lastId;

  /** Puts a fault on the list, to happen so many times. */
  public synchronized Armed add(Fault fault, int times) {
    Armed added = new Armed(++lastId, fault, times);
    armed.add(added);
    return added;
  }

  /** Those that have not happened yet, oldest first. */
  public synchronized List<Armed> list() {
    return List.copyOf(armed);
  }

  /** Takes a fault from the list; tells whether it was there. */
  public synchronized boolean remove(long id) {
    return armed.removeIf(one -> one.id() == id);
  }

  /** Takes every fault of the accounts from the list. */
  public synchronized void clear(Predicate<AccountId> accounts) {
    armed.removeIf(one -> one.fault().account().map(accounts::test).orElse(true));
  }

  /**
   * Does the refusal that waits for this call.
   *
   * @throws ServiceError that refusal
   */
  public void refuse(Scope scope, String operation) {
    take(Fault.Refusal.class, scope.account(), fault -> fault.operation().equals(operation))
        .ifPresent(fault -> {
          throw new ServiceError(fault.code(), fault.message());
        });
  }

  /** The fault of an invocation of that endpoint, which is now used up. */
  public Optional<Fault.Invocation> invocation(Scope scope, String endpoint) {
    return take(Fault.Invocation.class, scope.account(), fault -> fits(fault.endpoint(), endpoint));
  }

  Optional<Fault.NoCapacity> noCapacity(AccountId account, String job) {
    return take(Fault.NoCapacity.class, account, fault -> fits(fault.job(), job));
  }

  Optional<Fault.HostDeath> hostDeath(AccountId account, String job, String host) {
    return take(
        Fault.HostDeath.class,
        account,
        fault -> fits(fault.job(), job) && fault.host().equals(host));
  }

  Optional<Fault.Interruption> interruption(AccountId account, String job) {
    return take(Fault.Interruption.class, account, fault -> fits(fault.job(), job));
  }

  private static boolean fits(Optional<String> wanted, String name) {
    return wanted.map(name::equals).orElse(true);
  }

  private synchronized <F extends Fault> Optional<F> take(
      Class<F> kind, AccountId account, Predicate<F> fits) {
    for (Iterator<Armed> all = armed.iterator(); all.hasNext(); ) {
      Armed one = all.next();
      if (kind.isInstance(one.fault())
          && one.fault().account().map(account::equals).orElse(true)
          && fits.test(kind.cast(one.fault()))) {
        int left = one.times() - 1;
        int place = armed.indexOf(one);
        if (left == 0) {
          all.remove();
        } else {
          armed.set(place, new Armed(one.id(), one.fault(), left));
        }
        return Optional.of(kind.cast(one.fault()));
      }
    }
    return Optional.empty();
  }
}
