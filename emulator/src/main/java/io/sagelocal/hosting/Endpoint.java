package io.sagelocal.hosting;

import io.sagelocal.aws.Arn;
import io.sagelocal.hosting.EndpointState.Creating;
import io.sagelocal.hosting.EndpointState.Deleting;
import io.sagelocal.hosting.EndpointState.Failed;
import io.sagelocal.hosting.EndpointState.InService;
import io.sagelocal.hosting.EndpointState.RollingBack;
import io.sagelocal.hosting.EndpointState.Updating;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One Endpoint at one moment.
 *
 * @param deployment what answers invocations, or shall once it is up
 */
public record Endpoint(
    Arn arn,
    String name,
    Deployment deployment,
    Instant creationTime,
    Instant lastModifiedTime,
    EndpointState state) {

  /** The EndpointStatus that the API answers. */
  public String status() {
    return switch (state) {
      case Creating c -> "Creating";
      case InService i -> "InService";
      case Updating u -> "Updating";
      case RollingBack r -> "RollingBack";
      case Failed f -> "Failed";
      case Deleting d -> "Deleting";
    };
  }

  /** Whether it answers invocations. */
  public boolean serves() {
    return switch (state) {
      case InService i -> true;
      case Updating u -> true;
      case RollingBack r -> true;
      case Creating c -> false;
      case Failed f -> false;
      case Deleting d -> false;
    };
  }

  /** Why it failed, or why its last update did. */
  public Optional<String> failureReason() {
    return switch (state) {
      case Failed f -> Optional.of(f.reason());
      case RollingBack r -> Optional.of(r.reason());
      case InService i -> i.trouble();
      case Creating c -> Optional.empty();
      case Updating u -> Optional.empty();
      case Deleting d -> Optional.empty();
    };
  }

  public List<ProductionVariant> variants() {
    return deployment.variants();
  }

  /** The variants as they shall be when what is under way is done. */
  public List<ProductionVariant> desiredVariants() {
    return state instanceof Updating updating ? updating.next().variants() : variants();
  }

  /**
   * The next state; an endpoint that is being deleted stays so, and a failed one only goes there.
   */
  Endpoint in(EndpointState next, Instant now) {
    boolean allowed =
        switch (state) {
          case Creating c -> !(next instanceof Updating) && !(next instanceof RollingBack);
          case InService i -> next instanceof Updating || next instanceof Deleting;
          case Updating u -> next instanceof RollingBack || next instanceof Deleting;
          case RollingBack r -> next instanceof InService || next instanceof Deleting;
          case Failed f -> next instanceof Deleting;
          case Deleting d -> false;
        };
    return allowed ? new Endpoint(arn, name, deployment, creationTime, now, next) : this;
  }

  /** Its update is done: the next deployment answers. */
  Endpoint updated(Instant now) {
    return state instanceof Updating updating
        ? new Endpoint(arn, name, updating.next(), creationTime, now, InService.WELL)
        : this;
  }
}
