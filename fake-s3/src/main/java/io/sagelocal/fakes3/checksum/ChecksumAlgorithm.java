package io.sagelocal.fakes3.checksum;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/** How a checksum is reckoned; the names are the wire's. */
public enum ChecksumAlgorithm {
  CRC32(0xEDB88320L, 32),
  CRC32C(0x82F63B78L, 32),
  CRC64NVME(Crc64Nvme.POLYNOMIAL, 64),
  SHA1(0, 0),
  SHA256(0, 0);

  /** Of a CRC, its lowest bit first; 0 of a digest. */
  private final long polynomial;

  private final int bits;

  ChecksumAlgorithm(long polynomial, int bits) {
    this.polynomial = polynomial;
    this.bits = bits;
  }

  /** Finds one by its name on the wire, in any case. */
  public static Optional<ChecksumAlgorithm> find(String name) {
    return Arrays.stream(values()).filter(one -> one.name().equalsIgnoreCase(name)).findAny();
  }

  /** The header and trailer that carries it. */
  public String header() {
    return "x-amz-checksum-" + name().toLowerCase(Locale.ROOT);
  }

  /** Its element in XML. */
  public String element() {
    return "Checksum" + name();
  }

  /** Whether the sum of a whole can be reckoned from the sums of its parts. */
  public boolean combines() {
    return bits > 0;
  }

  /** A new running sum. */
  public RunningSum start() {
    return switch (this) {
      case CRC32 -> new Crc(new CRC32(), bits);
      case CRC32C -> new Crc(new CRC32C(), bits);
      case CRC64NVME -> new Crc(new Crc64Nvme(), bits);
      case SHA1 -> new Digest("SHA-1");
      case SHA256 -> new Digest("SHA-256");
    };
  }

  /**
   * The sum of two stretches of bytes, one after the other, from their sums.
   *
   * @param secondLength length of the second in bytes
   * @throws UnsupportedOperationException for digests, which do not combine
   */
  public byte[] combine(byte[] first, byte[] second, long secondLength) {
    if (!combines()) {
      throw new UnsupportedOperationException(name() + " sums do not combine");
    }
    long sum =
        CrcCombination.combine(polynomial, bits, number(first), number(second), secondLength);
    return bytes(sum, bits);
  }

  /** Sums bytes as they come. */
  public interface RunningSum {
    void update(byte[] bytes, int offset, int length);

    /** The sum as S3 writes it before Base64; big-endian. */
    byte[] value();
  }

  private record Crc(Checksum checksum, int bits) implements RunningSum {
    @Override
    public void update(byte[] bytes, int offset, int length) {
      checksum.update(bytes, offset, length);
    }

    @Override
    public byte[] value() {
      return bytes(checksum.getValue(), bits);
    }
  }

  private static final class Digest implements RunningSum {
    private final MessageDigest digest;

    Digest(String name) {
      try {
        this.digest = MessageDigest.getInstance(name);
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every JDK has " + name, e);
      }
    }

    @Override
    public void update(byte[] bytes, int offset, int length) {
      digest.update(bytes, offset, length);
    }

    @Override
    public byte[] value() {
      return digest.digest();
    }
  }

  private static byte[] bytes(long value, int bits) {
    byte[] bytes = new byte[bits / 8];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (value >>> (bits - 8 - 8 * i));
    }
    return bytes;
  }

  private static long number(byte[] bytes) {
    long value = 0;
    for (byte one : bytes) {
      value = value << 8 | (one & 0xff);
    }
    return value;
  }
}
