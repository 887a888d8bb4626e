package io.sagelocal.api.admin;

import io.sagelocal.faults.Fault;
import io.sagelocal.faults.Fault.Moment;
import io.sagelocal.faults.Faults.Armed;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** A fault as JSON; docs/testing.md tells the fields of each kind. */
final class FaultForm {
  private static final int MAX_MILLIS = 3_600_000;

  private FaultForm() {}

  /**
   * Reads a fault.
   *
   * @throws IllegalArgumentException naming the field, its value and what is allowed
   */
  static Fault read(Fields fields) {
    String kind = fields.required("kind");
    Fault fault =
        switch (kind) {
          case "refusal" -> {
            String code = fields.required("code");
            yield new Fault.Refusal(
                fields.account(),
                fields.required("operation"),
                code,
                fields.text("message").orElse(message(code)));
          }
          case "invocation" ->
              new Fault.Invocation(
                  fields.account(),
                  fields.text("endpoint"),
                  Duration.ofMillis(fields.number("delayMillis", 0, 0, MAX_MILLIS)),
                  status(fields),
                  fields.text("body").orElse("as a fault asks"));
          case "no-capacity" -> new Fault.NoCapacity(fields.account(), fields.text("job"));
          case "host-death" ->
              new Fault.HostDeath(
                  fields.account(),
                  fields.text("job"),
                  fields.text("host").orElse("algo-1"),
                  moment(fields));
          case "interruption" ->
              new Fault.Interruption(fields.account(), fields.text("job"), moment(fields));
          default ->
              throw new IllegalArgumentException(
                  "kind must be refusal, invocation, no-capacity, host-death or interruption but was: "
                      + kind);
        };
    fields.refuseOthers();
    return fault;
  }

  /** Shows a fault that waits. */
  static Map<String, Object> write(Armed armed) {
    Map<String, Object> form = new LinkedHashMap<>();
    form.put("id", armed.id());
    form.put("times", armed.times());
    armed.fault().account().ifPresent(account -> form.put("account", account.digits()));
    switch (armed.fault()) {
      case Fault.Refusal one -> {
        form.put("kind", "refusal");
        form.put("operation", one.operation());
        form.put("code", one.code());
        form.put("message", one.message());
      }
      case Fault.Invocation one -> {
        form.put("kind", "invocation");
        one.endpoint().ifPresent(endpoint -> form.put("endpoint", endpoint));
        form.put("delayMillis", one.delay().toMillis());
        form.put("status", one.status());
        form.put("body", one.body());
      }
      case Fault.NoCapacity one -> {
        form.put("kind", "no-capacity");
        one.job().ifPresent(job -> form.put("job", job));
      }
      case Fault.HostDeath one -> {
        form.put("kind", "host-death");
        one.job().ifPresent(job -> form.put("job", job));
        form.put("host", one.host());
        write(one.moment(), form);
      }
      case Fault.Interruption one -> {
        form.put("kind", "interruption");
        one.job().ifPresent(job -> form.put("job", job));
        write(one.moment(), form);
      }
    }
    return form;
  }

  private static void write(Moment moment, Map<String, Object> form) {
    form.put("afterMillis", moment.after().toMillis());
    moment.logged().ifPresent(line -> form.put("whenLogged", line.pattern()));
  }

  private static Moment moment(Fields fields) {
    Duration after = Duration.ofMillis(fields.number("afterMillis", 0, 0, MAX_MILLIS));
    try {
      return new Moment(after, fields.text("whenLogged").map(Pattern::compile));
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "whenLogged is no regular expression: " + e.getMessage(), e);
    }
  }

  private static int status(Fields fields) {
    int status = fields.number("status", 0, 0, 599);
    if (status != 0 && status < 400) {
      throw new IllegalArgumentException("status must be 0 or from 400 to 599 but was: " + status);
    }
    return status;
  }

  private static String message(String code) {
    return switch (code) {
      case "ThrottlingException" -> "Rate exceeded";
      case "ResourceLimitExceeded" ->
          "The account-level service limit for this instance type is 0 Instances, with current"
              + " utilization of 0 Instances and a request delta of 1 Instances.";
      case "CapacityError" -> "Unable to provision requested ML compute capacity.";
      default -> "as a fault asks";
    };
  }
}
