package io.sagelocal.api.json;

import io.sagelocal.aws.Arn;
import io.sagelocal.aws.Document;
import io.sagelocal.aws.Scope;
import io.sagelocal.aws.ServiceError;
import io.sagelocal.tags.Tags;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;

/** The tag operations. */
public final class TagOperations {
  private final Tags tags;
  private final BiPredicate<Scope, Arn> exists;

  /**
   * @param exists tells whether an ARN names a resource of the scope
   */
  public TagOperations(Tags tags, BiPredicate<Scope, Arn> exists) {
    this.tags = tags;
    this.exists = exists;
  }

  /** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AddTags.html */
  public Map<String, Object> add(Call call) {
    return answer(tags.add(arn(call), tags(call.request())));
  }

  /** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListTags.html */
  public Map<String, Object> list(Call call) {
    return answer(tags.of(arn(call)));
  }

  /** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeleteTags.html */
  public Map<String, Object> delete(Call call) {
    tags.remove(arn(call), call.request().texts("TagKeys"));
    return Map.of();
  }

  /** The tags of a request. */
  static Map<String, String> tags(Document request) {
    Map<String, String> found = new LinkedHashMap<>();
    for (Document tag : request.documents("Tags")) {
      found.put(tag.text("Key"), tag.text("Value"));
    }
    return found;
  }

  private Arn arn(Call call) {
    String text = call.request().text("ResourceArn");
    return Arn.parse(text)
        .filter(arn -> exists.test(call.scope(), arn))
        .orElseThrow(() -> ServiceError.validation("Could not find resource \"%s\".", text));
  }

  private static Map<String, Object> answer(Map<String, String> tags) {
    return Map.of("Tags", list(tags));
  }

  /** Tags as answers show them. */
  static List<Map<String, Object>> list(Map<String, String> tags) {
    return tags.entrySet().stream()
        .map(tag -> Map.<String, Object>of("Key", tag.getKey(), "Value", tag.getValue()))
        .toList();
  }
}
