package io.sagelocal.images;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OfficialImageTest {
  @ParameterizedTest
  @CsvSource({
    "520713654638.dkr.ecr.us-west-2.amazonaws.com/sagemaker-mxnet:1.2-cpu-py2, sagelocal/mxnet:1.2.1-cpu-py2",
    "520713654638.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-mxnet:1.2.1-gpu-py3, sagelocal/mxnet:1.2.1-gpu-py3",
    "763104351884.dkr.ecr.us-east-1.amazonaws.com/mxnet-training:1.9.0-cpu-py38, sagelocal/mxnet-training:1.9.0-cpu-py38",
    "520713654638.dkr.ecr.us-east-1.amazonaws.com/sagemaker-mxnet-serving:1.4.1-cpu-py2,"
        + " sagelocal/mxnet-inference:1.4.1-cpu-py2"
  })
  void anOfficialNameHasAStandIn(String official, String local) {
    assertThat(OfficialImage.parse(official)).map(OfficialImage::local).contains(local);
  }

  @Test
  void otherNamesHaveNone() {
    assertThat(OfficialImage.parse("busybox:latest")).isEmpty();
    assertThat(OfficialImage.parse("1.dkr.ecr.us-east-1.amazonaws.com/sagemaker-mxnet:1.2-cpu-py2"))
        .isEmpty();
  }
}
