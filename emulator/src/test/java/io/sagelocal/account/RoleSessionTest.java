package io.sagelocal.account;

import static org.assertj.core.api.Assertions.assertThat;

import io.sagelocal.aws.AccountId;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoleSessionTest {
  private static final String ROLE = "arn:aws:iam::111122223333:role/service-role/Trainer";
  private static final AccountId ACCOUNT = new AccountId("444455556666");

  @Test
  void aContainerActsAsItsRoleInTheAccountOfItsJob() {
    RoleSession session = RoleSession.ofContainer(ROLE, ACCOUNT).orElseThrow();
    assertThat(session.arn()).isEqualTo("arn:aws:sts::111122223333:assumed-role/Trainer/SageMaker");
    assertThat(session.credentials(Instant.parse("2026-01-01T00:00:00Z")))
        .containsEntry("AccessKeyId", "444455556666")
        .containsEntry("RoleArn", ROLE)
        .containsEntry("Token", session.token())
        .containsEntry("Expiration", "2026-01-01T00:00:00Z");
  }

  @Test
  void theTokenAloneTellsTheSession() {
    RoleSession session = RoleSession.ofContainer(ROLE, ACCOUNT).orElseThrow();
    assertThat(RoleSession.ofToken(session.token())).contains(session);
  }

  @Test
  void anAssumedRoleActsInItsOwnAccount() {
    RoleSession session = RoleSession.assumed(ROLE, "me@home").orElseThrow();
    assertThat(session.account()).isEqualTo(new AccountId("111122223333"));
    assertThat(session.arn()).endsWith(":assumed-role/Trainer/me@home");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Role",
        "arn:aws:iam::1:role/x",
        "arn:aws:iam::111122223333:user/x",
        "arn:aws:iam::111122223333:role/",
        "arn:aws:iam::111122223333:role/a\nb"
      })
  void textThatIsNoRoleHasNoSession(String role) {
    assertThat(RoleSession.ofContainer(role, ACCOUNT)).isEmpty();
    assertThat(RoleSession.assumed(role, "name")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "sagelocal.", "sagelocal.%%%", "sagelocal.YQ", "FwoGZXIvYXdzE"})
  void otherTokensAreNobodys(String token) {
    assertThat(RoleSession.ofToken(token)).isEmpty();
  }
}
