package io.sagelocal.hosting;

/** An asynchronous invocation has no answer; the message is what its error tells. */
final class AsyncRefusal extends Exception {
  private static final long serialVersionUID = 1L;

  AsyncRefusal(String message) {
    super(message);
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}
