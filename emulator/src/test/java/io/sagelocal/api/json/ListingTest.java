package io.sagelocal.api.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sagelocal.api.json.Listing.Facts;
import io.sagelocal.aws.Document;
import io.sagelocal.aws.ServiceError;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ListingTest {
  private static final Instant AT = Instant.parse("2026-01-01T00:00:00.123456789Z");
  private static final Listing<Facts> LISTING = new Listing<>(facts -> facts);

  private final List<Facts> all =
      new ArrayList<>(
          List.of(
              facts("a", 0, "Completed"),
              facts("e", 1, "Failed"),
              facts("d", 1, "Completed"), // at the same time
              facts("c", 2, "Completed"),
              facts("b", 3, "Failed")));

  @ParameterizedTest
  @CsvSource({
    "CreationTime, Ascending, a d e c b",
    "CreationTime, Descending, b c e d a",
    "Name, Ascending, a b c d e",
    "Name, Descending, e d c b a",
    "Status, Ascending, a c d b e",
    "Status, Descending, e b d c a"
  })
  void whoDeletesEachPageSeesEveryEntryOnceInOrder(String by, String order, String names) {
    Map<String, Object> request =
        new HashMap<>(Map.of("SortBy", by, "SortOrder", order, "MaxResults", 2));
    List<Object> seen = new ArrayList<>();
    Map<String, Object> page;
    do {
      page = page(request);
      seen.addAll(names(page));
      List<Object> deleted = names(page);
      all.removeIf(each -> deleted.contains(each.name()));
      request.put("NextToken", page.getOrDefault("NextToken", ""));
    } while (page.containsKey("NextToken"));
    assertThat(seen).hasToString(List.of(names.split(" ")).toString());
    assertThat(all).isEmpty();
  }

  @Test
  void theNextPageGoesOnWhereTheLastEntryHasLeftTheFilter() {
    Map<String, Object> request =
        new HashMap<>(
            Map.of(
                "StatusEquals", "Completed",
                "SortBy", "Name",
                "SortOrder", "Ascending",
                "MaxResults", 2));
    Map<String, Object> first = page(request);
    assertThat(names(first)).containsExactly("a", "c");
    all.removeIf(each -> each.name().equals("c"));
    all.add(facts("c", 2, "Failed"));
    request.put("NextToken", first.get("NextToken"));
    Map<String, Object> second = page(request);
    assertThat(names(second)).containsExactly("d");
    assertThat(second).doesNotContainKey("NextToken");
  }

  @Test
  void anEntryThatIsNewIsOnTheNextPageWhereItComesAfterTheLast() {
    Map<String, Object> request = new HashMap<>(Map.of("SortOrder", "Ascending", "MaxResults", 3));
    Map<String, Object> first = page(request);
    all.add(facts("new", 4, "Completed"));
    request.put("NextToken", first.get("NextToken"));
    assertThat(names(page(request))).containsExactly("c", "b", "new");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "a\nb", "2026-01-01T00:00:00Z\na", "yesterday\nCompleted\na"})
  void aTokenOfSomethingElseIsRefused(String text) {
    String token =
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(text.getBytes(StandardCharsets.UTF_8));
    assertRefused(token);
  }

  @Test
  void aTokenThatIsNoneIsRefused() {
    assertRefused("no token!");
  }

  private void assertRefused(String token) {
    assertThatThrownBy(() -> page(Map.of("NextToken", token)))
        .isInstanceOfSatisfying(
            ServiceError.class, e -> assertThat(e.code()).isEqualTo("ValidationException"))
        .hasMessageContaining("NextToken \"%s\"", token);
  }

  private Map<String, Object> page(Map<String, Object> request) {
    return LISTING.page(new Document(request), all, "Entries", one -> Map.of("Name", one.name()));
  }

  private static List<Object> names(Map<String, Object> page) {
    List<Object> names = new ArrayList<>();
    new Document(page).documents("Entries").forEach(each -> names.add(each.text("Name")));
    return names;
  }

  private static Facts facts(String name, long second, String status) {
    Instant created = AT.plusSeconds(second);
    return new Facts(name, created, created, status);
  }
}
