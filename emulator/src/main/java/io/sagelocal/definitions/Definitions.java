package io.sagelocal.definitions;

import io.sagelocal.aws.Arn;
import io.sagelocal.aws.Document;
import io.sagelocal.aws.Scope;
import io.sagelocal.aws.ServiceError;
import io.sagelocal.state.Records;
import io.sagelocal.state.StateStore;
import io.sagelocal.state.Timeline;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The definitions of one type. */
public final class Definitions {
  private final Records<Definition> records;
  private final Timeline timeline;
  private final String type;
  private final String words;

  /**
   * @param type as ARNs spell it, such as {@code endpoint-config}; also the kind of record
   * @param words as messages call it, such as {@code endpoint configuration}
   */
  public Definitions(StateStore store, Timeline timeline, String type, String words) {
    this.records = new Records<>(store, type, new DefinitionCodec(), timeline);
    this.timeline = timeline;
    this.type = type;
    this.words = words;
  }

  /** Records a definition; {@code taken} is thrown when there is one of that name. */
  public Definition create(
      Scope scope, String name, Document request, Supplier<ServiceError> taken) {
    Definition definition =
        new Definition(scope.sagemaker(type, name), name, request, timeline.now());
    records.create(scope, name, definition, taken);
    return definition;
  }

  public Optional<Definition> find(Scope scope, String name) {
    return records.find(scope, name);
  }

  /**
   * Shows a definition.
   *
   * @throws ServiceError a ValidationException when there is none of that name; clients look for
   *     its {@code Could not find}
   */
  public Definition require(Scope scope, String name) {
    return find(scope, name).orElseThrow(() -> unknown(arn(scope, name)));
  }

  public List<Definition> list(Scope scope) {
    return records.list(scope);
  }

  /**
   * Deletes a definition.
   *
   * @throws ServiceError a ValidationException when there is none of that name
   */
  public void delete(Scope scope, String name) {
    if (!records.delete(scope, name)) {
      throw unknown(arn(scope, name));
    }
  }

  /** The ARN that a definition of that name has or would have. */
  public Arn arn(Scope scope, String name) {
    return scope.sagemaker(type, name);
  }

  private ServiceError unknown(Arn arn) {
    return ServiceError.validation("Could not find %s \"%s\".", words, arn);
  }
}
