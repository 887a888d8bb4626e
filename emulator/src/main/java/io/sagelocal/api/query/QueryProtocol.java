package io.sagelocal.api.query;

import io.javalin.http.Context;
import io.sagelocal.api.Caller;
import io.sagelocal.api.ErrorStatus;
import io.sagelocal.aws.Scope;
import io.sagelocal.aws.ServiceError;
import java.util.Optional;
import java.util.UUID;

/** Answers the few questions that clients ask STS and IAM on their way. */
public final class QueryProtocol {
  private static final String USER_ID = "AIDASAGELOCALUSER000";
  private static final String ROLE_ID = "AROASAGELOCALROLE000";
  private static final String ROLE_CREATED = "2018-01-01T00:00:00Z";

  /** Answers a form with an {@code Action}. */
  public void handle(Context http) {
    String requestId = UUID.randomUUID().toString();
    http.header("x-amzn-RequestId", requestId);
    http.contentType("text/xml");
    try {
      Scope scope = Caller.scope(Caller.of(http.header("Authorization"), http.queryString()));
      String action = Optional.ofNullable(http.formParam("Action")).orElse("");
      http.result(
          switch (action) {
            case "GetCallerIdentity" -> callerIdentity(scope, requestId);
            case "GetRole" -> role(scope, roleName(http), requestId);
            default ->
                throw new ServiceError(
                    "InvalidAction",
                    "Action \"%s\" is not answered here; there are GetCallerIdentity and GetRole"
                        .formatted(action));
          });
    } catch (ServiceError e) {
      http.status(ErrorStatus.of(e.code()));
      http.result(
          """
          <ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error>\
          <RequestId>%s</RequestId></ErrorResponse>\
          """
              .formatted(e.code(), escaped(e.getMessage()), requestId));
    }
  }

  /** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
  private static String callerIdentity(Scope scope, String requestId) {
    return """
    <GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">\
    <GetCallerIdentityResult><Arn>arn:%s:iam::%s:user/sagelocal</Arn><UserId>%s</UserId>\
    <Account>%s</Account></GetCallerIdentityResult>\
    <ResponseMetadata><RequestId>%s</RequestId></ResponseMetadata></GetCallerIdentityResponse>\
    """
        .formatted(
            scope.region().partition(), scope.account(), USER_ID, scope.account(), requestId);
  }

  /** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html: every name is a role. */
  private static String role(Scope scope, String name, String requestId) {
    return """
    <GetRoleResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><GetRoleResult><Role>\
    <Path>/</Path><Arn>arn:%s:iam::%s:role/%s</Arn><RoleName>%s</RoleName><RoleId>%s</RoleId>\
    <CreateDate>%s</CreateDate><AssumeRolePolicyDocument>%%7B%%7D</AssumeRolePolicyDocument>\
    </Role></GetRoleResult>\
    <ResponseMetadata><RequestId>%s</RequestId></ResponseMetadata></GetRoleResponse>\
    """
        .formatted(
            scope.region().partition(),
            scope.account(),
            name,
            name,
            ROLE_ID,
            ROLE_CREATED,
            requestId);
  }

  private static String roleName(Context http) {
    String name = Optional.ofNullable(http.formParam("RoleName")).orElse("");
    if (!name.matches("[\\w+=,.@-]{1,64}")) {
      throw new ServiceError(
          "ValidationError",
          "RoleName \"%s\" must be 1 to 64 letters, digits and +=,.@-_".formatted(name));
    }
    return name;
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
