package io.sagelocal.images;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OfficialImageTest {
  @ParameterizedTest
  @CsvSource({
    "520713654638, us-west-2,     sagemaker-mxnet:1.2-cpu-py2,           mxnet:1.2.1-cpu-py2",
    "520713654638, eu-west-1,     sagemaker-mxnet:1.2.1-gpu-py3,         mxnet:1.2.1-gpu-py3",
    "520713654638, us-east-1,     sagemaker-mxnet:0.12-cpu-py2,          mxnet:0.12.1-cpu-py2",
    "520713654638, us-east-1,     sagemaker-mxnet:1.0-cpu-py3,           mxnet:1.0.0-cpu-py3",
    "246785580436, us-gov-west-1, sagemaker-mxnet:1.1.0-cpu-py2,         mxnet:1.1.0-cpu-py2",
    "520713654638, us-east-1,     sagemaker-mxnet:1.4.0-cpu-py3,         mxnet-training:1.4.1-cpu-py3",
    "520713654638, us-east-1,     sagemaker-mxnet-serving:1.4-cpu-py3,   mxnet-inference:1.4.1-cpu-py3",
    "763104351884, us-east-1,     mxnet-training:1.6.0-gpu-py3,          mxnet-training:1.6.0-gpu-py3",
    "763104351884, us-east-1,     mxnet-inference:1.8.0-cpu-py37,        mxnet-inference:1.8.0-cpu-py3",
    "763104351884, ap-south-1,    mxnet-training:1.9.0-cpu-py38,         mxnet-training:1.9.1-cpu-py3",
    "871362719292, ap-east-1,     mxnet-training:1.9.0-gpu-py38-cu112-ubuntu20.04-sagemaker, mxnet-training:1.9.1-gpu-py3",
  })
  void anOfficialNameHasAStandIn(String account, String region, String name, String local) {
    String image = "%s.dkr.ecr.%s.amazonaws.com/%s".formatted(account, region, name);
    OfficialImage official = OfficialImage.parse(image).orElseThrow();
    assertThat(official.name()).isEqualTo(image);
    assertThat(StandIn.of(official))
        .map(standIn -> standIn.image(official.processor()))
        .contains("sagelocal/" + local);
  }

  @Test
  void aNameInChinaIsOfficialToo() {
    assertThat(
            OfficialImage.parse(
                "422961961927.dkr.ecr.cn-north-1.amazonaws.com.cn/sagemaker-mxnet:1.2-cpu-py2"))
        .isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "busybox:latest",
        "1.dkr.ecr.us-east-1.amazonaws.com/sagemaker-mxnet:1.2-cpu-py2",
        "123456789012.dkr.ecr.us-east-1.amazonaws.com/sagemaker-mxnet:1.2-cpu-py2",
        "520713654638.dkr.ecr.us-east-1.amazonaws.com/mxnet-training:1.6.0-cpu-py3",
        "520713654638.dkr.ecr.us-east-1.amazonaws.com/sagemaker-tensorflow:1.2-cpu-py2"
      })
  void otherNamesAreTheirOwners(String image) {
    assertThat(OfficialImage.parse(image)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.3.0-cpu-py3", "1.3-cpu-py2", "1.4.1-cpu-py2", "2.0-cpu-py3"})
  void someOfficialImagesHaveNoStandIn(String tag) {
    String image = "520713654638.dkr.ecr.us-east-1.amazonaws.com/sagemaker-mxnet:" + tag;
    assertThat(OfficialImage.parse(image)).isPresent().flatMap(StandIn::of).isEmpty();
  }

  @Test
  void theNameForCpusSaysNothingOfCuda() {
    String image =
        "763104351884.dkr.ecr.us-east-1.amazonaws.com/mxnet-training:1.9.0-gpu-py38-cu112-ubuntu20.04";
    assertThat(OfficialImage.parse(image).orElseThrow().onCpu().name())
        .endsWith("/mxnet-training:1.9.0-cpu-py38-ubuntu20.04");
  }

  @Test
  void theBuildCommandNamesWhatIsBuilt() {
    OfficialImage gpu =
        OfficialImage.parse(
                "763104351884.dkr.ecr.us-east-1.amazonaws.com/mxnet-training:1.9.0-gpu-py38")
            .orElseThrow();
    assertThat(StandIn.of(gpu).orElseThrow().buildCommand("gpu"))
        .isEqualTo("scripts/sagelocal images build 1.9.1 --python py3 --gpu");
  }
}
