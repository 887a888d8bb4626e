package io.sagelocal.api.json;

import io.sagelocal.aws.Document;
import io.sagelocal.aws.ServiceError;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * Lists resources as SageMaker's List operations do: filtered by name and time, sorted, page by
 * page. A page's token is the position of its last entry, so nothing is remembered between calls.
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
    wanted.sort(order(request));
    int begin = request.findText("NextToken").map(token -> positionAfter(token, wanted)).orElse(0);
    int size = request.findNumber("MaxResults").map(Long::intValue).orElse(DEFAULT_PAGE);
    int end = Math.min(begin + size, wanted.size());
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put(member, wanted.subList(begin, end).stream().map(summary).toList());
    if (end < wanted.size()) {
      answer.put("NextToken", token(facts.apply(wanted.get(end - 1)).name()));
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

  private Comparator<T> order(Document request) {
    Comparator<Facts> by =
        switch (request.findText("SortBy").orElse("CreationTime")) {
          case "Name" -> Comparator.comparing(Facts::name);
          case "Status" -> Comparator.comparing(Facts::status).thenComparing(Facts::name);
          default -> Comparator.comparing(Facts::created).thenComparing(Facts::name);
        };
    boolean ascending = request.findText("SortOrder").orElse("Descending").equals("Ascending");
    return Comparator.comparing(facts, ascending ? by : by.reversed());
  }

  private int positionAfter(String token, List<T> wanted) {
    String last = name(token);
    for (int i = 0; i < wanted.size(); i++) {
      if (facts.apply(wanted.get(i)).name().equals(last)) {
        return i + 1;
      }
    }
    throw ServiceError.validation(
        "NextToken \"%s\" is not of this list, or the entry it follows is gone", token);
  }

  private static String token(String name) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(name.getBytes(StandardCharsets.UTF_8));
  }

  private static String name(String token) {
    try {
      return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw ServiceError.validation("NextToken \"%s\" is not of this list", token);
    }
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
