package io.sagelocal.account;

import io.sagelocal.aws.Region;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What makes an unmodified AWS client talk to the emulator: environment variables, and for SDKs
 * that do not know {@code AWS_ENDPOINT_URL} yet a data path with an endpoints file and a
 * configuration that asks for path-style S3.
 *
 * @param endpoint the emulator as that client reaches it
 */
public record ClientSettings(URI endpoint) {
  /** The secret of every access key; signatures are not checked. */
  public static final String SECRET = "sagelocal";

  private static final String ENDPOINTS_FILE = "endpoints.json";
  private static final String CONFIG_FILE = "config";

  /** Partition, the form of its regions' names, DNS suffix. */
  private static final String[][] PARTITIONS = {
    {"aws", "^(us|eu|ap|sa|ca|me|af|il|mx)\\\\-\\\\w+\\\\-\\\\d+$", "amazonaws.com"},
    {"aws-cn", "^cn\\\\-\\\\w+\\\\-\\\\d+$", "amazonaws.com.cn"},
    {"aws-us-gov", "^us\\\\-gov\\\\-\\\\w+\\\\-\\\\d+$", "amazonaws.com"},
  };

  /**
   * The variables that redirect a client.
   *
   * @param folder where the client finds the files of {@link #writeTo}
   */
  public Map<String, String> redirection(String folder) {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("AWS_ENDPOINT_URL", endpoint.toString());
    environment.put("AWS_DATA_PATH", folder);
    environment.put("AWS_CONFIG_FILE", folder + "/" + CONFIG_FILE);
    return environment;
  }

  /** Region and credentials for a client that has none. */
  public static Map<String, String> identity(String accessKey, Region region) {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("AWS_REGION", region.name());
    environment.put("AWS_DEFAULT_REGION", region.name());
    environment.put("AWS_ACCESS_KEY_ID", accessKey);
    environment.put("AWS_SECRET_ACCESS_KEY", SECRET);
    return environment;
  }

  /**
   * Writes the files that {@link #redirection} names. Some releases of botocore have a global
   * endpoint in mind for S3 and STS of us-east-1, which these files must name or turn off.
   */
  public void writeTo(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve(ENDPOINTS_FILE), endpointsFile());
    Files.writeString(
        folder.resolve(CONFIG_FILE),
        """
        [default]
        sts_regional_endpoints = regional
        s3 =
            addressing_style = path
            us_east_1_regional_endpoint = regional
        """);
  }

  private String endpointsFile() {
    StringBuilder partitions = new StringBuilder();
    for (String[] partition : PARTITIONS) {
      if (!partitions.isEmpty()) {
        partitions.append(",\n");
      }
      partitions.append(
          """
          {"partition": "%s", "partitionName": "%s", "regionRegex": "%s", "dnsSuffix": "%s", "regions": {},
           "defaults": {"hostname": "%s", "protocols": ["%s"], "signatureVersions": ["v4"]},
           "services": {"s3": {"defaults": {"signatureVersions": ["s3v4"]}, "endpoints": {}}}}\
          """
              .formatted(
                  partition[0],
                  partition[0],
                  partition[1],
                  partition[2],
                  endpoint.getAuthority(),
                  endpoint.getScheme()));
    }
    return "{\"version\": 3, \"partitions\": [\n" + partitions + "\n]}\n";
  }
}
