package io.sagelocal.aws;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sagelocal.aws.InstanceType.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

class InstanceTypeTest {
  @Test
  void theTableSaysWhatATypeHas() {
    assertThat(new InstanceType("ml.c4.xlarge").shape())
        .contains(new Shape(4, (long) (7.5 * (1L << 30)), 0));
    assertThat(new InstanceType("ml.p3.8xlarge").shape()).contains(new Shape(32, 244L << 30, 4));
    assertThat(new InstanceType("local").shape()).isEmpty();
    assertThat(new InstanceType("ml.g4dn.12xlarge").gpus()).isEqualTo(4);
    assertThat(new InstanceType("ml.trn1.2xlarge").gpu()).isFalse();
  }

  @Test
  void everyTypeThatTheApiTakesForHostsIsInTheTable() throws IOException {
    JsonNode shapes;
    try (InputStream model =
        InstanceType.class.getResourceAsStream("/io/sagelocal/api/json/sagemaker.json")) {
      shapes = new ObjectMapper().readTree(model).path("shapes");
    }
    for (String shape :
        List.of("TrainingInstanceType", "ProductionVariantInstanceType", "TransformInstanceType")) {
      List<String> types =
          StreamSupport.stream(shapes.path(shape).path("enum").spliterator(), false)
              .map(JsonNode::asText)
              .toList();
      assertThat(types)
          .as(shape)
          .isNotEmpty()
          .allMatch(type -> new InstanceType(type).shape().isPresent());
    }
  }
}
