package io.sagelocal.api.query;

import io.javalin.http.Context;
import io.sagelocal.account.ClientSettings;
import io.sagelocal.account.RoleSession;
import io.sagelocal.api.Caller;
import io.sagelocal.api.ErrorStatus;
import io.sagelocal.api.json.Call;
import io.sagelocal.api.json.Operations;
import io.sagelocal.aws.Scope;
import io.sagelocal.aws.ServiceError;
import io.sagelocal.state.Timeline;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Answers the few questions that clients ask STS and IAM on their way, and CloudWatch's operations
 * for old clients.
 */
public final class QueryProtocol {
  private static final String USER_ID = "AIDASAGELOCALUSER000";
  private static final String ROLE_ID = "AROASAGELOCALROLE000";
  private static final String ROLE_CREATED = "2018-01-01T00:00:00Z";
  private static final int LEAST_SESSION_SECONDS = 900;
  private static final int MOST_SESSION_SECONDS = 43_200;

  private static final String IAM = "https://iam.amazonaws.com/doc/2010-05-08/";
  private static final String CLOUDWATCH = "http://monitoring.amazonaws.com/doc/2010-08-01/";

  private final Timeline timeline;
  private final Operations cloudwatch;

  public QueryProtocol(Timeline timeline, Operations cloudwatch) {
    this.timeline = timeline;
    this.cloudwatch = cloudwatch;
  }

  /** Answers a form with an {@code Action}. */
  public void handle(Context http) throws InterruptedException {
    String requestId = UUID.randomUUID().toString();
    http.header("x-amzn-RequestId", requestId);
    http.contentType("text/xml");
    try {
      Scope scope = Caller.scope(Caller.of(http.header("Authorization"), http.queryString()));
      String action = Optional.ofNullable(http.formParam("Action")).orElse("");
      http.result(
          switch (action) {
            case "GetCallerIdentity" -> callerIdentity(scope, session(http), requestId);
            case "AssumeRole" -> assumedRole(http, requestId);
            case "GetRole" -> role(scope, roleName(http), requestId);
            case "SimulatePrincipalPolicy" ->
                XmlAnswer.of(action, simulatedPolicy(http), IAM, requestId);
            default -> cloudwatch(http, scope, action, requestId);
          });
    } catch (ServiceError e) {
      http.status(ErrorStatus.of(e.code()));
      http.result(
          """
          <ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error>\
          <RequestId>%s</RequestId></ErrorResponse>\
          """
              .formatted(e.code(), XmlAnswer.escaped(e.getMessage()), requestId));
    }
  }

  private String cloudwatch(Context http, Scope scope, String action, String requestId)
      throws InterruptedException {
    if (!cloudwatch.has(action)) {
      throw new ServiceError(
          "InvalidAction",
          "Action \"%s\" is not answered here; there are GetCallerIdentity, AssumeRole, GetRole, SimulatePrincipalPolicy and CloudWatch's of metrics"
              .formatted(action));
    }
    Map<String, String> fields = new HashMap<>();
    http.formParamMap().forEach((name, values) -> fields.put(name, values.getFirst()));
    Call call =
        new Call(
            scope,
            cloudwatch.form(action, fields),
            Optional.ofNullable(http.userAgent()).orElse(""));
    return XmlAnswer.of(action, cloudwatch.answer(action, call), CLOUDWATCH, requestId);
  }

  private static Optional<RoleSession> session(Context http) {
    return Optional.ofNullable(http.header("X-Amz-Security-Token")).flatMap(RoleSession::ofToken);
  }

  /** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
  private static String callerIdentity(
      Scope scope, Optional<RoleSession> session, String requestId) {
    String user =
        "arn:%s:iam::%s:user/sagelocal".formatted(scope.region().partition(), scope.account());
    return """
    <GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">\
    <GetCallerIdentityResult><Arn>%s</Arn><UserId>%s</UserId>\
    <Account>%s</Account></GetCallerIdentityResult>\
    <ResponseMetadata><RequestId>%s</RequestId></ResponseMetadata></GetCallerIdentityResponse>\
    """
        .formatted(
            session.map(RoleSession::arn).orElse(user),
            session.map(one -> ROLE_ID + ":" + one.name()).orElse(USER_ID),
            scope.account(),
            requestId);
  }

  /**
   * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html: everybody may assume
   * every role.
   */
  private String assumedRole(Context http, String requestId) {
    String role = Optional.ofNullable(http.formParam("RoleArn")).orElse("");
    String name = Optional.ofNullable(http.formParam("RoleSessionName")).orElse("");
    RoleSession session =
        RoleSession.assumed(role, name)
            .orElseThrow(() ->
                new ServiceError(
                    "ValidationError",
                    ("RoleArn \"%s\" must be arn:aws:iam::ACCOUNT:role/NAME, RoleSessionName \"%s\""
                            + " 2 to 64 letters, digits and +=,.@-_")
                        .formatted(role, name)));
    return """
    <AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>\
    <AssumedRoleUser><AssumedRoleId>%s:%s</AssumedRoleId><Arn>%s</Arn></AssumedRoleUser>\
    <Credentials><AccessKeyId>%s</AccessKeyId><SecretAccessKey>%s</SecretAccessKey>\
    <SessionToken>%s</SessionToken><Expiration>%s</Expiration></Credentials></AssumeRoleResult>\
    <ResponseMetadata><RequestId>%s</RequestId></ResponseMetadata></AssumeRoleResponse>\
    """
        .formatted(
            ROLE_ID,
            name,
            session.arn(),
            session.account(),
            ClientSettings.SECRET,
            session.token(),
            sessionEnd(http),
            requestId);
  }

  private Instant sessionEnd(Context http) {
    String seconds = Optional.ofNullable(http.formParam("DurationSeconds")).orElse("3600");
    if (!seconds.matches("[0-9]{3,5}")
        || Integer.parseInt(seconds) < LEAST_SESSION_SECONDS
        || Integer.parseInt(seconds) > MOST_SESSION_SECONDS) {
      throw new ServiceError(
          "ValidationError",
          "DurationSeconds \"%s\" must be %d to %d"
              .formatted(seconds, LEAST_SESSION_SECONDS, MOST_SESSION_SECONDS));
    }
    return timeline.now().plusSeconds(Long.parseLong(seconds)).truncatedTo(ChronoUnit.SECONDS);
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

  /**
   * https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html: there are
   * no policies here, so every action is allowed on everything.
   */
  private static Map<String, Object> simulatedPolicy(Context http) {
    List<String> actions = members(http, "ActionNames");
    if (actions.isEmpty()) {
      throw new ServiceError("ValidationError", "ActionNames must name an action");
    }
    List<String> named = members(http, "ResourceArns");
    List<String> resources = named.isEmpty() ? List.of("*") : named;
    return Map.of(
        "EvaluationResults",
        actions.stream()
            .flatMap(action ->
                resources.stream()
                    .map(resource ->
                        Map.of(
                            "EvalActionName", action,
                            "EvalResourceName", resource,
                            "EvalDecision", "allowed")))
            .toList(),
        "IsTruncated",
        false);
  }

  /** The entries of a list in a form, which are numbered from 1. */
  private static List<String> members(Context http, String list) {
    List<String> members = new ArrayList<>();
    for (String next = http.formParam(list + ".member.1");
        next != null;
        next = http.formParam("%s.member.%d".formatted(list, members.size() + 1))) {
      members.add(next);
    }
    return members;
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
}
