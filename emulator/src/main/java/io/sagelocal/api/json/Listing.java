package io.sagelocal.api.json;

import io.sagelocal.aws.Document;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * Lists resources as SageMaker's List operations do: filtered by name and time, sorted, page by
 * page. A page's token is what the order looks at of its last entry, so that nothing is remembered
 * between calls and the next page begins after that entry even where it is gone by then.
 *
 * @param <T> what is listed
 */
final class Listing<T> {
  private static final int DEFAULT_PAGE = 10;

  /** What filters and sorting look at; {@code status} may be empty. */
  record Facts(String name, Instant created, Instant modified, String status) {}

  private final Function<T, Facts> facts;

  Listing(Function<T, Facts> facts) {
    this.facts = facts;
  }

  /**
   * Answers one page.
   *
   * @param member the answer's member that holds the summaries
   */
  Map<String, Object> page(
      Document request, List<T> all, String member, Function<T, Map<String, Object>> summary) {
    List<T> wanted = new ArrayList<>(all.stream().filter(each -> wants(request, each)).toList());
    Comparator<ListPosition> order = order(request);
    wanted.sort(Comparator.comparing(this::position, order));
    int begin =
        request
            .findText("NextToken")
            .map(ListPosition::parse)
            .map(last -> countThrough(last, wanted, order))
            .orElse(0);
    int size = request.findNumber("MaxResults").map(Long::intValue).orElse(DEFAULT_PAGE);
    int end = Math.min(begin + size, wanted.size());
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put(member, wanted.subList(begin, end).stream().map(summary).toList());
    if (end < wanted.size()) {
      answer.put("NextToken", position(wanted.get(end - 1)).token());
    }
    return answer;
  }

  private boolean wants(Document request, T each) {
    Facts one = facts.apply(each);
    return request
            .findText("NameContains")
            .map(part -> lower(one.name()).contains(lower(part)))
            .orElse(true)
        && request.findText("StatusEquals").map(one.status()::equals).orElse(true)
        && after(request, "CreationTimeAfter", one.created())
        && before(request, "CreationTimeBefore", one.created())
        && after(request, "LastModifiedTimeAfter", one.modified())
        && before(request, "LastModifiedTimeBefore", one.modified());
  }

  private static Comparator<ListPosition> order(Document request) {
    Comparator<ListPosition> by =
        switch (request.findText("SortBy").orElse("CreationTime")) {
          case "Name" -> Comparator.comparing(ListPosition::name);
          case "Status" ->
              Comparator.comparing(ListPosition::status).thenComparing(ListPosition::name);
          default -> Comparator.comparing(ListPosition::created).thenComparing(ListPosition::name);
        };
    boolean ascending = request.findText("SortOrder").orElse("Descending").equals("Ascending");
    return ascending ? by : by.reversed();
  }

  /** How many entries have been on pages that ended there. */
  private int countThrough(ListPosition last, List<T> sorted, Comparator<ListPosition> order) {
    return (int) sorted.stream().filter(each -> order.compare(position(each), last) <= 0).count();
  }

  private ListPosition position(T each) {
    Facts one = facts.apply(each);
    return new ListPosition(one.created(), one.status(), one.name());
  }

  private static boolean after(Document request, String member, Instant time) {
    return RequestTime.find(request, member).map(time::isAfter).orElse(true);
  }

  private static boolean before(Document request, String member, Instant time) {
    return RequestTime.find(request, member).map(time::isBefore).orElse(true);
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }
}
