package io.sagelocal.fakes3.store;

import java.nio.ByteBuffer;
import java.util.Comparator;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;
import org.h2.mvstore.type.StringDataType;

/** Strings in the order of their UTF-8 bytes, as S3 lists keys; Java's own order differs. */
final class KeyOrder extends BasicDataType<String> implements Comparator<String> {
  static final KeyOrder KEYS = new KeyOrder();

  @Override
  public int compare(String left, String right) {
    int length = Math.min(left.length(), right.length());
    for (int i = 0; i < length; i++) {
      char a = left.charAt(i);
      char b = right.charAt(i);
      if (a != b) {
        // a surrogate stands for something above every other character
        boolean aboveA = Character.isSurrogate(a);
        boolean aboveB = Character.isSurrogate(b);
        return aboveA == aboveB ? Character.compare(a, b) : aboveA ? 1 : -1;
      }
    }
    return Integer.compare(left.length(), right.length());
  }

  @Override
  public int getMemory(String key) {
    return StringDataType.INSTANCE.getMemory(key);
  }

  @Override
  public void write(WriteBuffer buffer, String key) {
    StringDataType.INSTANCE.write(buffer, key);
  }

  @Override
  public String read(ByteBuffer buffer) {
    return StringDataType.INSTANCE.read(buffer);
  }

  @Override
  public String[] createStorage(int size) {
    return new String[size];
  }
}
