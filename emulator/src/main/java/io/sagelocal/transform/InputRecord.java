package io.sagelocal.transform;

/** One record of an input file. */
final class InputRecord {
  private final long number;
  private final byte[] content;
  private final byte[] framed;

  /**
   * @param number its place in the file, from 1
   * @param content the record alone, which is sent when it is a request of its own
   * @param framed the record as it stands in the file, which is sent when others are with it
   */
  InputRecord(long number, byte[] content, byte[] framed) {
    this.number = number;
    this.content = content;
    this.framed = framed;
  }

  long number() {
    return number;
  }

  byte[] content() {
    return content;
  }

  byte[] framed() {
    return framed;
  }
}
