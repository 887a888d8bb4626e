package io.sagelocal.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ForwardedRequestTest {
  private final List<String> ended = new ArrayList<>();
  private final Callback callback =
      Callback.from(() -> ended.add("well"), failure -> ended.add(failure.getMessage()));

  /** What the client's body answers to each read; null for nothing yet. */
  private final Deque<Supplier<Content.@Nullable Chunk>> reads = new ArrayDeque<>();

  private final List<Runnable> demands = new ArrayList<>();
  private boolean demandsAreServedAtOnce;
  private final ForwardedRequest request = new ForwardedRequest(client(6));

  @Test
  void thePieceThatMakesTheAnnouncedLengthFullIsTheLast() {
    reads.add(() -> piece("abc"));
    reads.add(() -> piece("def"));
    assertThat(lastPiece(request)).isFalse();
    assertThat(lastPiece(request)).isTrue();
  }

  @Test
  void aBodyOfNoAnnouncedLengthEndsWhereTheClientEndsIt() {
    ForwardedRequest chunked = new ForwardedRequest(client(-1));
    reads.add(() -> piece("abc"));
    reads.add(() -> Content.Chunk.EOF);
    assertThat(lastPiece(chunked)).isFalse();
    assertThat(lastPiece(chunked)).isTrue();
  }

  @Test
  void anEndWaitsForWhoReads() throws InterruptedException {
    CountDownLatch arrived = new CountDownLatch(1);
    CountDownLatch mayGoOn = new CountDownLatch(1);
    reads.add(() -> {
      arrived.countDown();
      try {
        assertThat(mayGoOn.await(20, TimeUnit.SECONDS)).isTrue();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      return piece("abc");
    });
    Thread reader = Thread.ofVirtual().start(request::read);
    arrived.await();
    request.ending(callback).succeeded();
    assertThat(ended).isEmpty();
    mayGoOn.countDown();
    reader.join();
    assertThat(ended).containsExactly("well");
  }

  @Test
  void afterTheEndNobodyReadsAndAFailureIsToldAsSuch() {
    reads.add(() -> piece("abc"));
    request.ending(callback).failed(new IllegalStateException("gone"));
    assertThat(ended).containsExactly("gone");
    assertThat(Content.Chunk.isFailure(request.read())).isTrue();
    assertThat(reads).hasSize(1);
  }

  @Test
  void whoWaitsForMoreIsToldThatNoneComesAndOnlyOnce() {
    List<String> told = new ArrayList<>();
    request.demand(() -> told.add("first"));
    request.ending(callback).succeeded();
    assertThat(told).containsExactly("first");
    demands.forEach(Runnable::run);
    assertThat(told).containsExactly("first");
    request.demand(() -> told.add("second"));
    assertThat(told).containsExactly("first", "second");
    assertThat(demands).hasSize(1);
  }

  @Test
  void anEndWithinADemandComesAfterIt() {
    demandsAreServedAtOnce = true;
    request.demand(() -> {
      request.ending(callback).succeeded();
      assertThat(ended).isEmpty();
    });
    assertThat(ended).containsExactly("well");
  }

  private static boolean lastPiece(ForwardedRequest body) {
    return Objects.requireNonNull(body.read()).isLast();
  }

  private static Content.Chunk piece(String text) {
    return Content.Chunk.from(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)), false);
  }

  /** The methods of a request that a body has. */
  private Request client(long length) {
    return (Request)
        Proxy.newProxyInstance(
            Request.class.getClassLoader(),
            new Class<?>[] {Request.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "getLength" -> length;
                  case "read" -> reads.remove().get();
                  case "demand" -> {
                    demanded((Runnable) arguments[0]);
                    yield null;
                  }
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }

  private void demanded(Runnable ready) {
    if (demandsAreServedAtOnce) {
      ready.run();
    } else {
      demands.add(ready);
    }
  }
}
