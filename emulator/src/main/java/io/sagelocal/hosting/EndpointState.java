package io.sagelocal.hosting;

import java.util.Optional;

/** Where an Endpoint is. One that is deleted has no record any more. */
public sealed interface EndpointState {

  /** Its containers start. */
  record Creating() implements EndpointState {}

  /**
   * It answers invocations.
   *
   * @param trouble why the last update was taken back, if it was
   */
  record InService(Optional<String> trouble) implements EndpointState {
    static final InService WELL = new InService(Optional.empty());
  }

  /** It answers invocations with its deployment while the next one starts. */
  record Updating(Deployment next) implements EndpointState {}

  /** It answers invocations with its deployment; what was to come next is removed. */
  record RollingBack(String reason) implements EndpointState {}

  /** Its containers did not come up; it can only be deleted. */
  record Failed(String reason) implements EndpointState {}

  /** Its containers stop; nothing brings it back. */
  record Deleting() implements EndpointState {}
}
