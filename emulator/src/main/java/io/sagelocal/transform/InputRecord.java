package io.sagelocal.transform;

import java.util.Arrays;

/** One record of an input file. */
final class InputRecord {
  private final long number;
  private final byte[] framed;
  private final int begin;
  private final int end;

  /**
   * @param number its place in the file, from 1
   * @param framed the record as it stands in the file
   * @param begin where its content begins in that
   * @param end where its content ends in that
   */
  InputRecord(long number, byte[] framed, int begin, int end) {
    this.number = number;
    this.framed = framed;
    this.begin = begin;
    this.end = end;
  }

  long number() {
    return number;
  }

  /** What is sent when others are with it. */
  byte[] framed() {
    return framed;
  }

  /** What is sent when it is a request of its own. */
  byte[] content() {
    return begin == 0 && end == framed.length ? framed : Arrays.copyOfRange(framed, begin, end);
  }
}
