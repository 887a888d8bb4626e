package io.sagelocal;

import io.sagelocal.api.admin.AdminHandler;
import io.sagelocal.aws.AccountId;
import io.sagelocal.engine.ContainerEngine;
import io.sagelocal.engine.Labels;
import io.sagelocal.faults.Faults;
import io.sagelocal.hosting.Endpoints;
import io.sagelocal.hosting.InvocationMetrics;
import io.sagelocal.logs.LogStore;
import io.sagelocal.metrics.MetricStore;
import io.sagelocal.objects.ObjectStore;
import io.sagelocal.state.StateStore;
import io.sagelocal.training.TrainingJobs;
import io.sagelocal.transform.TransformJobs;
import java.time.Duration;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Forgets all that accounts have. What is under way is ended first, so that nothing writes a record
 * again which has been deleted; every part of the emulator stays as it is and goes on to answer.
 *
 * <p>S3 knows no accounts here: a bucket is that account's whose number is in its name, and the
 * default account's when there is none.
 */
final class Reset implements AdminHandler.Reset {
  private static final Duration BETWEEN_SWEEPS = Duration.ofMillis(50);
  private static final Pattern JOBS = Pattern.compile(":(training|transform)-job/");

  /** Records have the account before a slash, those of tags an ARN, as containers do. */
  private static final Pattern OWNER =
      Pattern.compile("(?:arn:[^:]*:[^:]*:[^:]*:)?([0-9]{12})[:/].*", Pattern.DOTALL);

  private static final Pattern ACCOUNT = Pattern.compile("(?<![0-9])[0-9]{12}(?![0-9])");

  private final ContainerEngine engine;
  private final String instance;
  private final TrainingJobs training;
  private final Endpoints endpoints;
  private final InvocationMetrics invocations;
  private final TransformJobs transforms;
  private final StateStore store;
  private final LogStore logs;
  private final MetricStore metrics;
  private final ObjectStore objects;
  private final Faults faults;

  Reset(
      ContainerEngine engine,
      String instance,
      TrainingJobs training,
      Endpoints endpoints,
      InvocationMetrics invocations,
      TransformJobs transforms,
      StateStore store,
      LogStore logs,
      MetricStore metrics,
      ObjectStore objects,
      Faults faults) {
    this.engine = engine;
    this.instance = instance;
    this.training = training;
    this.endpoints = endpoints;
    this.invocations = invocations;
    this.transforms = transforms;
    this.store = store;
    this.logs = logs;
    this.metrics = metrics;
    this.objects = objects;
    this.faults = faults;
  }

  @Override
  public void of(Predicate<AccountId> accounts) throws InterruptedException {
    faults.clear(accounts);
    training.stopAll(accounts);
    endpoints.deleteAll(accounts);
    transforms.stopAll(accounts);
    while (training.running(accounts) + transforms.running(accounts) > 0) {
      removeContainers(accounts);
      Thread.sleep(BETWEEN_SWEEPS);
    }
    endpoints.awaitNone(accounts);
    store.deleteAll(key -> belongs(key, accounts));
    logs.deleteAll(accounts);
    invocations.forget(accounts);
    metrics.deleteAll(accounts);
    for (String bucket : objects.buckets()) {
      if (ownsBucket(bucket, accounts)) {
        objects.deleteBucket(bucket);
      }
    }
  }

  /** A container that is told to stop may take two minutes; nobody wants what it would save. */
  private void removeContainers(Predicate<AccountId> accounts) {
    Map<String, String> instances = engine.containersLabelled(Labels.INSTANCE);
    engine
        .containersLabelled(Labels.ARN)
        .forEach((container, arn) -> {
          if (instance.equals(instances.get(container))
              && JOBS.matcher(arn).find()
              && belongs(arn, accounts)) {
            engine.find(container).ifPresent(engine::remove);
          }
        });
  }

  private static boolean belongs(String keyOrArn, Predicate<AccountId> accounts) {
    Matcher owner = OWNER.matcher(keyOrArn);
    return owner.matches() && accounts.test(new AccountId(owner.group(1)));
  }

  private static boolean ownsBucket(String bucket, Predicate<AccountId> accounts) {
    Matcher account = ACCOUNT.matcher(bucket);
    if (!account.find()) {
      return accounts.test(AccountId.DEFAULT);
    }
    do {
      if (accounts.test(new AccountId(account.group()))) {
        return true;
      }
    } while (account.find());
    return false;
  }
}
