package io.sagelocal.models;

import io.sagelocal.aws.Document;
import io.sagelocal.aws.Scope;
import io.sagelocal.aws.ServiceError;
import io.sagelocal.definitions.Definition;
import io.sagelocal.definitions.Definitions;
import io.sagelocal.state.StateStore;
import io.sagelocal.state.Timeline;
import java.util.List;

/** Creates, shows and deletes Models. */
public final class Models {
  private static final String TYPE = "model";

  private final Definitions definitions;

  public Models(StateStore store, Timeline timeline) {
    this.definitions = new Definitions(store, timeline, TYPE, "model");
  }

  /**
   * Records a Model.
   *
   * @throws ServiceError a ValidationException when the name is taken, in the words that SDKs look
   *     for, or when this emulator cannot run such a model
   */
  public Definition create(Scope scope, Document request) {
    Model model = Model.of(request);
    return definitions.create(
        scope,
        model.name(),
        request,
        () ->
            ServiceError.validation(
                "Cannot create already existing model \"%s\".",
                definitions.arn(scope, model.name())));
  }

  /**
   * Shows a Model.
   *
   * @throws ServiceError a ValidationException when there is none of that name
   */
  public Definition require(Scope scope, String name) {
    return definitions.require(scope, name);
  }

  public List<Definition> list(Scope scope) {
    return definitions.list(scope);
  }

  /**
   * Deletes a Model; endpoints that run it keep running.
   *
   * @throws ServiceError a ValidationException when there is none of that name
   */
  public void delete(Scope scope, String name) {
    definitions.delete(scope, name);
  }
}
