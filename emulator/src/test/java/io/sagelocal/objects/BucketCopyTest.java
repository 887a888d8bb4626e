package io.sagelocal.objects;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BucketCopyTest {
  @Test
  void whatIsBelowOnePlaceComesBelowTheOtherAndASecondRunHasNothingToDo() throws IOException {
    FakeObjectStore from =
        new FakeObjectStore()
            .put("s3://a/x/1", "one")
            .put("s3://a/x/2", "two")
            .put("s3://a/y", "no");
    FakeObjectStore to = new FakeObjectStore();
    ObjectProperties properties =
        new ObjectProperties(Map.of("x-amz-meta-a", "1"), Map.of("tag", "value"));
    from.write(S3Uri.parse("s3://a/x/2"), properties, out -> out.write('2'));
    BucketCopy copy = new BucketCopy(from, to);
    S3Uri source = S3Uri.parse("s3://a/x/");
    S3Uri target = S3Uri.parse("s3://b/z/");
    List<String> told = new ArrayList<>();
    assertThat(copy.copy(source, target, uri -> told.add(uri.toString()))).isEqualTo(2);
    assertThat(to.properties(S3Uri.parse("s3://b/z/2"))).isEqualTo(properties);
    assertThat(told).containsExactly("s3://b/z/1", "s3://b/z/2");
    assertThat(copy.copy(source, target, uri -> {})).isZero();
    from.put("s3://a/x/2", "changed");
    assertThat(copy.copy(source, target, uri -> {})).isEqualTo(1);
  }
}
