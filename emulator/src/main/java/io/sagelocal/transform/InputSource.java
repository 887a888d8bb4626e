package io.sagelocal.transform;

import io.sagelocal.objects.ObjectInfo;
import io.sagelocal.objects.ObjectStore;
import java.util.function.BiConsumer;

/** Finds the objects of an input, and the name that each one's output keeps. */
interface InputSource {

  /** Hands over every object with its name below the prefix, one after the other. */
  void forEach(BiConsumer<ObjectInfo, String> each);

  static InputSource of(ObjectStore objects, TransformInput input) {
    return each -> prefix(objects, input, each);
  }

  private static void prefix(
      ObjectStore objects, TransformInput input, BiConsumer<ObjectInfo, String> each) {
    objects.list(
        input.source(),
        object -> {
          if (!object.uri().key().endsWith("/")) {
            each.accept(object, object.uri().below(input.source()));
          }
        });
  }
}
