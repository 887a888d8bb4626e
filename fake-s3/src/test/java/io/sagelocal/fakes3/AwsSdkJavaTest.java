package io.sagelocal.fakes3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sagelocal.fakes3.junit.FakeS3Extension;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/** The AWS SDK for Java, unmodified, against a store that an extension opened. */
class AwsSdkJavaTest {
  private static final String BUCKET = "bucket";

  @RegisterExtension static final FakeS3Extension S3 = new FakeS3Extension(BUCKET);

  @SuppressWarnings("NullAway.Init")
  private static S3Client s3;

  @BeforeAll
  static void connect() {
    s3 =
        S3Client.builder()
            .endpointOverride(S3.endpoint())
            .forcePathStyle(true)
            .region(Region.US_EAST_1)
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("key", "secret")))
            .httpClient(UrlConnectionHttpClient.create())
            .build();
  }

  @AfterAll
  static void disconnect() {
    s3.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"CRC32", "CRC32C", "SHA1", "SHA256"})
  void aBodyInSignedChunksComesWholeAndItsChecksumIsKept(String algorithm) {
    String text = "0123456789".repeat(50_000);
    PutObjectResponse put =
        s3.putObject(
            request ->
                request
                    .bucket(BUCKET)
                    .key(algorithm)
                    .checksumAlgorithm(ChecksumAlgorithm.fromValue(algorithm)),
            RequestBody.fromString(text));
    assertThat(put.eTag()).hasSize(34);
    assertThat(
            s3.getObjectAsBytes(
                    get -> get.bucket(BUCKET).key(algorithm).checksumMode(ChecksumMode.ENABLED))
                .asUtf8String())
        .isEqualTo(text);
    assertThat(
            s3.headObject(
                    head -> head.bucket(BUCKET).key(algorithm).checksumMode(ChecksumMode.ENABLED))
                .getValueForField("Checksum" + algorithm, String.class))
        .isPresent();
  }

  @Test
  void partsBecomeOneObject() {
    byte[] part = new byte[6 << 20];
    new Random(1).nextBytes(part);
    String id = s3.createMultipartUpload(create -> create.bucket(BUCKET).key("parts")).uploadId();
    List<CompletedPart> parts =
        List.of(1, 2).stream()
            .map(number ->
                CompletedPart.builder()
                    .partNumber(number)
                    .eTag(
                        s3.uploadPart(
                                upload ->
                                    upload
                                        .bucket(BUCKET)
                                        .key("parts")
                                        .uploadId(id)
                                        .partNumber(number),
                                RequestBody.fromBytes(part))
                            .eTag())
                    .build())
            .toList();
    s3.completeMultipartUpload(complete ->
        complete
            .bucket(BUCKET)
            .key("parts")
            .uploadId(id)
            .multipartUpload(upload -> upload.parts(parts)));
    assertThat(
            s3.getObjectAsBytes(
                    get -> get.bucket(BUCKET).key("parts").range("bytes=6291450-6291465"))
                .asByteArray())
        .hasSize(16)
        .startsWith(java.util.Arrays.copyOfRange(part, part.length - 6, part.length))
        .endsWith(java.util.Arrays.copyOf(part, 10));
    assertThat(s3.headObject(head -> head.bucket(BUCKET).key("parts")).eTag()).endsWith("-2\"");
  }

  @Test
  void aWriteWhoseConditionFailsChangesNothing() {
    s3.putObject(put -> put.bucket(BUCKET).key("once"), RequestBody.fromString("first"));
    assertThatThrownBy(() ->
            s3.putObject(
                put -> put.bucket(BUCKET).key("once").ifNoneMatch("*"),
                RequestBody.fromString("second")))
        .isInstanceOfSatisfying(S3Exception.class, e -> assertThat(e.statusCode()).isEqualTo(412));
    assertThat(
            s3.getObjectAsBytes(get -> get.bucket(BUCKET).key("once"))
                .asString(StandardCharsets.UTF_8))
        .isEqualTo("first");
  }

  @Test
  void aListGoesOnWhereItEnded() {
    for (int i = 0; i < 25; i++) {
      String key = "list/%02d".formatted(i);
      s3.putObject(put -> put.bucket(BUCKET).key(key), RequestBody.empty());
    }
    assertThat(
            s3
                .listObjectsV2Paginator(list -> list.bucket(BUCKET).prefix("list/").maxKeys(10))
                .contents()
                .stream()
                .map(S3Object::key))
        .hasSize(25)
        .isSorted();
  }

  @Test
  void whatIsNotThereHasItsOwnException() {
    assertThatThrownBy(() -> s3.getObjectAsBytes(get -> get.bucket(BUCKET).key("none")))
        .isInstanceOf(NoSuchKeyException.class);
  }

  @Test
  void whatIsNotImplementedIsNamed() {
    assertThatThrownBy(() -> s3.putBucketPolicy(put -> put.bucket(BUCKET).policy("{}")))
        .isInstanceOfSatisfying(
            S3Exception.class,
            e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo("NotImplemented"))
        .hasMessageContaining("policy");
  }
}
