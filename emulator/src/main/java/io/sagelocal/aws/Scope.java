package io.sagelocal.aws;

import java.util.Optional;

/** Where a resource lives: the same name in another account or region is another resource. */
public record Scope(AccountId account, Region region) {

  /** Where the resource of an ARN lives. */
  public static Scope of(Arn arn) {
    return new Scope(new AccountId(arn.account()), new Region(arn.region()));
  }

  /** Reads an account's number and a region's name; empty where one of them is none. */
  public static Optional<Scope> parse(String account, String region) {
    try {
      return Optional.of(new Scope(new AccountId(account), new Region(region)));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** The ARN of a resource of SageMaker here. */
  public Arn sagemaker(String type, String name) {
    return new Arn(region.partition(), "sagemaker", region.name(), account.digits(), type, name);
  }

  /** The ARN of a log group here, to which a stream's may be added. */
  public String logGroupArn(String group) {
    return "arn:%s:logs:%s:%s:log-group:%s".formatted(region.partition(), region, account, group);
  }
}
