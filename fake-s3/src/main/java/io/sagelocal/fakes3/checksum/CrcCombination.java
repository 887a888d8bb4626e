package io.sagelocal.fakes3.checksum;

/**
 * The CRC of a whole from those of two parts, as zlib's {@code crc32_combine} does it: the first is
 * carried over as many zero bits as the second is long, by squaring a matrix over GF(2).
 */
final class CrcCombination {
  private CrcCombination() {}

  static long combine(long polynomial, int bits, long first, long second, long secondLength) {
    long[] step = new long[bits]; // the effect of one zero bit
    step[0] = polynomial;
    for (int bit = 1; bit < bits; bit++) {
      step[bit] = 1L << (bit - 1);
    }
    long[] byByte = square(square(square(step)));
    long carried = first;
    for (long left = secondLength; left > 0; left >>>= 1) {
      if ((left & 1) == 1) {
        carried = times(byByte, carried);
      }
      byByte = square(byByte);
    }
    return carried ^ second;
  }

  private static long[] square(long[] matrix) {
    long[] square = new long[matrix.length];
    for (int column = 0; column < matrix.length; column++) {
      square[column] = times(matrix, matrix[column]);
    }
    return square;
  }

  private static long times(long[] matrix, long vector) {
    long product = 0;
    long left = vector;
    for (int column = 0; left != 0; column++, left >>>= 1) {
      if ((left & 1) == 1) {
        product ^= matrix[column];
      }
    }
    return product;
  }
}
