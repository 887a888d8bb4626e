package io.sagelocal.serving;

/** What a model container says of itself when it is asked. */
public enum Health {
  /** It answered {@code /ping} with 200. */
  WELL,
  /** It answered with something else. */
  ILL,
  /** It did not answer: it hangs, has ended, or has more to do than it can. */
  SILENT
}
