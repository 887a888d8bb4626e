package io.sagelocal.engine;

/** What a fake container does, in place of an image's entry point. */
@FunctionalInterface
public interface Program {

  /** Runs it; the answer is its exit code. An interrupt is SIGTERM or SIGKILL. */
  int run(FakeHost host) throws Exception;
}
