package io.sagelocal.hosting;

/** Where an Endpoint is. One that is deleted has no record any more. */
public sealed interface EndpointState {

  /** Its containers start. */
  record Creating() implements EndpointState {}

  /** It answers invocations. */
  record InService() implements EndpointState {}

  /** Its containers did not come up; it can only be deleted. */
  record Failed(String reason) implements EndpointState {}

  /** Its containers stop; nothing brings it back. */
  record Deleting() implements EndpointState {}
}
