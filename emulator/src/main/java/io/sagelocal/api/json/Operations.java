package io.sagelocal.api.json;

import io.sagelocal.aws.Document;
import io.sagelocal.aws.ServiceError;
import java.util.HashMap;
import java.util.Map;

/** The operations of one service, by name. */
public final class Operations {
  private final String service;
  private final ApiModel model;
  private final RequestValidator validator;
  private final Map<String, Operation> operations = new HashMap<>();

  /**
   * @param service the part of {@code X-Amz-Target} before the dot
   * @param invalid the code of the error for a request that breaks the model
   */
  public Operations(String service, ApiModel model, String invalid) {
    this.service = service;
    this.model = model;
    this.validator = new RequestValidator(model, invalid);
  }

  /** Answers an operation. */
  public Operations on(String name, Operation operation) {
    operations.put(name, operation);
    return this;
  }

  public String service() {
    return service;
  }

  /** Whether an operation of that name is answered. */
  public boolean has(String name) {
    return operations.containsKey(name);
  }

  /** A request that came as the fields of a form. */
  public Document form(String name, Map<String, String> fields) {
    return new FormReader(model).read(name, fields);
  }

  /**
   * Checks a request and does its operation.
   *
   * @throws ServiceError UnknownOperationException, SerializationException or what the operation
   *     says
   */
  public Map<String, Object> answer(String name, Call call) throws InterruptedException {
    Operation operation = operations.get(name);
    if (operation == null) {
      throw new ServiceError(
          "UnknownOperationException",
          model.knows(name)
              ? "%s has an operation %s, which this emulator does not answer"
                  .formatted(service, name)
              : "%s has no operation %s".formatted(service, name));
    }
    validator.check(name, call.request().members());
    return operation.answer(call);
  }
}
