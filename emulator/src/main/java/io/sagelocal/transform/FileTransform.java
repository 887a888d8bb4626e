package io.sagelocal.transform;

import io.sagelocal.objects.ObjectStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/**
 * Transforms one input file with one instance: several requests at a time, their answers in the
 * order of the records.
 */
final class FileTransform {
  /** Answers that may wait for an earlier one, for each request that may be in flight. */
  private static final int WAITING_FOR_EACH = 2;

  /** A request's answer, with what it is the answer to but not its body, which is large. */
  private record Answered(String where, List<byte[]> records, Answer answer) {}

  private final TransformJobSpec spec;
  private final ObjectStore objects;
  private final TransformFolder folder;
  private final BatchSettings settings;
  private final Semaphore slots;
  private final ModelClient client;

  /**
   * @param slots one for each request that the instance takes at a time, whichever file it is of
   */
  FileTransform(
      TransformJobSpec spec,
      ObjectStore objects,
      TransformFolder folder,
      BatchSettings settings,
      Semaphore slots,
      ModelClient client) {
    this.spec = spec;
    this.objects = objects;
    this.folder = folder;
    this.settings = settings;
    this.slots = slots;
    this.client = client;
  }

  /**
   * Writes the output of a file to S3; doing it again is harmless.
   *
   * @throws TransformFailure naming the file and the record that failed; then there is no output
   */
  void transform(InputFile input) throws IOException, InterruptedException {
    Path output = folder.output(input);
    try {
      try (ModelRequests requests = new InputObjects(objects, spec).requests(input, settings);
          Assembly assembly = new Assembly(output, spec.output().lines())) {
        transform(input, requests, assembly);
      }
      objects.encryptingWhereItCan(spec.output().kmsKeyId()).write(spec.target(input), output);
    } finally {
      Files.deleteIfExists(output);
    }
  }

  private void transform(InputFile input, ModelRequests requests, Assembly assembly)
      throws IOException, InterruptedException {
    Deque<Future<Answered>> window = new ArrayDeque<>();
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    try {
      for (Optional<ModelRequest> next = take(requests); next.isPresent(); next = take(requests)) {
        ModelRequest request = next.get();
        window.add(threads.submit(() -> send(input, request)));
        if (window.size() >= WAITING_FOR_EACH * settings.maxConcurrent()) {
          append(window.remove(), assembly);
        }
      }
      while (!window.isEmpty()) {
        append(window.remove(), assembly);
      }
    } finally {
      threads.shutdownNow();
      threads.close();
      discard(window);
    }
  }

  /** Makes a request only when it can be sent, so that none waits in memory. */
  private Optional<ModelRequest> take(ModelRequests requests)
      throws IOException, InterruptedException {
    slots.acquire();
    boolean taken = false;
    try {
      Optional<ModelRequest> next = requests.next();
      taken = next.isPresent();
      return next;
    } finally {
      if (!taken) {
        slots.release();
      }
    }
  }

  private Answered send(InputFile input, ModelRequest request)
      throws IOException, InterruptedException {
    try {
      Answer answer = client.invoke(request, folder.answer(input, request.number()));
      return new Answered(request.where(), request.records(), answer);
    } catch (TransformFailure e) {
      throw e.at(request.where());
    } finally {
      slots.release();
    }
  }

  private void append(Future<Answered> future, Assembly assembly)
      throws IOException, InterruptedException {
    Answered answered = Together.result(future);
    try (InputStream bytes = forOutput(answered)) {
      assembly.append(bytes);
    } finally {
      answered.answer().discard();
    }
  }

  private InputStream forOutput(Answered answered) throws IOException {
    Optional<DataProcessing> processing = spec.processing().filter(DataProcessing::changesAnswers);
    InputStream answer = answered.answer().open();
    if (processing.isEmpty()) {
      return answer;
    }
    try (answer) {
      return new ByteArrayInputStream(
          processing.get().forOutput(answered.records(), answer.readAllBytes()));
    } catch (TransformFailure e) {
      throw e.at(answered.where());
    }
  }

  private static void discard(Iterable<Future<Answered>> left) throws IOException {
    for (Future<Answered> future : left) {
      if (future.state() == Future.State.SUCCESS) {
        future.resultNow().answer().discard();
      }
    }
  }
}
