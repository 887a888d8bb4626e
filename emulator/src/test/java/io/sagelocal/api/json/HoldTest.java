package io.sagelocal.api.json;

import static org.assertj.core.api.Assertions.assertThat;

import io.sagelocal.aws.AccountId;
import io.sagelocal.aws.Document;
import io.sagelocal.aws.Region;
import io.sagelocal.aws.Scope;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HoldTest {
  private static final Duration LONGEST = Duration.ofSeconds(25);
  private final Hold hold = new Hold(LONGEST);

  @Test
  void theFirstLookIsShorterThanTheOnesAfter() throws InterruptedException {
    assertThat(patience("Boto3/1.40.0", "job")).isEqualTo(Duration.ofSeconds(15));
    assertThat(patience("Boto3/1.40.0", "job")).isEqualTo(LONGEST);
    assertThat(patience("Boto3/1.40.0", "other")).isEqualTo(Duration.ofSeconds(15));
  }

  @Test
  void theSdkForPythonWaitsTwiceAsLong() throws InterruptedException {
    String sdk = "Boto3/1.40.0 AWS-SageMaker-Python-SDK/2.257.7";
    assertThat(patience(sdk, "job")).isEqualTo(Duration.ofSeconds(15));
    assertThat(patience(sdk, "job")).isEqualTo(LONGEST.multipliedBy(2));
  }

  @Test
  void ourCommandsNeverWaitAndAreNoLook() throws InterruptedException {
    assertThat(patience("sagelocal/0.1.0", "job")).isZero();
    assertThat(patience("sagelocal/0.1.0", "job")).isZero();
    assertThat(patience("Boto3/1.40.0 app/sagelocal/1", "job")).isEqualTo(Duration.ofSeconds(15));
  }

  @Test
  void nobodyWaitsForWhatIsNotUnderWay() throws InterruptedException {
    assertThat(hold.look(call("Boto3/1.40.0"), "job", Duration.ZERO, false, p -> p)).isZero();
  }

  /** For how long a look at something under way waits. */
  private Duration patience(String userAgent, String name) throws InterruptedException {
    return hold.look(call(userAgent), name, Duration.ZERO, true, patience -> patience);
  }

  private static Call call(String userAgent) {
    Scope scope = new Scope(new AccountId("000000000000"), new Region("us-east-1"));
    return new Call(scope, new Document(Map.of()), userAgent);
  }
}
