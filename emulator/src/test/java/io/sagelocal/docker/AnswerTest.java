package io.sagelocal.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AnswerTest {
  private final List<String> taken = new ArrayList<>();
  private final AtomicInteger closes = new AtomicInteger();

  private final Answer<String> answer =
      new Answer<>() {
        @Override
        void take(String piece) {
          if (piece.equals("bad")) {
            throw new IllegalArgumentException(piece);
          }
          taken.add(piece);
        }
      };

  @Test
  void nothingIsTakenOnceClosed() throws InterruptedException {
    answer.onStart(closes::incrementAndGet);
    answer.onNext("one");
    answer.close();
    answer.onNext("two");
    answer.onError(new IllegalStateException("stream closed"));
    answer.await();
    assertThat(taken).containsExactly("one");
  }

  @Test
  void aCloseBeforeTheAnswerBeginsCountsToo() {
    answer.close();
    answer.onStart(closes::incrementAndGet);
    assertThat(closes).hasValue(1);
  }

  @Test
  void aReceiverThatFailsIsNotALostConnection() throws InterruptedException {
    answer.onStart(closes::incrementAndGet);
    answer.onNext("bad");
    answer.onNext("two");
    answer.await();
    assertThat(taken).isEmpty();
    assertThat(closes).hasValue(1);
    assertThatThrownBy(answer::throwReceiverFailure).hasMessage("bad");
  }
}
