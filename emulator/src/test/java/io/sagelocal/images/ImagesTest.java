package io.sagelocal.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sagelocal.engine.FakeContainerEngine;
import io.sagelocal.engine.ImageNotFoundException;
import io.sagelocal.engine.Program;
import org.junit.jupiter.api.Test;

class ImagesTest {
  private static final String REGISTRY = "520713654638.dkr.ecr.us-east-1.amazonaws.com/";
  private static final String CPU = REGISTRY + "sagemaker-mxnet:1.2-cpu-py2";
  private static final String GPU = REGISTRY + "sagemaker-mxnet:1.2-gpu-py2";
  private static final String LOCAL_CPU = "sagelocal/mxnet:1.2.1-cpu-py2";
  private static final Program NOTHING = host -> 0;

  private final FakeContainerEngine engine = new FakeContainerEngine();

  @Test
  void anImageOfExactlyThatNameGoesFirst() {
    engine.image(CPU, NOTHING).image(LOCAL_CPU, NOTHING);
    assertThat(images("exact,local,pull", false).choose(CPU).image()).isEqualTo(CPU);
    assertThat(images("local,exact", false).choose(CPU).image()).isEqualTo(LOCAL_CPU);
  }

  @Test
  void theStandInRunsBeforeAPull() {
    engine.image(LOCAL_CPU, NOTHING).remoteImage(CPU, NOTHING);
    ImageChoice choice = images("exact,local,pull", false).choose(CPU);
    assertThat(choice.image()).isEqualTo(LOCAL_CPU);
    assertThat(choice.note()).isEmpty();
    assertThat(images("exact,pull", false).choose(CPU).image()).isEqualTo(CPU);
  }

  @Test
  void nothingIsPulledThatNobodyAllowed() {
    engine.remoteImage("mine:1", NOTHING);
    assertThatThrownBy(() -> images("exact,local", false).choose("mine:1"))
        .isInstanceOf(ImageNotFoundException.class)
        .hasMessageContaining("mine:1")
        .hasMessageContaining("not on this machine");
    assertThat(images("exact,pull", false).choose("mine:1").image()).isEqualTo("mine:1");
  }

  @Test
  void withoutAGpuTheImageForCpusRunsAndSaysSo() {
    engine.image(LOCAL_CPU, NOTHING).image(GPU, NOTHING);
    ImageChoice choice = images("exact,local,pull", true).choose(GPU);
    assertThat(choice.image()).isEqualTo(LOCAL_CPU);
    assertThat(choice.note()).contains(LOCAL_CPU + " runs: this machine has no GPU to offer");
    assertThat(images("exact,local,pull", false).choose(GPU).image()).isEqualTo(GPU);
  }

  @Test
  void anotherReleaseInPlaceOfTheOfficialOneIsTold() {
    engine.image("sagelocal/mxnet-training:1.9.1-cpu-py3", NOTHING);
    assertThat(
            images("local", false)
                .choose(
                    "763104351884.dkr.ecr.us-east-1.amazonaws.com/mxnet-training:1.9.0-cpu-py38")
                .note())
        .hasValueSatisfying(note -> assertThat(note).contains("MXNet 1.9.1 stands in for 1.9.0"));
  }

  @Test
  void whatIsMissingIsToldWithTheCommandThatMakesIt() {
    assertThatThrownBy(() -> images("exact,local,pull", false).choose(CPU))
        .isInstanceOf(ImageNotFoundException.class)
        .hasMessageContaining(LOCAL_CPU + " is not built")
        .hasMessageContaining("pulling it failed")
        .hasMessageContaining("scripts/sagelocal images build 1.2.1 --python py2");
    assertThatThrownBy(
            () -> images("local", false).choose(REGISTRY + "sagemaker-mxnet:1.3-cpu-py2"))
        .hasMessageContaining("No image built here stands in for sagemaker-mxnet 1.3 on py2")
        .hasMessageContaining("1.2.1 on py2");
  }

  @Test
  void anOrderIsWordsEachOnce() {
    assertThat(ImageSource.order("pull, exact"))
        .containsExactly(ImageSource.PULL, ImageSource.EXACT);
    assertThatThrownBy(() -> ImageSource.order("exact,remote"))
        .hasMessageContaining("\"remote\" must be exact, local or pull");
    assertThatThrownBy(() -> ImageSource.order("")).hasMessageContaining("--images \"\"");
    assertThatThrownBy(() -> ImageSource.order("pull,pull")).hasMessageContaining("pull twice");
  }

  private Images images(String order, boolean cpuInstead) {
    return new Images(engine, ImageSource.order(order), () -> cpuInstead);
  }
}
