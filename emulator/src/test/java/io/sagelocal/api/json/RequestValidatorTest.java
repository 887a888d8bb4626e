package io.sagelocal.api.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sagelocal.aws.ServiceError;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RequestValidatorTest {
  private static final ApiModel MODEL = ApiModel.sagemaker();
  private final RequestValidator validator = new RequestValidator(MODEL, "ValidationException");

  @Test
  void everyPatternOfTheModelsCompiles() {
    for (ApiModel model : List.of(MODEL, ApiModel.logs())) {
      assertThat(model.shapeNames()).isNotEmpty();
      model.shapeNames().forEach(name -> assertThat(model.shape(name).type()).isNotEmpty());
    }
  }

  @Test
  void aRequestOfTheFirstSdksPasses() {
    assertThatCode(() -> validator.check("CreateTrainingJob", job())).doesNotThrowAnyException();
  }

  @Test
  void membersThatTheModelDoesNotHaveAreLetThrough() {
    Map<String, Object> job = job();
    job.put("InventedLater", Map.of("a", 1));
    assertThatCode(() -> validator.check("CreateTrainingJob", job)).doesNotThrowAnyException();
  }

  @Test
  void allViolationsAreInOneMessage() {
    Map<String, Object> job = job();
    job.remove("RoleArn");
    job.put("TrainingJobName", "a".repeat(64));
    job.put("AlgorithmSpecification", Map.of("TrainingImage", "i", "TrainingInputMode", "Tape"));
    assertThatThrownBy(() -> validator.check("CreateTrainingJob", job))
        .isInstanceOfSatisfying(
            ServiceError.class, e -> assertThat(e.code()).isEqualTo("ValidationException"))
        .hasMessageStartingWith("4 validation errors detected: ")
        .hasMessageContaining(
            "Value null at 'roleArn' failed to satisfy constraint: Member must not be null")
        .hasMessageContaining(
            "at 'trainingJobName' failed to satisfy constraint: Member must have"
                + " length less than or equal to 63")
        .hasMessageContaining(
            "Value 'Tape' at 'algorithmSpecification.trainingInputMode' failed to satisfy constraint:"
                + " Member must satisfy enum value set: [");
  }

  @Test
  void aListsMemberIsNamedByItsPlace() {
    Map<String, Object> job = job();
    job.put(
        "InputDataConfig",
        List.of(
            Map.of(
                "ChannelName",
                "no spaces",
                "DataSource",
                Map.of("S3DataSource", Map.of("S3DataType", "S3Prefix", "S3Uri", "s3://b/k")))));
    assertThatThrownBy(() -> validator.check("CreateTrainingJob", job))
        .hasMessageContaining("'no spaces' at 'inputDataConfig.1.member.channelName'");
  }

  @Test
  void aWrongTypeIsASerializationException() {
    for (Object wrong : List.of(7, true, List.of(), Map.of())) {
      Map<String, Object> job = job();
      job.put("TrainingJobName", wrong);
      assertThatThrownBy(() -> validator.check("CreateTrainingJob", job))
          .isInstanceOfSatisfying(
              ServiceError.class, e -> assertThat(e.code()).isEqualTo("SerializationException"))
          .hasMessageContaining("trainingJobName");
    }
  }

  @Test
  void whateverComesNothingButAServiceErrorIsThrown() {
    Random random = new Random(42);
    for (int i = 0; i < 2_000; i++) {
      Map<String, Object> job = job();
      List<String> names = new ArrayList<>(job.keySet());
      job.put(names.get(random.nextInt(names.size())), anything(random, 4));
      try {
        validator.check("CreateTrainingJob", job);
      } catch (ServiceError e) {
        assertThat(e.getMessage()).isNotEmpty();
      }
    }
  }

  private static Object anything(Random random, int depth) {
    return switch (random.nextInt(depth == 0 ? 4 : 6)) {
      case 0 -> random.nextInt();
      case 1 -> random.nextBoolean();
      case 2 -> "x".repeat(random.nextInt(3000));
      case 3 -> random.nextDouble();
      case 4 -> List.of(anything(random, depth - 1));
      default -> Map.of("S3OutputPath", anything(random, depth - 1), "InstanceCount", 1.5);
    };
  }

  private static Map<String, Object> job() {
    Map<String, Object> job = new HashMap<>();
    job.put("TrainingJobName", "sagemaker-mxnet-2018-08-01-12-00-00-000");
    job.put(
        "AlgorithmSpecification",
        Map.of(
            "TrainingImage",
            "520713654638.dkr.ecr.us-west-2.amazonaws.com/sagemaker-mxnet:1.2-cpu-py2",
            "TrainingInputMode",
            "File"));
    job.put("OutputDataConfig", Map.of("S3OutputPath", "s3://bucket/"));
    job.put("StoppingCondition", Map.of("MaxRuntimeInSeconds", 86400));
    job.put(
        "ResourceConfig",
        Map.of("InstanceCount", 1, "InstanceType", "ml.c4.xlarge", "VolumeSizeInGB", 30));
    job.put("RoleArn", "arn:aws:iam::000000000000:role/SageMakerRole");
    job.put("HyperParameters", Map.of("sagemaker_program", "\"digits.py\""));
    job.put("Tags", List.of());
    return job;
  }
}
