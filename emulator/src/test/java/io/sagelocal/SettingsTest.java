package io.sagelocal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sagelocal.images.ImageSource;
import io.sagelocal.machine.GpuMode;
import io.sagelocal.machine.MachineSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SettingsTest {
  @Test
  void withoutAnythingTheDefaultsHold() {
    Settings settings = Settings.from(Map.of(), Map.of("HOME", "/home/somebody"));
    assertThat(settings.port()).isEqualTo(4566);
    assertThat(settings.dataFolder()).isEqualTo(Path.of("/home/somebody/.sagelocal"));
    assertThat(settings.hold()).isEqualTo(Duration.ofSeconds(25));
  }

  @Test
  void aFlagGoesBeforeTheEnvironment() {
    Settings settings =
        Settings.from(Map.of("port", "0"), Map.of("SAGELOCAL_PORT", "99", "SAGELOCAL_HOLD", "0"));
    assertThat(settings.port()).isZero();
    assertThat(settings.hold()).isZero();
  }

  @Test
  void aWrongValueIsNamedWithWhatIsAllowed() {
    for (String wrong : new String[] {"-1", "65536", "http"}) {
      assertThatThrownBy(() -> Settings.from(Map.of("port", wrong), Map.of()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("--port")
          .hasMessageContaining(wrong)
          .hasMessageContaining("0 to 65535");
    }
  }

  @Test
  void theMachineIsSharedAsFlagsAndVariablesSay() {
    Settings settings =
        Settings.from(
            Map.of("limits", "off", "gpu", "require", "keep", "failed"),
            Map.of("SAGELOCAL_HOSTS", "7", "SAGELOCAL_GPU", "off"));
    assertThat(settings.machine())
        .isEqualTo(new MachineSettings(false, GpuMode.REQUIRE, Optional.of(7), Optional.empty()));
    assertThat(settings.keepFailed()).isTrue();
    assertThat(Settings.from(Map.of(), Map.of()).machine()).isEqualTo(MachineSettings.DEFAULT);
  }

  @Test
  void aChoiceThatIsNoneIsRefusedWithWhatIsAllowed() {
    assertThatThrownBy(() -> Settings.from(Map.of("gpu", "yes"), Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("--gpu (or SAGELOCAL_GPU)")
        .hasMessageContaining("auto, require, off")
        .hasMessageContaining("yes");
  }

  @Test
  void theSourcesOfImagesAreInTheOrderThatIsAsked() {
    assertThat(Settings.from(Map.of(), Map.of()).images()).isEqualTo(ImageSource.DEFAULT_ORDER);
    assertThat(Settings.from(Map.of("images", "local,pull"), Map.of()).images())
        .containsExactly(ImageSource.LOCAL, ImageSource.PULL);
    assertThatThrownBy(() -> Settings.from(Map.of(), Map.of("SAGELOCAL_IMAGES", "registry")))
        .hasMessageContaining("\"registry\" must be exact, local or pull");
  }

  @Test
  void theStoreIsTheEmbeddedOneUnlessAnotherIsChosen() {
    assertThat(Settings.from(Map.of(), Map.of()).store()).isEqualTo(StoreSettings.EMBEDDED);
    assertThat(
            Settings.from(Map.of("s3-cache-bytes", "0"), Map.of("SAGELOCAL_S3_CACHE_BYTES", "5"))
                .store()
                .cacheBytes())
        .isZero();
    assertThatThrownBy(() -> Settings.from(Map.of(), Map.of("SAGELOCAL_S3_CACHE_BYTES", "10G")))
        .hasMessageContaining("--s3-cache-bytes (or SAGELOCAL_S3_CACHE_BYTES)")
        .hasMessageContaining("10G");
    assertThat(Settings.from(Map.of("s3", "minio"), Map.of()).store().backend())
        .isInstanceOf(StoreSettings.Backend.Minio.class);
    Map<String, String> keys =
        Map.of("SAGELOCAL_S3_ACCESS_KEY", "key", "SAGELOCAL_S3_SECRET_KEY", "word");
    assertThat(Settings.from(Map.of("s3", "http://localhost:9000"), keys).store().backend())
        .isInstanceOf(StoreSettings.Backend.External.class)
        .asString()
        .doesNotContain("word");
  }

  @Test
  void aStoreThatCannotBeIsNamed() {
    for (String wrong :
        new String[] {"aws", "localhost:9000", "http://key:word@host", "http://host/path"}) {
      assertThatThrownBy(() -> Settings.from(Map.of("s3", wrong), Map.of()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("--s3")
          .hasMessageContaining(wrong);
    }
    assertThatThrownBy(() -> Settings.from(Map.of("s3", "http://localhost:9000"), Map.of()))
        .hasMessageContaining("SAGELOCAL_S3_ACCESS_KEY");
    for (String file : new String[] {"/no/such/file", "/etc/hostname"}) {
      assertThatThrownBy(() ->
              Settings.from(
                  Map.of("s3", "https://localhost:9000"),
                  Map.of(
                      "SAGELOCAL_S3_ACCESS_KEY", "key",
                      "SAGELOCAL_S3_SECRET_KEY", "word",
                      "SAGELOCAL_S3_CA", file)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("SAGELOCAL_S3_CA must name a file of certificates")
          .hasMessageContaining(file);
    }
  }
}
