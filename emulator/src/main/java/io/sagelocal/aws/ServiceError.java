package io.sagelocal.aws;

import com.google.errorprone.annotations.FormatMethod;

/**
 * An error a service answers: its code and message, nothing of HTTP. Made anew for each failure, so
 * that the message names the thing, its value and what is allowed.
 */
public final class ServiceError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String code;

  public ServiceError(String code, String message) {
    super(message, null, false, false);
    this.code = code;
  }

  /** A request that breaks a rule: {@code ValidationException}. */
  @FormatMethod
  public static ServiceError validation(String format, Object... args) {
    return new ServiceError("ValidationException", format.formatted(args));
  }

  /** A thing that is not there, for operations which answer {@code ResourceNotFound}. */
  @FormatMethod
  public static ServiceError resourceNotFound(String format, Object... args) {
    return new ServiceError("ResourceNotFound", format.formatted(args));
  }

  /** A name that is taken or a thing that is busy: {@code ResourceInUse}. */
  @FormatMethod
  public static ServiceError resourceInUse(String format, Object... args) {
    return new ServiceError("ResourceInUse", format.formatted(args));
  }

  /** The service's name for this kind of error. */
  public String code() {
    return code;
  }

  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
