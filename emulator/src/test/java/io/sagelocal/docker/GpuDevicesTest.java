package io.sagelocal.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GpuDevicesTest {
  @Test
  void gpusHaveTheNumbersThatNvidiaSmiLists() {
    String listing =
        """
        GPU 0: NVIDIA H100 80GB HBM3 (UUID: GPU-b8ea3855-276c-c9cb-b366-c6fa655957c5)
        GPU 1: NVIDIA H100 80GB HBM3 (UUID: GPU-1d5e4f0f-0d0f-35a0-4c9c-a1a4ef8ac8b0)
        """;
    assertThat(GpuDevices.parse(listing)).containsExactly("0", "1");
  }

  @Test
  void thePartsOfAGpuStandForIt() {
    String listing =
        """
        GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-5d5ba0d6-d33d-2b2c-524d-9e3d8d2b8a77)
          MIG 1g.5gb      Device  0: (UUID: MIG-c6d4f1ef-42e4-5de3-91c7-45d71c87eb3f)
          MIG 1g.5gb      Device  1: (UUID: MIG-cba663e8-9bed-5b25-b243-5985ef7c9beb)
        GPU 1: NVIDIA A100-SXM4-40GB (UUID: GPU-aaaaaaaa-d33d-2b2c-524d-9e3d8d2b8a77)
        """;
    assertThat(GpuDevices.parse(listing)).containsExactly("0:0", "0:1", "1");
  }

  @Test
  void whatIsNoListingNamesNone() {
    assertThat(GpuDevices.parse("NVIDIA-SMI has failed because it couldn't communicate\n"))
        .isEmpty();
  }

  @Test
  void withoutNvidiaSmiTheDeviceFilesTell(@TempDir Path folder) throws IOException {
    for (String name : new String[] {"nvidia1", "nvidia0", "nvidiactl", "nvidia-uvm", "null"}) {
      Files.createFile(folder.resolve(name));
    }
    assertThat(GpuDevices.devices(folder)).containsExactly("0", "1");
    assertThat(GpuDevices.devices(folder.resolve("none"))).isEmpty();
  }
}
