package io.sagelocal.engine;

/**
 * What containers, networks and volumes of ours are labelled with, so that they are found again.
 * The engine itself gives no meaning to them.
 */
public final class Labels {
  /** The instance, and so the data folder, that it belongs to; everything of ours has it. */
  public static final String INSTANCE = "io.sagelocal.instance";

  /** The ARN of the resource that it serves. */
  public static final String ARN = "io.sagelocal.arn";

  /** The name of the job that it serves. */
  public static final String JOB = "io.sagelocal.job";

  /** The name of the endpoint that it serves. */
  public static final String ENDPOINT = "io.sagelocal.endpoint";

  private Labels() {}
}
