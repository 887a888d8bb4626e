package io.sagelocal.transform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;

class RequestBytesTest {
  @Test
  void whatIsWrittenIsWhatIsSentEachTime() {
    Random random = new Random(1);
    RequestBytes bytes = new RequestBytes();
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    for (int length : new int[] {0, 1, 65_535, 65_536, 65_537, 1, 200_000, 7}) {
      byte[] piece = new byte[length];
      random.nextBytes(piece);
      bytes.write(piece);
      expected.writeBytes(piece);
    }
    assertThat(bytes.size()).isEqualTo(expected.size());
    for (int i = 0; i < 2; i++) {
      BodyPublisher publisher = bytes.publisher();
      assertThat(publisher.contentLength()).isEqualTo(expected.size());
      assertThat(sent(publisher)).isEqualTo(expected.toByteArray());
    }
  }

  @Test
  void nothingIsABodyOfNoLength() {
    BodyPublisher publisher = new RequestBytes().publisher();
    assertThat(publisher.contentLength()).isZero();
    assertThat(sent(publisher)).isEmpty();
  }

  /** A publisher of bytes that are there gives them on the caller's thread. */
  private static byte[] sent(BodyPublisher publisher) {
    ByteArrayOutputStream sent = new ByteArrayOutputStream();
    publisher.subscribe(
        new Flow.Subscriber<>() {
          @Override
          public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
          }

          @Override
          public void onNext(ByteBuffer piece) {
            byte[] bytes = new byte[piece.remaining()];
            piece.get(bytes);
            sent.writeBytes(bytes);
          }

          @Override
          public void onError(Throwable failure) {
            throw new IllegalStateException(failure);
          }

          @Override
          public void onComplete() {}
        });
    return sent.toByteArray();
  }
}
