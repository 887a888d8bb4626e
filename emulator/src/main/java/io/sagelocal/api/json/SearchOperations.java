package io.sagelocal.api.json;

import io.sagelocal.api.json.HostingOperations.Described;
import io.sagelocal.aws.Document;
import io.sagelocal.aws.ServiceError;
import io.sagelocal.tags.Tags;
import io.sagelocal.training.TrainingJob;
import io.sagelocal.training.TrainingJobs;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/** Search, among TrainingJobs, Endpoints and Models. */
public final class SearchOperations {
  private static final int DEFAULT_PAGE = 100;
  private static final int MAX_SUGGESTIONS = 100;

  private final TrainingJobs jobs;
  private final TrainingDescription descriptions;
  private final HostingOperations hosting;
  private final Tags tags;

  /** What a search found: what is shown of it, and what filters and sorting look at. */
  private record Found(String name, Map<String, Object> shown, Map<String, Object> properties) {}

  public SearchOperations(
      TrainingJobs jobs, TrainingDescription descriptions, HostingOperations hosting, Tags tags) {
    this.jobs = jobs;
    this.descriptions = descriptions;
    this.hosting = hosting;
    this.tags = tags;
  }

  /** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Search.html */
  public Map<String, Object> search(Call call) {
    Document request = call.request();
    requireSupported(request);
    Predicate<Map<String, Object>> wanted =
        request
            .findDocument("SearchExpression")
            .map(SearchExpression::of)
            .orElse(described -> true);
    List<Found> found =
        new ArrayList<>(all(call).stream().filter(one -> wanted.test(one.properties())).toList());
    SearchOrder order = SearchOrder.of(request);
    found.sort((one, other) ->
        order.compare(
            one.name(), one.properties(), order.position(other.name(), other.properties())));
    return page(request, found, order);
  }

  /** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_GetSearchSuggestions.html */
  public Map<String, Object> getSearchSuggestions(Call call) {
    String hint =
        call.request()
            .findDocument("SuggestionQuery")
            .flatMap(query -> query.findDocument("PropertyNameQuery"))
            .map(query -> query.text("PropertyNameHint"))
            .orElse("");
    Set<String> names = new TreeSet<>();
    all(call).forEach(one -> names(one.properties(), "", names));
    return Map.of(
        "PropertyNameSuggestions",
        names.stream()
            .filter(name -> name.regionMatches(true, 0, hint, 0, hint.length()))
            .limit(MAX_SUGGESTIONS)
            .map(name -> Map.of("PropertyName", name))
            .toList());
  }

  /** The paths of all that a filter could look at. */
  private static void names(Object value, String path, Set<String> names) {
    switch (value) {
      case Map<?, ?> members ->
          members.forEach((name, each) ->
              names(each, path.isEmpty() ? String.valueOf(name) : path + "." + name, names));
      case List<?> list -> list.forEach(each -> names(each, path, names));
      default -> names.add(path);
    }
  }

  private List<Found> all(Call call) {
    String resource = call.request().text("Resource");
    return switch (resource) {
      case "TrainingJob" -> jobs.list(call.scope()).stream().map(job -> found(call, job)).toList();
      case "Endpoint" ->
          hosting.endpoints(call.scope()).stream().map(one -> found(one, tagged(one))).toList();
      case "Model" ->
          hosting.models(call.scope()).stream()
              .map(one -> found(one, Map.of("Model", tagged(one))))
              .toList();
      default ->
          throw ServiceError.validation(
              "Resource %s cannot be searched in this emulator; use TrainingJob, Endpoint or Model",
              resource);
    };
  }

  private Map<String, Object> tagged(Described one) {
    Map<String, Object> shown = new LinkedHashMap<>(one.members());
    shown.put("Tags", TagOperations.list(tags.of(one.arn())));
    return shown;
  }

  private Found found(Described one, Map<String, Object> shown) {
    Map<String, Object> properties = new LinkedHashMap<>(one.members());
    properties.put("Tags", tags.of(one.arn()));
    return new Found(one.name(), shown, properties);
  }

  private static void requireSupported(Document request) {
    if (request.has("VisibilityConditions")) {
      throw ServiceError.validation("VisibilityConditions are not supported by this emulator");
    }
    if (request.findText("CrossAccountFilterOption").orElse("").equals("CrossAccount")) {
      throw ServiceError.validation(
          "CrossAccountFilterOption CrossAccount is not supported by this emulator; use SameAccount");
    }
  }

  private Found found(Call call, TrainingJob job) {
    Map<String, String> own = tags.of(job.arn());
    Map<String, Object> shown = descriptions.whole(call.scope(), job);
    shown.put("Tags", TagOperations.list(own));
    Map<String, Object> properties = new LinkedHashMap<>(shown);
    properties.put("Tags", own);
    Map<String, Object> metrics = new LinkedHashMap<>();
    jobs.lastMetrics(call.scope(), job)
        .forEach((name, datum) -> metrics.put(name, datum.average()));
    properties.put("Metrics", metrics);
    return new Found(job.spec().name(), shown, properties);
  }

  private static Map<String, Object> page(Document request, List<Found> found, SearchOrder order) {
    int begin =
        request
            .findText("NextToken")
            .map(SearchPosition::parse)
            .map(last -> countThrough(last, found, order))
            .orElse(0);
    int size = request.findNumber("MaxResults").map(Long::intValue).orElse(DEFAULT_PAGE);
    int end = Math.min(begin + size, found.size());
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put(
        "Results",
        found.subList(begin, end).stream()
            .map(one -> Map.of(request.text("Resource"), one.shown()))
            .toList());
    answer.put("TotalHits", Map.of("Value", found.size(), "Relation", "EqualTo"));
    if (end < found.size()) {
      Found last = found.get(end - 1);
      answer.put("NextToken", order.position(last.name(), last.properties()).token());
    }
    return answer;
  }

  /** How many entries have been on pages that ended there. */
  private static int countThrough(SearchPosition last, List<Found> sorted, SearchOrder order) {
    return (int)
        sorted.stream()
            .filter(one -> order.compare(one.name(), one.properties(), last) <= 0)
            .count();
  }
}
